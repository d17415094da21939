"""The statements of the customers table: a page by key, the place of its key, the sums of a selection (CT-2 to CT-4).

A page is one statement: it walks an index in the order asked for from the page's key on, takes one row more than
shown, and joins what the shown columns need to those rows alone. So page 10,000 costs what the first does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    any_,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.sql import Executable

from app.customers.filters import CustomerFilter
from app.customers.models import Customer
from app.customers.parameters import BUDGET, BUSINESS, CUSTOMER, MOST, SCOPE, groups_of, place_of
from app.customers.registry import Column, Order, Source, Walk


@dataclass(frozen=True)
class Start:
    """Where a page begins: in which walk, and the value and customer it goes on from."""

    walk: int
    value: Any
    customer_id: int

    def parameters(self) -> dict[str, object]:
        return {"place": self.value, "customer": self.customer_id}


class Way(Enum):
    """How those whom conditions select are brought into an order."""

    MET = auto()
    """Some customers in the order are asked one by one: enough for a page where many are selected."""
    GATHERED = auto()
    """The whole selection is asked at once and sorted: what it costs does not depend on how many are selected."""


def page_statement(
    chosen: CustomerFilter,
    columns: Sequence[Column],
    order: Order,
    descending: bool,
    walk: int | None,
    way: Way | None = None,
) -> Select[Any]:
    """A page's rows; `walk` is the one that the page begins in, None for the first page; `way` for conditions."""
    page = _page(chosen, order, descending, walk, way)
    fields: dict[str, Any] = {"id": Customer.id}
    joined: Any = page.join(Customer, and_(Customer.business_id == BUSINESS, Customer.id == page.c.customer_id))
    sources: dict[str, Source] = {}
    for shown in columns:
        rows: FromClause = Customer.__table__
        if shown.source:
            source = shown.source(chosen)
            if source.name not in sources:
                mine = and_(source.customer_id == page.c.customer_id, *source.where)
                joined = joined.outerjoin(source.rows, mine)
                sources[source.name] = source
            rows = sources[source.name].rows
        fields |= {field.key: field for field in shown.fields(rows)}
    return select(*fields.values()).select_from(joined).order_by(*_ordered(page.c, order, descending))


def start_statement(order: Order) -> Executable:
    """In which walk a customer stands, and with which value."""
    looks = [
        select(literal_column(str(number)).label("walk"), _place_in(walk, number).label("value")).where(
            *walk.where, walk.customer_id == CUSTOMER
        )
        for number, walk in enumerate(order.walks)
    ]
    return looks[0] if len(looks) == 1 else union_all(*looks)


def sums_statement(chosen: CustomerFilter, source: Source, summed: Sequence[Column]) -> Select[Any]:
    """The totals of columns of one source over the whole selection."""
    totals = [each.total(source.rows).label(each.key) for each in summed if each.total]
    figures = source if source.of_sample else chosen.figures()
    base = figures.rows
    if not source.of_sample:
        base = base.join(source.rows, and_(source.customer_id == figures.customer_id, *source.where))
    joined, where = chosen.narrows(figures, base)
    return select(*totals).select_from(joined).where(*where)


def selection_statement(chosen: CustomerFilter) -> Select[Any]:
    """The ids of the whole selection, as customer_id."""
    figures = chosen.figures()
    joined, where = chosen.narrows(figures, figures.rows)
    return select(figures.customer_id.label("customer_id")).select_from(joined).where(*where)


def count_statement(chosen: CustomerFilter) -> Select[Any]:
    """How many customers the filter selects."""
    if chosen.search is None and chosen.conditions is None:
        return select(func.sample_size(SCOPE, 1 if chosen.of_buyers else 0))
    return selection_statement(chosen).with_only_columns(func.count())


def _page(chosen: CustomerFilter, order: Order, descending: bool, start: int | None, way: Way | None) -> Subquery:
    """Ids with their place in the order: at most a page and one."""
    numbered = list(enumerate(order.walks))
    if start is not None:
        numbered = [(n, walk) for n, walk in numbered if n == start or (n < start) == descending]
    falling = descending is not order.falling
    part_of = {None: _part, Way.MET: _met_part, Way.GATHERED: _gathered_part}[way]
    parts = [part_of(chosen, n, walk, falling, n == start) for n, walk in numbered]
    if len(parts) == 1:
        return parts[0].subquery("page")
    together = union_all(*[select(part.subquery()) for part in parts]).subquery()
    return select(together).order_by(*_ordered(together.c, order, descending)).limit(MOST).subquery("page")


def _part(chosen: CustomerFilter, number: int, walk: Walk, falling: bool, begun: bool) -> Select[Any]:
    if walk.groups is not None:
        return _grouped_part(chosen, number, walk, falling, begun)
    part = select(walk.customer_id.label("customer_id"), walk.value.label("value"), _numbered(number))
    part = part.where(*walk.where, *_chosen(chosen, walk))
    if begun:
        part = part.where(_beyond(walk.value, walk, falling))
    return part.order_by(*_falling(falling, walk.value, walk.customer_id)).limit(MOST)


def _met_part(chosen: CustomerFilter, number: int, walk: Walk, falling: bool, begun: bool) -> Select[Any]:
    """The first customers of a walk, each asked by itself until the page is full."""
    met = select(walk.customer_id.label("customer_id"), walk.value.label("value")).where(*walk.where)
    if begun:
        met = met.where(_beyond(walk.value, walk, falling))
    first = met.order_by(*_falling(falling, walk.value, walk.customer_id)).limit(BUDGET).subquery("met")
    figures = chosen.figures()
    base = first.join(figures.rows, and_(figures.customer_id == first.c.customer_id, *figures.where))
    joined, where = chosen.narrows(figures, base, one_by_one=True)
    part = select(first.c.customer_id, first.c.value, _numbered(number)).select_from(joined).where(*where)
    return part.order_by(*_falling(falling, first.c.value, first.c.customer_id)).limit(MOST)


def _gathered_part(chosen: CustomerFilter, number: int, walk: Walk, falling: bool, begun: bool) -> Select[Any]:
    """All of a walk that the filter selects, then sorted."""
    value = _place_in(walk, number)
    figures = walk.figures or chosen.figures()
    base: FromClause = figures.rows
    if walk.figures is None:
        base = base.join(walk.customer_id.table, and_(walk.customer_id == figures.customer_id, *walk.where))
    joined, where = chosen.narrows(figures, base)
    listed = [] if walk.groups is None else [walk.value == any_(groups_of(number))]
    begins = [_beyond(value, walk, falling)] if begun else []
    found = select(walk.customer_id.label("customer_id"), value.label("value")).select_from(joined)
    found = found.where(*walk.where, *where, *listed, *begins)
    # What stands behind OFFSET is planned by itself: no index is walked in the hope to meet the selected early.
    all_found = found.offset(0).subquery("found")
    part = select(all_found.c.customer_id, all_found.c.value, _numbered(number))
    return part.order_by(*_falling(falling, all_found.c.value, all_found.c.customer_id)).limit(MOST)


def _beyond(value: ColumnElement[Any], walk: Walk, falling: bool) -> ColumnElement[bool]:
    """Whether a customer stands behind the one that the page begins at."""
    here: Any = walk.customer_id if walk.constant else tuple_(value, walk.customer_id)
    there: Any = CUSTOMER if walk.constant else tuple_(place_of(value.type), CUSTOMER)
    return here < there if falling else here > there


def _falling(falling: bool, *columns: Any) -> list[Any]:
    return [each.desc() for each in columns] if falling else list(columns)


def _grouped_part(chosen: CustomerFilter, number: int, walk: Walk, falling: bool, begun: bool) -> Select[Any]:
    """Group after group, each from its stretch of the index, until the page is full."""
    listed = (
        func.unnest(groups_of(number)).table_valued(column("id", BigInteger), with_ordinality="rank").render_derived()
    )
    rank = cast(listed.c.rank, BigInteger)
    ranked = select(listed.c.id, rank.label("rank"))
    if begun:
        start = place_of(BigInteger())
        ranked = ranked.where(rank <= start if falling else rank >= start)
    groups = ranked.order_by(rank.desc() if falling else rank).subquery("grouped")
    member = select(walk.customer_id.label("customer_id"))
    member = member.where(*walk.where, walk.value == groups.c.id, *_chosen(chosen, walk))
    if begun:
        beyond = walk.customer_id < CUSTOMER if falling else walk.customer_id > CUSTOMER
        member = member.where(or_(groups.c.rank != place_of(BigInteger()), beyond))
    member = member.order_by(walk.customer_id.desc() if falling else walk.customer_id).limit(MOST)
    within = member.lateral("within")
    part = select(within.c.customer_id, groups.c.rank.label("value"), _numbered(number)).select_from(
        groups.join(within, true())
    )
    if falling:
        return part.order_by(groups.c.rank.desc(), within.c.customer_id.desc()).limit(MOST)
    return part.order_by(groups.c.rank, within.c.customer_id).limit(MOST)


def _chosen(chosen: CustomerFilter, walk: Walk) -> list[ColumnElement[bool]]:
    return (chosen.found_on_the_way if walk.figures else chosen.includes)(walk.customer_id)


def _numbered(number: int) -> ColumnElement[int]:
    return literal_column(str(number)).label("walk")


def _place_in(walk: Walk, number: int) -> ColumnElement[Any]:
    """By what a customer stands in a walk: the sorted value, or the rank of its group."""
    if walk.groups is None:
        return walk.value
    return cast(func.array_position(groups_of(number), walk.value), BigInteger)


def _ordered(columns: Any, order: Order, descending: bool) -> tuple[Any, ...]:
    walk = columns.walk.desc() if descending else columns.walk
    if descending is not order.falling:
        return walk, columns.value.desc(), columns.customer_id.desc()
    return walk, columns.value, columns.customer_id
