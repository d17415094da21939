"""Addresses and what they were told, as pages and the deliverer ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select, text, true
from werkzeug.exceptions import NotFound

from app.db import autocommit_engine, business_id
from app.extensions import db
from app.lib import dates
from app.paging import Order, PageKey
from app.webhooks.log_filter import LogFilter
from app.webhooks.models import Attempt, Delivery, Endpoint, Happened, State

ORDER = Order(Delivery.at.expression, Delivery.id.expression)
DRAWN: tuple[Any, ...] = (
    *(Delivery.id, Delivery.event, Delivery.at, Delivery.state, Delivery.due_at, Delivery.tries, Delivery.ended_at),
    *(Endpoint.url, Endpoint.label),
)


def due_webhooks() -> list[tuple[int, int]]:
    """Business and address where something is due, in every business; what waits longest comes first."""
    with autocommit_engine().connect() as connection:
        rows = connection.execute(text("SELECT * FROM due_webhooks(:moment)"), {"moment": dates.now()})
        return [(row.business_id, row.endpoint_id) for row in rows]


def endpoints() -> Sequence[Endpoint]:
    return db.session.scalars(select(Endpoint).where(*_there()).order_by(Endpoint.id)).all()


def logged_endpoints(chosen: int | None) -> Sequence[Endpoint]:
    """Addresses of which the log tells: those that are there, and those removed that it has something of, or that is
    `chosen`.
    """
    told = select(Delivery.id).where(_of_endpoint()).exists()
    asked = select(Endpoint).where(Endpoint.business_id == business_id())
    asked = asked.where(Endpoint.removed_at.is_(None) | (Endpoint.id == chosen) | told)
    return db.session.scalars(asked.order_by(Endpoint.id)).all()


def endpoint_named(number: int, *, held: bool = False) -> Endpoint:
    """An address that was not removed; `held` until the end of this unit of work. Raises NotFound."""
    asked = select(Endpoint).where(*_there(), Endpoint.id == number)
    # The triggers' references to it do not wait for that.
    found = db.session.scalars(asked.with_for_update(key_share=True) if held else asked).first()
    if found is None:
        raise NotFound
    return found


def newest_deliveries() -> dict[int, Row[Any]]:
    """Of each address the newest delivery: its state and when it happened."""
    newest = (
        select(Delivery.state, Delivery.at)
        .where(Delivery.business_id == business_id(), Delivery.endpoint_id == Endpoint.id)
        .order_by(Delivery.at.desc(), Delivery.id.desc())
        .limit(1)
        .lateral("newest")
    )
    asked = select(Endpoint.id, newest.c.state, newest.c.at).select_from(Endpoint).join(newest, true())
    return {row.id: row for row in db.session.execute(asked.where(*_there()))}


def deliveries(chosen: LogFilter, key: PageKey | None) -> Sequence[Row[Any]]:
    """A page of deliveries and one more, with the names of their addresses."""
    ids = ORDER.newest(select(Delivery.id).where(*chosen.conditions()), key).subquery()
    statement = select(*DRAWN).join(ids, ids.c.id == Delivery.id).join(Endpoint, _of_endpoint())
    mine = statement.where(Delivery.business_id == business_id())
    return db.session.execute(mine.order_by(*ORDER.newest_first())).all()


def counts(chosen: LogFilter) -> dict[State, int]:
    """How many are chosen, by state; those of none are left out."""
    asked = select(Delivery.state, func.count().label("number")).where(*chosen.conditions())
    return {row.state: row.number for row in db.session.execute(asked.group_by(Delivery.state))}


def delivery_named(number: int) -> Row[Any]:
    """A delivery with its event and its address, as `Delivery`, `Happened` and `Endpoint`. Raises NotFound."""
    columns: list[Any] = [Delivery, Happened, Endpoint]
    asked = (
        select(*columns)
        .join(Happened, (Happened.business_id == Delivery.business_id) & (Happened.id == Delivery.event_id))
        .join(Endpoint, _of_endpoint())
        .where(Delivery.business_id == business_id(), Delivery.id == number)
    )
    found = db.session.execute(asked).first()
    if found is None:
        raise NotFound
    return found


def attempts(delivery_id: int) -> Sequence[Attempt]:
    """The calls of a delivery, the last one first."""
    mine = Attempt.business_id == business_id(), Attempt.delivery_id == delivery_id
    return db.session.scalars(select(Attempt).where(*mine).order_by(Attempt.id.desc())).all()


def _there() -> tuple[Any, ...]:
    return Endpoint.business_id == business_id(), Endpoint.removed_at.is_(None)


def _of_endpoint() -> Any:
    return (Endpoint.business_id == Delivery.business_id) & (Endpoint.id == Delivery.endpoint_id)
