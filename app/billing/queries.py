"""The prepaid balance, what is charged by kind and day, and the tariff of a moment (BI-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, Select, cast, func, select, text, union_all

from app.billing.models import Charge, ChargeKind, ChargeTotal, FreshCharge, Reserved, Tariff
from app.db import business_id
from app.extensions import db


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


def balance() -> int:
    """What was paid in less what was charged, below zero when more was: sales go on."""
    return _come_to(ChargeTotal, FreshCharge)


def spendable() -> int:
    """The balance less what is reserved for messages on their way."""
    return _come_to(ChargeTotal, FreshCharge, Reserved)


def totals(first: date, last: date) -> list[Total]:
    """By day, kind and rate, over days of the business's time zone, both included."""
    parts = _of(ChargeTotal).union_all(_of(FreshCharge)).subquery()
    by = parts.c.day, parts.c.kind, parts.c.rate
    statement = (
        select(*by, cast(func.sum(parts.c.quantity), BigInteger))
        .where(parts.c.day.between(first, last))
        .group_by(*by)
        .order_by(*by)
    )
    return [Total(*row) for row in db.session.execute(statement)]


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
