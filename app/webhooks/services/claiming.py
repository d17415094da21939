"""Taking deliveries up: each is called by the worker whose token it bears, until its lease ends."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, text

from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.webhooks.models import Endpoint, Event, Happened
from app.webhooks.services import signing

LEASE = timedelta(seconds=60)
"""After which a worker that was calling is taken to be dead, and what it had is called again."""
AT_ONCE = 8
"""Calls of one address that are under way together."""

# An address that took nothing the last time is asked by one call alone whether it does again.
_CLAIM = text(
    """
    WITH due AS MATERIALIZED (
        SELECT id FROM webhook_delivery WHERE business_id = :business AND endpoint_id = :endpoint
            AND state = 1 AND due_at <= :now
        ORDER BY due_at, id LIMIT :most FOR UPDATE SKIP LOCKED
    )
    UPDATE webhook_delivery d SET token = :token, due_at = :until, tries = d.tries + 1
    FROM due, webhook_event h
    WHERE d.business_id = :business AND d.id = due.id AND h.business_id = :business AND h.id = d.event_id
    RETURNING d.id, d.event_id, h.event, h.at, h.items
    """
)


@dataclass(frozen=True)
class Claimed:
    """A delivery that is to be called now."""

    id: int
    message: str
    """The same for every call of an event, so that a receiver knows what it had before."""
    body: bytes


@dataclass(frozen=True)
class Batch:
    """What a worker holds."""

    endpoint_id: int
    url: str
    secrets: Sequence[str]
    """The newest first; none where they cannot be read."""
    token: uuid.UUID
    deliveries: Sequence[Claimed]


def claim(endpoint_id: int) -> Batch | None:
    """Claims what is due of an address; None where that is nothing, or it is told nothing now."""
    now, endpoint = dates.now(), db.session.get(Endpoint, (business_id(), endpoint_id))
    if endpoint is None or not _takes(endpoint, now):
        return None
    values = {
        "business": business_id(),
        "endpoint": endpoint_id,
        "now": now,
        "until": now + LEASE,
        "token": (token := uuid.uuid4()),
        "most": 1 if endpoint.failures else AT_ONCE,
    }
    rows = db.session.execute(_CLAIM, values).all()
    claimed = [Claimed(row.id, f"evt_{row.event_id}", body_of(row)) for row in rows]
    return Batch(endpoint_id, endpoint.url, signing.secrets_of(endpoint, now), token, claimed) if claimed else None


def body_of(row: Row[Any] | Happened) -> bytes:
    """What is sent of an event: the same octets at each call."""
    told = {
        "type": Event(row.event).type,
        "timestamp": row.at.astimezone(UTC).isoformat(),
        "data": {"items": row.items},
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _takes(endpoint: Endpoint, now: datetime) -> bool:
    active = endpoint.disabled_at is None and endpoint.removed_at is None
    return active and (endpoint.rest_until is None or endpoint.rest_until <= now)
