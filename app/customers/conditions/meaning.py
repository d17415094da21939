"""What a filter means where it stands: each condition with its field, and what is wrong with those that have none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from app.customers.conditions.fields import Field, Fields
from app.customers.conditions.kinds import Setting, UnreadableError
from app.customers.conditions.nodes import Condition, Damaged, Group, Operator, Path
from app.lib.texts import one_line


@dataclass(frozen=True)
class Meaning:
    """A condition as it can be asked."""

    field: Field
    operator: Operator
    values: Sequence[Any]
    about: str


MOST_NESTED = 16
"""How deep segments may stand in segments."""
MOST_EXPANDED = 2000
"""Conditions that a filter may come to once its segments are written out."""


def meaning(condition: Condition | Damaged, fields: Fields, setting: Setting, depth: int = 0) -> Meaning:
    """What a condition asks. Raises UnreadableError, with words for the person, when it asks nothing.

    `depth` is the number of segments that it stands in.
    """
    if isinstance(condition, Damaged):
        raise UnreadableError(_l("This part of the filter is damaged and cannot be read. Remove it."))
    if not condition.field:
        raise UnreadableError(_l("Choose a field."))
    field = fields.get(condition.field)
    if field is None:
        raise UnreadableError(_l("There is no such field any more. Choose another, or remove the condition."))
    if condition.operator not in field.kind.operators:
        raise UnreadableError(_l("This cannot be asked of this field. Choose another way to compare."))
    about = one_line(condition.about)
    if field.about is not None and not about:
        raise UnreadableError(_l("Enter a name."))
    operator = Operator(condition.operator)
    values = field.kind.values(condition.values, operator, setting)
    if field.options is not None and values and not depth:
        # In a segment it may be a place that this person does not see: there nobody bought for them.
        _check_offered(condition.values, field)
    if field.nested is not None:
        _check_nested(field, values, fields, setting, depth + 1)
    return Meaning(field, operator, values, about)


def problems(group: Group, fields: Fields, setting: Setting, depth: int = 0) -> dict[Path, str]:
    """Where conditions cannot be read, and why."""
    found: dict[Path, str] = {}
    for path, condition in group.conditions():
        try:
            meaning(condition, fields, setting, depth)
        except UnreadableError as error:
            found[path] = str(error.words)
    return found or ({} if depth else _too_many(group, fields))


def _too_many(group: Group, fields: Fields) -> dict[Path, str]:
    """Where segments bring in more conditions than can be asked at once."""
    left, known = MOST_EXPANDED, dict[tuple[str, str], int]()
    for path, condition in group.conditions():
        left -= _expanded(condition, fields, known)
        if left < 0:
            return {path: str(_l("With its segments, the filter has more than 2,000 conditions. Remove some of them."))}
    return {}


def _expanded(condition: Condition | Damaged, fields: Fields, known: dict[tuple[str, str], int]) -> int:
    """How many conditions are asked for one, with those of segments in segments; each segment is counted once."""
    field = fields.get(condition.field) if isinstance(condition, Condition) else None
    if field is None or field.nested is None or isinstance(condition, Damaged):
        return 1
    for value in condition.values:
        if (field.key, value) not in known:
            inner = field.nested(int(value)).conditions()
            known[field.key, value] = sum(_expanded(each, fields, known) for _path, each in inner)
    return 1 + sum(known[field.key, value] for value in condition.values)


def _check_offered(values: Sequence[str], field: Field) -> None:
    offered = {value for value, _words in field.options()} if field.options else set()
    if any(one_line(value) not in offered for value in values):
        raise UnreadableError(_l("What was chosen here is not there any more. Choose again."))


def _check_nested(field: Field, numbers: Sequence[int], fields: Fields, setting: Setting, depth: int) -> None:
    if depth > MOST_NESTED:
        raise UnreadableError(_l("Segments stand too deep in one another here."))
    for number in numbers:
        if number not in field.readable and field.nested is not None:
            field.readable[number] = False  # what stands in itself is not readable, and ends here
            field.readable[number] = not problems(field.nested(number), fields, setting, depth)
    if not all(field.readable[number] for number in numbers):
        raise UnreadableError(_l("A condition of this segment cannot be read any more. Edit the segment."))
