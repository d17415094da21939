"""Browsers that customers let pushes into: added and removed by the customer, gone when a gateway is told so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.customers.family import hold_customers, hold_family
from app.customers.registry import Merge
from app.db import business_id
from app.extensions import db
from app.lib.push_keys import decoded, public_key
from app.messaging.gateways.base import Subscription
from app.messaging.gateways.models import LONGEST_ENDPOINT, PushSubscription, note_apps

__all__ = [
    "Subscription",
    "application_key",
    "browser_owner",
    "check",
    "end_browser",
    "forget_subscriptions",
    "hand_on_browser",
    "merge_subscriptions",
    "personal_data",
    "separate_subscriptions",
    "subscribe",
    "subscriptions_of",
    "unsubscribe",
]
MOST = 20
"""Of a customer; past that the oldest gives way."""
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:endpoint, 0))")


def subscribe(customer_id: int, browser: Subscription, session_hash: bytes | None = None) -> None:
    """Keeps where a browser receives pushes; one that was another customer's is this one's from now on, and what the
    same session let in before is over. Needs that the unit of work holds no customer yet: of two that swap their
    browsers each would wait for the other.

    Raises ValueError for what cannot be such a place.
    """
    check(browser)
    # Two customers in one browser at once: the second finds what the first wrote.
    db.session.execute(_ALONE, {"endpoint": f"{business_id()} {browser.endpoint}"})
    here = PushSubscription.business_id == business_id(), PushSubscription.endpoint == browser.endpoint
    hold_family(customer_id, lambda: _owners(*here))
    before = _owners(*here)
    keys = {"customer_id": customer_id, "p256dh": browser.p256dh, "auth": browser.auth, "created_at": func.now()}
    keys["session_hash"] = session_hash
    row = insert(PushSubscription).values(business_id=business_id(), endpoint=browser.endpoint, **keys)
    db.session.execute(row.on_conflict_do_update(index_elements=["business_id", "endpoint"], set_=keys))
    newest = select(PushSubscription.id).where(*_of(customer_id)).order_by(PushSubscription.id.desc()).limit(MOST)
    db.session.execute(delete(PushSubscription).where(*_of(customer_id), PushSubscription.id.not_in(newest)))
    if session_hash:
        former = PushSubscription.endpoint != browser.endpoint
        db.session.execute(delete(PushSubscription).where(*_in_session(session_hash), former))
    note_apps({customer_id, *before})


def browser_owner(session_hash: bytes) -> int | None:
    """Whose pushes come to the browser that this session let them into, whether it lives or not."""
    return min(_owners(*_in_session(session_hash)), default=None)


def end_browser(session_hash: bytes) -> None:
    """Who signs out gets no pushes there any more."""
    hold_customers(sorted(_owners(*_in_session(session_hash))))
    gone = delete(PushSubscription).where(*_in_session(session_hash)).returning(PushSubscription.customer_id)
    note_apps(set(db.session.scalars(gone)))


def hand_on_browser(before: bytes, after: bytes, customer_id: int) -> None:
    """A customer signs in where the session `before` was: its own pushes go on under `after`, another's end.

    Holds both of them.
    """
    hold_family(customer_id, lambda: _owners(*_in_session(before)))
    others = PushSubscription.customer_id != customer_id
    gone = delete(PushSubscription).where(*_in_session(before), others).returning(PushSubscription.customer_id)
    note_apps(set(db.session.scalars(gone)))
    db.session.execute(update(PushSubscription).where(*_in_session(before)).values(session_hash=after))


def application_key() -> str:
    """What a browser is told when it subscribes; '' where this house sends no pushes."""
    settings = current_app.config["REGULARS"].gateways.webpush
    return public_key(settings.private_key) if settings else ""


def unsubscribe(customer_id: int, endpoint: str) -> None:
    hold_customers([customer_id])
    db.session.execute(delete(PushSubscription).where(*_of(customer_id), PushSubscription.endpoint == endpoint))
    note_apps([customer_id])


def subscriptions_of(customer_ids: Collection[int]) -> Mapping[int, tuple[Subscription, ...]]:
    """Customer → the browsers it receives pushes in; in one statement, and in none for nobody."""
    if not customer_ids:
        return {}
    statement = select(PushSubscription).where(
        PushSubscription.business_id == business_id(), PushSubscription.customer_id.in_(customer_ids)
    )
    found: dict[int, list[Subscription]] = defaultdict(list)
    for row in db.session.scalars(statement.order_by(PushSubscription.id)):
        found[row.customer_id].append(Subscription(row.endpoint, row.p256dh, row.auth))
    return {customer: tuple(browsers) for customer, browsers in found.items()}


def check(browser: Subscription) -> None:
    """Raises ValueError for what no browser says: an address that is not of HTTPS, keys of another length."""
    plain = len(browser.endpoint) <= LONGEST_ENDPOINT and browser.endpoint.isascii() and browser.endpoint.isprintable()
    if not plain or " " in browser.endpoint or not _is_of_https(browser.endpoint):
        raise ValueError("This is no address for pushes.")
    try:
        lengths = len(decoded(browser.p256dh)), len(decoded(browser.auth))
    except ValueError:
        lengths = 0, 0
    if lengths != (65, 16):
        raise ValueError("These are no keys for pushes.")


def _is_of_https(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        return parts.scheme == "https" and bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        return False


def forget_subscriptions(customer_id: int) -> None:
    """A step of an erasure (CP-8), and what another phone or signing out everywhere means for pushes."""
    hold_customers([customer_id])
    db.session.execute(delete(PushSubscription).where(*_of(customer_id)))
    note_apps([customer_id])


def merge_subscriptions(merge: Merge) -> None:
    """The survivor receives in the browsers of both; the undoing gives back what came (CP-9)."""
    moved = update(PushSubscription).where(*_of(merge.absorbed)).values(customer_id=merge.survivor)
    merge.kept["push_subscriptions"] = list(db.session.scalars(moved.returning(PushSubscription.id)))


def separate_subscriptions(merge: Merge) -> None:
    came = PushSubscription.id.in_(merge.kept.get("push_subscriptions", []))
    db.session.execute(update(PushSubscription).where(*_of(merge.survivor), came).values(customer_id=merge.absorbed))


def personal_data(customer_id: int) -> list[dict[str, object]]:
    """The browsers, for the file that a customer may ask for (CP-8)."""
    rows = db.session.scalars(select(PushSubscription).where(*_of(customer_id)).order_by(PushSubscription.id))
    return [{"since": row.created_at.isoformat(), "address": row.endpoint} for row in rows]


def _owners(*which: Any) -> set[int]:
    return set(db.session.scalars(select(PushSubscription.customer_id).where(*which)))


def _in_session(session_hash: bytes) -> tuple[Any, ...]:
    return PushSubscription.business_id == business_id(), PushSubscription.session_hash == session_hash


def _of(customer_id: int) -> tuple[Any, ...]:
    return PushSubscription.business_id == business_id(), PushSubscription.customer_id == customer_id
