"""How templates write figures, moments and phones: the person's language, the business's currency and zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, g
from flask_babel import get_locale, ngettext
from markupsafe import Markup

from app.identity import Workplace, workplace
from app.lib import dates, formats, short_codes
from app.lib.formats import initials
from app.lib.texts import in_language


@dataclass(frozen=True)
class Home:
    """Whose money and clock a page shows."""

    currency: str
    time_zone: str


class Tongue:
    """How this request writes figures and moments, looked up once: a page has hundreds of them."""

    def __init__(self) -> None:
        place = home()
        self.language = language()
        self.currency = place.currency
        self.zone = ZoneInfo(place.time_zone)
        self.year = dates.now().astimezone(self.zone).year

    def money(self, value: int, symbol: bool = False) -> Markup:
        return formats.money(value, self.language, self.currency, symbol)

    def short_date(self, moment: datetime | date) -> str:
        day = moment.astimezone(self.zone).date() if isinstance(moment, datetime) else moment
        return formats.short_date(day, self.language, self.year)


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        number=lambda value: formats.number(value, language()),
        points=lambda value: formats.points(value, language()),
        quantity=lambda value: formats.quantity(value, language()),
        money=money,
        short_date=short_date,
        long_date=lambda day: formats.long_date(day, language()),
        date_time=lambda moment: formats.date_time(moment, language(), zone()),
        time=lambda moment: local(moment).strftime("%H:%M"),
        when=when,
        plural_of=plural_of,
        phone=formats.phone,
        initials=initials,
        in_language=lambda texts: in_language(texts, language()),
        last_day=lambda moment: local(moment) - timedelta(microseconds=1),
        code=short_codes.spelt,
        masked_code=short_codes.masked,
    )
    app.jinja_env.globals["currency_symbol"] = lambda: formats.currency_symbol(home().currency, language())


def language() -> str:
    """The language of this request, looked up once."""
    if "language" not in g:
        g.language = str(get_locale() or "en")
    code: str = g.language
    return code


def at_home(place: Home) -> None:
    """Has this request write money and moments as a business does that nobody works in: for its customers."""
    g.home = place
    g.pop("tongue", None)


def home() -> Home | Workplace:
    known: Home | None = g.get("home")
    return known or workplace()


def zone() -> str:
    return home().time_zone


def local(moment: datetime) -> datetime:
    """A moment in the business's time zone."""
    return moment.astimezone(tongue().zone)


def tongue() -> Tongue:
    if "tongue" not in g:
        g.tongue = Tongue()
    known: Tongue = g.tongue
    return known


def money(value: int, symbol: bool = False) -> Markup:
    return tongue().money(value, symbol)


def in_points(amount: int) -> str:
    """“5 points”, of an amount in hundredths."""
    number = plural_of(amount)
    return ngettext("%(points)s point", "%(points)s points", number, points=formats.points(amount, language()))


def plural_of(amount: int) -> int:
    """By which a language chooses the form of “points”, of an amount in hundredths.

    A fraction has the form of two in Russian (CLDR: other is 1,5 балла), of many in others.
    """
    return abs(amount) // 100 if amount % 100 == 0 else 2 if str(get_locale()) == "ru" else 5


def moment_words(kept: object) -> str:
    """A moment that JSON kept as text, in the business's zone."""
    return formats.date_time(datetime.fromisoformat(str(kept)), language(), zone())


def short_date(moment: datetime | date) -> str:
    return tongue().short_date(moment)


def when(moment: datetime) -> str:
    """The hour of today, the day of others."""
    here = local(moment)
    return here.strftime("%H:%M") if here.date() == local(dates.now()).date() else short_date(moment)


def money_label(label: str) -> str:
    """A column's label with the business's currency, such as Amount, ₴."""
    return f"{label}, {formats.currency_symbol(home().currency, language())}"
