"""The customers table as it is asked for: a page, the count, the sums (CT-2 to CT-4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, Select, func, select
from werkzeug.exceptions import NotFound

from app.accounts.models import ApiKey, User
from app.audit import AuditEntry
from app.customers.family import hold_family, survivor_of
from app.customers.filters import CustomerFilter
from app.customers.models import Answer, Customer
from app.customers.opening import note_opened
from app.customers.registry import Column, Order, Source
from app.customers.saved_filters import Search
from app.customers.search import Criterion
from app.customers.statements import (
    Start,
    Way,
    count_statement,
    page_statement,
    selection_statement,
    start_statement,
    sums_statement,
)
from app.db import business_id
from app.errors import Problem
from app.extensions import db
from app.kept_statements import ask
from app.loyalty.queries import Question, questions
from app.paging import PageKey

PAGE_SIZE = 50
BUDGETS = ((2_000, 15), (10_000, PAGE_SIZE))
"""How many customers are asked one by one for a page, and how many must be found for it to be tried with the next."""


@dataclass(frozen=True)
class Page:
    """Rows of a page, and whether there are more on either side."""

    rows: list[Row[Any]]
    has_previous: bool
    has_next: bool


def customer_page(
    chosen: CustomerFilter, columns: Sequence[Column], sort: Column, descending: bool, key: PageKey | None
) -> Page:
    """One page of the table. Raises Problem 404 when the page key's customer is not in this order any more."""
    if chosen.problems:
        return Page([], has_previous=False, has_next=False)
    if sort.searched and chosen.search:
        chosen = replace(chosen, gathered=True)
    order = sort.order(chosen)
    backward = key is not None and key.backward
    start = _start(chosen, sort, order, key.id) if key else None
    asked = _Asked(chosen, columns, sort, order, descending is not backward, start)
    rows = asked.rows() if chosen.conditions is None else asked.selected_rows()
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if backward:
        return Page(rows[::-1], has_previous=more, has_next=True)
    return Page(rows, has_previous=start is not None, has_next=more)


def customer_count(chosen: CustomerFilter) -> int:
    """How many customers the filter selects."""
    if chosen.problems:
        return 0
    known_by = _kept_by(chosen, "count", chosen.shape)
    return int(ask(known_by, lambda: count_statement(chosen), chosen.parameters()).scalar_one())


def sums_by_source(chosen: CustomerFilter, columns: Iterable[Column]) -> list[Callable[[], dict[str, int]]]:
    """The sums of the selection under those columns that have one, in their units: a statement for each source."""
    if chosen.problems:
        return []
    by_source: dict[str, tuple[Source, list[Column]]] = {}
    for column in columns:
        if column.total and column.source:
            source = column.source(chosen)
            by_source.setdefault(source.name, (source, []))[1].append(column)
    return [partial(_sums_of, chosen, source, summed) for source, summed in by_source.values()]


class MergedError(NotFound):
    """The record was merged into another, which stands for both now (CP-9)."""

    def __init__(self, record: int, survivor: int) -> None:
        super().__init__()
        self.record = record
        self.survivor = survivor


def customer_named(customer_id: int) -> Customer:
    """A customer that this person may see, not merged or erased. Raises NotFound, MergedError, Problem 429 (CT-11)."""
    return _present(db.session.get(Customer, (business_id(), customer_id)))


def customers_found(words: str, most: int) -> list[Customer]:
    """The first by name of those that a search finds."""
    chosen = CustomerFilter.from_args({}).searching(Search(Criterion.ALL, words))
    ids = selection_statement(chosen).limit(most)
    numbers = ask(None, lambda: ids, chosen.parameters()).scalars().all()
    mine = select(Customer).where(Customer.business_id == business_id(), Customer.id.in_(numbers))
    return list(db.session.scalars(mine.order_by(Customer.name_key, Customer.id)))


def customer_to_change(customer_id: int) -> Customer:
    """The same, held until the end of this unit of work; what only refers to it, such as points, does not wait."""
    key = (business_id(), customer_id)
    return _present(db.session.get(Customer, key, with_for_update={"key_share": True}, populate_existing=True))


def unanswered(customer_id: int) -> list[Question]:
    """The questions that are asked and that a customer has not answered, in their order (LP-7)."""
    asked = questions()
    if not asked:
        return []
    mine = select(Answer.field_id).where(Answer.business_id == business_id(), Answer.customer_id == customer_id)
    answered = set(db.session.scalars(mine))
    return [each for each in asked if each.id not in answered]


def customer_to_erase(customer_id: int) -> Customer:
    """The same, held with all records that were merged into it, as these are erased with it."""
    hold_family(customer_id)
    return customer_to_change(customer_id)


def last_change(customer_id: int) -> tuple[str, datetime] | None:
    """Who changed a customer last, and when; None where the audit log shows this person no line of it, or nobody's."""
    lines = (
        select(func.coalesce(User.name, ApiKey.name).label("name"), AuditEntry.at)
        .outerjoin(User, User.id == AuditEntry.user_id)
        .outerjoin(ApiKey, (ApiKey.business_id == AuditEntry.business_id) & (ApiKey.id == AuditEntry.api_key_id))
        .where(
            AuditEntry.business_id == business_id(),
            AuditEntry.subject_kind == "customer",
            AuditEntry.subject_id == customer_id,
        )
    )
    row = db.session.execute(lines.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(1)).first()
    return (row.name, row.at) if row and row.name else None


@dataclass(frozen=True)
class _Asked:
    """A page as it is asked for."""

    chosen: CustomerFilter
    columns: Sequence[Column]
    sort: Column
    order: Order
    descending: bool
    start: Start | None

    def selected_rows(self) -> list[Row[Any]]:
        """The rows of a filter with conditions: those met first where that fills the page, else all gathered."""
        (walk, *more) = self.order.walks
        for budget, least in BUDGETS if not more and walk.groups is None else ():
            rows = self.rows(Way.MET, budget)
            if len(rows) > PAGE_SIZE:
                return rows
            if len(rows) < least:
                break
        return self.rows(Way.GATHERED)

    def rows(self, way: Way | None = None, budget: int = 0) -> list[Row[Any]]:
        walk = self.start.walk if self.start else None
        names = tuple(column.key for column in self.columns)
        known_by = _kept_by(self.chosen, "page", names, self.sort.key, self.descending, walk, self.chosen.shape)
        values = self.chosen.parameters() | self.order.parameters() | {"most": PAGE_SIZE + 1, "budget": budget}
        values |= self.start.parameters() if self.start else {}

        def statement() -> Select[Any]:
            return page_statement(self.chosen, self.columns, self.order, self.descending, walk, way)

        return list(ask(known_by, statement, values))


def _kept_by(chosen: CustomerFilter, *key: object) -> tuple[object, ...] | None:
    """What a statement is known by; none with conditions, as these are too many to keep a statement for each."""
    return None if chosen.conditions is not None else key


def _present(customer: Customer | None) -> Customer:
    if customer is None or customer.erased_at is not None:
        raise NotFound
    if customer.merged_into_id is not None:
        raise MergedError(customer.id, survivor_of(customer.id))
    note_opened(customer.id)
    return customer


def _sums_of(chosen: CustomerFilter, source: Source, summed: list[Column]) -> dict[str, int]:
    known_by = _kept_by(chosen, "sums", tuple(column.key for column in summed), chosen.shape)
    row = ask(known_by, lambda: sums_statement(chosen, source, summed), chosen.parameters()).one()
    return {column.key: int(getattr(row, column.key) or 0) for column in summed}


def _start(chosen: CustomerFilter, sort: Column, order: Order, customer_id: int) -> Start:
    """Where a customer stands in the order now."""
    values = chosen.parameters() | order.parameters() | {"customer": customer_id}
    known_by = ("start", sort.key, chosen.shape)
    row = ask(known_by, lambda: start_statement(order), values).first()
    if row is None:
        raise Problem(
            404,
            _("The page that this address begins with is gone."),
            _("Start from the first page: the customer it began at is not in this list any more."),
        )
    return Start(row.walk, row.value, customer_id)
