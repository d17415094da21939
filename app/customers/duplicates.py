"""Pairs of records that may be one person, and records that were merged, as pages list them (CP-9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Row, or_, select
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.address import address
from app.businesses.models import StatsScope
from app.customers.models import Customer, CustomerMerge, CustomerStats, LikelyDuplicate, Likeness
from app.db import business_id
from app.extensions import db
from app.paging import ARGS, Order, Page, PageKey, page_of

ARGUMENTS = ARGS
SHOWN = 3
_ORDER = Order(LikelyDuplicate.found_at.expression, LikelyDuplicate.id.expression)
_FIRST, _SECOND = aliased(Customer, name="first"), aliased(Customer, name="second")


@dataclass(frozen=True)
class Pair:
    """Two records, and why they may be one person."""

    id: int
    records: tuple[Customer, Customer]
    sales: tuple[int, int]
    reasons: list[str]

    @property
    def merge_href(self) -> str:
        """The record with more sales survives, unless someone swaps them."""
        one, other = self.records if self.sales[0] >= self.sales[1] else self.records[::-1]
        return address("customers.ask_to_merge", {"with": str(other.id)}, customer_id=one.id)

    @property
    def denial_href(self) -> str:
        return url_for("customers.deny_duplicate", duplicate_id=self.id)


class Duplicates:
    """A page of likely duplicates, the latest found first. Raises BadAddress."""

    def __init__(self, args: Mapping[str, str]) -> None:
        self.key = PageKey.from_args(args)

    @cached_property
    def page(self) -> Page[Pair]:
        open_ones = select(LikelyDuplicate.id).where(
            LikelyDuplicate.business_id == business_id(), LikelyDuplicate.denied_at.is_(None)
        )
        ids = _ORDER.newest(open_ones, self.key).subquery()
        rows = _pairs().join(ids, ids.c.id == LikelyDuplicate.id).order_by(*_ORDER.newest_first())
        found = page_of(_drawn(db.session.execute(rows).all()), self.key)
        return Page(found.lines, found.previous, found.next)

    def page_href(self, place: dict[str, str] | None) -> str | None:
        return address("customers.duplicates", place) if place else None


def alike(customer_id: int) -> list[Pair]:
    """The first records that may be the same person as a customer."""
    mine = or_(LikelyDuplicate.first_id == customer_id, LikelyDuplicate.second_id == customer_id)
    rows = _pairs().where(mine, LikelyDuplicate.denied_at.is_(None)).order_by(LikelyDuplicate.id).limit(SHOWN)
    return _drawn(db.session.execute(rows).all())


def merges_of(customer_id: int) -> Sequence[Row[Any]]:
    """The merges into a customer that stand, the latest first: it alone can be undone."""
    rows = (
        select(CustomerMerge.id, CustomerMerge.at, Customer.id.label("record"), User.name.label("author"))
        .add_columns(Customer.first_name, Customer.last_name, Customer.phone)
        .join(Customer, (Customer.business_id == business_id()) & (Customer.id == CustomerMerge.absorbed_id))
        .outerjoin(User, User.id == CustomerMerge.user_id)
        .where(CustomerMerge.business_id == business_id(), CustomerMerge.survivor_id == customer_id)
        .where(CustomerMerge.undone_at.is_(None))
        .order_by(CustomerMerge.id.desc())
    )
    return db.session.execute(rows).all()


def reason_words(reasons: int) -> list[str]:
    words = {
        Likeness.EMAIL: _("same e-mail"),
        Likeness.NAME_AND_BIRTHDAY: _("same name and birthday"),
        Likeness.NAME_AND_PHONE: _("same name, phones differ in one digit"),
    }
    return [each for reason, each in words.items() if reasons & reason]


def _pairs() -> Any:
    here = business_id()
    return (
        select(LikelyDuplicate.id, LikelyDuplicate.reasons, _FIRST, _SECOND)
        .join(_FIRST, (_FIRST.business_id == here) & (_FIRST.id == LikelyDuplicate.first_id))
        .join(_SECOND, (_SECOND.business_id == here) & (_SECOND.id == LikelyDuplicate.second_id))
        .where(LikelyDuplicate.business_id == here)
    )


def _drawn(rows: Sequence[Any]) -> list[Pair]:
    both = [(row[2], row[3]) for row in rows]
    sales = _sales([each.id for records in both for each in records])
    return [
        Pair(row.id, records, (sales.get(records[0].id, 0), sales.get(records[1].id, 0)), reason_words(row.reasons))
        for row, records in zip(rows, both, strict=True)
    ]


def _sales(customers: list[int]) -> dict[int, int]:
    """Customer → number of sales, everywhere."""
    if not customers:
        return {}
    everywhere = select(StatsScope.id).where(
        StatsScope.business_id == business_id(),
        *(
            column.is_(None)
            for column in (
                *(StatsScope.program_id, StatsScope.franchisee_id),
                *(StatsScope.point_of_sale_id, StatsScope.terminal_id),
            )
        ),
    )
    rows = select(CustomerStats.customer_id, CustomerStats.sales_count).where(
        CustomerStats.business_id == business_id(),
        CustomerStats.scope_id == everywhere.scalar_subquery(),
        CustomerStats.customer_id.in_(customers),
    )
    return {row.customer_id: row.sales_count for row in db.session.execute(rows)}
