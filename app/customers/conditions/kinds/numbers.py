"""Numbers: counts, money, points, answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, literal

from app.customers.conditions.kinds.base import SAME, SIZE, WHETHER, Column, Kind, Setting, UnreadableError, among_of
from app.customers.conditions.nodes import Operator
from app.lib import decimals, formats
from app.lib.texts import one_line

_PLAIN_NUMBER = re.compile(r"(-?)([0-9]{1,14})(?:\.([0-9]{1,4}))?")


@dataclass(frozen=True)
class Number(Kind):
    """A number in units of 10 to the power of -`digits`; 0 is no value unless someone said it."""

    operators: ClassVar = (*WHETHER, *SAME, *SIZE)
    control: ClassVar = "number"
    drawn: str = "integer"
    """How it is shown: integer, money, points, decimal."""
    said: bool = False
    """Whether 0 is a value too, as in an answer."""

    def digits(self, setting: Setting) -> int:
        of_currency = formats.precision(setting.currency) if self.drawn == "money" else 0
        return {"integer": 0, "money": of_currency, "points": 2, "decimal": decimals.DIGITS}[self.drawn]

    def typed(self, text: str, operator: Operator, setting: Setting) -> str:
        try:
            return decimals.plain(decimals.parse(text, setting.language))
        except ValueError:
            return one_line(text)

    def shown(self, value: str, operator: Operator, setting: Setting) -> str:
        if not _PLAIN_NUMBER.fullmatch(value):
            return value
        return decimals.written(_units(value, decimals.DIGITS), setting.language)

    def value(self, text: str, operator: Operator, setting: Setting) -> int:
        found = _PLAIN_NUMBER.fullmatch(str(super().value(text, operator, setting)))
        if not found:
            raise UnreadableError(_l("Enter a number."))
        digits = self.digits(setting)
        if len((found[3] or "").rstrip("0")) > digits:
            raise UnreadableError(
                _l("Enter a number with at most %(digits)d digits behind the decimal sign.", digits=digits)
                if digits
                else _l("Enter a whole number.")
            )
        return _units(found[0], digits)

    def exists(self, column: Column) -> Column:
        return column.is_not(None) if self.said else column != 0

    def equals(self, column: Column, value: int, setting: Setting) -> Column:
        return column == _whole(value)

    def among(self, column: Column, values: Sequence[int], setting: Setting) -> Column:
        return among_of(column, values)

    def compared(self, column: Column, operator: Operator, values: Sequence[int], setting: Setting) -> Column:
        if operator is Operator.BETWEEN:
            return column.between(_whole(values[0]), _whole(values[1]))
        return column > _whole(values[0]) if operator is Operator.MORE else column < _whole(values[0])


def _whole(value: int) -> Column:
    # Bound as a bigint: what is asked for may be more than the column can hold.
    return literal(value, BigInteger)


def _units(plain: str, digits: int) -> int:
    sign, whole, fraction = _PLAIN_NUMBER.fullmatch(plain).groups()  # type: ignore[union-attr]
    units = int(whole + (fraction or "").rstrip("0").ljust(digits, "0"))
    return -units if sign else units
