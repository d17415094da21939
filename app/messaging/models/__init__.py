"""Messages, those on their way out, and what the simulator keeps in place of phones."""

from app.messaging.models.message import Channel, Direction, Message, MessageKind, MessageStatus
from app.messaging.models.outbox import Outbox, Part, PinText, Priority, Reason, Step
from app.messaging.models.simulator import SimulatedEvent, SimulatedMessage, Simulator
from app.messaging.models.template import MessageTemplate, Tester, Way
from app.messaging.models.user_letter import UserLetter

__all__ = [
    "Channel",
    "Direction",
    "Message",
    "MessageKind",
    "MessageStatus",
    "MessageTemplate",
    "Outbox",
    "Part",
    "PinText",
    "Priority",
    "Reason",
    "SimulatedEvent",
    "SimulatedMessage",
    "Simulator",
    "Step",
    "Tester",
    "UserLetter",
    "Way",
]
