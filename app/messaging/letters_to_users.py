"""Letters to people of the panel go by the gateway of e-mail that the business's customers are written to by."""

from __future__ import annotations

from app.db import unit_of_work
from app.gateway_config import NONE
from app.mail import Mail, Outcome, Posted
from app.messaging.gateways import chosen_gateway, gateway_for, hand_over
from app.messaging.gateways.base import Fate, Outgoing
from app.messaging.gateways.simulator import SimulatorGateway
from app.messaging.models import Channel
from app.scope import Scope

_OUTCOMES = {
    Fate.ACCEPTED: Outcome.SENT,
    Fate.REFUSED: Outcome.FAILED,
    Fate.THROTTLED: Outcome.LATER,
    Fate.FAILED_BEFORE: Outcome.LATER,
}


class EmailCarrier:
    def leaves(self) -> bool:
        return chosen_gateway(Channel.EMAIL) not in (SimulatorGateway.name, NONE)

    def post(self, scope: Scope, mail: Mail) -> Posted:
        with unit_of_work(scope):
            gateway = gateway_for(Channel.EMAIL)
        answer = hand_over(gateway, [_outgoing(mail)])[0]
        return Posted(_OUTCOMES.get(answer.fate, Outcome.UNKNOWN), answer.reason)


def _outgoing(mail: Mail) -> Outgoing:
    return Outgoing(
        reference=mail.reference,
        channel=Channel.EMAIL,
        to=mail.to,
        subscriptions=(),
        sender=mail.sender,
        title=mail.title,
        text=mail.text,
        language=mail.language,
        valid_until=None,
    )
