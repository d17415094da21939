"""Who makes a request: the person of the session cookie, the business chosen, and the role there (PR-1, PR-5)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import Request
from flask_login import UserMixin, current_user

from app.db import one_row
from app.permissions import Permission, Role, allows
from app.scope import Scope

COOKIE = "regulars_session"
SECURE_COOKIE = "__Host-regulars_session"
TERMINAL_COOKIE = "regulars_terminal"
SECURE_TERMINAL_COOKIE = "__Host-regulars_terminal"


@dataclass(frozen=True)
class Workplace:
    """The business that a person works in now."""

    id: int
    name: str
    currency: str
    time_zone: str
    country: str
    role: Role
    franchisee_id: int | None


@dataclass(frozen=True)
class Till:
    """The Terminal that a salesperson signed in to, and its point of sale (TE-0)."""

    id: int
    name: str
    place_id: int
    place: str


@dataclass(frozen=True)
class Identity(UserMixin):  # type: ignore[misc]
    """A signed-in person, as flask-login's current_user."""

    session_id: int
    user_id: int
    email: str
    name: str
    language: str
    theme: str
    density: str
    narrow_rail: bool
    keys: bool
    workplace: Workplace | None
    businesses: tuple[tuple[int, str, Role], ...] = ()
    """Id, name and own role of each business that the person belongs to, by name."""
    till: Till | None = None
    owes_second_factor: bool = False
    """Whether a business of the person's demands a second factor, and there is none yet (PR-5)."""

    def get_id(self) -> str:
        return str(self.user_id)

    def may(self, permission: Permission) -> bool:
        return allows(self.workplace.role if self.workplace else None, permission)

    def scope(self, address: str) -> Scope:
        """What this person's sessions with the database may touch."""
        if self.workplace is None:
            return Scope(None, self.user_id, address=address)
        return Scope(self.workplace.id, self.user_id, self.workplace.franchisee_id, address)


def person() -> Identity:
    """The signed-in person of this request; only for views that need a sign-in."""
    identity = current_user._get_current_object()
    if not isinstance(identity, Identity):
        raise RuntimeError("This view was reached without a sign-in.")
    return identity


def workplace() -> Workplace:
    """The business of this request; only for views whose permission a role grants."""
    place = person().workplace
    if place is None:
        raise RuntimeError("This view was reached without a business.")
    return place


def till() -> Till:
    """The Terminal of this request; only for views that sell."""
    known = person().till
    if known is None:
        raise RuntimeError("This view was reached without a Terminal.")
    return known


def identify(request: Request) -> Identity | None:
    """The person whose session the cookie names, if the session still lives. One statement of its own."""
    token = session_token(request)
    if not token:
        return None
    row = one_row("SELECT * FROM session_identity(:hash)", hash=token_hash(token))
    if row is None or row.at_terminal != at_terminal(request):
        return None
    here = Till(row.terminal_id, row.terminal_name, row.point_of_sale_id, row.point_of_sale_name)
    if row.at_terminal and row.terminal_id is None:
        return None
    place = None
    if row.business_id is not None and (row.at_terminal or row.role != Role.SALESPERSON):
        place = Workplace(
            row.business_id,
            row.business_name,
            row.currency,
            row.time_zone,
            row.country,
            Role(row.role),
            row.franchisee_id,
        )
    return Identity(
        row.session_id,
        row.user_id,
        row.email,
        row.name,
        row.language,
        row.theme,
        row.density,
        row.narrow_rail,
        row.keys,
        place,
        tuple((number, name, Role(role)) for number, name, role in row.businesses or []),
        here if row.at_terminal else None,
        row.owes_second_factor and not row.at_terminal,
    )


def session_token(request: Request) -> str:
    """What the browser holds of its session, living or not; '' for nothing."""
    return request.cookies.get(cookie_name(request), "")


def cookie_name(request: Request) -> str:
    """The Terminal has a cookie of its own, so that a browser can be in the panel and at a Terminal at once (TE-0)."""
    if at_terminal(request):
        return SECURE_TERMINAL_COOKIE if request.is_secure else TERMINAL_COOKIE
    return SECURE_COOKIE if request.is_secure else COOKIE


def at_terminal(request: Request) -> bool:
    """Whether a page of the Terminal is asked for."""
    return (request.path + "/").startswith("/terminal/")


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
