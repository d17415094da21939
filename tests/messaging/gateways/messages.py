"""Messages as the pipeline hands them to gateways."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.lib import dates
from app.messaging.gateways.base import Outgoing
from app.messaging.models import Channel


def outgoing(text: str = "Your purchase: +12 points.", number: int = 7, **values: Any) -> Outgoing:
    """An SMS to Olena, to be sent within an hour, unless told otherwise."""
    standard: dict[str, Any] = {
        "reference": f"3-{number}",
        "channel": Channel.SMS,
        "to": "+380671112233",
        "subscriptions": (),
        "sender": "",
        "title": "",
        "language": "en",
        "valid_until": dates.now() + timedelta(hours=1),
        "unsubscribe_url": "",
    }
    return Outgoing(text=text, **(standard | values))
