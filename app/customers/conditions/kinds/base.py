"""What every kind of field has in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, ColumnElement, Text, any_, literal, or_
from sqlalchemy.dialects.postgresql import ARRAY

from app.customers.conditions.nodes import NEEDS_NOTHING, Operator
from app.lib.texts import has_control_characters, one_line

LONGEST = 1000
"""Characters of a value."""

Column = ColumnElement[Any]
WHETHER = (Operator.EXISTS, Operator.MISSING)
SAME = (Operator.EQUALS, Operator.DIFFERS, Operator.IN)
SIZE = (Operator.MORE, Operator.LESS, Operator.BETWEEN)


class UnreadableError(ValueError):
    """A value that a kind cannot read; `words` tell the person what to do."""

    def __init__(self, words: object) -> None:
        super().__init__(str(words))
        self.words = words


@dataclass(frozen=True)
class Setting:
    """Whose words and days a filter is read in: the person's language, the business's zone, country and currency."""

    language: str
    zone: str
    country: str
    currency: str
    today: date
    """In that zone."""

    def begin(self, day: date) -> datetime:
        """The moment at which a day begins in the zone."""
        return datetime.combine(day, time(), ZoneInfo(self.zone))


@dataclass(frozen=True)
class Kind:
    """A kind of field."""

    operators: ClassVar[tuple[Operator, ...]] = (*WHETHER, *SAME)
    control: ClassVar[str] = "text"
    """What a value is picked with: text, number, day, days, choice, phone."""

    def control_of(self, operator: Operator) -> str:
        return self.control

    def typed(self, text: str, operator: Operator, setting: Setting) -> str:
        """What is kept of a value that was typed: never less than was typed."""
        return one_line(text)

    def shown(self, value: str, operator: Operator, setting: Setting) -> str:
        """A kept value as the person writes it."""
        return value

    def value(self, text: str, operator: Operator, setting: Setting) -> Any:
        """What a kept value stands for. Raises UnreadableError."""
        line = one_line(text)
        if not line:
            raise UnreadableError(_l("Enter a value."))
        if has_control_characters(line):
            raise UnreadableError(_l("Remove the characters that cannot be seen."))
        if len(line) > LONGEST:
            raise UnreadableError(_l("Shorten this value: it has over 1,000 characters."))
        return line

    def values(self, texts: Sequence[str], operator: Operator, setting: Setting) -> list[Any]:
        """The same of all values that an operator takes. Raises UnreadableError."""
        if operator in NEEDS_NOTHING:
            return []
        read = [self.value(each, operator, setting) for each in texts] or [self.value("", operator, setting)]
        if operator is Operator.BETWEEN and len(read) != 2:
            raise UnreadableError(_l("Enter both ends."))
        if operator is Operator.BETWEEN and read[0] > read[1]:
            raise UnreadableError(_l("The first value is beyond the second."))
        if len(read) > 1 and operator not in (Operator.BETWEEN, Operator.IN):
            raise UnreadableError(_l("Enter one value."))
        return read

    def exists(self, column: Column) -> Column:
        """Whether there is a value, as a person means it."""
        return column.is_not(None)

    def holds(self, column: Column, operator: Operator, values: Sequence[Any], setting: Setting) -> Column:
        """Whether an operator that is no negation holds; null is no."""
        match operator:
            case Operator.EXISTS:
                return self.exists(column)
            case Operator.EQUALS:
                return self.equals(column, values[0], setting)
            case Operator.IN:
                return self.among(column, values, setting)
        return self.compared(column, operator, values, setting)

    def equals(self, column: Column, value: Any, setting: Setting) -> Column:
        return column == value

    def among(self, column: Column, values: Sequence[Any], setting: Setting) -> Column:
        return or_(*[self.equals(column, each, setting) for each in values])

    def compared(self, column: Column, operator: Operator, values: Sequence[Any], setting: Setting) -> Column:
        raise LookupError(f"{operator} is nothing that {type(self).__name__} can be asked.")


def among_of(column: Column, values: Sequence[Any]) -> Column:
    """One bound value, however many they are."""
    kind = Text() if isinstance(values[0], str) else BigInteger()
    return column == any_(literal(list(values), ARRAY(kind)))
