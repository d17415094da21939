"""Messages that cost: reserved before they leave, then charged or released (BI-1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, insert, select, text

from app.billing.models import ChargeKind, Reserved, Tariff
from app.billing.queries import spendable, tariff_at
from app.billing.services.holding import hold_balance
from app.db import business_id
from app.extensions import db
from app.lib import dates

# By functions, as who says what became of a message, or erases a customer, may not read charges.
_CHARGE = text("SELECT charge_reserved_of(CAST(:kind AS smallint), CAST(:messages AS bigint[]), :now)")
_RELEASE = text("SELECT release_reserved(CAST(:kind AS smallint), CAST(:messages AS bigint[]))")


def reserve_messages(
    kind: ChargeKind, messages: Mapping[int, int], quoted: Mapping[int, int] | None = None
) -> set[int]:
    """Reserves what messages will cost at today's price, in their order; answers with those that can be paid for.

    `messages` are ids with their number of segments, 1 for a Viber. The others wait, as unpaid. What is reserved
    already stays so. What was `quoted` binds: such a message costs no more, whatever the price is by now (BA-1). Until
    the end of this unit of work, no other reserves.
    """
    hold_balance()
    paid = set(db.session.scalars(select(Reserved.subject).where(*_of(kind, messages))))
    rate, left = _rate(kind), spendable()
    fresh: dict[int, tuple[int, int]] = {}
    for message, quantity in messages.items():
        own = _bound(rate, quantity, (quoted or {}).get(message))
        cost = -quantity * own
        if message not in paid and cost <= max(left, 0):
            fresh[message] = quantity, own
            left -= cost
    if fresh:
        common = {"business_id": business_id(), "kind": kind}
        rows = [
            {"subject": message, "quantity": quantity, "rate": own, **common}
            for message, (quantity, own) in fresh.items()
        ]
        db.session.execute(insert(Reserved), rows)
    return paid | fresh.keys()


def charge_messages(kind: ChargeKind, messages: Collection[int]) -> None:
    """Charges what was reserved for messages, as they have left; one that is charged already is not again."""
    db.session.execute(_CHARGE, {"kind": int(kind), "messages": list(messages), "now": dates.now()})


def release_messages(kind: ChargeKind, messages: Collection[int]) -> None:
    """Gives back what was reserved for messages that did not leave."""
    db.session.execute(_RELEASE, {"kind": int(kind), "messages": list(messages)})


def _of(kind: ChargeKind, messages: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    return Reserved.business_id == business_id(), Reserved.kind == kind, Reserved.subject.in_(messages)


def _bound(rate: int, quantity: int, quoted: int | None) -> int:
    """The rate of a message, so low that it costs no more than it was quoted at."""
    return rate if quoted is None else max(rate, -(quoted // quantity))


def _rate(kind: ChargeKind) -> int:
    """What one changes the balance by; nothing before there is a tariff."""
    tariff = tariff_at(dates.now())
    prices = {ChargeKind.SMS: Tariff.sms_price, ChargeKind.VIBER: Tariff.viber_price}
    return -int(getattr(tariff, prices[kind].key)) if tariff else 0
