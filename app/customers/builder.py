"""The filter builder as it is drawn: a filter's groups as boxes within boxes, each condition as a line (CT-7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.customers.asking import fields, setting
from app.customers.condition_words import operator_choices, value_words
from app.customers.conditions.fields import Field
from app.customers.conditions.kinds import Days
from app.customers.conditions.nodes import (
    MOST_LEVELS,
    NEEDS_NOTHING,
    Condition,
    Damaged,
    Group,
    Joint,
    Node,
    Operator,
    Path,
)

MOST_LISTED = 1000
"""How many values a list shows: a page with all goods of a large shop would never open."""


def path_key(path: Path) -> str:
    """How names of the form's fields tell where they belong: -0-2-1, and nothing for the outermost group."""
    return "".join(f"-{place}" for place in path)


@dataclass(frozen=True)
class Control:
    """How values are picked."""

    kind: str
    """none, text, phone, number, day, days, choice, choices, lines, between."""
    of: str = ""
    """With between: what both ends are."""
    options: list[tuple[str, str]] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)
    words: str = ""
    """What of a list is chosen."""
    shortened: bool = False
    """Whether there is more than is listed."""


@dataclass(frozen=True)
class Line:
    """A condition as a line."""

    key: str
    word: str
    switches: bool
    """Whether the word is a button that turns AND into OR."""
    condition: Condition | None
    """None for a damaged one."""
    field: Field | None
    operators: list[tuple[str, str]]
    control: Control
    values: list[str]
    about_suggestions: list[str]
    error: str
    is_group: bool = False

    @property
    def drawn(self) -> str:
        """The kind of its value, so that what was typed as another is not taken for it."""
        asked, operator = self.field, self.condition.operator if self.condition else ""
        return asked.kind.control_of(Operator(operator)) if asked and operator in asked.kind.operators else ""

    @property
    def counts(self) -> bool:
        """Whether its label says already that it counts days."""
        return self.field is not None and isinstance(self.field.kind, Days)


@dataclass(frozen=True)
class Box:
    """A group as a box."""

    key: str
    word: str
    switches: bool
    joint: Joint
    members: list[Line | Box]
    deepest: bool
    """Whether no group fits into it."""
    is_group: bool = True


class Builder:
    """Draws a filter; `errors` are shown beside the conditions that they are about."""

    def __init__(self, group: Group, errors: Mapping[Path, str]) -> None:
        self.group = group
        self.errors = errors

    @property
    def box(self) -> Box:
        return self._box(self.group, (), "", switches=False)

    @property
    def sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The fields that may be asked of, under their headings."""
        found: dict[str, list[tuple[str, str]]] = {}
        for each in fields().values():
            found.setdefault(str(each.section), []).append((each.key, each.label))
        return list(found.items())

    def _box(self, group: Group, path: Path, word: str, *, switches: bool) -> Box:
        members = [
            self._member(each, (*path, place), self._word(group, path, place), switches=place == 1)
            for place, each in enumerate(group.members)
        ]
        return Box(path_key(path), word, switches, group.joint, members, deepest=len(path) + 1 >= MOST_LEVELS)

    def _member(self, node: Node, path: Path, word: str, *, switches: bool) -> Line | Box:
        if isinstance(node, Group):
            return self._box(node, path, word, switches=switches)
        return self._line(node, path, word, switches=switches)

    def _word(self, group: Group, path: Path, place: int) -> str:
        if place:
            return _("and") if group.joint is Joint.AND else _("or")
        if not path or len(group.members) == 1:
            return _("where")
        return _("both") if group.joint is Joint.AND and len(group.members) == 2 else self._first_word(group)

    def _first_word(self, group: Group) -> str:
        return _("all of") if group.joint is Joint.AND else _("either")

    def _line(self, node: Condition | Damaged, path: Path, word: str, *, switches: bool) -> Line:
        condition = node if isinstance(node, Condition) else None
        asked = fields().get(condition.field) if condition else None
        return Line(
            path_key(path),
            word,
            switches,
            condition,
            asked,
            operator_choices(asked) if asked else [],
            control(asked, condition) if asked and condition else Control("none"),
            shown_values(asked, condition) if asked and condition else list(condition.values if condition else ()),
            list(asked.suggestions()) if asked and asked.suggestions else [],
            self.errors.get(path, ""),
        )


def control(asked: Field, condition: Condition) -> Control:
    """What the values of a condition are picked with."""
    if condition.operator not in asked.kind.operators or condition.operator in NEEDS_NOTHING:
        return Control("none")
    operator = Operator(condition.operator)
    kind = asked.kind.control_of(operator)
    known = list(asked.options()) if asked.options is not None else []
    options, shortened = _listed(known, condition.values), len(known) > MOST_LISTED
    suggestions = list(asked.value_suggestions(condition.about)) if asked.value_suggestions and condition.about else []
    if operator is Operator.BETWEEN:
        return Control("between", of=kind)
    if operator is Operator.IN:
        words = value_words(asked, condition)
        return Control("choices" if kind == "choice" else "lines", options=options, words=words, shortened=shortened)
    return Control(kind, options=options, suggestions=suggestions, shortened=shortened)


def _listed(options: list[tuple[str, str]], chosen: Sequence[str]) -> list[tuple[str, str]]:
    """The first of a long list, and whatever of the others is chosen."""
    return options[:MOST_LISTED] + [each for each in options[MOST_LISTED:] if each[0] in chosen]


def shown_values(asked: Field, condition: Condition) -> list[str]:
    """The values as the person writes them."""
    if condition.operator not in asked.kind.operators:
        return list(condition.values)
    operator = Operator(condition.operator)
    return [asked.kind.shown(each, operator, setting()) for each in condition.values]
