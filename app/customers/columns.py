"""The table's own columns: identity, category and access, sales figures, tags, registration (CT-1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import BigInteger, ColumnElement, FromClause, Row, all_, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.orm import InstrumentedAttribute

from app.businesses import queries as places
from app.businesses.models import PointOfSale
from app.customers.filters import rounded_ratio
from app.customers.models import Card, Customer, Enrolment, Tag
from app.customers.parameters import BUSINESS, PROGRAM, groups_of
from app.customers.registry import Column, Order, Sample, Source, Walk
from app.db import business_id, current_scope
from app.errors import BadAddress
from app.extensions import db
from app.filters import local, money_label
from app.lib import dates
from app.loyalty.models import Access, Category

TAGS_SHOWN = 3


def all_columns(providers: Sequence[tuple[int, Any]]) -> dict[str, Column]:
    """Every column of this business by its key, in the standard order."""
    return {column.key: column for _place, provider in providers for column in provider()}


def column_named(columns: dict[str, Column], key: str) -> Column:
    """The column of that key. Raises BadAddress for one that does not exist."""
    if key not in columns:
        raise BadAddress(_("There is no column “%(name)s”.", name=key[:40]))
    return columns[key]


def identity_columns() -> list[Column]:
    return [
        _own("phone", _("Phone"), "phone", Customer.phone, rank=1, standard=True, searched=True),
        Column(
            "name",
            _("Name"),
            "name",
            fields=lambda rows: [Customer.first_name, Customer.last_name],
            order=lambda sample: _customers(Customer.name_key),
            cell=lambda row: f"{row.first_name} {row.last_name}".strip(),
            rank=1,
            standard=True,
            searched=True,
        ),
        _own("first_name", _("First name"), "text", Customer.first_name, Customer.first_name_key, searched=True),
        _own("last_name", _("Last name"), "text", Customer.last_name, Customer.last_name_key, searched=True),
        _own("email", _("E-mail"), "text", Customer.email, searched=True),
        Column(
            "cards",
            _("Card numbers"),
            "cards",
            fields=lambda rows: [_cards().label("cards")],
            order=lambda sample: _customers(Customer.card_count),
            cell=lambda row: row.cards or [],
        ),
    ]


def program_columns() -> list[Column]:
    return [
        Column(
            "category",
            _("Category"),
            "pill",
            fields=lambda rows: [_category().label("category")],
            order=_by_category,
            cell=lambda row: row.category or "",
            source=_enrolment,
            rank=6,
            standard=True,
        ),
        Column(
            "access",
            _("Access"),
            "access",
            fields=lambda rows: [Enrolment.access.label("access")],
            order=lambda sample: Order((_enrolled(Enrolment.access),)),
            cell=lambda row: Access(row.access).name.lower() if row.access else "",
            source=_enrolment,
            rank=7,
            standard=True,
        ),
    ]


def figure_columns() -> list[Column]:
    return [
        _figure("sales_count", _("Sales"), "integer", 5, standard=True, total=_summed("sales_count")),
        _figure("amount", money_label(_("Amount")), "money", 3, standard=True, total=_summed("amount")),
        _figure("average", money_label(_("Avg check")), "money", 3, standard=True, total=_average),
        _figure("first_at", _("First purchase"), "date", 8),
        _figure("last_at", _("Last purchase"), "date", 4, standard=True),
        Column(
            "days",
            _("Days since purchase"),
            "days",
            fields=_all_figures,
            order=_by_days,
            cell=lambda row: days_since(row.last_at),
            source=figures_source,
            numeric=True,
        ),
    ]


def registration_columns() -> list[Column]:
    return [
        Column(
            "tags",
            _("Tags"),
            "tags",
            fields=lambda rows: [_tags().label("tags"), Customer.tag_count],
            order=lambda sample: _customers(Customer.tag_count),
            cell=lambda row: (row.tags or [], row.tag_count),
        ),
        _own("registered_at", _("Registered"), "date", Customer.registered_at),
        Column(
            "registered_place",
            _("Registered at"),
            "text",
            fields=lambda rows: [_place().label("registered_place")],
            order=_by_place,
            cell=lambda row: row.registered_place or "",
        ),
        _own("confirmed", _("Confirmed"), "yesno", Customer.confirmed),
        _own("app_installed", _("App"), "yesno", Customer.app_installed),
    ]


def _figure(key: str, label: str, kind: str, rank: int, **more: Any) -> Column:
    def cell(row: Row[Any]) -> object:
        value = getattr(row, key)
        return None if value == dates.NEVER else value

    return Column(
        key,
        label,
        kind,
        fields=_all_figures,
        order=lambda sample: Order((figure_walk(sample, key),)),
        cell=cell,
        source=figures_source,
        numeric=True,
        rank=rank,
        **more,
    )


def _summed(key: str) -> Callable[[FromClause], ColumnElement[Any]]:
    return lambda rows: func.sum(rows.c[key])


def _average(rows: FromClause) -> ColumnElement[Any]:
    """The selection's amount by its number of sales, not a mean of means."""
    return rounded_ratio(func.sum(rows.c.amount), func.sum(rows.c.sales_count))


def _all_figures(rows: FromClause) -> list[ColumnElement[Any]]:
    return [rows.c[key] for key in ("sales_count", "amount", "average", "first_at", "last_at")]


def figures_source(sample: Sample) -> Source:
    return sample.figures()


def figure_walk(sample: Sample, key: str) -> Walk:
    figures = sample.figures()
    return Walk(figures.customer_id, figures.rows.c[key], figures.where, figures)


def days_since(moment: object) -> int | None:
    """Whole days between a moment and today in the business's zone; None for never."""
    if moment is None or moment == dates.NEVER:
        return None
    return (local(dates.now()).date() - local(moment).date()).days  # type: ignore[arg-type]


def _own(
    key: str, label: str, kind: str, shown: InstrumentedAttribute[Any], sorted_by: Any = None, **more: Any
) -> Column:
    by = shown if sorted_by is None else sorted_by
    return Column(
        key,
        label,
        kind,
        fields=lambda rows: [shown],
        order=lambda sample: _customers(by),
        cell=lambda row: getattr(row, shown.key),
        **more,
    )


def _customers(value: ColumnElement[Any] | InstrumentedAttribute[Any], *where: ColumnElement[bool]) -> Order:
    return Order((_walk_customers(value, *where),))


def _walk_customers(value: Any, *where: ColumnElement[bool]) -> Walk:
    return Walk(Customer.id.expression, value, (Customer.business_id == BUSINESS, *where))


def _enrolment(sample: Sample) -> Source:
    mine = (Enrolment.business_id == BUSINESS, Enrolment.program_id == PROGRAM)
    return Source("enrolment", Enrolment.__table__, Enrolment.customer_id.expression, mine)


def _enrolled(value: Any) -> Walk:
    mine = (Enrolment.business_id == BUSINESS, Enrolment.program_id == PROGRAM)
    return Walk(Enrolment.customer_id.expression, value, mine)


def _category() -> ColumnElement[Any]:
    named = select(Category.name).where(
        Category.business_id == Enrolment.business_id, Category.id == Enrolment.category_id
    )
    return named.correlate(Enrolment.__table__).scalar_subquery()


def _by_category(sample: Sample) -> Order:
    listed = select(Category.id).where(Category.business_id == business_id(), Category.program_id == sample.program_id)
    ids = tuple(db.session.scalars(listed.order_by(Category.position, Category.name, Category.id)))
    return Order((replace(_enrolled(Enrolment.category_id), groups=ids),))


def _by_days(sample: Sample) -> Order:
    """Never bought first, then the latest purchase: no value sorts smallest (CT-4), and days rise as dates fall."""
    never, bought = figure_walk(sample, "last_at"), figure_walk(sample, "last_at")
    return Order(
        (
            replace(never, where=(*never.where, never.value == dates.NEVER)),
            replace(bought, where=(*bought.where, bought.value > dates.NEVER)),
        ),
        falling=True,
    )


def _by_place(sample: Sample) -> Order:
    """No place first, then place by place in the order of their names."""
    known = tuple(place.id for place in places.place_options())
    column = Customer.registered_point_of_sale_id
    nowhere: ColumnElement[bool] = column.is_(None)
    if current_scope().franchisee_id is not None:
        # A place that this person does not see is none to it (PR-3); its customers are few enough to be sorted.
        nowhere = or_(nowhere, column != all_(groups_of(1)))
    without = replace(_walk_customers(cast(0, BigInteger), nowhere), constant=True)
    return Order((without, replace(_walk_customers(column), groups=known)))


def _place() -> ColumnElement[Any]:
    named = select(PointOfSale.name).where(
        PointOfSale.business_id == Customer.business_id, PointOfSale.id == Customer.registered_point_of_sale_id
    )
    return named.correlate(Customer.__table__).scalar_subquery()


def _cards() -> ColumnElement[Any]:
    numbers = select(func.array_agg(aggregate_order_by(Card.number, Card.id))).where(
        Card.business_id == Customer.business_id, Card.customer_id == Customer.id
    )
    return numbers.correlate(Customer.__table__).scalar_subquery()


def _tags() -> ColumnElement[Any]:
    first = (
        select(array([Tag.key, Tag.value]).label("pair"))
        .where(and_(Tag.business_id == Customer.business_id, Tag.customer_id == Customer.id))
        .order_by(Tag.key)
        .limit(TAGS_SHOWN)
        .correlate(Customer.__table__)
        .subquery()
    )
    return select(func.array_agg(first.c.pair)).scalar_subquery()
