"""Rules in words, as lists and the audit log tell them (LP-2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Literal

from babel.dates import get_day_names
from flask_babel import gettext as _
from flask_babel import ngettext

from app.filters import language, money, short_date
from app.lib import decimals, formats
from app.loyalty.models import Category
from app.loyalty.offered import Names, Offered
from app.loyalty.rules import (
    AccountAmount,
    Conditions,
    CouponIssue,
    DiscountFixed,
    DiscountPercent,
    Effect,
    Gift,
    PointsFixed,
    PointsPercent,
)


def when(conditions: Conditions, known: Offered) -> list[str]:
    """The conditions as parts of a sentence; none for a rule that always applies."""
    asked = conditions
    bought = [names(asked.groups, known.groups), names(asked.goods, known.goods)]
    but = [names(asked.but_groups, known.groups), names(asked.but_goods, known.goods)]
    parts = [
        _listed(weekday_names(language(), "abbreviated")[day] for day in sorted(asked.weekdays)),
        _hours(asked.from_time, asked.to_time),
        _days(asked.from_day, asked.to_day),
        asked.points_of_sale and _("at %(places)s", places=names(asked.points_of_sale, known.places)),
        asked.categories and _("for %(categories)s", categories=names(asked.categories, known.categories)),
        asked.least is not None and _("from %(amount)s", amount=amount(asked.least)),
        asked.most is not None and _("up to %(amount)s", amount=amount(asked.most)),
        any(bought) and _("on %(goods)s", goods=_listed(filter(None, bought))),
        any(but) and _("but not on %(goods)s", goods=_listed(filter(None, but))),
    ]
    return [str(part) for part in parts if part]


def then(effects: Iterable[Effect], known: Offered) -> list[str]:
    return [_given(effect, known) for effect in effects]


def category_rule(category: Category) -> str:
    """What the rule that gives a category asks for; '' where none does (AC-3)."""
    sales, months = category.from_sales, category.months
    parts = [
        category.from_amount is not None and _("turnover from %(amount)s", amount=amount(category.from_amount)),
        sales is not None and ngettext("from %(num)d sale", "from %(num)d sales", sales),
        months is not None and ngettext("in the last %(num)d month", "in the last %(num)d months", months),
    ]
    words = ", ".join(str(part) for part in parts if part)
    return words[:1].upper() + words[1:]


def names(ids: Iterable[int], known: Names) -> str:
    """The names of what is known of these, and … for what this person does not see."""
    numbers = list(ids)
    return _listed(
        [name for number, name in known.items() if number in numbers] + ["…"] * (not set(numbers) <= known.keys())
    )


def weekday_names(code: str, width: Literal["abbreviated", "wide"]) -> dict[int, str]:
    """1 is Monday."""
    names = get_day_names(width, "stand-alone", locale=code)
    return {day + 1: names[day] for day in range(7)}


def amount(value: int) -> str:
    """Money with its sign, as plain text."""
    return str(money(value, symbol=True).striptags())


def percent(value: int) -> str:
    return decimals.written(value * 100, language()) + "%"


def points(value: int) -> str:
    return formats.points(value, language())


def _given(effect: Effect, known: Offered) -> str:
    match effect:
        case DiscountPercent(off):
            return _("%(percent)s off", percent=percent(off))
        case DiscountFixed(off):
            return _("%(amount)s off", amount=amount(off))
        case PointsPercent(share):
            return _("%(percent)s in points", percent=percent(share))
        case PointsFixed(number):
            return _("%(number)s points", number=points(number))
        case AccountAmount(wallet_id, on_it):
            return _("%(amount)s on %(account)s", amount=amount(on_it), account=names([wallet_id], known.accounts))
        case Gift(good_id):
            return _("a gift: %(good)s", good=names([good_id], known.goods))
        case CouponIssue(series_id):
            return _("a coupon: %(series)s", series=names([series_id], known.series))


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _hours(first: time | None, last: time | None) -> str:
    if first and last:
        return f"{first:%H:%M}–{last:%H:%M}"
    if first:
        return _("from %(hour)s", hour=f"{first:%H:%M}")
    return _("until %(hour)s", hour=f"{last:%H:%M}") if last else ""


def _days(first: date | None, last: date | None) -> str:
    if first and last:
        return f"{short_date(first)} – {short_date(last)}"
    if first:
        return _("from %(day)s on", day=short_date(first))
    return _("until %(day)s", day=short_date(last)) if last else ""
