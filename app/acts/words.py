"""Words of an act in the language in force: services, units, and amounts written out (BI-4)."""

from __future__ import annotations

from babel.numbers import get_currency_name
from flask_babel import get_locale, ngettext, pgettext
from flask_babel import gettext as _
from num2words import num2words

from app.billing.models import ChargeKind
from app.lib.formats import precision

# The package knows genders of some currencies alone, and counts a million hryvnias as one of theirs.
_FEMININE = {"uk": {"один": "одна", "два": "дві"}, "ru": {"один": "одна", "два": "две"}}


def service(kind: ChargeKind, note: str = "") -> str:
    names = {
        ChargeKind.MONTHLY_FEE: _("Access to the loyalty platform, monthly fee"),
        ChargeKind.TRANSACTION: _("Processing of transactions in loyalty programs"),
        ChargeKind.SMS: _("Sending of SMS, in segments"),
        ChargeKind.VIBER: _("Sending of Viber messages"),
        ChargeKind.CORRECTION: _("Correction: %(note)s", note=note),
    }
    return names[kind]


def unit(kind: ChargeKind) -> str:
    names = {
        ChargeKind.MONTHLY_FEE: pgettext("unit", "month"),
        ChargeKind.TRANSACTION: pgettext("unit", "pcs"),
        ChargeKind.SMS: pgettext("unit", "segment"),
        ChargeKind.VIBER: pgettext("unit", "message"),
        ChargeKind.CORRECTION: pgettext("unit", "service"),
    }
    return names[kind]


def amount_in_words(amount: int, currency: str) -> str:
    """An amount in the smallest unit as “Eleven thousand … hryvnias 82 kopiykas”, the coins in figures."""
    whole, part = divmod(abs(amount), 10 ** precision(currency))
    written = _counted(whole, currency)
    if amount < 0:
        written = _("minus %(amount)s", amount=written)
    coins = _coins(part, currency)
    return f"{written[:1].upper()}{written[1:]}{coins and ' '}{coins}"


def _counted(whole: int, currency: str) -> str:
    name = _banknotes(whole, currency)
    return f"{_spelt(whole, _is_feminine(_banknotes(1, currency)))} {name}"


def _spelt(number: int, feminine: bool) -> str:
    """A number in words that agrees with what it counts: one and two at its end have genders, the others none."""
    written = str(num2words(number, lang=_language()))
    head, _blank, last = written.rpartition(" ")
    agreed = _FEMININE.get(_language(), {}).get(last, last) if feminine else last
    return f"{head} {agreed}".strip()


def _is_feminine(name: str) -> bool:
    """By the ending, as гривня, иена and лира have it."""
    return name.split()[-1].endswith(("а", "я"))


def _banknotes(number: int, currency: str) -> str:
    names = {
        "UAH": lambda: ngettext("hryvnia", "hryvnias", number),
        "RUB": lambda: ngettext("rouble", "roubles", number),
        "KZT": lambda: ngettext("tenge", "tenge", number),
        "USD": lambda: ngettext("US dollar", "US dollars", number),
        "EUR": lambda: ngettext("euro", "euros", number),
    }
    return names[currency]() if currency in names else str(get_currency_name(currency, number, locale=_language()))


def _coins(part: int, currency: str) -> str:
    """The smaller unit in figures; without a name of its own, as a fraction of a hundred."""
    digits = precision(currency)
    if not digits:
        return ""
    names = {
        "UAH": lambda: ngettext("kopiyka", "kopiykas", part),
        "RUB": lambda: ngettext("kopeck", "kopecks", part),
        "KZT": lambda: ngettext("tiyn", "tiyns", part),
        "USD": lambda: ngettext("cent", "cents", part),
        "EUR": lambda: ngettext("euro cent", "euro cents", part),
    }
    written = f"{part:0{digits}}"
    return f"{written} {names[currency]()}" if currency in names else f"{written}/{10**digits}"


def _language() -> str:
    return str(get_locale() or "en")
