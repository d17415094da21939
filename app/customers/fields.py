"""What conditions ask of a customer: identity, program, sales figures, places, tags, answers, registration (CT-7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, FromClause, Table, case, select

from app.businesses.models import PointOfSale, StatsScope
from app.businesses.queries import place_options
from app.customers.conditions.fields import Field, Options
from app.customers.conditions.kinds import (
    CardNumber,
    Choice,
    Day,
    Days,
    Kind,
    Moment,
    Number,
    Phone,
    Words,
    Yearly,
    YesNo,
)
from app.customers.details import answer_key
from app.customers.models import Answer, Card, Customer, CustomerStats, Enrolment, Tag
from app.customers.parameters import BUSINESS, PROGRAM
from app.customers.registry import Sample, Source
from app.customers.services.writing import ANSWERED_IN
from app.customers.tags import tag_keys, tag_values
from app.customers.wording import access_labels
from app.db import business_id, current_scope
from app.extensions import db
from app.filters import money_label
from app.loyalty.models import Access, Category, FieldKind, Program
from app.loyalty.queries import Question, questions

IDENTITY, PROGRAM_SECTION, SALES = _l("Customer"), _l("Program"), _l("Sales")
TAGS, ANSWERS, REGISTRATION = _l("Tags"), _l("Questionnaire"), _l("Registration")


def identity_fields() -> list[Field]:
    return [
        _own("phone", _("Phone"), Phone(), IDENTITY),
        _own("first_name", _("First name"), Words(), IDENTITY),
        _own("last_name", _("Last name"), Words(), IDENTITY),
        _own("email", _("E-mail"), Words(), IDENTITY),
        Field(
            "cards",
            _("Card number"),
            CardNumber(),
            IDENTITY,
            source=lambda sample: _of_business(Card.__table__, "card"),
            column=lambda rows: rows.c.number,
            many=True,
        ),
        _own("birthday", _("Birthday"), Yearly(), IDENTITY),
    ]


def program_fields() -> list[Field]:
    return [
        Field(
            "category",
            _("Category"),
            Choice(),
            PROGRAM_SECTION,
            source=_enrolment,
            column=lambda rows: rows.c.category_id,
            options=_categories,
        ),
        Field(
            "access",
            _("Access"),
            Choice(),
            PROGRAM_SECTION,
            source=_enrolment,
            column=lambda rows: rows.c.access,
            options=lambda: [(str(int(Access[name.upper()])), words) for name, words in access_labels().items()],
        ),
    ]


def figure_fields() -> list[Field]:
    return [
        _figure("sales_count", _("Number of sales"), Number()),
        _figure("amount", money_label(_("Amount")), Number(drawn="money")),
        _figure("average", money_label(_("Avg check")), Number(drawn="money")),
        _figure("first_at", _("First purchase"), Moment()),
        _figure("last_at", _("Last purchase"), Moment()),
        Field("days", _("Days since purchase"), Days(), SALES, source=_figures, column=lambda rows: rows.c.last_at),
        Field(
            "bought_at",
            _("Bought at point of sale"),
            Choice(),
            SALES,
            source=_bought,
            column=lambda rows: rows.c.point_of_sale_id,
            many=True,
            options=_places,
        ),
    ]


def tag_fields() -> list[Field]:
    return [
        Field(
            "tag",
            _("Tag"),
            Words(),
            TAGS,
            source=lambda sample: _of_business(Tag.__table__, "tag"),
            column=lambda rows: rows.c.value,
            many=True,
            about=lambda rows: rows.c.key,
            about_label=_("Key of the tag"),
            suggestions=tag_keys,
            value_suggestions=tag_values,
        )
    ]


def answer_fields() -> list[Field]:
    """One field for each question that is asked (LP-7)."""
    return [_answer(each) for each in questions()]


def registration_fields() -> list[Field]:
    return [
        _own("registered_at", _("Registered"), Moment(), REGISTRATION),
        Field(
            "registered_place",
            _("Registered at"),
            Choice(),
            REGISTRATION,
            source=_customer,
            column=_registered_place,
            options=_places,
        ),
        _own("confirmed", _("Confirmed"), YesNo(), REGISTRATION, options=_yes_no),
        _own("app_installed", _("App installed"), YesNo(), REGISTRATION, options=_yes_no),
    ]


def _own(key: str, label: str, kind: Kind, section: object, options: Callable[[], Options] | None = None) -> Field:
    return Field(key, label, kind, section, source=_customer, column=lambda rows: rows.c[key], options=options)


def _figure(key: str, label: str, kind: Kind) -> Field:
    return Field(key, label, kind, SALES, source=_figures, column=lambda rows: rows.c[key])


def _figures(sample: Sample) -> Source:
    return sample.figures()


def _customer(_sample: Sample) -> Source:
    rows = Customer.__table__.alias()
    return Source("customer", rows, rows.c.id, (rows.c.business_id == BUSINESS,))


def _registered_place(rows: FromClause) -> ColumnElement[Any]:
    """The point of sale; one that this person does not see is none to it, as in the table (PR-3)."""
    place: ColumnElement[Any] = rows.c.registered_point_of_sale_id
    if current_scope().franchisee_id is None:
        return place
    return case((place.in_(select(PointOfSale.id).where(PointOfSale.business_id == BUSINESS)), place))


def _enrolment(_sample: Sample) -> Source:
    source = _of_business(Enrolment.__table__, "enrolment")
    return Source(source.name, source.rows, source.customer_id, (*source.where, source.rows.c.program_id == PROGRAM))


def _of_business(table: Any, name: str) -> Source:
    rows = table.alias()
    return Source(name, rows, rows.c.customer_id, (rows.c.business_id == BUSINESS,))


def _bought(sample: Sample) -> Source:
    """Where a customer bought, in the program chosen if one is: the figures of each point of sale."""
    scopes, figures = _table(StatsScope).alias(), _table(CustomerStats).alias()
    joined = figures.join(scopes, (scopes.c.business_id == figures.c.business_id) & (scopes.c.id == figures.c.scope_id))
    of_places = (
        scopes.c.program_id.is_not_distinct_from(sample.chosen_program_id)
        if sample.chosen_program_id is not None
        else scopes.c.program_id.is_(None)
    )
    rows = (
        select(figures.c.customer_id, scopes.c.point_of_sale_id)
        .select_from(joined)
        .where(
            figures.c.business_id == BUSINESS,
            figures.c.sales_count > 0,
            of_places,
            scopes.c.point_of_sale_id.is_not(None),
            scopes.c.terminal_id.is_(None),
        )
        .subquery()
    )
    return Source("bought", rows, rows.c.customer_id)


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


def _answer(question: Question) -> Field:
    key, value = answer_key(question.id), ANSWERED_IN[question.kind]

    def source(_sample: Sample) -> Source:
        rows = _table(Answer).alias()
        return Source(key, rows, rows.c.customer_id, (rows.c.business_id == BUSINESS, rows.c.field_id == question.id))

    def column(rows: FromClause) -> ColumnElement[Any]:
        return rows.c[value]

    kinds: dict[FieldKind, tuple[Kind, Callable[[], Options] | None]] = {
        FieldKind.TEXT: (Words(), None),
        FieldKind.NUMBER: (Number(drawn="decimal", said=True), None),
        FieldKind.DATE: (Day(), None),
        FieldKind.YES_NO: (YesNo(said=True), _yes_no),
        FieldKind.CHOICE: (Choice(), lambda: [(str(each.id), each.name) for each in question.choices]),
    }
    kind, options = kinds[question.kind]
    return Field(key, question.name, kind, ANSWERS, source=source, column=column, options=options)


def _yes_no() -> Options:
    return [("yes", _("Yes")), ("no", _("No"))]


def _places() -> Options:
    return [(str(place.id), place.name) for place in place_options()]


def _categories() -> Options:
    """Categories of every program; where there are several, each behind the name of its program."""
    listed = (
        select(Category.id, Category.name, Program.title)
        .join(Program, (Program.business_id == Category.business_id) & (Program.id == Category.program_id))
        .where(Category.business_id == business_id())
        .order_by(Program.is_default.desc(), Program.title, Program.id, Category.position, Category.name)
    )
    rows: Sequence[Any] = db.session.execute(listed).all()
    several = len({row.title for row in rows}) > 1
    return [(str(row.id), f"{row.name} ({row.title})" if several else row.name) for row in rows]
