"""The days of a generated business: moments as seconds of local time, their text for COPY, and when people buy.

A moment is the number of seconds of wall-clock time since midnight of the first day, 86,400 to a day, so that
drawing, comparing and adding moments is arithmetic of integers. The hour that a clock change repeats or skips lies
in the night, when nothing is sold.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

DAY = 86_400
FOREVER = 1 << 40
"""Later than every moment: what never expires."""
NEVER = "0001-01-01 00:00:00+00"

_MONTHS = (0.93, 0.97, 1.0, 1.0, 0.96, 0.86, 0.76, 0.79, 1.03, 1.08, 1.1, 1.38)
_WEEKDAYS = (0.94, 0.95, 1.0, 1.03, 1.19, 1.14, 0.82)
_WORKING_HOURS = {7: 5, 8: 15, 9: 17, 10: 11, 11: 8, 12: 10, 13: 12, 14: 9, 15: 8, 16: 9, 17: 11, 18: 11, 19: 7, 20: 3}
_WEEKEND_HOURS = {8: 3, 9: 8, 10: 13, 11: 15, 12: 14, 13: 12, 14: 11, 15: 10, 16: 10, 17: 9, 18: 7, 19: 5, 20: 3}
_AHEAD = 800
_SECONDS = tuple(
    f"{hour:02d}:{minute:02d}:{second:02d}" for hour in range(24) for minute in range(60) for second in range(60)
)


class Calendar:
    """The days from `years` before `until` up to it, in a time zone, with their seasons."""

    def __init__(self, zone: str, until: datetime, years: int = 3) -> None:
        local = until.astimezone(ZoneInfo(zone))
        self.first = local.date().replace(day=1) - timedelta(days=365 * years)
        self.end = self.moment(local.date()) + local.hour * 3600 + local.minute * 60 + local.second
        self.days = self.end // DAY + 1
        dates = [self.first + timedelta(days=number) for number in range(self.days + _AHEAD)]
        self._dates = dates
        self._prefixes = [f"{day:%Y-%m-%d} " for day in dates]
        self._offsets = [_offset(day, zone) for day in dates]
        self._month_ends: dict[tuple[int, int], int] = {}
        self._weekend = [day.weekday() > 4 for day in dates]
        self._reached = [0.0, *accumulate(self._busyness(number) for number in range(self.days))]
        self._hours = (_slots(_WORKING_HOURS), _slots(_WEEKEND_HOURS))

    def moment(self, day: date) -> int:
        """Midnight at the beginning of a day."""
        return (day - self.first).days * DAY

    def date(self, moment: int) -> date:
        return self._dates[moment // DAY]

    def text(self, moment: int) -> str:
        """A moment as PostgreSQL reads it."""
        day, second = divmod(moment, DAY)
        return self._prefixes[day] + _SECONDS[second] + self._offsets[day]

    def month_end(self, moment: int, months: int) -> int:
        """The last second of the month that is `months` after the moment's."""
        key = moment // DAY, months
        if (end := self._month_ends.get(key)) is None:
            day = self._dates[moment // DAY]
            years, month = divmod(day.month + months, 12)
            end = self._month_ends[key] = self.moment(date(day.year + years, month + 1, 1)) - 1
        return end

    def share(self, since: int, until: int) -> float:
        """How much of the whole time's business falls between two moments, from 0 to 1."""
        return (self._reached[until // DAY] - self._reached[since // DAY]) / self._reached[-1]

    def draw(self, rng: Random, since: int, until: int) -> int:
        """An opening hour between two moments, by season, weekday and time of day."""
        low, high = self._reached[since // DAY], self._reached[until // DAY + 1]
        day = bisect_left(self._reached, low + rng.random() * (high - low), 1, until // DAY + 1) - 1
        slots = self._hours[self._weekend[day]]
        moment = day * DAY + slots[int(rng.random() * len(slots))] + int(rng.random() * 300)
        if moment > until:
            return max(since, moment - DAY)
        return moment if moment >= since else since

    def _busyness(self, number: int) -> float:
        day = self._dates[number]
        holiday = 0.3 if (day.month, day.day) in ((1, 1), (12, 25)) else 1.0
        growth = 0.7 + 0.3 * number / self.days
        return _MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] * holiday * growth


def end_of(until: date | None, zone: str) -> datetime:
    """The last moment of a day, or this minute when the day is today or none is given."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    if until is None:
        return now
    return min(now, datetime.combine(until, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC))


def _offset(day: date, zone: str) -> str:
    text = datetime.combine(day, time(12), ZoneInfo(zone)).strftime("%z")
    return f"{text[:3]}:{text[3:]}"


def _slots(hours: dict[int, int]) -> list[int]:
    """The beginnings of five-minute slots, each as often as its hour is busy."""
    return [hour * 3600 + slot * 300 for hour, weight in hours.items() for _ in range(weight) for slot in range(12)]
