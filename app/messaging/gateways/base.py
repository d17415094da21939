"""What every gateway is to the pipeline, whatever it speaks to the world.

A gateway says what became of each message that it was handed, and never guesses: what it cannot know is UNKNOWN, and
is not sent again. `send` runs with no transaction open, and waits 3 seconds for a connection and 10 for an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from app.messaging.models import Channel, MessageStatus

CONNECT, READ = 3.0, 10.0
"""Seconds that a gateway waits for a connection and for an answer."""


class Fate(Enum):
    """What became of a message that a gateway was handed."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """For good."""
    THROTTLED = "throttled"
    """Not taken now; it goes again later."""
    FAILED_BEFORE = "failed before"
    """Not a byte of it left; it goes again."""
    UNKNOWN = "unknown"
    """It may have gone: never sent again blindly."""


@dataclass(frozen=True)
class Subscription:
    """Where a browser takes pushes for a customer."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Look:
    """How a business shows itself in what goes out in its name (WL-1)."""

    name: str
    colour: str
    icon: str
    """A whole address, behind which its icons are by their names."""
    address: str
    """Where it is found, in its own words; or ''."""


@dataclass(frozen=True)
class Outgoing:
    """A message as a gateway is handed it."""

    reference: str
    """`<business>-<message>`: ours, and the same in each attempt."""
    channel: Channel
    to: str
    """A phone in E.164, an e-mail address; '' for a push."""
    subscriptions: tuple[Subscription, ...]
    """Of a push."""
    sender: str
    """The business's alpha name; '' is the platform's."""
    title: str
    text: str
    language: str
    valid_until: datetime | None
    unsubscribe_url: str = ""
    page_url: str = ""
    """Where a push opens."""
    shown_url: str = ""
    """Where the browser tells that it showed a push."""
    look: Look | None = None
    """Of a push or an e-mail to a customer."""


@dataclass(frozen=True)
class Answer:
    """What a gateway says of a message it was handed."""

    fate: Fate
    gateway_ids: tuple[str, ...] = ()
    """What it calls each part; of those it took."""
    reason: str = ""
    """In the gateway's words, without what identifies anyone."""
    retry_after: float | None = None
    """Seconds, where it said so."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a gateway says later, by its own id of a part or by our reference; it may come early, late or twice."""

    gateway_id: str = ""
    reference: str = ""
    status: MessageStatus
    """SENT, DELIVERED or FAILED."""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A message to us."""

    address: str
    """Who wrote it: a phone in E.164."""
    to: str
    """The number it was written to."""
    text: str
    gateway_id: str
    at: datetime | None = None
    business_id: int | None = None
    """Whom it is to, where the gateway knows; None is the one that last wrote to this address."""


class Gateway(Protocol):
    """One way to the world. Workers and listeners each have their own instance."""

    name: str
    channels: frozenset[Channel]
    window: int
    """How many go in one call: 1 for HTTP and e-mail."""
    rate: float | None
    """Messages a second, of all processes together; None is no limit."""
    one_server: bool
    """Whether all messages go to one server, so that what is wrong with it is wrong for all."""

    def send(self, batch: Sequence[Outgoing]) -> Sequence[Answer]:
        """One answer for each, in order. Never raises: what it raises all the same is UNKNOWN for the whole batch."""

    def listen(self) -> Iterator[Receipt | Incoming]:
        """What came, for a few seconds at most; it is called again and again.

        What one call yielded has been kept once `listen` is called again: acknowledge it then, where it would be told
        again otherwise.
        """

    def query(self, reference: str) -> Receipt | None:
        """What became of an unknown message, where the gateway can tell."""

    def close(self) -> None:
        """Gives its connections up, and what was not acknowledged on them: that will be told again."""
