"""Writing down what addresses answered, and what follows: again later, given up, or told nothing any more."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app import audit
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.webhooks.models import Attempt, Delivery, Disabled, Endpoint, State
from app.webhooks.services.claiming import Batch
from app.webhooks.services.telling import tell_disabled

GIVEN_UP = timedelta(days=3)
"""After which an event that was not taken is given up, and an address that took nothing is disabled."""
FIRST, LONGEST = 5.0, 12 * 3600.0
"""Seconds until an event is tried again: each time three times as long, up to the longest."""
LONGEST_REST = 300.0
"""Seconds for which an address that takes nothing is left alone."""
LONGEST_ANSWER = 2_000
"""Characters that are kept of it."""
GONE = 410


@dataclass(frozen=True)
class Answer:
    """What came of a call."""

    delivery_id: int
    at: datetime
    took: int
    status: int | None = None
    fault: str = ""
    text: str = ""
    retry_after: float | None = None

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def settle(batch: Batch, answers: Sequence[Answer]) -> None:
    """What another worker has meanwhile, as the lease was over, is left to that one; nor does the answer count."""
    now, endpoint = dates.now(), db.session.get_one(Endpoint, (business_id(), batch.endpoint_id), with_for_update=_HELD)
    mine = select(Delivery).where(Delivery.business_id == business_id(), Delivery.token == batch.token)
    held = mine.where(Delivery.id.in_([each.delivery_id for each in answers])).order_by(Delivery.id).with_for_update()
    deliveries = {each.id: each for each in db.session.scalars(held)}
    in_time = [each for each in answers if each.delivery_id in deliveries]
    for each in in_time:
        _settle(deliveries[each.delivery_id], each, now)
    if in_time:
        _judge(endpoint, in_time, now)


_HELD = {"key_share": True}
"""The triggers' references to an address do not wait for this."""


def _settle(delivery: Delivery, answer: Answer, now: datetime) -> None:
    db.session.add(
        Attempt(
            business_id=business_id(),
            delivery_id=delivery.id,
            at=answer.at,
            took=answer.took,
            status=answer.status,
            fault=answer.fault,
            answer=answer.text.replace("\0", "")[:LONGEST_ANSWER],
        )
    )
    delivery.token = None
    if answer.good or now - delivery.begun_at > GIVEN_UP:
        delivery.state = State.DELIVERED if answer.good else State.FAILED
        delivery.due_at, delivery.ended_at = None, now
    else:
        delivery.due_at = now + _pause(delivery.tries, LONGEST, 3.0, answer.retry_after)


def _judge(endpoint: Endpoint, answers: Sequence[Answer], now: datetime) -> None:
    """One answer that is good clears an address of what was before."""
    if any(each.good for each in answers):
        if endpoint.failures:
            endpoint.failures, endpoint.failing_since, endpoint.rest_until = 0, None, None
        return
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    waits = [each.retry_after for each in answers if each.retry_after]
    endpoint.rest_until = now + _pause(endpoint.failures, LONGEST_REST, 2.0, min(waits, default=None))
    if endpoint.disabled_at is not None or endpoint.removed_at is not None:
        return
    if any(each.status == GONE for each in answers):
        _disable(endpoint, Disabled.GONE, now)
    elif now - endpoint.failing_since > GIVEN_UP:
        _disable(endpoint, Disabled.FAILING, now)


def _disable(endpoint: Endpoint, why: Disabled, now: datetime) -> None:
    endpoint.disabled_at, endpoint.disabled_why = now, why
    tell_disabled(endpoint)
    audit.record("webhook.disable", audit.Subject("webhook", endpoint.id), {"disabled_why": (None, why)})


def _pause(tries: int, longest: float, growth: float, asked: float | None) -> timedelta:
    """Longer each time, and not for all at once: a quarter more or less. Never shorter than the other side asks."""
    seconds = min(longest, FIRST * growth ** min(max(tries - 1, 0), 20))
    return timedelta(seconds=max(asked or 0.0, seconds * random.uniform(0.75, 1.25)))  # noqa: S311 - no secret
