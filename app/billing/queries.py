"""The prepaid balance, what is charged by kind and day, and the tariff of a moment (BI-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Row, Select, cast, column, func, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from app.billing.models import (
    BalanceNotice,
    BalanceThreshold,
    Charge,
    ChargeKind,
    ChargeTotal,
    FreshCharge,
    Reserved,
    Tariff,
)
from app.db import business_id, current_scope
from app.extensions import db
from app.paging import Order, PageKey
from app.period import Period, midnight

ORDER = Order(Charge.at.expression, Charge.subject.expression)
ZONES = timedelta(days=2)
"""A charge keeps the day that it was in the zone of then; its moment is no further from that day than zones are."""
_KEPT = (ChargeTotal, FreshCharge)


@dataclass(frozen=True)
class Total:
    """What was charged of a kind at one rate on a day of the business's time zone."""

    day: date
    kind: ChargeKind
    rate: int
    """What one changed the balance by."""
    quantity: int

    @property
    def amount(self) -> int:
        return self.quantity * self.rate


@dataclass(frozen=True)
class OwnNotice:
    """Below which balances a person is told, the highest first, and by which ways (BI-2)."""

    amounts: list[int]
    by_email: bool = True
    by_sms: bool = False
    by_push: bool = False


def balance() -> int:
    """What was paid in less what was charged, below zero when more was: sales go on."""
    return _come_to(*_KEPT)


def spendable() -> int:
    """The balance less what is reserved for messages on their way."""
    return _come_to(*_KEPT, Reserved)


def reserved() -> int:
    """What messages on their way keep from being spent."""
    return -_come_to(Reserved)


def balance_before(day: date) -> int:
    """What the balance was when a day of the business's time zone began."""
    parts = union_all(*(_of(each) for each in _KEPT)).subquery()
    earlier = select(func.coalesce(func.sum(parts.c.quantity * parts.c.rate), 0)).where(parts.c.day < day)
    return int(db.session.execute(earlier).scalar_one())


def first_day() -> date | None:
    """The day of the first charge or payment."""
    firsts = (select(func.min(each.day).label("day")).where(each.business_id == business_id()) for each in _KEPT)
    return db.session.scalar(select(func.min(union_all(*firsts).subquery().c.day)))


def tariffs_of(begins: datetime, ends: datetime | None) -> list[Tariff]:
    """The tariffs that hold between two moments, in their order; with no end also those that are planned.

    Of those that begin together only the newest ever held.
    """
    mine = select(Tariff).where(Tariff.business_id == business_id())
    if ends is not None:
        mine = mine.where(Tariff.valid_from < ends)
    found = {each.valid_from: each for each in db.session.scalars(mine.order_by(Tariff.valid_from, Tariff.id))}
    known = list(found.values())
    begun = [each for each in known if each.valid_from <= begins]
    return known[max(0, len(begun) - 1) :]


def totals(first: date, last: date) -> list[Total]:
    """By day, kind and rate, over days of the business's time zone, both included."""
    parts = union_all(*(_of(each) for each in _KEPT)).subquery()
    by = parts.c.day, parts.c.kind, parts.c.rate
    statement = (
        select(*by, cast(func.sum(parts.c.quantity), BigInteger))
        .where(parts.c.day.between(first, last))
        .group_by(*by)
        .order_by(*by)
    )
    return [Total(*row) for row in db.session.execute(statement)]


def charge_page(kind: ChargeKind, period: Period, rates: list[int], key: PageKey | None) -> Sequence[Row[Any]]:
    """A page of charges and one more; each rate's are a stretch of the index in the order of time."""
    stretches = (
        func.unnest(literal(rates, ARRAY(BigInteger)))
        .table_valued(column("rate", BigInteger), name="stretch")
        .render_derived()
    )
    chosen = select(Charge.subject).where(
        *(Charge.business_id == business_id(), Charge.kind == kind, Charge.rate == stretches.c.rate),
        *_within(period, kind),
    )
    ids = ORDER.newest(chosen, key, stretches).subquery()
    drawn: tuple[Any, ...] = (Charge.subject.label("id"), Charge.at, Charge.quantity, Charge.rate, Charge.note)
    of_kind = Charge.business_id == business_id(), Charge.kind == kind
    statement = select(*drawn).join(ids, ids.c.id == Charge.subject).where(*of_kind)
    return db.session.execute(statement.order_by(*ORDER.newest_first())).all()


def message_price(message_id: int) -> int | None:
    """What a message was charged, or has reserved; None where nothing was, or this person keeps no books."""
    of_messages = (ChargeKind.SMS, ChargeKind.VIBER)
    parts = [
        select((-each.quantity * each.rate).label("price")).where(
            each.business_id == business_id(), each.kind.in_(of_messages), each.subject == message_id
        )
        for each in (Charge, Reserved)
    ]
    return db.session.execute(union_all(*parts).limit(1)).scalar()


def own_notice() -> OwnNotice:
    """What this scope's person has chosen; nothing, before it chose."""
    person = current_scope().user_id
    row = db.session.get(BalanceNotice, (business_id(), person))
    mine = select(BalanceThreshold).where(BalanceThreshold.business_id == business_id())
    thresholds = db.session.scalars(mine.where(BalanceThreshold.user_id == person)).all()
    amounts = sorted((each.amount for each in thresholds), reverse=True)
    return OwnNotice(amounts, row.by_email, row.by_sms, row.by_push) if row else OwnNotice(amounts)


def tariff_at(moment: datetime) -> Tariff | None:
    """The prices in force at a moment; None before there are any."""
    begun = select(Tariff).where(Tariff.business_id == business_id(), Tariff.valid_from <= moment)
    return db.session.scalars(begun.order_by(Tariff.valid_from.desc(), Tariff.id.desc()).limit(1)).first()


def message_prices() -> dict[ChargeKind, int]:
    """What one SMS and one Viber cost now, also for who may not read the tariff; nothing before there is one."""
    row = db.session.execute(text("SELECT * FROM message_prices()")).first()
    return {ChargeKind.SMS: row.sms if row else 0, ChargeKind.VIBER: row.viber if row else 0}


def _come_to(*kept: type[ChargeTotal | FreshCharge | Reserved]) -> int:
    """In one statement: a charge that moves from one to another meanwhile is in just one of them."""
    amounts = union_all(
        *(select((each.quantity * each.rate).label("amount")).where(each.business_id == business_id()) for each in kept)
    ).subquery()
    return int(db.session.execute(select(func.coalesce(func.sum(amounts.c.amount), 0))).scalar_one())


def _of(kept: type[ChargeTotal | FreshCharge]) -> Select[date, ChargeKind, int, int]:
    return select(kept.day, kept.kind, kept.rate, kept.quantity).where(kept.business_id == business_id())


def _within(period: Period, kind: ChargeKind) -> list[Any]:
    """Of its days; bounded by the moment too, which an index has, but for corrections: these are of any earlier day."""
    conditions = [Charge.day >= period.first] if period.first else []
    conditions += [Charge.day <= period.last] if period.last else []
    if period.first and kind is not ChargeKind.CORRECTION:
        conditions += [Charge.at >= midnight(period.first) - ZONES]
    if period.last and kind is not ChargeKind.CORRECTION:
        conditions += [Charge.at < midnight(period.last) + ZONES]
    return conditions
