"""Which gateway carries a channel: a business's own choice, by support, else what the configuration says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

import structlog
from flask import current_app
from sqlalchemy import select

from app.businesses.models import Feature
from app.businesses.queries import features
from app.db import business_id, current_scope
from app.extensions import db
from app.gateway_config import NEEDED, NONE, GatewayConfig, variable
from app.messaging.gateways.base import Answer, Fate, Gateway, Incoming, Outgoing, Receipt
from app.messaging.gateways.models import BusinessGateway
from app.messaging.gateways.simulator import SimulatorGateway
from app.messaging.gateways.smpp import SmppGateway
from app.messaging.gateways.smtp import SmtpGateway
from app.messaging.gateways.viber import ViberGateway
from app.messaging.gateways.webpush import WebPushGateway
from app.messaging.models import Channel

MAKERS: dict[str, Callable[[GatewayConfig], Gateway]] = {
    "simulator": lambda config: SimulatorGateway(WebPushGateway.made(config) if config.webpush else None),
    "smpp": SmppGateway.made,
    "smtp": SmtpGateway.made,
    "webpush": WebPushGateway.made,
    "viber": ViberGateway.made,
}

_log = structlog.get_logger(__name__)


class NoGateway:
    """Stands where a message may not or cannot go, so that it is never carried by another gateway instead."""

    name = NONE
    channels = frozenset(Channel)
    window = 100
    rate: float | None = None
    one_server = True

    def __init__(self, fate: Fate, reason: str) -> None:
        self._answer = Answer(fate, reason=reason)

    def send(self, batch: Sequence[Outgoing]) -> Sequence[Answer]:
        return [self._answer] * len(batch)

    def listen(self) -> Iterator[Receipt | Incoming]:
        return iter(())

    def query(self, reference: str) -> Receipt | None:
        return None

    def close(self) -> None:
        """There is nothing to give up."""


def gateway_for(channel: Channel) -> Gateway:
    """What carries a channel for the business of this session."""
    if channel is Channel.VIBER and Feature.VIBER not in features():
        return NoGateway(Fate.REFUSED, "Viber is not enabled for this business.")
    name = chosen_gateway(channel)
    if name == NONE:
        return NoGateway(Fate.FAILED_BEFORE, f"{variable(channel.name)} is not set.")
    return gateway_named(name)


def gateway_to_users(channel: Channel) -> Gateway | None:
    """What carries letters to people of the panel; None is the simulator, which has no phones of theirs. Their browsers
    receive wherever this house has keys for pushes.
    """
    if channel is Channel.PUSH and _config().has(WebPushGateway.name):
        return gateway_named(WebPushGateway.name)
    gateway = gateway_for(channel)
    return None if gateway.name == SimulatorGateway.name else gateway


def hand_over(gateway: Gateway, batch: Sequence[Outgoing]) -> list[Answer]:
    """An answer for each; unknown are those without one, and all where the gateway broke down over them."""
    try:
        answers = list(gateway.send(batch))
    except Exception:
        _log.exception("gateway broke down", gateway=gateway.name, messages=len(batch))
        answers = []
    known: dict[int, Answer] = {number: each for number, each in enumerate(answers) if isinstance(each, Answer)}
    return [known.get(number, Answer(Fate.UNKNOWN)) for number in range(len(batch))]


def chosen_gateway(channel: Channel) -> str:
    """The name of the gateway of a channel, the business's own before the configuration's, which letters of no
    business go by too.
    """
    if current_scope().business_id is None:
        return _config().chosen[channel.name.lower()]
    own = select(BusinessGateway.name).where(
        BusinessGateway.business_id == business_id(), BusinessGateway.channel == channel
    )
    return db.session.scalar(own) or _config().chosen[channel.name.lower()]


def gateway_named(name: str) -> Gateway:
    """The gateway of a name; one of a process, as no fork shares its connection."""
    if name not in MAKERS or not _config().has(name):
        return NoGateway(Fate.FAILED_BEFORE, f"{NEEDED.get(name, name)} is not set.")
    made = _made()
    if name not in made:
        made[name] = MAKERS[name](_config())
    return made[name]


def configured_gateways() -> list[str]:
    """The names of all that this house can use, for who listens to them."""
    return [name for name in MAKERS if _config().has(name)]


def close_gateways() -> None:
    """Gives up their connections, at the end of a job."""
    made = _made()
    while made:
        made.popitem()[1].close()


def _made() -> dict[str, Gateway]:
    by_process: dict[int, dict[str, Gateway]] = current_app.extensions.setdefault("gateways", {})
    return by_process.setdefault(os.getpid(), {})


def _config() -> GatewayConfig:
    config: GatewayConfig = current_app.config["REGULARS"].gateways
    return config
