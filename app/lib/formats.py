"""Numbers, money, dates and phones as people read them, by Babel's data for the language (I18-1).

The tables show hundreds of figures a page, and Babel parses its patterns anew at each call; so the separators and
finished days are kept, and a property test holds the results to Babel's own.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale
from babel.dates import format_date
from babel.numbers import get_currency_precision, get_currency_symbol, get_decimal_symbol, get_group_symbol
from markupsafe import Markup

MINUS = "−"


@lru_cache(maxsize=64)
def _symbols(language: str) -> tuple[str, str]:
    # Numbers of a table may not break over lines, whichever space the language parts thousands by.
    return get_group_symbol(language).replace(" ", "\u00a0"), get_decimal_symbol(language)


def number(value: int, language: str) -> str:
    """1234567 as 1,234,567."""
    sign = MINUS if value < 0 else ""
    return sign + f"{abs(value):,}".replace(",", _symbols(language)[0])


def minor(value: int, language: str, digits: int = 2) -> tuple[str, str]:
    """An amount in the smallest unit as its whole part and its fraction with the separator ('' without digits)."""
    whole, part = divmod(abs(value), 10**digits)
    sign = MINUS if value < 0 else ""
    fraction = f"{_symbols(language)[1]}{part:0{digits}d}" if digits else ""
    return sign + f"{whole:,}".replace(",", _symbols(language)[0]), fraction


def money(value: int, language: str, currency: str, symbol: bool = False) -> Markup:
    """An amount in the currency's smallest unit, its fraction set lighter; with its sign in front if asked."""
    whole, fraction = minor(value, language, precision(currency))
    before, behind = _sides(currency, language) if symbol else ("", "")
    if whole.startswith(MINUS):
        before, whole = MINUS + before, whole[1:]
    # Written as it is, since escaping hundreds of figures a page costs more than drawing them: signs and digits only.
    return Markup(f'{before}{whole}<span class="minor">{fraction}{behind}</span>')  # noqa: S704


@lru_cache(maxsize=256)
def _sides(currency: str, language: str) -> tuple[str, str]:
    """The currency's sign before the amount or behind it, as the language has it."""
    sign = currency_symbol(currency, language)
    behind = str(Locale.parse(language).currency_formats["standard"].pattern).rstrip().endswith("¤")
    return ("", f"\u00a0{sign}") if behind else (sign, "")


def points(value: int, language: str) -> str:
    """Hundredths of a point: 128400 as 1,284 and 128450 as 1,284.50."""
    whole, fraction = minor(value, language)
    return whole if value % 100 == 0 else whole + fraction


def decimal_sign(language: str) -> str:
    return _symbols(language)[1]


def quantity(value: int, language: str) -> str:
    """Thousandths of a unit: 1000 as 1 and 1250 as 1.25."""
    whole, fraction = minor(value, language, 3)
    return (whole + fraction).rstrip("0").rstrip(_symbols(language)[1]) if value % 1000 else whole


@lru_cache(maxsize=256)
def precision(currency: str) -> int:
    """Decimal digits of a currency (ISO 4217)."""
    return int(get_currency_precision(currency))


@lru_cache(maxsize=256)
def currency_symbol(currency: str, language: str) -> str:
    """The short sign of a currency, such as ₴."""
    narrow = Locale.parse(language).currency_symbols.get(currency)
    symbol = narrow or get_currency_symbol(currency, "en")
    return {"UAH": "₴", "USD": "$", "RUB": "₽"}.get(currency, str(symbol))


@lru_cache(maxsize=4096)
def short_date(day: date, language: str, this_year: int) -> str:
    """19 Nov, or 19 Nov 2024 in another year."""
    pattern = "d MMM" if day.year == this_year else "d MMM y"
    return str(format_date(day, pattern, locale=language))


@lru_cache(maxsize=4096)
def long_date(day: date, language: str) -> str:
    """30 November 2026."""
    return str(format_date(day, "d MMMM y", locale=language))


@lru_cache(maxsize=512)
def month(day: date, language: str) -> str:
    """June 2026."""
    return str(format_date(day, "LLLL y", locale=language))


def date_time(moment: datetime, language: str, zone: str) -> str:
    """20 November 2026, 09:12 +02:00: the moment in the zone, whose names no language has for all zones."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{long_date(local.date(), language)}, {local:%H:%M} {local.isoformat()[-6:]}"


@lru_cache(maxsize=4096)
def phone(e164: str) -> str:
    """+380674120855 as +380 67 412 08 55, by the numbering plan of its country; '' stays ''."""
    try:
        parsed = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)).replace("-", " ")


@lru_cache(maxsize=256)
def example_phone(country: str) -> str:
    """How a mobile phone of the country is written, by its numbering plan; '' where none is known."""
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    return phone(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)) if example else ""


def initials(name: str) -> str:
    """Up to two letters that stand for a person."""
    letters = [word[0] for word in name.split() if word[0].isalnum()]
    return "".join(letters[:1] + letters[1:][-1:]).upper()
