"""Days, moments, and how many days ago a moment was."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, Integer, and_, any_, cast, func, literal
from sqlalchemy.dialects.postgresql import ARRAY

from app.customers.conditions.kinds.base import SAME, SIZE, WHETHER, Column, Kind, Setting, UnreadableError
from app.customers.conditions.kinds.numbers import Number
from app.customers.conditions.nodes import Operator
from app.lib import dates
from app.lib.texts import one_line

MOST_DAYS = 36_500
_NUMBER = Number()


@dataclass(frozen=True)
class Days(Number):
    """How many days ago a moment was in the business's zone; who never had it has no number."""

    control: ClassVar = "days"

    def value(self, text: str, operator: Operator, setting: Setting) -> int:
        return _checked_days(super().value(text, operator, setting))

    def exists(self, column: Column) -> Column:
        return column > dates.NEVER

    def equals(self, column: Column, value: int, setting: Setting) -> Column:
        return _between(column, setting, setting.today - timedelta(value), setting.today - timedelta(value))

    def among(self, column: Column, values: Sequence[int], setting: Setting) -> Column:
        days = literal([setting.today - timedelta(each) for each in values], ARRAY(Date))
        return cast(func.timezone(setting.zone, column), Date) == any_(days)

    def compared(self, column: Column, operator: Operator, values: Sequence[int], setting: Setting) -> Column:
        ago = [setting.today - timedelta(each) for each in values]
        if operator is Operator.MORE:
            return _before(column, setting, ago[0])
        if operator is Operator.LESS:
            return column >= setting.begin(ago[0] + timedelta(1))
        return _between(column, setting, ago[1], ago[0])


@dataclass(frozen=True)
class Day(Kind):
    """A day."""

    operators: ClassVar = (*WHETHER, *SAME[:2], *SIZE, Operator.LAST, Operator.OLDER, Operator.NEXT)

    def control_of(self, operator: Operator) -> str:
        return "days" if operator in (Operator.LAST, Operator.OLDER, Operator.NEXT) else "day"

    def typed(self, text: str, operator: Operator, setting: Setting) -> str:
        return _NUMBER.typed(text, operator, setting) if self.control_of(operator) == "days" else one_line(text)

    def shown(self, value: str, operator: Operator, setting: Setting) -> str:
        return _NUMBER.shown(value, operator, setting) if self.control_of(operator) == "days" else value

    def value(self, text: str, operator: Operator, setting: Setting) -> Any:
        if self.control_of(operator) == "days":
            return _checked_days(_NUMBER.value(text, operator, setting))
        kept = super().value(text, operator, setting)
        try:
            day = date.fromisoformat(kept)
        except ValueError:
            raise UnreadableError(_l("Enter a day such as 2026-11-30.")) from None
        if not dates.FIRST_DAY <= day <= dates.LAST_DAY:
            raise UnreadableError(_l("Enter a day between 1800 and 2200."))
        return day

    def equals(self, column: Column, value: date, setting: Setting) -> Column:
        return self.between(column, setting, value, value)

    def compared(self, column: Column, operator: Operator, values: Sequence[Any], setting: Setting) -> Column:
        first, last = values[0], values[-1]
        match operator:
            case Operator.MORE:
                return self.after(column, setting, first)
            case Operator.LESS:
                return self.before(column, setting, first)
            case Operator.LAST:
                first, last = setting.today - timedelta(first), setting.today
            case Operator.OLDER:
                return self.before(column, setting, setting.today - timedelta(first))
            case Operator.NEXT:
                first, last = setting.today, setting.today + timedelta(last)
        return self.between(column, setting, first, last)

    def between(self, column: Column, setting: Setting, first: date, last: date) -> Column:
        return column.between(first, last)

    def before(self, column: Column, setting: Setting, day: date) -> Column:
        return column < day

    def after(self, column: Column, setting: Setting, day: date) -> Column:
        return column > day


@dataclass(frozen=True)
class Yearly(Day):
    """A day that comes again each year, such as a birthday: the last and the next N days are those of this year.

    29 February is kept on the 28th where a year has none.
    """

    def compared(self, column: Column, operator: Operator, values: Sequence[Any], setting: Setting) -> Column:
        if operator not in (Operator.LAST, Operator.NEXT):
            return super().compared(column, operator, values, setting)
        days = min(values[0], 366)
        first = setting.today - timedelta(days if operator is Operator.LAST else 0)
        asked = {number for add in range(days + 1) for number in _in_the_year(first + timedelta(add))}
        return func.extract("month", column) * 100 + func.extract("day", column) == any_(
            literal(sorted(asked), ARRAY(Integer))
        )


def _in_the_year(day: date) -> tuple[int, ...]:
    """Month and day as a number, and 29 February's beside the 28th of a year without it."""
    number = day.month * 100 + day.day
    return (228, 229) if number == 228 and not isleap(day.year) else (number,)


@dataclass(frozen=True)
class Moment(Day):
    """A moment, asked for by its day in the business's zone; app.lib.dates.NEVER is no value."""

    def exists(self, column: Column) -> Column:
        return column > dates.NEVER

    def between(self, column: Column, setting: Setting, first: date, last: date) -> Column:
        return _between(column, setting, first, last)

    def before(self, column: Column, setting: Setting, day: date) -> Column:
        return _before(column, setting, day)

    def after(self, column: Column, setting: Setting, day: date) -> Column:
        return column >= setting.begin(day + timedelta(1))


def _between(column: Column, setting: Setting, first: date, last: date) -> Column:
    return and_(column >= setting.begin(first), column < setting.begin(last + timedelta(1)))


def _before(column: Column, setting: Setting, day: date) -> Column:
    return and_(column > dates.NEVER, column < setting.begin(day))


def _checked_days(days: int) -> int:
    if not 0 <= days <= MOST_DAYS:
        raise UnreadableError(_l("Enter a number of days from 0 to 36,500."))
    return days
