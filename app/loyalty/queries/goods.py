"""Goods and their groups: pages of the list, one of them, what the Terminal offers and finds (LP-6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, text, tuple_
from werkzeug.exceptions import NotFound

from app.db import ask, business_id
from app.extensions import db
from app.lib.collation import sort_key
from app.lib.texts import one_line
from app.loyalty.models import Good, GoodGroup
from app.paging import PAGE_SIZE, Page, PageKey, page_of

FOUND = 50
"""How many goods the Terminal shows at once."""
_LAST = "\U0010ffff"
"""Behind every group's name: where goods without a group stand."""
_RANK = func.coalesce(GoodGroup.name_key, _LAST), Good.name_key, Good.id


@dataclass(frozen=True)
class ChosenGoods:
    """Which goods a list shows."""

    group_id: int | None = None
    search: str = ""
    """The beginning of a code, or a part of a name."""
    archived: bool = False

    def goods(self) -> Select[Any]:
        chosen = _goods().where(Good.archived_at.is_not(None) if self.archived else Good.archived_at.is_(None))
        if self.group_id is not None:
            chosen = chosen.where(Good.group_id == self.group_id)
        return chosen.where(_found(self.search)) if self.search else chosen


def groups() -> list[GoodGroup]:
    """Every group, archived ones too, by name."""
    mine = select(GoodGroup).where(GoodGroup.business_id == business_id())
    return list(db.session.scalars(mine.order_by(GoodGroup.name_key, GoodGroup.id)))


def group_sizes() -> dict[int, int]:
    """Group → how many goods in use are in it."""
    used = Good.business_id == business_id(), Good.archived_at.is_(None), Good.group_id.is_not(None)
    counted = select(Good.group_id, func.count().label("number")).where(*used).group_by(Good.group_id)
    return {row.group_id: row.number for row in db.session.execute(counted)}


def group_named(number: int) -> GoodGroup:
    """A group by its id, archived or not. Raises NotFound."""
    return _named(GoodGroup, number)


def good_named(number: int) -> Good:
    """A good by its id, archived or not. Raises NotFound."""
    return _named(Good, number)


def goods_count(chosen: ChosenGoods) -> int:
    return int(db.session.execute(chosen.goods().with_only_columns(func.count())).scalar_one())


def goods_page(chosen: ChosenGoods, key: PageKey | None) -> Page[Any]:
    """Goods by group and name. Raises NotFound when the good that the page begins at is gone."""
    backward = key is not None and key.backward
    listed = chosen.goods()
    if key is not None:
        begin: Any = db.session.execute(_goods().where(Good.id == key.id).with_only_columns(*_RANK)).first()
        if begin is None:
            raise NotFound
        here, there = tuple_(*_RANK), tuple_(*[literal(each) for each in begin])
        listed = listed.where(here < there if backward else here > there)
    order = [each.desc() for each in _RANK] if backward else _RANK
    rows = db.session.scalars(listed.order_by(*order).limit(PAGE_SIZE + 1)).all()
    return page_of(rows[::-1] if backward else rows, key)


def offered_goods(group_id: int | None = None) -> list[tuple[GoodGroup | None, list[Good]]]:
    """The first of what the Terminal offers, group by group, goods without a group last; nothing unpriced (LP-6)."""
    of_group: dict[int | None, list[Good]] = {}
    listed = _offered() if group_id is None else _offered().where(Good.group_id == group_id)
    for good in db.session.scalars(listed.order_by(*_RANK).limit(FOUND)):
        of_group.setdefault(good.group_id, []).append(good)
    known = {each.id: each for each in groups()}
    return [(known[number] if number is not None else None, goods) for number, goods in of_group.items()]


def offered_groups() -> list[GoodGroup]:
    """The groups that something is offered of, by name."""
    used = set(db.session.scalars(_offered().with_only_columns(Good.group_id).distinct()))
    return [each for each in groups() if each.id in used]


def offered_count() -> int:
    return int(db.session.execute(_offered().with_only_columns(func.count())).scalar_one())


def offered_among(numbers: Collection[int]) -> dict[int, Good]:
    """Which of these goods are offered now, by id, by group and name."""
    found = db.session.scalars(_offered().where(Good.id.in_(numbers)).order_by(*_RANK))
    return {each.id: each for each in found}


# That a code is not empty is said apart, so that the index of codes serves.
_OF_PROGRAM = text(
    "SELECT p.id AS program_id, g.id, g.group_id, g.code, g.code_key, g.name, g.price, g.archived_at FROM program p"
    " LEFT JOIN good g ON g.business_id = :business AND g.code_key <> '' AND g.code_key = ANY(CAST(:codes AS text[]))"
    " WHERE p.business_id = :business AND (p.id = :program OR p.is_default AND CAST(:program AS bigint) IS NULL)"
)


def program_with_goods(program_id: int | None, codes: Collection[str]) -> list[Any]:
    """A program, the default one for None, beside each good that has one of these codes, as they are compared.

    Archived goods too, as a code means one thing. One statement, as a sale has few; no row where there is no program.
    """
    keys = [code.casefold() for code in codes if code]
    return ask(_OF_PROGRAM, {"business": business_id(), "program": program_id, "codes": keys})


def good_choices() -> list[tuple[str, str]]:
    """Every good by name, archived ones too, with its code where others have the same name."""
    rows: Sequence[Any] = db.session.execute(
        select(Good.id, Good.name, Good.code)
        .where(Good.business_id == business_id())
        .order_by(Good.name_key, Good.code_key, Good.id)
    ).all()
    times = Counter(row.name for row in rows)
    return [(str(row.id), _told_apart(row) if times[row.name] > 1 else row.name) for row in rows]


def goods_in_use() -> set[int]:
    """The ids of goods that are not archived."""
    mine = select(Good.id).where(Good.business_id == business_id(), Good.archived_at.is_(None))
    return set(db.session.scalars(mine))


def group_choices() -> list[tuple[str, str]]:
    """Every group by name, archived ones too."""
    return [(str(each.id), each.name) for each in groups()]


def search_goods(words: str) -> Sequence[Good]:
    """What the Terminal finds, at most FOUND: codes that begin so, names that do, names with it somewhere."""
    line = one_line(words)
    if not line:
        return []
    rank = Good.code_key.startswith(line.casefold(), autoescape=True), _begins(line), Good.name_key
    found = _offered().where(_found(line)).order_by(rank[0].desc(), rank[1].desc(), rank[2], Good.id)
    return db.session.scalars(found.limit(FOUND)).all()


def lock_goods() -> None:
    """Holds the goods until the end of this unit of work: who changes them too waits."""
    db.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('goods', :business))"), {"business": business_id()}
    )


def _goods() -> Select[Any]:
    group = (GoodGroup.business_id == Good.business_id) & (GoodGroup.id == Good.group_id)
    return select(Good).outerjoin(GoodGroup, group).where(Good.business_id == business_id())


def _offered() -> Select[Any]:
    return _goods().where(Good.archived_at.is_(None), Good.price.is_not(None))


def _found(words: str) -> ColumnElement[bool]:
    code = Good.code_key.startswith(words.casefold(), autoescape=True)
    key = sort_key(words)
    return or_(code, Good.name_key.contains(key, autoescape=True)) if key else code


def _told_apart(row: Any) -> str:
    return f"{row.name} ({row.code})" if row.code else str(row.name)


def _begins(words: str) -> ColumnElement[bool]:
    return Good.name_key.startswith(sort_key(words), autoescape=True)


def _named(kind: Any, number: int) -> Any:
    found = db.session.get(kind, (business_id(), number))
    if found is None:
        raise NotFound
    return found
