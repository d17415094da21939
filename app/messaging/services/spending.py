"""What messages cost: charged when they left, given back when they did not; of those that cost nothing, nothing."""

from __future__ import annotations

from collections.abc import Collection

from app.billing.models import ChargeKind
from app.billing.services import charge_messages, release_messages
from app.messaging.models import Channel

CHARGED = {Channel.SMS: ChargeKind.SMS, Channel.VIBER: ChargeKind.VIBER}
"""A message's id is its own over all channels, so each is reserved under one of these at most."""


def charge(messages: Collection[int], channel: Channel | None = None) -> None:
    """Charges what was reserved; a message that is charged already is not again. Of any channel, when none is given."""
    for kind in _kinds(channel) if messages else ():
        charge_messages(kind, messages)


def release(messages: Collection[int]) -> None:
    """Gives back what was reserved."""
    for kind in CHARGED.values() if messages else ():
        release_messages(kind, messages)


def _kinds(channel: Channel | None) -> list[ChargeKind]:
    return [kind for each, kind in CHARGED.items() if channel in (None, each)]
