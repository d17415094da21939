"""What people are told when the prepaid balance has run low (BI-2)."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from app.billing.services import Fallen, fallen
from app.businesses.queries import own_business
from app.lib import formats
from app.links import public_address
from app.locale import LANGUAGES
from app.messaging.models import Channel
from app.messaging.services.to_users import Written, write_to_user


def tell_of_balance() -> int:
    """Writes to everyone whose amount the balance of this business fell past; answers with how many people."""
    told = fallen()
    for each in told:
        channels = each.channels
        ways = {Channel.EMAIL: channels.email, Channel.SMS: channels.sms, Channel.PUSH: channels.push}
        write_to_user(each.user, [way for way, chosen in ways.items() if chosen], _words(each))
    return len(told)


def _words(fallen: Fallen) -> Written:
    business, language = own_business(), fallen.user.language if fallen.user.language in LANGUAGES else "en"
    amount, left = (
        formats.money(value, language, business.currency, symbol=True).striptags()
        for value in (fallen.amount, fallen.balance)
    )
    with force_locale(language):
        title = _("%(business)s: the balance fell below %(amount)s", business=business.name, amount=amount)
        text = _(
            "%(business)s has %(left)s left on its prepaid balance, less than %(amount)s.",
            business=business.name,
            left=left,
            amount=amount,
        )
        if fallen.balance <= 0:
            text += " " + _("Messages that cost wait until it is topped up.")
    return Written(title, f"{text} {public_address('/billing')}", language)
