"""The list of a business's users: who works here, who is disabled, who is invited (PR-5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, select, text

from app.accounts.models import Invitation, Membership, TerminalUser, User
from app.accounts.roles import role_name
from app.address import address, whole_number
from app.businesses.models import Terminal
from app.businesses.queries import franchisees
from app.db import business_id
from app.errors import BadAddress
from app.extensions import db
from app.lib import dates
from app.lib.collation import sort_key
from app.permissions import Role

SHOWN = ("", "invited", "disabled")
ARGUMENTS = ("show", "role", "page")
PAGE_SIZE = 100


@dataclass(frozen=True)
class Sessions:
    """Where a colleague is signed in to this business now."""

    number: int
    last_seen_at: datetime


@dataclass(frozen=True)
class Colleague:
    """A user of the business, disabled or not."""

    id: int
    name: str
    email: str
    role: Role
    works_at: str
    disabled_at: datetime | None
    created_at: datetime
    sessions: Sessions | None
    second_factor: bool

    @property
    def owes_factor(self) -> bool:
        """Whether the panel would ask it for a second factor that it has not; who sells needs none."""
        return self.disabled_at is None and self.role is not Role.SALESPERSON and not self.second_factor


@dataclass(frozen=True)
class Invited:
    """An invitation that nobody has taken yet."""

    row: Invitation
    works_at: str
    by: str

    @property
    def role(self) -> Role:
        return Role(self.row.role)

    @property
    def lapsed(self) -> bool:
        return self.row.expires_at <= dates.now()


class UserList:
    """Reads `show`, `role` and `page` of an address. Raises BadAddress."""

    def __init__(self, args: Mapping[str, str]) -> None:
        self.show, self.role = args.get("show", ""), args.get("role", "")
        if self.show not in SHOWN:
            raise BadAddress(_("There is no such “%(name)s” as this address names.", name="show"))
        if self.role and self.role not in set(Role):
            raise BadAddress(_("There is no such “%(name)s” as this address names.", name="role"))
        self.page = whole_number(args.get("page") or "1", "page", most=10_000)

    @cached_property
    def colleagues(self) -> list[Colleague]:
        """Everyone, by name."""
        terminals, sessions, factors = _terminal_names(), colleague_sessions(), _with_second_factor()
        mine = select(User, Membership).join(Membership, Membership.user_id == User.id)
        rows = db.session.execute(mine.where(Membership.business_id == business_id()))
        found = [
            Colleague(
                *(user.id, user.name, user.email, Role(member.role)),
                self._works_at(member, terminals.get(user.id, ())),
                *(member.disabled_at, member.created_at, sessions.get(user.id), user.id in factors),
            )
            for user, member in rows
        ]
        return sorted(found, key=lambda each: (sort_key(each.name), each.id))

    @cached_property
    def invited(self) -> list[Invited]:
        """Open invitations, the newest first."""
        names = {each.id: each.name for each in self.colleagues}
        mine = select(Invitation).where(Invitation.business_id == business_id())
        still = mine.where(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
        return [
            Invited(each, self._works_at(each), names.get(each.invited_by_id or 0, ""))
            for each in db.session.scalars(still.order_by(Invitation.id.desc()))
        ]

    @property
    def lines(self) -> Sequence[Colleague | Invited]:
        """Those of this page."""
        return self._chosen[(self.page - 1) * PAGE_SIZE : self.page * PAGE_SIZE]

    @property
    def in_use_count(self) -> int:
        return sum(each.disabled_at is None for each in self.colleagues)

    @property
    def without_factor(self) -> list[Colleague]:
        return [each for each in self.colleagues if each.owes_factor]

    @property
    def tabs(self) -> list[dict[str, Any]]:
        counts = {"": self.in_use_count, "invited": len(self.invited)}
        counts["disabled"] = len(self.colleagues) - self.in_use_count
        labels = {"": _("In use"), "invited": _("Invited"), "disabled": _("Disabled")}
        return [
            {
                "label": labels[each],
                "href": address("users.index", {"show": each} if each else {}),
                "current": each == self.show,
                "count": counts[each],
            }
            for each in SHOWN
        ]

    @property
    def roles(self) -> list[tuple[str, str]]:
        return [("", _("All")), *((str(role), role_name(role)) for role in Role)]

    @property
    def previous_href(self) -> str | None:
        return self._href(self.page - 1) if self.page > 1 else None

    @property
    def next_href(self) -> str | None:
        return self._href(self.page + 1) if self.page * PAGE_SIZE < len(self._chosen) else None

    @cached_property
    def _chosen(self) -> Sequence[Colleague | Invited]:
        if self.show == "invited":
            return _of_role(self.invited, self.role)
        shut_out = self.show == "disabled"
        return _of_role([each for each in self.colleagues if (each.disabled_at is not None) is shut_out], self.role)

    def _href(self, page: int) -> str:
        chosen = {"show": self.show, "role": self.role, "page": str(page)}
        return address("users.index", {name: value for name, value in chosen.items() if value})

    @cached_property
    def _franchisees(self) -> dict[int, str]:
        return {each.id: each.name for each in franchisees()}

    def _works_at(self, row: Membership | Invitation, terminals: Sequence[str] = ()) -> str:
        if row.franchisee_id is not None:
            return self._franchisees.get(row.franchisee_id, "")
        if row.role == Role.SALESPERSON:
            return ", ".join(terminals) or _("No Terminal yet")
        return _("Whole brand")


def colleague_sessions() -> dict[int, Sessions]:
    """User → its living sessions in this business."""
    rows = db.session.execute(text("SELECT * FROM colleague_sessions()"))
    return {row.user_id: Sessions(row.number, row.last_seen_at) for row in rows}


def _with_second_factor() -> set[int]:
    return set(db.session.scalars(text("SELECT user_id FROM colleagues_with_second_factor()")))


def terminals_of(user_id: int) -> Sequence[Row[Any]]:
    """Id and name of the Terminals where a salesperson sells, by name."""
    sells = _assigned().where(TerminalUser.user_id == user_id)
    return sorted(db.session.execute(sells.with_only_columns(Terminal.id, Terminal.name)), key=lambda row: row.name)


def _terminal_names() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in db.session.execute(_assigned()):
        found.setdefault(row.user_id, []).append(row.name)
    return {user: sorted(names) for user, names in found.items()}


def _assigned() -> Any:
    same = (Terminal.business_id == TerminalUser.business_id) & (Terminal.id == TerminalUser.terminal_id)
    assigned = select(TerminalUser.user_id, Terminal.name).join(Terminal, same)
    return assigned.where(TerminalUser.business_id == business_id(), Terminal.archived_at.is_(None))


def _of_role(rows: Sequence[Any], role: str) -> Sequence[Any]:
    return [each for each in rows if not role or each.role == role]
