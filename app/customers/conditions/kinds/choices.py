"""Choices from a list, yes and no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import true

from app.customers.conditions.kinds.base import SAME, WHETHER, Column, Kind, Setting, UnreadableError, among_of
from app.customers.conditions.nodes import Operator


@dataclass(frozen=True)
class Choice(Kind):
    """One of a list; kept by the id or the word of it."""

    control: ClassVar = "choice"
    numbered: bool = True

    def value(self, text: str, operator: Operator, setting: Setting) -> int | str:
        kept = str(super().value(text, operator, setting))
        if self.numbered and not (kept.isascii() and kept.isdigit() and len(kept) < 19):
            raise UnreadableError(_l("This is not in the list."))
        return int(kept) if self.numbered else kept

    def among(self, column: Column, values: Sequence[Any], setting: Setting) -> Column:
        return among_of(column, values)


@dataclass(frozen=True)
class Member(Choice):
    """Whether a customer belongs to one of a list, such as a segment; to be in none of them is no question."""

    operators: ClassVar = SAME


@dataclass(frozen=True)
class YesNo(Kind):
    """Yes or no."""

    operators: ClassVar = (*WHETHER, Operator.EQUALS)
    control: ClassVar = "choice"
    said: bool = False
    """Whether No is a value too, as in an answer."""

    def value(self, text: str, operator: Operator, setting: Setting) -> bool:
        kept = super().value(text, operator, setting)
        if kept not in ("yes", "no"):
            raise UnreadableError(_l("Choose Yes or No."))
        return bool(kept == "yes")

    def exists(self, column: Column) -> Column:
        return column.is_not(None) if self.said else column == true()
