"""PINs on their way: their text is kept encrypted, apart from the message, until they are used or over (MS-2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update

from app.ciphers import decrypted, encrypted
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.lib.sms import segments
from app.messaging.models import Channel, Message, MessageKind, PinText, SimulatedMessage
from app.messaging.services.writing import Addressed, Letter, write_to_many

WIPED = "••••••"
_PURPOSE = "texts of PINs"


def write_pin(
    customer_id: int,
    text: str,
    expires_at: datetime,
    *,
    language: str,
    dedupe_key: str,
    private: bool = False,
    program_id: int | None = None,
    point_of_sale_id: int | None = None,
    terminal_id: int | None = None,
) -> int | None:
    """Writes the SMS of a PIN: `text` is whole, the code in it. One that is `private` nobody of the business opens.

    Answers with its message; None where the key is known.
    """
    letter = Letter(
        *(MessageKind.PIN, Channel.SMS, "", language, dedupe_key), program_id=program_id, valid_until=expires_at
    )
    addressed = Addressed(customer_id, letter, point_of_sale_id, terminal_id)
    written = write_to_many([addressed], [len(segments(text))])
    for message in written:
        kept = {"secret": encrypted(text, _PURPOSE), "expires_at": expires_at, "private": private}
        db.session.add(PinText(business_id=business_id(), message_id=message, **kept))
        db.session.flush()
    return written[0] if written else None


def read_pin(message_id: int) -> str | None:
    """The text of a PIN for a person of the business; None once it is used or over, and of a private one."""
    return None if pin_is_private(message_id) else pin_texts([message_id]).get(message_id)


def pin_is_private(message_id: int) -> bool | None:
    """Whether a PIN that still serves is its customer's alone; None for one that serves no more."""
    kept = select(PinText.private).where(
        PinText.business_id == business_id(), PinText.message_id == message_id, PinText.expires_at > dates.now()
    )
    return db.session.scalar(kept)


def pin_texts(messages: Collection[int]) -> dict[int, str]:
    """Message → text, of those that are still of use."""
    mine = select(PinText.message_id, PinText.secret).where(
        PinText.business_id == business_id(), PinText.message_id.in_(messages), PinText.expires_at > dates.now()
    )
    found = {message: decrypted(secret, _PURPOSE) for message, secret in db.session.execute(mine)} if messages else {}
    return {message: text for message, text in found.items() if text is not None}


def wipe_pins(dedupe_keys: Collection[str]) -> None:
    """Forgets the texts of PINs that were used, or that others took the place of."""
    mine = select(Message.id).where(Message.business_id == business_id(), Message.dedupe_key.in_(dedupe_keys))
    gone = delete(PinText).where(PinText.business_id == business_id(), PinText.message_id.in_(mine))
    if wiped := list(db.session.scalars(gone.returning(PinText.message_id))):
        _wipe_phones(wiped)


def wipe_old_pins() -> None:
    """Forgets the texts of all PINs that are over, on the phones of the simulator too."""
    mine = delete(PinText).where(PinText.business_id == business_id(), PinText.expires_at <= dates.now())
    if wiped := list(db.session.scalars(mine.returning(PinText.message_id))):
        _wipe_phones(wiped)


def _wipe_phones(messages: Collection[int]) -> None:
    shown = SimulatedMessage.business_id == business_id(), SimulatedMessage.message_id.in_(messages)
    db.session.execute(update(SimulatedMessage).where(*shown).values(text=WIPED))
