"""What a customer is told of a sale: the welcome with the first one, the purchase, coupons (LP-3, LP-5).

In the customer's language, dressed as every text of the program is.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _

from app.lib import formats
from app.links import leave_link, stop_link
from app.loyalty.models import Notify
from app.messaging.models import Channel, MessageKind
from app.messaging.services import Letter, write_letters
from app.messaging.texts import Voice, dress
from app.messaging.values import money_words

_CHANNELS = {
    Notify.SMS: Channel.SMS,
    Notify.PUSH: Channel.PUSH,
    # A push first; the SMS follows where it is not delivered.
    Notify.SMART: Channel.PUSH,
    Notify.EMAIL: Channel.EMAIL,
}


@dataclass(frozen=True)
class Told:
    """A sale as it is told. Money in the smallest unit, points in hundredths."""

    transaction_id: int
    customer_id: int
    program_id: int
    point_of_sale_id: int
    terminal_id: int
    amount: int
    paid: int
    """By points."""
    earned: int
    balance: int
    coupons: tuple[str, ...] = ()
    """Codes of those that came with it (LP-2)."""


@dataclass(frozen=True)
class Manner:
    """How a program speaks to a customer."""

    program_id: int
    notify: Notify
    voice: Voice
    terms_url: str
    language: str
    currency: str
    is_first: bool
    """Whether the customer had no transaction in the program before."""

    @property
    def name(self) -> str:
        return self.voice.name(self.language)


def pin_text(code: str, manner: Manner) -> str:
    """The whole SMS of a PIN (TE-3)."""
    with force_locale(manner.language):
        text = _("%(code)s is your code to pay with points. It is good for five minutes.", code=code)
    return dress(text, manner.voice, manner.language)


def announce_sale(told: Told, manner: Manner) -> None:
    """Writes what a sale has to tell, in its unit of work."""
    where = {"point_of_sale_id": told.point_of_sale_id, "terminal_id": told.terminal_id}
    write_letters(told.customer_id, letters_about(told, manner), **where)


def letters_about(told: Told, manner: Manner) -> list[Letter]:
    """The welcome with the first transaction in a program, which nothing turns off, and the notices."""
    letters = []
    with force_locale(manner.language):
        if manner.is_first:
            letters.append(_welcome(told, manner))
        if manner.notify in _CHANNELS:
            letters.append(_notice(told, manner))
            letters += [_coupon(told, manner, code) for code in told.coupons]
    return letters


def _welcome(told: Told, manner: Manner) -> Letter:
    """With the ways out from the first day: by an SMS where the program tells nothing else."""
    parts = [_("Welcome! You collect points with every purchase.")]
    if manner.terms_url:
        parts.append(_("Terms: %(link)s", link=manner.terms_url))
    parts.append(_("Stop messages: %(link)s", link=stop_link(told.customer_id)))
    parts.append(_("Leave the program: %(link)s", link=leave_link(told.customer_id, told.program_id)))
    key = f"welcome:{told.program_id}:{told.customer_id}"
    return _letter(MessageKind.WELCOME, manner, _("welcome"), "\n".join(parts), key)


def _notice(told: Told, manner: Manner) -> Letter:
    values = {
        "amount": money_words(told.amount, manner.language, manner.currency),
        "earned": formats.points(told.earned, manner.language),
        "paid": formats.points(told.paid, manner.language),
        "balance": formats.points(told.balance, manner.language),
    }
    text = (
        _("Purchase %(amount)s, points used %(paid)s, earned %(earned)s, balance %(balance)s.", **values)
        if told.paid
        else _("Purchase %(amount)s, points earned %(earned)s, balance %(balance)s.", **values)
    )
    return _letter(MessageKind.TRANSACTION, manner, _("your purchase"), text, f"sale:{told.transaction_id}")


def _coupon(told: Told, manner: Manner, code: str) -> Letter:
    text = _("You have been credited coupon %(code)s", code=code)
    return _letter(MessageKind.COUPON, manner, _("your coupon"), text, f"coupon:{told.transaction_id}:{code}")


def _letter(kind: MessageKind, manner: Manner, subject: str, text: str, key: str) -> Letter:
    """A push shows the program's name above the text, an e-mail needs a subject, an SMS has neither."""
    channel, smart = _CHANNELS.get(manner.notify, Channel.SMS), manner.notify is Notify.SMART
    titles = {Channel.PUSH: manner.name, Channel.EMAIL: f"{manner.name}: {subject}"}
    # What may become an SMS with the same text is written as one.
    written_for = Channel.SMS if smart else channel
    # Blanks that do not break, as in 1 234, would make UCS-2 of a text that GSM-7 could hold.
    plain = dress(text.replace("\u00a0", " ").replace("\u202f", " "), manner.voice, manner.language, written_for)
    title = titles.get(written_for, "")
    return Letter(kind, channel, plain, manner.language, key, title, manner.program_id, smart=smart)
