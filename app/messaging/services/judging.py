"""Whether a message goes, waits or is over: pure rules over what its claim read (BA-3, BA-15)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.lib.phones import zone_of
from app.loyalty.models import Access
from app.messaging.models import Channel, MessageKind, MessageStatus, Reason

MANY = frozenset({MessageKind.BULK, MessageKind.NEWS})
"""What goes to many at the business's wish, and so needs that the customer's data may be processed."""


@dataclass(frozen=True)
class Claimed:
    """A message that a worker has, with all that decides whether it goes."""

    id: int
    kind: MessageKind
    channel: Channel
    title: str
    text: str
    language: str
    segments: int
    quoted: int | None
    valid_until: datetime | None
    attempts: int
    smart: bool
    fallback_at: datetime | None
    customer_id: int
    """The record that stands for the customer now, whichever it was written to."""
    phone: str
    email: str
    confirmed: bool
    app_installed: bool
    erased: bool
    opted_out: bool
    """Of the channel."""
    refused: bool
    """The processing of its data."""
    access: int | None
    left: bool
    sender: str
    quiet_from: time | None
    quiet_to: time | None
    smart_timeout: int

    @property
    def address(self) -> str:
        return self.email if self.channel is Channel.EMAIL else "" if self.channel is Channel.PUSH else self.phone

    @property
    def reachable(self) -> bool:
        return self.app_installed if self.channel is Channel.PUSH else bool(self.address)

    @property
    def is_pin(self) -> bool:
        return self.kind is MessageKind.PIN


@dataclass(frozen=True)
class Verdict:
    """What becomes of a message that does not go now: held until a moment, or over."""

    status: MessageStatus
    reason: str
    until: datetime | None = None


def judge(message: Claimed, now: datetime, home: ZoneInfo, pins: Collection[int]) -> Verdict | None:
    """None lets it go. `home` is the business's zone, `pins` the messages whose PIN is still of use."""
    if any(limit and limit <= now for limit in (message.valid_until, message.fallback_at)):
        return Verdict(MessageStatus.FAILED, Reason.LATE)
    if message.is_pin and message.id not in pins:
        return Verdict(MessageStatus.FAILED, Reason.REPLACED)
    if reason := _refusal(message):
        return Verdict(MessageStatus.REJECTED, reason)
    until = None if message.is_pin else quiet_until(message.quiet_from, message.quiet_to, now, _zone(message, home))
    return Verdict(MessageStatus.HELD, Reason.QUIET, until) if until else None


def _refusal(message: Claimed) -> Reason | None:
    if message.erased:
        return Reason.ERASED
    if not message.reachable:
        return Reason.NO_ADDRESS
    if message.is_pin:
        return None
    if message.access == Access.BLACKLISTED:
        return Reason.BLACKLISTED
    if message.opted_out:
        return Reason.OPTED_OUT
    return Reason.NO_CONSENT if message.refused else _refusal_of_many(message)


def _refusal_of_many(message: Claimed) -> Reason | None:
    if message.kind not in MANY:
        return None
    if message.access == Access.NONE:
        return Reason.NO_CONSENT
    if message.left:
        return Reason.LEFT
    limited = message.kind is MessageKind.BULK and message.channel is Channel.SMS and not message.sender
    return Reason.NOT_CONFIRMED if limited and not message.confirmed else None


def _zone(message: Claimed, home: ZoneInfo) -> ZoneInfo:
    return zone_of(message.phone, home) if message.phone and message.quiet_from else home


def quiet_until(begins: time | None, ends: time | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours are over that it is in now; None outside of them. They may go over midnight."""
    if begins is None or ends is None or begins == ends:
        return None
    here = now.astimezone(zone)
    clock = here.time()
    inside = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
    if not inside:
        return None
    day = here.date() if clock < ends else here.date() + timedelta(days=1)
    return datetime.combine(day, ends, zone)
