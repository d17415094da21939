"""Passwords: argon2id, and the same time for an account that is not there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from zxcvbn import zxcvbn

SHORTEST, LONGEST = 12, 128
_WEIGHED = 72
"""As much of a password as is weighed."""
_EASY = 3
"""Below it, 100 million guesses find a password: it is a common one, a name, rows of keys, or repeats itself."""
_KEYS = str.maketrans("йцукенгшщзхїъфівыапролджєэячсмитьбю", "qwertyuiop[]]assdfghjkl;''zxcvbnm,.")
"""Letters of Cyrillic keyboards and what stands on their keys: a common password is often typed so."""


@cache
def _hasher(cheap: bool) -> PasswordHasher:
    if cheap:
        return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1, type=Type.ID)
    return PasswordHasher(type=Type.ID)


def hasher() -> PasswordHasher:
    return _hasher(current_app.config["REGULARS"].environment == "test")


@cache
def _nobodys(cheap: bool) -> str:
    return _hasher(cheap).hash("nobody's password")


def hash_password(password: str) -> str:
    """The argon2id hash of a password of 12 to 128 characters. Raises ValueError for another length."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"A password has {SHORTEST} to {LONGEST} characters.")
    return hasher().hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether the password is the one that was hashed; takes as long when there is no account."""
    try:
        verified = hasher().verify(kept or _nobodys(current_app.config["REGULARS"].environment == "test"), password)
    except (VerificationError, InvalidHashError):
        return False
    return verified and kept is not None


def is_easy(password: str, known: Sequence[str] = ()) -> bool:
    """Whether it is soon guessed: by lists of common passwords, and by each word of what is `known` of the person."""
    spelt = {password[:_WEIGHED], password.lower().translate(_KEYS)[:_WEIGHED]}
    words = [*known, *re.findall(r"\w{3,}", " ".join(known)), "regulars"]
    return min(zxcvbn(each, words)["score"] for each in spelt) < _EASY
