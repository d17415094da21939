"""Who stands at a Kiosk, for a few minutes, and is taken over by the Terminal beside it (KI-1)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update

from app.businesses.models import Kiosk
from app.customers.family import survivor_of
from app.customers.models import Customer
from app.customers.services.identifying import customer_known_by
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.transactions.services.open_sales import begin_sale

LASTS, LONGEST = timedelta(seconds=90), timedelta(minutes=15)
"""How long a visit is shown at the Kiosk behind the last sign that someone reads it, and how long at most."""
KEPT = timedelta(minutes=5)
"""How long the Terminal knows a visitor still whose page is closed."""
_OVER = {"visit_key": None, "visit_until": None, "customer_id": None, "phone": "", "sale_key": None}


@dataclass(frozen=True)
class Visitor:
    """A customer at a Kiosk as the Terminal beside it is told: known, or by a phone that nobody has."""

    key: uuid.UUID
    first_name: str
    last_name: str
    phone: str
    known: bool


def begin_visit(kiosk_id: int, customer_id: int | None, phone: str = "") -> uuid.UUID:
    """Someone stands at a Kiosk, and whoever stood there before does no more."""
    now, key = dates.now(), uuid.uuid4()
    who = {"customer_id": customer_id, "phone": "" if customer_id else phone, "sale_key": None}
    began = {"visit_key": key, "visit_until": now + LASTS, "used_at": now}
    db.session.execute(update(Kiosk).where(*_mine(Kiosk.id == kiosk_id)).values(**began, **who))
    return key


def visit_at(kiosk_id: int, key: uuid.UUID) -> Kiosk | None:
    """The Kiosk with the visit of this key; None where it is over."""
    mine = select(Kiosk).where(*_mine(Kiosk.id == kiosk_id), *_lasting(key))
    return db.session.scalars(mine, execution_options={"populate_existing": True}).one_or_none()


def lengthen_visit(kiosk_id: int, key: uuid.UUID) -> bool:
    """The visitor is still there; False where the visit is over."""
    until = func.least(dates.now() + LASTS, Kiosk.used_at + LONGEST)
    longer = update(Kiosk).where(*_mine(Kiosk.id == kiosk_id), *_lasting(key)).values(visit_until=until)
    return db.session.scalar(longer.returning(Kiosk.id)) is not None


def close_visit(kiosk_id: int, key: uuid.UUID) -> None:
    """It is shown at the Kiosk no more; the visitor may stand in the queue, so the Terminal knows of it for a while."""
    closed = update(Kiosk).where(*_mine(Kiosk.id == kiosk_id), *_lasting(key)).values(visit_until=dates.now())
    db.session.execute(closed)


def end_visit(kiosk_id: int, key: uuid.UUID) -> None:
    """Nothing is known of the visitor here any more."""
    db.session.execute(update(Kiosk).where(*_mine(Kiosk.id == kiosk_id), Kiosk.visit_key == key).values(_OVER))


def forget_visits() -> None:
    """The same of visits that nobody ended."""
    db.session.execute(update(Kiosk).where(*_mine(Kiosk.visit_until < dates.now() - KEPT)).values(_OVER))


def visitors_of(terminal_id: int) -> Sequence[Visitor]:
    """Who stands at the Kiosks of a Terminal, or did just now, and was not taken over yet; the first comer first."""
    who = (Customer.business_id == Kiosk.business_id) & (Customer.id == Kiosk.customer_id)
    columns = (Kiosk.visit_key, Customer.first_name, Customer.last_name, Customer.phone, Kiosk.phone.label("typed"))
    waiting = _mine(Kiosk.terminal_id == terminal_id, _kept(), Kiosk.sale_key.is_(None))
    found = select(*columns, Customer.id).outerjoin(Customer, who).where(*waiting)
    rows: Iterable[Row[Any]] = db.session.execute(found.order_by(Kiosk.used_at, Kiosk.id))
    return [_visitor(row) for row in rows]


def take_over(terminal_id: int, key: uuid.UUID) -> tuple[uuid.UUID, bool] | None:
    """The key of the sale to a visitor, and whether the customer is known; begun once, however often it is pressed.

    None where the visit is over.
    """
    mine = select(Kiosk).where(*_mine(Kiosk.terminal_id == terminal_id, Kiosk.visit_key == key, _kept()))
    kiosk = db.session.scalars(mine.with_for_update(), execution_options={"populate_existing": True}).one_or_none()
    if kiosk is None:
        return None
    customer = survivor_of(kiosk.customer_id) if kiosk.customer_id else customer_known_by(kiosk.phone, "")
    if kiosk.sale_key is None:
        kiosk.sale_key = begin_sale(terminal_id, customer, kiosk.phone)
    return kiosk.sale_key, customer is not None


def _visitor(row: Row[Any]) -> Visitor:
    return Visitor(row.visit_key, row.first_name or "", row.last_name or "", row.phone or row.typed, bool(row.id))


def _mine(*narrowed: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return Kiosk.business_id == business_id(), *narrowed


def _kept() -> ColumnElement[bool]:
    return Kiosk.visit_until > dates.now() - KEPT


def _lasting(key: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    return Kiosk.visit_key == key, Kiosk.visit_until > dates.now()
