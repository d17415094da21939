"""What is charged, paid in and reserved."""

from app.billing.services.fees import post_monthly_fees
from app.billing.services.messages import charge_messages, release_messages, reserve_messages
from app.billing.services.notices import Channels, Fallen, fallen, keep_notice
from app.billing.services.payments import ReferenceTakenError, correct, top_up
from app.billing.services.tariffs import Prices, set_tariff
from app.billing.services.totals import add_up

__all__ = [
    "Channels",
    "Fallen",
    "Prices",
    "ReferenceTakenError",
    "add_up",
    "charge_messages",
    "correct",
    "fallen",
    "keep_notice",
    "post_monthly_fees",
    "release_messages",
    "reserve_messages",
    "set_tariff",
    "top_up",
]
