"""The customers table in SQL: a page by key, the count, the sums (CT-2 to CT-4).

A page is one statement: it walks an index in the order asked for from the page's key on, takes one row more than
shown, and joins what the shown columns need to those rows alone. So page 10,000 costs what the first does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    FromClause,
    Row,
    Select,
    Subquery,
    and_,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    union_all,
)
from werkzeug.exceptions import NotFound

from app.customers.filters import CustomerFilter
from app.customers.models import Customer
from app.customers.registry import Column, Order, Source, Walk
from app.db import business_id
from app.errors import Problem
from app.extensions import db

PAGE_SIZE = 50


@dataclass(frozen=True)
class PageKey:
    """Where a page begins: behind or before a customer, by its place in the order now."""

    customer_id: int
    backward: bool = False


@dataclass(frozen=True)
class Page:
    """Rows of a page, and whether there are more on either side."""

    rows: list[Row[Any]]
    has_previous: bool
    has_next: bool


@dataclass(frozen=True)
class _Anchor:
    """The place of a page key's customer: which walk, and the value there."""

    walk: int
    value: Any
    customer_id: int


def customer_page(
    chosen: CustomerFilter, columns: Sequence[Column], sort: Column, descending: bool, key: PageKey | None
) -> Page:
    """One page of the table. Raises Problem 404 when the page key's customer is not in this order any more."""
    order = sort.order(chosen)
    backward = key is not None and key.backward
    anchor = _anchor(order, key.customer_id) if key else None
    page = _page_ids(chosen, order, descending is not backward, anchor)
    rows = list(db.session.execute(_details(page, chosen, columns, order, descending is not backward)))
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if backward:
        return Page(rows[::-1], has_previous=more, has_next=True)
    return Page(rows, has_previous=anchor is not None, has_next=more)


def customer_count(chosen: CustomerFilter) -> int:
    """How many customers the filter selects."""
    figures = chosen.figures()
    counted = select(func.count()).select_from(figures).where(*chosen.found(figures.c.customer_id))
    return db.session.execute(counted).scalar_one()


def selection_sums(chosen: CustomerFilter, columns: Iterable[Column]) -> dict[str, int]:
    """The sums of the selection under those columns that have one, in their units."""
    by_source: dict[str, tuple[Source, list[Column]]] = {}
    for column in columns:
        if column.total and column.source:
            source = column.source(chosen)
            by_source.setdefault(source.name, (source, []))[1].append(column)
    sums: dict[str, int] = {}
    for source, summed in by_source.values():
        row = db.session.execute(_sums(chosen, source, summed)).one()
        sums |= {column.key: int(getattr(row, column.key) or 0) for column in summed}
    return sums


def customer_named(customer_id: int) -> Customer:
    """A customer that this person may see, not merged or erased. Raises NotFound."""
    customer = db.session.get(Customer, (business_id(), customer_id))
    if customer is None or customer.merged_into_id is not None or customer.erased_at is not None:
        raise NotFound
    return customer


def _sums(chosen: CustomerFilter, source: Source, summed: Sequence[Column]) -> Select[Any]:
    totals = [column.total(source.rows).label(column.key) for column in summed if column.total]
    if source.of_sample:
        return select(*totals).select_from(source.rows).where(*chosen.found(source.customer_id))
    figures = chosen.figures()
    joined = figures.join(source.rows, and_(source.customer_id == figures.c.customer_id, *source.where))
    return select(*totals).select_from(joined).where(*chosen.found(figures.c.customer_id))


def _page_ids(chosen: CustomerFilter, order: Order, descending: bool, anchor: _Anchor | None) -> Subquery:
    """Ids with their place in the order: at most a page and one."""
    numbered = list(enumerate(order.walks))
    if anchor:
        numbered = [(n, walk) for n, walk in numbered if n == anchor.walk or (n < anchor.walk) == descending]
    if descending:
        numbered.reverse()
    falling = descending is not order.falling
    parts = [_walk_part(chosen, n, walk, falling, anchor) for n, walk in numbered]
    if len(parts) == 1:
        return parts[0].subquery("page")
    together = union_all(*[select(part.subquery()) for part in parts]).subquery()
    place = together.c.walk.desc() if descending else together.c.walk
    return select(together).order_by(place, *_within(together.c, falling)).limit(PAGE_SIZE + 1).subquery("page")


def _walk_part(chosen: CustomerFilter, number: int, walk: Walk, falling: bool, anchor: _Anchor | None) -> Select[Any]:
    part = select(
        walk.customer_id.label("customer_id"), walk.value.label("value"), literal_column(str(number)).label("walk")
    )
    chosen_there = chosen.found if walk.in_sample else chosen.includes
    part = part.where(*walk.where, *chosen_there(walk.customer_id))
    if anchor and anchor.walk == number:
        here = tuple_(walk.value, walk.customer_id)
        there = tuple_(literal(anchor.value, walk.value.type), literal(anchor.customer_id))
        part = part.where(here < there if falling else here > there)
    ordered = (walk.value.desc(), walk.customer_id.desc()) if falling else (walk.value, walk.customer_id)
    return part.order_by(*ordered).limit(PAGE_SIZE + 1)


def _details(
    page: Subquery, chosen: CustomerFilter, columns: Sequence[Column], order: Order, descending: bool
) -> Select[Any]:
    fields: dict[str, Any] = {"id": Customer.id}
    joined: Any = page.join(Customer, and_(Customer.business_id == business_id(), Customer.id == page.c.customer_id))
    sources: dict[str, Source] = {}
    for column in columns:
        rows: FromClause = Customer.__table__
        if column.source:
            source = column.source(chosen)
            if source.name not in sources:
                sources[source.name] = source
                joined = joined.outerjoin(source.rows, and_(source.customer_id == page.c.customer_id, *source.where))
            rows = sources[source.name].rows
        fields |= {field.key: field for field in column.fields(rows)}
    place = page.c.walk.desc() if descending else page.c.walk
    return (
        select(*fields.values()).select_from(joined).order_by(place, *_within(page.c, descending is not order.falling))
    )


def _within(columns: Any, falling: bool) -> tuple[Any, Any]:
    if falling:
        return columns.value.desc(), columns.customer_id.desc()
    return columns.value, columns.customer_id


def _anchor(order: Order, customer_id: int) -> _Anchor:
    """Where a customer stands in the order now."""
    looks = [
        select(literal_column(str(number)).label("walk"), walk.value.label("value")).where(
            *walk.where, walk.customer_id == customer_id
        )
        for number, walk in enumerate(order.walks)
    ]
    row = db.session.execute(looks[0] if len(looks) == 1 else union_all(*looks)).first()
    if row is None:
        raise Problem(
            404,
            _("The page that this address begins with is gone."),
            _("Start from the first page: the customer it began at is not in this list any more."),
        )
    return _Anchor(row.walk, row.value, customer_id)
