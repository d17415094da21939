"""Addresses: added, changed, disabled, removed; their secrets; a test, and what is sent again. All of it is audited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from app import audit
from app.businesses.queries import lock_places
from app.db import business_id
from app.drawn import SHOWN_AGAIN, MadeBeforeError
from app.extensions import db
from app.lib import dates
from app.webhooks.log_filter import LogFilter
from app.webhooks.models import Delivery, Disabled, Endpoint, Event, Happened, State
from app.webhooks.services import signing

MOST = 10
"""Addresses of a business: each sale looks at them."""
OVERLAP = timedelta(hours=24)
"""For which a secret that was renewed still signs."""
MOST_BEFORE = 3
"""Secrets that sign beside the newest."""


class TooManyError(Exception):
    """The business has as many addresses as it may."""


class DisabledError(Exception):
    """An address that is disabled is sent nothing."""


def add_endpoint(values: Mapping[str, Any], secret: str | None = None) -> tuple[Endpoint, str]:
    """Answers with the address and its secret, which is not shown again; added again with the same `secret`, as by a
    double click, it is the same one.

    Raises TooManyError, and MadeBeforeError where that was another one, or is some time ago.
    """
    lock_places()
    there = Endpoint.business_id == business_id(), Endpoint.removed_at.is_(None)
    known = db.session.scalars(select(Endpoint).where(*there)).all()
    secret = secret or signing.new_secret()
    for endpoint in known:
        if signing.read(endpoint.secret) == secret:
            if endpoint.created_at <= dates.now() - SHOWN_AGAIN or audit.changes_of(endpoint, values):
                raise MadeBeforeError
            return endpoint, secret
    if len(known) >= MOST:
        raise TooManyError
    endpoint = Endpoint(business_id=business_id(), secret=signing.kept(secret), **values)
    db.session.add(endpoint)
    db.session.flush()
    _note(endpoint, "add", {name: (None, value) for name, value in values.items()})
    return endpoint, secret


def change_endpoint(endpoint: Endpoint, values: Mapping[str, object]) -> None:
    """Needs it held, as all that follow."""
    changes = audit.changes_of(endpoint, values)
    for name, value in values.items():
        setattr(endpoint, name, value)
    if "url" in changes:
        _clear(endpoint)
    if changes:
        _note(endpoint, "change", changes)


def disable(endpoint: Endpoint) -> None:
    if endpoint.disabled_at is None:
        endpoint.disabled_at, endpoint.disabled_why = dates.now(), Disabled.BY_HAND
        _note(endpoint, "disable")


def enable(endpoint: Endpoint) -> None:
    """What waited goes at once, and has its days again."""
    if endpoint.disabled_at is None:
        return
    endpoint.disabled_at = endpoint.disabled_why = None
    _clear(endpoint)
    waiting = Delivery.state == State.WAITING
    _send_again(Delivery.endpoint_id == endpoint.id, waiting, Delivery.token.is_(None))
    _note(endpoint, "enable")


def renew_secret(endpoint: Endpoint) -> str:
    """Answers with the new secret, which is not shown again; those before sign beside it for a while.

    All of them, as a receiver need not have seen the last one: a page that showed it was lost, so it was renewed again.
    """
    now, secret = dates.now(), signing.new_secret()
    before = signing.secrets_of(endpoint, now)[:MOST_BEFORE]
    endpoint.old_secret, endpoint.old_until = signing.kept(" ".join(before)), now + OVERLAP
    endpoint.secret = signing.kept(secret)
    _note(endpoint, "renew_secret")
    return secret


def remove(endpoint: Endpoint) -> None:
    """What it was told stays in the log; what waits is not sent any more."""
    endpoint.removed_at = now = dates.now()
    ended = {"state": State.FAILED, "due_at": None, "token": None, "ended_at": now}
    mine = Delivery.business_id == business_id(), Delivery.endpoint_id == endpoint.id
    db.session.execute(update(Delivery).where(*mine, Delivery.state == State.WAITING).values(ended))
    _note(endpoint, "remove")


def send_test(endpoint: Endpoint) -> int:
    """Answers with the delivery. Raises DisabledError."""
    _refuse_disabled(endpoint)
    now = dates.now()
    happened = Happened(business_id=business_id(), event=Event.TEST, at=now, items=[{"endpoint_id": endpoint.id}])
    db.session.add(happened)
    db.session.flush()
    delivery = Delivery(
        business_id=business_id(),
        endpoint_id=endpoint.id,
        event_id=happened.id,
        event=Event.TEST,
        at=now,
        due_at=_at_once(endpoint),
        begun_at=now,
    )
    db.session.add(delivery)
    db.session.flush()
    _note(endpoint, "test")
    return delivery.id


def replay(delivery: Delivery, endpoint: Endpoint) -> None:
    """Sends it again now, under the id that it had. Raises DisabledError."""
    _refuse_disabled(endpoint)
    if _send_again(Delivery.id == delivery.id, Delivery.token.is_(None), due_at=_at_once(endpoint)):
        _note(endpoint, "replay", {"deliveries": (None, 1)})


def replay_failed(chosen: LogFilter) -> int:
    """Sends again what failed of what is chosen, to addresses that take it; answers with how many."""
    active = select(Endpoint.id).where(
        Endpoint.business_id == business_id(), Endpoint.disabled_at.is_(None), Endpoint.removed_at.is_(None)
    )
    number = _send_again(*chosen.conditions(), Delivery.state == State.FAILED, Delivery.endpoint_id.in_(active))
    if number:
        subject = audit.Subject("webhook", chosen.endpoint or 0)
        audit.record("webhook.replay", subject, {"deliveries": (None, number)})
    return number


def _at_once(endpoint: Endpoint) -> datetime:
    """When it is due that a person waits for: before all that waits, and not at the end of a rest."""
    endpoint.rest_until = None
    return endpoint.failing_since or dates.now()


def _send_again(*which: Any, due_at: datetime | None = None) -> int:
    now = dates.now()
    begun = {"state": State.WAITING, "due_at": due_at or now, "begun_at": now, "tries": 0, "ended_at": None}
    done = db.session.execute(update(Delivery).where(Delivery.business_id == business_id(), *which).values(begun))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _refuse_disabled(endpoint: Endpoint) -> None:
    if endpoint.disabled_at is not None:
        raise DisabledError


def _clear(endpoint: Endpoint) -> None:
    """Nothing is held against it any more."""
    endpoint.failures, endpoint.failing_since, endpoint.rest_until = 0, None, None


def _note(endpoint: Endpoint, verb: str, changes: audit.Changes | None = None) -> None:
    db.session.flush()
    audit.record(f"webhook.{verb}", audit.Subject("webhook", endpoint.id), changes or {})
