"""What a customer bought, as conditions ask of it (CT-7)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, FromClause, select

from app.businesses.models import StatsScope, Terminal
from app.customers.conditions.fields import Field
from app.customers.conditions.kinds import Choice, Words
from app.customers.parameters import BUSINESS
from app.customers.registry import Sample, Source
from app.loyalty.models import Good
from app.loyalty.queries import good_choices, group_choices
from app.transactions.models import CustomerGood

SALES = _l("Sales")


def bought_fields() -> list[Field]:
    """Goods of completed sales in the program, point of sale and Terminal that the table shows (CT-2).

    To a location operator those of its own places, by row-level security (PR-3).
    """
    return [
        Field(
            "bought_good",
            _("Bought good"),
            Choice(),
            SALES,
            source=_source,
            column=lambda rows: rows.c.good_id,
            many=True,
            options=good_choices,
        ),
        Field(
            "bought_group",
            _("Bought goods of group"),
            Choice(),
            SALES,
            source=lambda sample: _of_goods(sample, "group_id"),
            column=lambda rows: rows.c.group_id,
            many=True,
            options=group_choices,
        ),
        Field(
            "bought_code",
            _("Bought good with code"),
            Words(),
            SALES,
            source=lambda sample: _of_goods(sample, "code"),
            column=lambda rows: rows.c.code,
            many=True,
        ),
    ]


def _source(sample: Sample) -> Source:
    rows: FromClause = CustomerGood.__table__.alias()
    return Source("bought_goods", rows, rows.c.customer_id, _where(sample, rows))


def _of_goods(sample: Sample, column: str) -> Source:
    """The same, with something of the goods themselves."""
    bought: Any = CustomerGood.__table__.alias()
    goods: Any = Good.__table__.alias()
    joined = bought.join(goods, (goods.c.business_id == bought.c.business_id) & (goods.c.id == bought.c.good_id))
    found = select(bought.c.customer_id, goods.c[column]).select_from(joined).where(*_where(sample, bought))
    rows = found.where(goods.c.business_id == BUSINESS).subquery()
    return Source(f"bought_{column}", rows, rows.c.customer_id)


def _where(sample: Sample, rows: FromClause) -> tuple[ColumnElement[bool], ...]:
    """What counts as bought: all sales, or those in the leaves of the chosen scope."""
    leaves = select(StatsScope.id).where(StatsScope.business_id == BUSINESS, StatsScope.terminal_id.is_not(None))
    chosen = leaves.where(StatsScope.program_id.is_not(None))
    if sample.chosen_program_id is not None:
        chosen = leaves.where(StatsScope.program_id == sample.chosen_program_id)
    if sample.chosen_terminal_id is not None:
        chosen = chosen.where(StatsScope.terminal_id == sample.chosen_terminal_id)
    elif sample.chosen_point_of_sale_id is not None:
        here = select(Terminal.id).where(
            Terminal.business_id == BUSINESS, Terminal.point_of_sale_id == sample.chosen_point_of_sale_id
        )
        chosen = chosen.where(StatsScope.terminal_id.in_(here))
    narrowed = (sample.chosen_program_id, sample.chosen_terminal_id, sample.chosen_point_of_sale_id)
    everything = all(each is None for each in narrowed)
    return (rows.c.business_id == BUSINESS, *(() if everything else (rows.c.scope_id.in_(chosen),)))
