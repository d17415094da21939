"""Who makes a request: the person of the session cookie, the business chosen, and the role there (PR-1, PR-5); of the
API, the program whose key it is (AP-1).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from flask import Request
from flask_login import UserMixin, current_user

from app.db import one_row
from app.permissions import KeyScope, Permission, Role, allows
from app.scope import Scope

COOKIE = "regulars_session"
SECURE_COOKIE = "__Host-regulars_session"
TERMINAL_COOKIE = "regulars_terminal"
SECURE_TERMINAL_COOKIE = "__Host-regulars_terminal"
_BEARER = re.compile("[Bb]earer +(rk_[A-Za-z0-9_-]{43})")


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
        at_counter = self.till is not None
        return Scope(self.workplace.id, self.user_id, self.workplace.franchisee_id, address, at_counter=at_counter)


@dataclass(frozen=True)
class Caller(UserMixin):  # type: ignore[misc]
    """A program that calls the API with a key, as flask-login's current_user (AP-1)."""

    key_id: int
    name: str
    scopes: frozenset[KeyScope]
    workplace: Workplace
    """Its business. It sees the rows that an operator sees: of the brand, or of the franchisee that it works for."""
    place_id: int | None
    """The point of sale that it works at; None is at any."""
    till: Till | None
    """The Terminal that it sells at; None is at any of its places."""
    program_id: int | None
    """The default program of its business."""
    language: str = "en"

    def get_id(self) -> str:
        return str(self.key_id)

    def may(self, permission: Permission) -> bool:
        return permission in (Permission.PUBLIC, Permission.CALL)

    def scope(self, address: str, *, at_counter: bool = False) -> Scope:
        """What its sessions with the database may touch; at a counter it serves whoever of the brand comes, as a
        salesperson does.
        """
        franchisee_id = None if at_counter else self.workplace.franchisee_id
        return Scope(self.workplace.id, None, franchisee_id, address, self.key_id, at_counter)


def caller() -> Caller:
    """The program that makes this request; only for operations of the API."""
    identity = current_user._get_current_object()
    if not isinstance(identity, Caller):
        raise RuntimeError("This operation was reached without a key.")
    return identity


def person() -> Identity:
    """The signed-in person of this request; only for views that need a sign-in."""
    identity = current_user._get_current_object()
    if not isinstance(identity, Identity):
        raise RuntimeError("This view was reached without a sign-in.")
    return identity


def workplace() -> Workplace:
    """The business of this request; only for views whose permission a role grants."""
    identity = current_user._get_current_object()
    place = identity.workplace if isinstance(identity, Identity | Caller) else None
    if place is None:
        raise RuntimeError("This view was reached without a business.")
    return place


def till() -> Till:
    """The Terminal of this request; only for views that sell."""
    known = person().till
    if known is None:
        raise RuntimeError("This view was reached without a Terminal.")
    return known


def identify(request: Request) -> Identity | Caller | None:
    """The person whose session the cookie names, if the session still lives. One statement of its own."""
    if is_call(request):
        return _identify_caller(request)
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


def _identify_caller(request: Request) -> Caller | None:
    """The program whose key stands in the header, unless it was revoked. That it was used is noted once a minute."""
    key = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    hashed = token_hash(key[1]) if key else b""
    row = one_row("SELECT * FROM api_key_identity(:hash)", hash=hashed) if key else None
    if row is None:
        return None
    if not row.use_noted:
        one_row("SELECT note_api_key_use(:hash)", hash=hashed)
    # It works as an operator does; what of that it may do, its scopes say.
    role = Role.BRAND_OPERATOR if row.franchisee_id is None else Role.LOCATION_OPERATOR
    return Caller(
        row.key_id,
        row.key_name,
        frozenset(scope for scope in KeyScope if scope in row.scopes),
        Workplace(
            *(row.business_id, row.business_name, row.currency, row.time_zone, row.country, role, row.franchisee_id)
        ),
        row.point_of_sale_id,
        Till(row.terminal_id, row.terminal_name, row.point_of_sale_id, row.point_of_sale_name)
        if row.terminal_id is not None
        else None,
        row.default_program_id,
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


def is_call(request: Request) -> bool:
    """Whether the API is asked."""
    return (request.path + "/").startswith("/api/")


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
