"""What came in to a demonstration business and what did not go out, and what the simulator took of its messages.

Questions of customers in their languages and a note of the platform, some of them unread; messages that wait for the
end of quiet hours or for money, and some that were rejected.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

from app.demo.letters_in import ANSWERS, FROM_PLATFORM, NIGHT
from app.lib.sms import segments
from app.messaging.models import Channel, Direction, MessageKind, MessageStatus, Priority, Reason, Step

SIMULATED = 400
"""The newest messages that the simulator shows."""
_CUSTOMERS = """
    SELECT DISTINCT ON (c.id) c.id, c.language FROM message m
    JOIN customer c ON c.business_id = m.business_id AND c.id = m.customer_id
    WHERE m.business_id = %s AND m.channel = 1 AND m.created_at > %s
"""
_MESSAGE = """
    INSERT INTO message (business_id, customer_id, direction, kind, channel, title, text, language, segments, status,
        reason, dedupe_key, created_at, distributed_at, read_at, valid_until)
    VALUES (%(business)s, %(customer)s, %(direction)s, %(kind)s, %(channel)s, %(title)s, %(text)s, %(language)s,
        %(segments)s, %(status)s, %(reason)s, %(key)s, %(at)s, %(gone)s, %(read)s, %(until)s) RETURNING id
"""
_WAITS = """
    INSERT INTO message_outbox (business_id, message_id, channel, priority, step, due_at)
    VALUES (%(business)s, %(id)s, %(channel)s, %(priority)s, %(step)s, %(due)s)
"""
# As the simulator would have taken them; of those that nobody knows of, every other one arrived.
_SIMULATED = """
    INSERT INTO simulated_message (business_id, message_id, channel, address, sender, title, text, language, fate,
        arrived, at)
    SELECT m.business_id, m.id, m.channel, CASE m.channel WHEN 1 THEN c.phone WHEN 3 THEN c.email ELSE '' END,
        m.sender, CASE m.channel WHEN 1 THEN '' ELSE m.title END, m.text, m.language,
        CASE m.status WHEN 5 THEN 'unknown' WHEN 7 THEN 'refused' ELSE 'accepted' END,
        m.status NOT IN (5, 7) OR m.status = 5 AND m.id %% 2 = 0, m.distributed_at
    FROM (SELECT * FROM message WHERE business_id = %s AND direction = 1 AND distributed_at IS NOT NULL
        ORDER BY created_at DESC, id DESC LIMIT %s) m
    JOIN customer c ON c.business_id = m.business_id AND c.id = m.customer_id ORDER BY m.distributed_at, m.id
"""


@dataclass(frozen=True)
class Draft:
    """A message as it is to stand there; moments are hours before the end of the data."""

    customer: int | None
    language: str
    text: str
    hours: float
    status: MessageStatus = MessageStatus.DELIVERED
    kind: MessageKind = MessageKind.NOTICE
    channel: Channel = Channel.SMS
    title: str = ""
    reason: str = ""
    read_after: float | None = None
    """Hours from its coming until someone opened it; None is never."""

    @property
    def incoming(self) -> bool:
        return self.status is MessageStatus.DELIVERED


def write_inbox(connection: Connection, business: int, until: datetime, zone: str, *, poor: bool) -> None:
    """Of a business that is `poor` messages wait for money, of others for the morning."""
    known = connection.execute(_CUSTOMERS, [business, until - timedelta(90)]).fetchall()
    customers: dict[str, list[int]] = {}
    for number, language in known:
        customers.setdefault(language, []).append(number)
    drafts = [*_came_in(customers), *_waiting(customers, poor), *_rejected(customers)]
    for number, draft in enumerate(drafts):
        _write(connection, business, until, zone, number, draft)
    connection.execute(_SIMULATED, [business, SIMULATED])


def _came_in(customers: dict[str, list[int]]) -> Iterator[Draft]:
    for number, (language, text) in enumerate(ANSWERS):
        if mine := customers.get(language):
            customer, read = mine[number % len(mine)], None if number < 3 else 0.4
            yield Draft(customer, language, text, 0.02 + 9.3 * number, read_after=read)
    for number, (title, text) in enumerate(FROM_PLATFORM):
        yield Draft(None, "en", text, 5 + 700 * number, channel=Channel.PANEL, title=title, read_after=number or None)


def _waiting(customers: dict[str, list[int]], poor: bool) -> Iterator[Draft]:
    status, reason = (MessageStatus.UNPAID, Reason.NO_MONEY) if poor else (MessageStatus.HELD, Reason.QUIET)
    for number, (language, (title, text)) in enumerate(NIGHT.items()):
        for customer in customers.get(language, [])[-1:]:
            yield Draft(
                customer, language, text, 0.2 + number / 10, status, MessageKind.BULK, title=title, reason=reason
            )


def _rejected(customers: dict[str, list[int]]) -> Iterator[Draft]:
    reasons = (Reason.OPTED_OUT, Reason.NOT_CONFIRMED, Reason.BLACKLISTED)
    for number, (reason, (language, (title, text))) in enumerate(zip(reasons, NIGHT.items(), strict=True)):
        for customer in customers.get(language, [])[:1]:
            hours, status, kind = 0.5 + number / 4, MessageStatus.REJECTED, MessageKind.BULK
            yield Draft(customer, language, text, hours, status, kind, title=title, reason=reason)


def _write(connection: Connection, business: int, until: datetime, zone: str, number: int, draft: Draft) -> None:
    at = until - timedelta(hours=draft.hours)
    read = at + timedelta(hours=draft.read_after) if draft.read_after else None
    row = connection.execute(
        _MESSAGE,
        {
            "business": business,
            "customer": draft.customer,
            "kind": draft.kind,
            "channel": draft.channel,
            "title": draft.title,
            "text": draft.text,
            "language": draft.language,
            "status": draft.status,
            "direction": Direction.IN if draft.incoming else Direction.OUT,
            "reason": draft.reason,
            "at": at,
            "segments": 0 if draft.incoming else len(segments(draft.text)),
            "key": f"inbox:{number}",
            "gone": at if draft.incoming else None,
            "read": read,
            "until": None if draft.incoming else at + timedelta(3),
        },
    ).fetchone()
    assert row is not None  # noqa: S101 - what is added is returned
    steps = {MessageStatus.HELD: Step.WAITING, MessageStatus.UNPAID: Step.UNPAID}
    if draft.status in steps:
        due = _morning(until, zone) if draft.status is MessageStatus.HELD else at + timedelta(3)
        step = {"step": steps[draft.status], "priority": Priority.BULK, "channel": draft.channel, "due": due}
        connection.execute(_WAITS, {"business": business, "id": row[0], **step})


def _morning(until: datetime, zone: str) -> datetime:
    """The next nine o'clock."""
    here = until.astimezone(ZoneInfo(zone))
    today = datetime.combine(here.date(), time(9), here.tzinfo)
    return today if here < today else today + timedelta(1)
