"""What a customer is told of a sale: the welcome with the first one, and the sale as the program says (LP-3, LP-5)."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _

from app.lib import formats
from app.loyalty.models import Notify
from app.messaging.models import Channel, MessageKind
from app.messaging.services import Letter, write_letters

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

    notify: Notify
    names: dict[str, str]
    """Public names by language; the program's title under an empty one."""
    terms_url: str
    language: str
    currency: str
    is_first: bool
    """Whether the customer had no transaction in the program before."""

    @property
    def name(self) -> str:
        return self.names.get(self.language) or next((name for name in self.names.values() if name), "")


def announce_sale(told: Told, manner: Manner) -> None:
    """Writes the welcome with the first transaction in a program, which nothing turns off, and the notice."""
    letters = []
    with force_locale(manner.language):
        if manner.is_first:
            letters.append(_welcome(told, manner))
        if manner.notify in _CHANNELS:
            letters.append(_notice(told, manner))
            letters += [_coupon(told, manner, code) for code in told.coupons]
    write_letters(told.customer_id, letters, point_of_sale_id=told.point_of_sale_id, terminal_id=told.terminal_id)


def _welcome(told: Told, manner: Manner) -> Letter:
    text = _("%(program)s: welcome! You collect points with every purchase.", program=manner.name)
    if manner.terms_url:
        text = f"{text} {manner.terms_url}"
    key = f"welcome:{told.program_id}:{told.customer_id}"
    return Letter(MessageKind.WELCOME, _CHANNELS.get(manner.notify, Channel.SMS), text, manner.language, key)


def _notice(told: Told, manner: Manner) -> Letter:
    whole, fraction = formats.minor(told.amount, manner.language, formats.precision(manner.currency))
    values = {
        "program": manner.name,
        "amount": f"{whole}{fraction} {formats.currency_symbol(manner.currency, manner.language)}",
        "earned": formats.points(told.earned, manner.language),
        "paid": formats.points(told.paid, manner.language),
        "balance": formats.points(told.balance, manner.language),
    }
    text = (
        _("%(program)s: purchase %(amount)s, points used %(paid)s, earned %(earned)s, balance %(balance)s.", **values)
        if told.paid
        else _("%(program)s: purchase %(amount)s, points earned %(earned)s, balance %(balance)s.", **values)
    )
    key = f"sale:{told.transaction_id}"
    return Letter(MessageKind.TRANSACTION, _CHANNELS[manner.notify], text, manner.language, key)


def _coupon(told: Told, manner: Manner, code: str) -> Letter:
    text = _("%(program)s: you have been credited coupon %(code)s.", program=manner.name, code=code)
    key = f"coupon:{told.transaction_id}:{code}"
    return Letter(MessageKind.COUPON, _CHANNELS[manner.notify], text, manner.language, key)
