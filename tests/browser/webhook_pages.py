"""Pages of webhooks with something on them: addresses that work and do not, events that were taken, refused, wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask

from app.db import business_id, unit_of_work
from app.extensions import db
from app.lib import dates
from app.webhooks.events import CHOSEN
from app.webhooks.models import Attempt, Delivery, Endpoint, Event, Happened, State
from app.webhooks.services.endpoints import add_endpoint, disable
from tests.people import Person

PAGES = {
    "webhooks": "/settings/webhooks",
    "webhook-new": "/settings/webhooks/new",
    "webhook": "/settings/webhooks/{webhook}",
    "webhook-failing": "/settings/webhooks/{failing}",
    "webhook-log": "/settings/webhooks/deliveries",
    "webhook-told": "/settings/webhooks/deliveries/{refused}?state=waiting",
    "webhook-failed": "/settings/webhooks/deliveries?state=failed",
    "webhook-help": "/help#webhooks",
}
SOLD = {
    "sale_id": 70412,
    "customer_id": 1204,
    "program_id": 1,
    "point_of_sale_id": 3,
    "terminal_id": 5,
    "source": "store",
    "amount": 23_850,
    "discount": 2_650,
    "points_paid": 0,
    "points_earned": 1_192,
}
MOVED = {
    "entry_id": 90117,
    "customer_id": 1204,
    "wallet_id": 1,
    "kind": "earned",
    "amount": 1_192,
    "balance": 40_500,
    "transaction_id": 70412,
}


def ids(app: Flask, anna: Person) -> dict[str, int]:
    with app.app_context(), unit_of_work(anna.scope):
        shop = _address("https://shop.kavalier.example/webhooks/regulars", "Online shop")
        books = _address("https://books.example/in", "", Event.SALE_CREATED, Event.SALE_CANCELLED)
        disable(_address("https://old.kavalier.example/hooks", "The shop before"))
        now = dates.now()
        books.failures, books.failing_since, books.rest_until = 4, now - timedelta(hours=1), now
        _told(shop, Event.BALANCE_CHANGED, MOVED, now - timedelta(hours=3), State.FAILED, 500)
        for minutes in range(40, 4, -6):
            at = now - timedelta(minutes=minutes)
            _told(shop, Event.SALE_CREATED, SOLD, at, State.DELIVERED, 200)
            _told(shop, Event.BALANCE_CHANGED, MOVED, at, State.DELIVERED, 204)
        refused = _told(books, Event.SALE_CREATED, SOLD, now - timedelta(minutes=3), State.WAITING, 502, 503, None)
        return {"webhook": shop.id, "failing": books.id, "refused": refused}


def _address(url: str, label: str, *events: Event) -> Endpoint:
    return add_endpoint({"url": url, "label": label, "events": [int(each) for each in events or CHOSEN]})[0]


def _told(
    endpoint: Endpoint, event: Event, item: dict[str, object], at: datetime, state: State, *answers: int | None
) -> int:
    """An event with its calls; None is no answer."""
    of_it = {"business_id": business_id(), "event": event, "at": at}
    happened = Happened(**of_it, items=[item])
    db.session.add(happened)
    db.session.flush()
    waits = state is State.WAITING
    delivery = Delivery(
        **of_it,
        endpoint_id=endpoint.id,
        event_id=happened.id,
        state=state,
        tries=len(answers),
        begun_at=at,
        due_at=dates.now() + timedelta(minutes=7) if waits else None,
        ended_at=None if waits else at,
    )
    db.session.add(delivery)
    db.session.flush()
    for number, status in enumerate(answers):
        said = {"status": status, "fault": "" if status else "no_answer", "answer": _words(status)}
        called = {"at": at + timedelta(seconds=15 * number), "took": 183 + 97 * number}
        db.session.add(Attempt(business_id=business_id(), delivery_id=delivery.id, **called, **said))
        db.session.flush()
    return delivery.id


def _words(status: int | None) -> str:
    if status is None:
        return "timed out"
    return "" if status == 204 else '{"ok":true}' if status == 200 else "<html>\n<h1>Bad gateway</h1>\n</html>"
