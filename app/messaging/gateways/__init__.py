"""Which gateway takes what: the simulator, for every channel."""

from __future__ import annotations

from functools import cache

from app.messaging.gateways.base import Gateway
from app.messaging.gateways.simulator import SimulatorGateway
from app.messaging.models import Channel


def gateway_for(channel: Channel) -> Gateway:
    """What takes this business's messages of a channel."""
    return _simulator()


def every_gateway() -> list[Gateway]:
    """All that are in use, to be listened to."""
    return [_simulator()]


def gateway_named(name: str) -> Gateway | None:
    """The one that a message was handed to; None when it is no longer in use."""
    return next((each for each in every_gateway() if each.name == name), None)


def close_gateways() -> None:
    """Gives up their connections, at the end of a job."""
    for each in every_gateway():
        each.close()


@cache
def _simulator() -> SimulatorGateway:
    return SimulatorGateway()
