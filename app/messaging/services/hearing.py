"""Listening to a gateway: what it tells is kept, then told of the messages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from app.messaging.gateways import close_gateways, configured_gateways, gateway_named
from app.messaging.gateways.base import Gateway, Incoming, Receipt
from app.messaging.models import Channel
from app.messaging.services.incoming import take_incoming
from app.messaging.services.receipts import AT_ONCE, keep_receipts, tell_kept

__all__ = ["close_gateways", "configured_gateways", "hear", "tell_all"]
Heard = Receipt | Incoming


def hear(name: str) -> int:
    """Listens once, for a few seconds at most; answers with how much there was."""
    gateway, number = gateway_named(name), 0
    for batch in _batches(gateway):
        number += len(batch)
        tell_all()
    tell_all()
    return number


def tell_all() -> None:
    while tell_kept() == AT_ONCE:
        pass


def _batches(gateway: Gateway) -> Iterator[list[Heard]]:
    """What it tells, kept. Where that fails it is closed, so that it acknowledges nothing and is told again."""
    try:
        heard = gateway.listen()
        while batch := list(islice(heard, AT_ONCE)):
            _keep(gateway, batch)
            yield batch
    except Exception:
        gateway.close()
        raise


def _keep(gateway: Gateway, batch: list[Heard]) -> None:
    keep_receipts(gateway.name, [each for each in batch if isinstance(each, Receipt)])
    for each in _incoming(batch):
        take_incoming(gateway.name, _channel(gateway), each)


def _incoming(batch: list[Heard]) -> Iterator[Incoming]:
    return (each for each in batch if isinstance(each, Incoming))


def _channel(gateway: Gateway) -> Channel:
    """The channel of what comes in: of a gateway for several, SMS."""
    return Channel.SMS if Channel.SMS in gateway.channels else min(gateway.channels)
