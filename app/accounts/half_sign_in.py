"""A right password of someone with a second factor: half a sign-in, which a code has to follow soon (PR-5)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from app.accounts.models import User
from app.lib import dates

LASTS = timedelta(minutes=10)
"""For how long a code is waited for after the password."""


@dataclass(frozen=True)
class HalfSignIn:
    """What the browser holds meanwhile, in its signed cookie."""

    user_id: int
    at: float
    mark: str
    """Of e-mail and password: with another one it is worth nothing."""

    def still_holds(self, user: User) -> bool:
        fresh = dates.now().timestamp() - self.at < LASTS.total_seconds()
        return fresh and user.disabled_at is None and mark_of(user) == self.mark


@dataclass
class CodeNeededError(Exception):
    """The password is right, and this person has a second factor."""

    half: HalfSignIn


class LapsedError(Exception):
    """A half sign-in is too old, or no longer good."""


class WrongCodeError(Exception):
    """This is no code of the person's second factor, or it was used before."""


def half_sign_in(user: User) -> HalfSignIn:
    return HalfSignIn(user.id, dates.now().timestamp(), mark_of(user))


def mark_of(user: User) -> str:
    """Says which e-mail and password a person has, and nothing about them: with another one it is another."""
    return hashlib.sha256(f"{user.email} {user.password_hash}".encode()).hexdigest()[:32]
