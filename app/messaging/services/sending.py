"""Handing messages to gateways: each at most once, whatever dies meanwhile (RELIABILITY: messages, points 3 and 4).

A worker claims messages, commits for each call that it is about to hand them over, calls with no transaction open, and
writes down what was said. Killed before that commit, they wait again; killed behind it, nobody knows, and they are
unknown.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.businesses.queries import Brand, own_brand
from app.db import ask_by_keys, business_id, unit_of_work
from app.extensions import db
from app.lib import dates
from app.links import own_address, push_receipt, stop_link
from app.messaging.gateways import gateway_for, hand_over
from app.messaging.gateways.base import Answer, Gateway, Look, Outgoing
from app.messaging.models import Channel
from app.messaging.services.claiming import LEASE, claim
from app.messaging.services.judging import MANY, Claimed
from app.messaging.services.pacing import take_places, use_places
from app.messaging.services.pins import pin_texts
from app.messaging.services.settling import settle
from app.messaging.services.subscriptions import subscriptions_of
from app.messaging.services.watching import watch
from app.scope import Scope

AT_ONCE = 10
"""Messages that a worker claims together, at least; more where as many go in one call."""
LOOKING = frozenset({Channel.EMAIL, Channel.PUSH})
"""The channels on which a business's look is seen."""
_log = structlog.get_logger(__name__)

_DUE = text(
    """
    SELECT channel FROM (VALUES (1), (2), (3), (4)) c (channel) WHERE EXISTS (
        SELECT FROM (VALUES (0), (1), (2)) p (priority) WHERE EXISTS (
            SELECT FROM message_outbox o WHERE o.business_id = :business AND o.channel = c.channel
                AND o.priority = p.priority AND o.due_at <= :now AND o.step = 1))
    ORDER BY channel
    """
)
# Who has no row any more does not send: another worker has it, or it was stopped.
_START = text(
    """
    WITH given AS (
        SELECT * FROM unnest(CAST(:messages AS bigint[]), CAST(:senders AS text[]), CAST(:timeouts AS integer[]))
            g (id, sender, timeout)
        WHERE g.id % 1 = 0
    ), going AS (
        UPDATE message_outbox o SET step = 3, due_at = :until, fallback_at = CASE WHEN o.smart THEN
            coalesce(o.fallback_at, CAST(:now AS timestamptz) + make_interval(mins => given.timeout)) END
        FROM given WHERE o.business_id = :business AND o.message_id = given.id AND o.token = :token AND o.step = 2
        RETURNING o.message_id, given.sender
    )
    UPDATE message m SET gateway = :gateway, sender = going.sender
    FROM going WHERE m.business_id = :business AND m.id = going.message_id
    RETURNING m.id
    """
)


@dataclass(frozen=True)
class Round:
    """What became of one look at a channel."""

    taken: int
    wait: float = 0.0
    """Seconds until its gateway takes messages again."""


def send_due(scope: Scope, seconds: float, give_way: Callable[[], bool] = lambda: False) -> bool:
    """Sends what is due of a business; whether more may be due when the time is up or others are to come first."""
    until = time.monotonic() + seconds
    watch(scope)
    while channels := _due_channels(scope):
        rounds = [_send_channel(scope, channel, until, give_way) for channel in channels]
        if time.monotonic() >= until or give_way():
            return True
        if not any(each.taken for each in rounds):
            wait = min(each.wait for each in rounds)
            if not 0 < wait < min(1.0, until - time.monotonic()):
                return False
            time.sleep(wait)
    return False


def _due_channels(scope: Scope) -> list[Channel]:
    with unit_of_work(scope):
        due = db.session.execute(_DUE, {"business": business_id(), "now": dates.now()}).scalars()
        return [Channel(each) for each in due]


def _send_channel(scope: Scope, channel: Channel, until: float, give_way: Callable[[], bool]) -> Round:
    """A few windows in a row, so that other channels are not kept waiting."""
    taken = 0
    for _window in range(10):
        done = send_some(scope, channel)
        taken += done.taken
        if not done.taken or time.monotonic() >= until or give_way():
            break
    return Round(taken, done.wait)


def send_some(scope: Scope, channel: Channel) -> Round:
    """Claims what is due of a channel, as much as goes in one call, ten at least; and sends it.

    What a slow gateway leaves no time for waits until its lease is over, so that a job never outlasts its own time.
    """
    with unit_of_work(scope):
        ask_by_keys()
        gateway = gateway_for(channel)
        places = take_places(gateway, max(gateway.window, AT_ONCE))
        if not places.number:
            return Round(0, (places.free_at - dates.now()).total_seconds())
        batch = claim(channel, places.number)
        use_places(gateway, places, len(batch.messages))
    begins_until = time.monotonic() + LEASE.total_seconds() / 2
    for window in _windows(batch.messages, gateway.window):
        if time.monotonic() < begins_until:
            _send_window(scope, gateway, batch.token, window, places.paused)
    return Round(batch.taken)


def _send_window(scope: Scope, gateway: Gateway, token: uuid.UUID, window: Sequence[Claimed], paused: bool) -> None:
    with unit_of_work(scope):
        ask_by_keys()
        pins = pin_texts([each.id for each in window if each.is_pin])
        going = _start(gateway, token, [each for each in window if not each.is_pin or each.id in pins])
        outgoing = _outgoing(going, pins)
    if going:
        answers = dict(zip(going, hand_over(gateway, outgoing), strict=True))
        _write_down(scope, gateway, token, answers, paused)


def _write_down(
    scope: Scope, gateway: Gateway, token: uuid.UUID, answers: Mapping[Claimed, Answer], paused: bool
) -> None:
    """What was answered is known here alone: a database that was away, or a deadlock, is given time to be over."""
    for seconds in (0.2, 1.0, 3.0, None):
        try:
            with unit_of_work(scope):
                ask_by_keys()
                settle(gateway, token, answers, paused)
            return
        except OperationalError:
            if seconds is None:
                raise
            _log.warning("answers not written down", gateway=gateway.name, messages=len(answers))
            time.sleep(seconds)


def _start(gateway: Gateway, token: uuid.UUID, window: Sequence[Claimed]) -> list[Claimed]:
    """Writes down that these are being handed over; answers with those that this worker still has.

    A PIN that was used or replaced since it was claimed is left out: its lease runs out, and the next claim ends it.
    """
    now = dates.now()
    values = {
        "business": business_id(),
        "gateway": gateway.name,
        "token": token,
        "now": now,
        "until": now + LEASE,
        "messages": [each.id for each in window],
        "senders": [each.sender for each in window],
        "timeouts": [each.smart_timeout for each in window],
    }
    started = set(db.session.execute(_START, values).scalars())
    return [each for each in window if each.id in started]


def _outgoing(going: Sequence[Claimed], pins: Mapping[int, str]) -> list[Outgoing]:
    browsers = subscriptions_of([each.customer_id for each in going if each.channel is Channel.PUSH])
    brand = own_brand() if any(each.channel in LOOKING for each in going) else None
    look = _look(brand) if brand else None
    return [
        Outgoing(
            reference=f"{business_id()}-{each.id}",
            channel=each.channel,
            to=each.address,
            subscriptions=browsers.get(each.customer_id, ()),
            sender=each.sender,
            title=each.title,
            text=pins.get(each.id, each.text),
            language=each.language,
            valid_until=each.valid_until,
            unsubscribe_url=_way_out(each),
            page_url=message_page(brand, each.id) if brand and each.channel is Channel.PUSH else "",
            shown_url=push_receipt(each.id) if each.channel is Channel.PUSH else "",
            look=look,
        )
        for each in going
    ]


def message_page(brand: Brand, message_id: int) -> str:
    """Where its customer opens a message, as a path."""
    return f"/my/{brand.slug}/messages/{message_id}"


def _look(brand: Brand) -> Look:
    return Look(brand.name, brand.shown_colour, own_address(brand.icon), brand.address)


def _way_out(message: Claimed) -> str:
    """Where the customer stops messages: of an e-mail, and of what goes to many at the business's wish (LP-5)."""
    shows = message.channel is Channel.EMAIL or message.kind in MANY
    return stop_link(message.customer_id) if shows else ""


def _windows(messages: Sequence[Claimed], size: int) -> Iterator[Sequence[Claimed]]:
    for first in range(0, len(messages), max(size, 1)):
        yield messages[first : first + max(size, 1)]
