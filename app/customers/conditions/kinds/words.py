"""Text, card numbers, phones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import phonenumbers
from flask_babel import lazy_gettext as _l
from sqlalchemy import Text, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.customers.conditions.kinds.base import SAME, WHETHER, Column, Kind, Setting, UnreadableError, among_of
from app.customers.conditions.nodes import Operator
from app.lib.phones import e164


@dataclass(frozen=True)
class Words(Kind):
    """Text: case and outer blanks aside; '' is no value."""

    operators: ClassVar = (*WHETHER, *SAME, Operator.CONTAINS, Operator.BEGINS)

    def exists(self, column: Column) -> Column:
        return column != ""

    def equals(self, column: Column, value: str, setting: Setting) -> Column:
        return self.folded(column) == func.lower(value)

    def among(self, column: Column, values: Sequence[str], setting: Setting) -> Column:
        listed = func.unnest(literal(list(values), ARRAY(Text)))
        return self.folded(column) == any_(select(func.lower(listed)).scalar_subquery())

    def compared(self, column: Column, operator: Operator, values: Sequence[str], setting: Setting) -> Column:
        word, folded = func.lower(values[0]), self.folded(column)
        if operator is Operator.CONTAINS:
            return func.strpos(folded, word) > 0
        return func.starts_with(folded, word)

    def folded(self, column: Column) -> Column:
        # Columns that sort by bytes know no capitals but those of ASCII.
        return func.lower(column.collate("default"))


@dataclass(frozen=True)
class CardNumber(Words):
    """A card's number; blanks and hyphens in it are only for the eye."""

    def value(self, text: str, operator: Operator, setting: Setting) -> str:
        number = re.sub(r"[\s\-]", "", text)
        return str(super().value(number, operator, setting))


@dataclass(frozen=True)
class Phone(Kind):
    """A phone, however it is typed: digits of it, how it begins, or all of it."""

    operators: ClassVar = (*WHETHER, *SAME, Operator.CONTAINS, Operator.BEGINS)
    control: ClassVar = "phone"

    def value(self, text: str, operator: Operator, setting: Setting) -> Any:
        super().value(text, operator, setting)
        if operator in (Operator.CONTAINS, Operator.BEGINS):
            digits = re.sub(r"[\s()+\-./]", "", text)
            if not (digits.isascii() and digits.isdigit()):
                raise UnreadableError(_l("Enter digits of a phone."))
            return digits if operator is Operator.CONTAINS else _beginnings(text, digits, setting.country)
        try:
            return e164(text, setting.country)
        except ValueError:
            raise UnreadableError(_l("There is no such phone.")) from None

    def exists(self, column: Column) -> Column:
        return column != ""

    def among(self, column: Column, values: Sequence[str], setting: Setting) -> Column:
        return among_of(column, values)

    def compared(self, column: Column, operator: Operator, values: Sequence[Any], setting: Setting) -> Column:
        if operator is Operator.CONTAINS:
            return func.strpos(column, values[0]) > 0
        return or_(*[func.starts_with(column, each) for each in values[0]])


def _beginnings(text: str, digits: str, country: str) -> tuple[str, ...]:
    """How E.164 begins: as dialled from abroad, or within the country, with the trunk prefix or without."""
    if text.strip().startswith("+"):
        return (f"+{digits}",)
    code = phonenumbers.country_code_for_region(country)
    trunk = phonenumbers.ndd_prefix_for_region(country, True) or ""
    if trunk and digits.startswith(trunk):
        return (f"+{code}{digits.removeprefix(trunk)}",)
    return (f"+{digits}", f"+{code}{digits}")
