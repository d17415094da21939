"""Messages of which nobody knows whether they went: a person finds out, and says so."""

from __future__ import annotations

from app import audit
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.messaging.models import Message, MessageStatus, Reason
from app.messaging.services.judging import Verdict
from app.messaging.services.outcomes import end
from app.messaging.services.receipts import Told, tell


class KnownError(Exception):
    """It turned out meanwhile."""


def resolve_unknown(message_id: int, *, sent: bool) -> None:
    """Has an unknown message have left, and be charged; or not, and cost nothing. It is not sent again.

    What a gateway tells later of one that is said not to have left changes nothing any more. Raises KnownError.
    """
    message = db.session.get(Message, (business_id(), message_id), populate_existing=True)
    if message is None or message.status is not MessageStatus.UNKNOWN:
        raise KnownError
    if sent:
        tell([Told(message_id, None, MessageStatus.SENT, dates.now())])
    else:
        end({message_id: Verdict(MessageStatus.FAILED, Reason.NOT_SENT)})
    db.session.refresh(message)
    after = message.status.name.lower()
    audit.record("message.resolve", audit.Subject("message", message_id), {"status": ("unknown", after)})
