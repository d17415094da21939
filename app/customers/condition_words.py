"""Conditions in words: for the builder, chips, lists of segments, the audit log, "why included?" (CT-7, CT-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.customers.asking import fields, setting
from app.customers.conditions.fields import Field
from app.customers.conditions.kinds import Choice, Day, Days, Number, Phone, Words, YesNo
from app.customers.conditions.nodes import NEEDS_NOTHING, Condition, Damaged, Group, Joint, Node, Operator
from app.filters import language, local
from app.lib import dates, decimals, formats
from app.lib.texts import preview

SHOWN = 3
"""How many values of a list are named."""


@dataclass(frozen=True)
class Phrase:
    """A condition as a sentence of three parts."""

    field: str
    operator: str
    value: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.field, self.operator, self.value) if part)


def operator_choices(field: Field) -> list[tuple[str, str]]:
    """What can be asked of a field: operators and their words."""
    words = _operator_words() | _words_of_kind(field)
    return [(operator.value, words[operator]) for operator in field.kind.operators]


def phrase(condition: Condition | Damaged) -> Phrase:
    """A condition in words, readable or not."""
    field = fields().get(condition.field) if isinstance(condition, Condition) else None
    if isinstance(condition, Damaged) or field is None:
        return Phrase(_("A condition that cannot be read"), "", "")
    operator = dict(operator_choices(field)).get(condition.operator, condition.operator)
    name = f"{field.label} {condition.about}" if condition.about else field.label
    return Phrase(name, operator, value_words(field, condition))


def value_words(field: Field, condition: Condition) -> str:
    """The values of a condition as the person reads them; '' where there are none."""
    if condition.operator in NEEDS_NOTHING or not any(condition.values):
        return ""
    read = [_value(field, condition.operator, each) for each in condition.values]
    if condition.operator == Operator.BETWEEN:
        return " – ".join(read)
    named = ", ".join(read[:SHOWN])
    return named if len(read) <= SHOWN else _("%(first)s and %(number)d more", first=named, number=len(read) - SHOWN)


def shown_value(field: Field, value: Any) -> str:
    """A customer's own value as the person reads it; – for none."""
    kind = field.kind
    if value in (None, "", dates.NEVER):
        return "–"
    if isinstance(kind, Days):
        return formats.number((setting().today - local(value).date()).days, language())
    if isinstance(kind, Number):
        return _number(kind, int(value))
    if isinstance(kind, Day):
        day = local(value).date() if isinstance(value, datetime) else value
        return formats.long_date(day, language())
    if isinstance(kind, Phone):
        return formats.phone(value)
    if field.options is not None:
        plain = ("yes" if value else "no") if isinstance(kind, YesNo) else str(int(value))
        return dict(field.options()).get(plain, "–")
    return preview(str(value))


def _number(kind: Number, value: int) -> str:
    whole, fraction = formats.minor(value, language(), kind.digits(setting()))
    return whole + (fraction if kind.drawn == "money" or fraction.strip(".,0") else "")


def described(group: Group) -> str:
    """A filter in one sentence; groups within stand in brackets."""
    joint = f" {joint_word(group.joint)} "
    return joint.join(_described(each) for each in group.members)


def joint_word(joint: Joint) -> str:
    return _("and") if joint is Joint.AND else _("or")


def _described(node: Node) -> str:
    if isinstance(node, Group):
        return f"({described(node)})" if len(node.members) > 1 else described(node)
    return str(phrase(node))


def _value(field: Field, operator: str, value: str) -> str:
    if field.options is not None:
        return dict(field.options()).get(value, "?")
    if operator in set(Operator) and field.kind.control_of(Operator(operator)) == "days":
        return _days(value)
    if isinstance(field.kind, Day):
        return _day(value)
    if isinstance(field.kind, Words):
        return _("“%(value)s”", value=preview(value))
    return field.kind.shown(value, Operator(operator), setting()) if operator in set(Operator) else value


def _days(value: str) -> str:
    if not (value.isascii() and value.isdigit()):
        return value
    shown = decimals.written(int(value) * 10**decimals.DIGITS, language())
    return ngettext("%(days)s day", "%(days)s days", int(value), days=shown)


def _day(value: str) -> str:
    try:
        return formats.long_date(date.fromisoformat(value), language())
    except ValueError:
        return value


def _words_of_kind(field: Field) -> dict[Operator, str]:
    """Where the words of an operator are others."""
    if isinstance(field.kind, Day):
        return {
            Operator.EQUALS: _("is on"),
            Operator.DIFFERS: _("is not on"),
            Operator.MORE: _("is after"),
            Operator.LESS: _("is before"),
        }
    if isinstance(field.kind, Choice | YesNo):
        return {Operator.EQUALS: _("is"), Operator.DIFFERS: _("is not")}
    return {}


def _operator_words() -> dict[Operator, str]:
    return {
        Operator.EXISTS: _("exists"),
        Operator.MISSING: _("doesn't exist"),
        Operator.EQUALS: _("equals"),
        Operator.DIFFERS: _("doesn't equal"),
        Operator.IN: _("is any of"),
        Operator.CONTAINS: _("contains"),
        Operator.BEGINS: _("starts with"),
        Operator.MORE: _("is more than"),
        Operator.LESS: _("is less than"),
        Operator.BETWEEN: _("is between"),
        Operator.LAST: _("is within the last"),
        Operator.OLDER: _("is longer ago than"),
        Operator.NEXT: _("is within the next"),
    }


def chips(group: Group | None) -> Sequence[str]:
    """What summarises a filter when its panel is closed: a chip for each member of the outermost group."""
    if group is None:
        return []
    if group.joint is Joint.OR and len(group.members) > 1:
        return [described(group)]
    return [described(each) if isinstance(each, Group) else _described(each) for each in group.members]
