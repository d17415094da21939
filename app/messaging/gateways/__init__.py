"""Which gateway takes what: the simulator, for every channel."""

from __future__ import annotations

from functools import cache

from app.messaging.gateways.base import Gateway
from app.messaging.gateways.simulator import SimulatorGateway
from app.messaging.models import Channel


def gateway_for(channel: Channel) -> Gateway:
    """What takes this business's messages of a channel."""
    return _simulator()


def configured_gateways() -> list[str]:
    """The names of all that this house can use, for who listens to them."""
    return [_simulator().name]


def gateway_named(name: str) -> Gateway:
    """What a message was handed to."""
    return _simulator()


def close_gateways() -> None:
    """Gives up the connections of this process."""
    _simulator().close()


@cache
def _simulator() -> SimulatorGateway:
    return SimulatorGateway()
