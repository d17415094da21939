"""The audit log as an address asks for it: which lines, from where on, and each in words (PR-4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, func, select

from app.accounts.models import ApiKey, Membership, User
from app.address import address, whole_number
from app.audit import AuditEntry, AuditValue, salted_hash
from app.audit_words import Fields, Kind, KnownFields, kinds
from app.db import business_id
from app.errors import BadAddress
from app.extensions import db
from app.filters import local
from app.lib.collation import sort_key
from app.paging import ARGS as PAGE_ARGS
from app.paging import Order, Page, PageKey, page_of
from app.period import ARGS as PERIOD_ARGS
from app.period import Period

ARGUMENTS = ("person", "kind", "id", "action", *PERIOD_ARGS, *PAGE_ARGS)
PLATFORM, KEYS = "platform", "api"
"""Instead of a person's number: what commands of support and the house itself did; what programs did by the API."""
ORDER = Order(AuditEntry.at.expression, AuditEntry.id.expression)


@dataclass(frozen=True)
class Change:
    """A field's old and new value in words. Those of a person are gone once it is erased; `whole` proves the others."""

    label: str
    old: str
    new: str
    gone: bool
    whole: bool


@dataclass(frozen=True)
class Line:
    """A line of the log in words."""

    id: int
    at: datetime
    day: date
    who: str | None
    address: str
    action: str
    subject: str
    subject_href: str | None
    all_href: str
    """Every line about the same thing."""
    changes: list[Change]


@dataclass(frozen=True)
class LogFilter:
    """What of an address chooses lines. Raises BadAddress for what cannot be read."""

    person: int | str | None
    """A user's number, PLATFORM or KEYS."""
    kind: str | None
    subject: int | None
    action: str | None
    period: Period

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> LogFilter:
        return cls(
            person=_person(args.get("person", "")),
            kind=_one_of(args, "kind", kinds()),
            subject=whole_number(args["id"], "id") if args.get("id") else None,
            action=_one_of(args, "action", [action for kind in kinds().values() for action in kind.actions]),
            period=Period.from_args(args),
        )

    def args(self) -> dict[str, str]:
        chosen = {"person": self.person, "kind": self.kind, "id": self.subject, "action": self.action}
        return {name: str(value) for name, value in chosen.items() if value is not None} | self.period.args()

    def conditions(self) -> list[ColumnElement[bool]]:
        found = [AuditEntry.business_id == business_id(), *self.period.holds(AuditEntry.at)]
        if self.person is not None:
            found += _done_by(self.person)
        if self.action is not None:
            found.append(AuditEntry.action == self.action)
        if self.kind is not None or self.subject is not None:
            # Of a number alone each kind is looked up by itself: the index begins with the kind.
            found.append(AuditEntry.subject_kind.in_([self.kind] if self.kind else list(kinds())))
        if self.subject is not None:
            found.append(AuditEntry.subject_id == self.subject)
        return found


class AuditLog:
    """A page of lines, newest first; constant statements, however many lines there are."""

    def __init__(self, args: Mapping[str, str]) -> None:
        self.filter = LogFilter.from_args(args)
        self.key = PageKey.from_args(args)

    @cached_property
    def lines(self) -> list[Line]:
        values = self._values(row.id for row in self._page.lines)
        return [self._line(row, values.get(row.id, {})) for row in self._page.lines]

    @property
    def previous_href(self) -> str | None:
        """Towards the newest."""
        return self._href(self._page.previous)

    @property
    def next_href(self) -> str | None:
        return self._href(self._page.next)

    @property
    def narrowed(self) -> bool:
        return bool(self.filter.args())

    @cached_property
    def people(self) -> list[tuple[int | str, str]]:
        """Who works in the business or did, by name; the platform; and who is asked for, even if it never did."""
        members = (
            select(User.id, User.name)
            .join(Membership, Membership.user_id == User.id)
            .where(Membership.business_id == business_id())
        )
        rows = sorted(db.session.execute(members), key=lambda row: (sort_key(row.name), row.id))
        found: list[tuple[int | str, str]] = [(row.id, row.name) for row in rows]
        found += [(KEYS, _("Programs, by the API")), (PLATFORM, _("The platform"))]
        asked = self.filter.person
        if asked is not None and asked not in dict(found):
            found.append((asked, _("User %(number)s", number=asked)))
        return found

    @cached_property
    def _page(self) -> Page[Row[Any]]:
        if self.filter.period.fault:
            return Page([])
        columns: list[Any] = [each for each in AuditEntry.__table__.c if each.key not in ("hash", "previous_hash")]
        ids = ORDER.newest(select(AuditEntry.id).where(*self.filter.conditions()), self.key).subquery()
        lines = (
            select(*columns, func.coalesce(User.name, ApiKey.name).label("who"))
            .join(ids, ids.c.id == AuditEntry.id)
            .outerjoin(User, User.id == AuditEntry.user_id)
            .outerjoin(ApiKey, (ApiKey.business_id == AuditEntry.business_id) & (ApiKey.id == AuditEntry.api_key_id))
            .where(AuditEntry.business_id == business_id())
            .order_by(*ORDER.newest_first())
        )
        return page_of([*db.session.execute(lines)], self.key)

    def _values(self, entries: Iterable[int]) -> dict[int, dict[str, AuditValue]]:
        """Entry → its values by field, as far as they still exist."""
        kept = select(AuditValue).where(AuditValue.business_id == business_id(), AuditValue.entry_id.in_(list(entries)))
        found: dict[int, dict[str, AuditValue]] = {}
        for value in db.session.scalars(kept):
            found.setdefault(value.entry_id, {})[value.field] = value
        return found

    @cached_property
    def _names(self) -> dict[str, Mapping[int, str]]:
        """Kind → names of the things that this page is about: a statement for each kind."""
        ids: dict[str, set[int]] = {}
        for row in self._page.lines:
            ids.setdefault(row.subject_kind, set()).add(row.subject_id)
        return {key: kinds()[key].names(numbers) if key in kinds() else {} for key, numbers in ids.items()}

    @cached_property
    def _fields(self) -> dict[str, Fields]:
        shown = {row.subject_kind for row in self._page.lines}
        return {key: kinds()[key].fields() if key in kinds() else KnownFields({}) for key in shown}

    def _line(self, row: Row[Any], values: dict[str, AuditValue]) -> Line:
        kind: Kind | None = kinds().get(row.subject_kind)
        name = self._names[row.subject_kind].get(row.subject_id)
        about = {"kind": row.subject_kind, "id": str(row.subject_id)}
        return Line(
            id=row.id,
            at=row.at,
            day=local(row.at).date(),
            who=_who(row),
            address=row.address,
            action=str(kind.actions.get(row.action, row.action)) if kind else row.action,
            subject=name or _("No. %(number)s", number=row.subject_id),
            subject_href=kind.href(row.subject_id) if kind and kind.href and name else None,
            all_href=address("audit.index", about) if kind else address("audit.index"),
            changes=[self._change(row, field, values.get(field)) for field in sorted(row.fields)],
        )

    def _change(self, row: Row[Any], field: str, value: AuditValue | None) -> Change:
        fields = self._fields[row.subject_kind]
        if value is None:
            return Change(fields.label(field), "", "", gone=True, whole=True)
        whole = salted_hash(value.salt, value.old, value.new) == row.fields[field]
        old, new = fields.words(field, value.old), fields.words(field, value.new)
        return Change(fields.label(field), old, new, gone=False, whole=whole)

    def _href(self, place: Mapping[str, str] | None) -> str | None:
        return address("audit.index", self.filter.args(), place) if place else None


def _done_by(person: int | str) -> list[ColumnElement[bool]]:
    if person == PLATFORM:
        return [AuditEntry.user_id.is_(None), AuditEntry.api_key_id.is_(None)]
    return [AuditEntry.api_key_id.is_not(None) if person == KEYS else AuditEntry.user_id == person]


def _who(row: Row[Any]) -> str | None:
    if row.api_key_id is not None:
        return _("API key %(name)s", name=row.who)
    return row.who if row.who or row.user_id is None else _("User %(number)s", number=row.user_id)


def _person(text: str) -> int | str | None:
    return text if text in (PLATFORM, KEYS) else whole_number(text, "person") if text else None


def _one_of(args: Mapping[str, str], name: str, known: Iterable[str]) -> str | None:
    text = args.get(name) or None
    if text is not None and text not in known:
        raise BadAddress(_("There is no such “%(name)s” as this address names.", name=name))
    return text
