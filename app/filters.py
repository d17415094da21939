"""How templates write figures, moments and phones: the person's language, the business's currency and zone."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask, g
from flask_babel import get_locale
from markupsafe import Markup

from app.identity import workplace
from app.lib import dates, formats
from app.lib.formats import initials


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        number=lambda value: formats.number(value, language()),
        points=lambda value: formats.points(value, language()),
        money=money,
        short_date=short_date,
        long_date=lambda day: formats.long_date(day, language()),
        date_time=lambda moment: formats.date_time(moment, language(), zone()),
        time=lambda moment: local(moment).strftime("%H:%M"),
        phone=formats.phone,
        initials=initials,
    )
    app.jinja_env.globals["currency_symbol"] = lambda: formats.currency_symbol(workplace().currency, language())


def language() -> str:
    """The language of this request, looked up once."""
    if "language" not in g:
        g.language = str(get_locale() or "en")
    code: str = g.language
    return code


def zone() -> str:
    return workplace().time_zone


def local(moment: datetime) -> datetime:
    """A moment in the business's time zone."""
    return moment.astimezone(ZoneInfo(zone()))


def money(value: int, symbol: bool = False) -> Markup:
    return formats.money(value, language(), workplace().currency, symbol)


def short_date(moment: datetime | date) -> str:
    day = local(moment).date() if isinstance(moment, datetime) else moment
    return formats.short_date(day, language(), local(dates.now()).year)


def money_label(label: str) -> str:
    """A column's label with the business's currency, such as Amount, ₴."""
    return f"{label}, {formats.currency_symbol(workplace().currency, language())}"
