"""Changing goods and their groups (LP-6): every change is in the audit log (PR-4), and no past sale ever changes.

All of them need the goods held by lock_goods().
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import exists, select

from app import audit
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.lib.collation import sort_key
from app.loyalty.models import Good, GoodGroup


class CodeTakenError(Exception):
    """Another good has this code, in use or archived."""


class NameTakenError(Exception):
    """Another group in use has this name."""


class InUseError(Exception):
    """Goods in use are of this group."""


class GroupArchivedError(Exception):
    """The group that a good is of is archived."""


@dataclass(frozen=True)
class GoodValues:
    """What is said of a good: the price of one unit in the smallest unit of the currency, None for none."""

    name: str
    code: str = ""
    unit: str = ""
    price: int | None = None
    variable_price: bool = False
    group_id: int | None = None


def add_good(values: GoodValues) -> int:
    """Answers with the id of a new good. Raises CodeTakenError."""
    _check_code(values.code, None)
    good = Good(business_id=business_id(), **asdict(values), **_keys(values))
    db.session.add(good)
    db.session.flush()
    audit.record("good.add", _subject(good), {name: (None, value) for name, value in asdict(values).items()})
    return good.id


def change_good(good: Good, values: GoodValues) -> None:
    """Raises CodeTakenError."""
    _check_code(values.code, good.id)
    changes = audit.changes_of(good, asdict(values))
    if not changes:
        return
    for name, value in (asdict(values) | _keys(values)).items():
        setattr(good, name, value)
    good.version += 1
    audit.record("good.change", _subject(good), changes)


def archive_good(good: Good) -> None:
    """Offers it no more; whoever bought it has bought it."""
    _move(good, "archive")


def restore_good(good: Good) -> None:
    """Offers it again. Raises GroupArchivedError."""
    group = db.session.get(GoodGroup, (business_id(), good.group_id)) if good.group_id else None
    if group is not None and group.archived_at is not None:
        raise GroupArchivedError
    _move(good, "restore")


def add_group(name: str) -> int:
    """Answers with the id of a new group. Raises NameTakenError."""
    _check_name(name, None)
    group = GoodGroup(business_id=business_id(), name=name, name_key=sort_key(name))
    db.session.add(group)
    db.session.flush()
    audit.record("good_group.add", _subject(group), {"name": (None, name)})
    return group.id


def rename_group(group: GoodGroup, name: str) -> None:
    """Raises NameTakenError."""
    if group.archived_at is None:
        _check_name(name, group.id)
    changes = audit.changes_of(group, {"name": name})
    if changes:
        group.name, group.name_key = name, sort_key(name)
        audit.record("good_group.change", _subject(group), changes)


def archive_group(group: GoodGroup) -> None:
    """Raises InUseError: first its goods are archived, or put into other groups."""
    goods = exists().where(Good.business_id == business_id(), Good.group_id == group.id, Good.archived_at.is_(None))
    if db.session.execute(select(goods)).scalar_one():
        raise InUseError
    _move(group, "archive")


def restore_group(group: GoodGroup) -> None:
    """Raises NameTakenError."""
    _check_name(group.name, group.id)
    _move(group, "restore")


def _keys(values: GoodValues) -> dict[str, str]:
    """By what it is found and told apart."""
    return {"name_key": sort_key(values.name), "code_key": values.code.casefold()}


def _check_code(code: str, own: int | None) -> None:
    if not code:
        return
    same = select(Good.id).where(Good.business_id == business_id(), Good.code_key == code.casefold())
    if db.session.scalar(same) not in (None, own):
        raise CodeTakenError


def _check_name(name: str, own: int | None) -> None:
    used = select(GoodGroup).where(GoodGroup.business_id == business_id(), GoodGroup.archived_at.is_(None))
    if any(each.name.casefold() == name.casefold() and each.id != own for each in db.session.scalars(used)):
        raise NameTakenError


def _move(row: Good | GoodGroup, verb: str) -> None:
    """Into the archive or out of it; one that is there already stays as it is."""
    before, after = row.archived_at, dates.now() if verb == "archive" else None
    if (before is None) is (after is None):
        return
    row.archived_at = after
    subject = _subject(row)
    audit.record(f"{subject.kind}.{verb}", subject, {"archived_at": (before, after)})


def _subject(row: Any) -> audit.Subject:
    return audit.Subject(row.__tablename__, row.id)
