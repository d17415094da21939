"""When a rule applies, and to which lines of a check (LP-2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from app.loyalty.rules.nouns import Conditions, Purchase, Reason


def failed(conditions: Conditions, purchase: Purchase) -> Reason | None:
    """The first condition that does not hold; None when all do."""
    began, in_window = _window(conditions, purchase.at)
    gross = sum(line.gross for line in purchase.lines)
    holds = {
        Reason.DAYS: (conditions.from_day or began) <= began <= (conditions.to_day or began),
        Reason.WEEKDAY: _asks_for(conditions.weekdays, began.isoweekday()),
        Reason.TIME: in_window,
        Reason.PLACE: _asks_for(conditions.points_of_sale, purchase.point_of_sale_id),
        Reason.CATEGORY: _asks_for(conditions.categories, purchase.category_id),
        Reason.TOO_LITTLE: conditions.least is None or gross >= conditions.least,
        Reason.TOO_MUCH: conditions.most is None or gross <= conditions.most,
        Reason.GOODS: bool(lines_of(conditions, purchase)),
    }
    return next((reason for reason, held in holds.items() if not held), None)


def lines_of(conditions: Conditions, purchase: Purchase) -> frozenset[int]:
    """The numbers of the lines that a rule is about."""
    any_good = not (conditions.goods or conditions.groups)
    return frozenset(
        line.number
        for line in purchase.lines
        if (any_good or line.good_id in conditions.goods or line.groups & conditions.groups)
        and not (line.good_id in conditions.but_goods or line.groups & conditions.but_groups)
    )


def _asks_for(wanted: Collection[int], value: int) -> bool:
    return not wanted or value in wanted


def _window(conditions: Conditions, at: datetime) -> tuple[date, bool]:
    """The day on which a window that holds at this moment began, and whether there is one."""
    begin, end = conditions.from_time or time.min, conditions.to_time or time.min
    now = at.time()
    if begin < end:
        return at.date(), begin <= now < end
    since_yesterday = now < end
    return at.date() - timedelta(days=since_yesterday), since_yesterday or now >= begin
