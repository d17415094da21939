"""What the platform writes to a business: it comes into its messages, unread (MS-1)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from sqlalchemy import or_, update

from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.messaging.models import Channel, Direction, Message, MessageKind, MessageStatus

_KEY = "platform"
_pages: dict[str, Callable[[int], str]] = {}


def write_to_business(
    text: str, title: str = "", *, about: tuple[str, int] | None = None, place: int | None = None
) -> int:
    """Answers with the message's id.

    `about` is a kind of things that lead_to() knows, and the number of one. To who works for a franchisee alone it is
    shown where `place` is one of the franchisee's; else it is the brand's.
    """
    now = dates.now()
    named = f"{about[0]}:{about[1]}:" if about else ""
    message = Message(
        business_id=business_id(),
        direction=Direction.IN,
        kind=MessageKind.NOTICE,
        channel=Channel.PANEL,
        title=title,
        text=text,
        status=MessageStatus.DELIVERED,
        dedupe_key=f"{_KEY}:{named}{uuid.uuid4()}",
        point_of_sale_id=place,
        created_at=now,
        distributed_at=now,
    )
    db.session.add(message)
    db.session.flush()
    return message.id


def forget_titles(kind: str, numbers: Sequence[int]) -> None:
    """Of notes about these things: what stands there may be a person's own words (CP-8)."""
    if not numbers:
        return
    # A stretch each of the index of what is written once.
    named = [f"{_KEY}:{kind}:{number}" for number in numbers]
    about = or_(*[(Message.dedupe_key >= f"{each}:") & (Message.dedupe_key < f"{each};") for each in named])
    db.session.execute(update(Message).where(Message.business_id == business_id(), about).values(title=""))


def lead_to(kind: str, page: Callable[[int], str]) -> None:
    """Says which page shows what notes of the platform are about."""
    _pages[kind] = page


def page_of_note(dedupe_key: str) -> str | None:
    """The address of what a message is about, where it is such a note."""
    key, *named = dedupe_key.split(":")
    if key != _KEY or len(named) != 3 or named[0] not in _pages:
        return None
    return _pages[named[0]](int(named[1]))
