"""What is done with messages: written, sent, told what became of them, and forgotten."""

from app.messaging.services.balance import tell_of_balance
from app.messaging.services.forgetting import forget_texts
from app.messaging.services.hearing import hear
from app.messaging.services.openings import tell_of_openings
from app.messaging.services.pins import read_pin, wipe_old_pins, wipe_pins, write_pin
from app.messaging.services.sending import send_due
from app.messaging.services.stopping import stop_messages
from app.messaging.services.to_users import send_to_users
from app.messaging.services.unknown import KnownError, resolve_unknown
from app.messaging.services.writing import Addressed, Letter, write_letters, write_to_many

__all__ = [
    "Addressed",
    "KnownError",
    "Letter",
    "forget_texts",
    "hear",
    "read_pin",
    "resolve_unknown",
    "send_due",
    "send_to_users",
    "stop_messages",
    "tell_of_balance",
    "tell_of_openings",
    "wipe_old_pins",
    "wipe_pins",
    "write_letters",
    "write_pin",
    "write_to_many",
]
