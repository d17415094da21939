"""The builder's form: what was posted as a filter, and what the button that was pressed does to it (CT-7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.customers.asking import fields, setting
from app.customers.builder import path_key
from app.customers.conditions.changing import switched, with_condition, with_group, without
from app.customers.conditions.fields import Field
from app.customers.conditions.kinds import Choice, Day, Days, Number, Phone, YesNo
from app.customers.conditions.nodes import (
    MOST_CONDITIONS,
    MOST_LEVELS,
    MOST_VALUES,
    NEEDS_NOTHING,
    Condition,
    Damaged,
    Group,
    Joint,
    Node,
    Operator,
    Path,
    TooLargeError,
    checked_size,
)
from app.errors import Problem

FRESH = Condition("", "")
"""A condition whose field is to be chosen."""
MOST_PARTS = MOST_CONDITIONS * MOST_LEVELS

Form = MultiDict[str, str]


def posted_group(form: Form) -> Group:
    """The filter as the form holds it. Raises Problem 400 for a form that is none, or says too much."""
    try:
        paths = sorted(_paths(form))
    except ValueError:
        raise _changed() from None
    if len(paths) > MOST_PARTS or any(len(path) > MOST_LEVELS for path in paths):
        raise _too_large()
    try:
        return checked_size(_group(form, (), paths))
    except TooLargeError:
        raise _too_large() from None


def changed_group(group: Group, deed: str) -> tuple[Group, Path | None]:
    """What a button makes of a filter, and the condition to go on with. Raises Problem 400."""
    verb, _colon, key = deed.partition(":")
    try:
        path = _path(key)
        match verb:
            case "and" | "or":
                return _fresh(with_condition(group, path, Joint(verb), FRESH))
            case "group":
                return _fresh(with_group(group, path, FRESH))
            case "remove":
                return without(group, path), None
            case "switch":
                return switched(group, path), None
    except TooLargeError:
        raise _too_large() from None
    except (IndexError, ValueError):
        raise _changed() from None
    return group, None


def unfinished(group: Group) -> list[Path]:
    """Conditions whose field is still to be chosen, or whose value is still to be entered."""
    return [path for path, each in group.conditions() if isinstance(each, Condition) and _is_unfinished(each)]


def _is_unfinished(condition: Condition) -> bool:
    asked = condition.operator not in NEEDS_NOTHING
    return not condition.field or (asked and not any(condition.values))


def _fresh(group: Group) -> tuple[Group, Path | None]:
    found = [path for path, each in group.conditions() if each is FRESH]
    return group, found[-1] if found else None


def _paths(form: Form) -> Iterable[Path]:
    for name in form:
        kind, dash, key = name.partition("-")
        if kind in ("joint", "field", "damaged") and dash:
            yield _path("-" + key)


def _path(key: str) -> Path:
    """The path of a key such as -0-2. Raises ValueError."""
    return tuple(int(place) for place in key.split("-")[1:])


def _group(form: Form, path: Path, paths: list[Path]) -> Group:
    joint = form.get(f"joint{path_key(path)}", "and")
    inner = [each for each in paths if len(each) == len(path) + 1 and each[: len(path)] == path]
    members = tuple(_member(form, each, paths) for each in inner)
    return Group(Joint.OR if joint == "or" else Joint.AND, members)


def _member(form: Form, path: Path, paths: list[Path]) -> Node:
    key = path_key(path)
    if f"joint{key}" in form:
        return _group(form, path, paths)
    if f"damaged{key}" in form:
        return Damaged()
    return _condition(form, key)


def _condition(form: Form, key: str) -> Condition:
    name = form.get(f"field{key}", "")
    asked = fields().get(name)
    raw = Condition(name, form.get(f"operator{key}", ""), tuple(_typed(form, key)), form.get(f"about{key}", "").strip())
    if asked is None:
        return raw
    return _settled(asked, raw, form, key)


def _typed(form: Form, key: str) -> list[str]:
    lines = [line for text in form.getlist(f"lines{key}") for line in text.splitlines() if line.strip()]
    typed = form.getlist(f"value{key}") + lines
    if len(typed) > MOST_VALUES:
        raise Problem(400, _("A list has at most %(most)d values.", most=MOST_VALUES))
    return typed


def _settled(asked: Field, raw: Condition, form: Mapping[str, str], key: str) -> Condition:
    """A condition whose operator and values belong to its field, also when the field was just chosen anew."""
    same_field = form.get(f"was{key}", asked.key) == asked.key
    operator = raw.operator if raw.operator in asked.kind.operators and same_field else default_operator(asked).value
    about = raw.about if asked.about is not None else ""
    settled = replace(raw, operator=operator, about=about)
    drawn = asked.kind.control_of(Operator(operator))
    # What was typed as days ago is no day, and the other way round.
    values = raw.values if same_field and form.get(f"drawn{key}", drawn) == drawn else ()
    kept = [asked.kind.typed(each, Operator(operator), setting()) for each in values]
    return replace(settled, values=tuple(_as_many(operator, kept)) or _first_values(asked))


def _as_many(operator: str, values: list[str]) -> list[str]:
    if operator in NEEDS_NOTHING:
        return []
    if operator == Operator.BETWEEN:
        return values[:2]
    given = [each for each in dict.fromkeys(values) if each]
    return given if operator == Operator.IN else given[:1]


def _first_values(asked: Field) -> tuple[str, ...]:
    return ("yes",) if isinstance(asked.kind, YesNo) else ()


def default_operator(asked: Field) -> Operator:
    """What is most often asked of a field."""
    match asked.kind:
        case Day():
            return Operator.LAST
        case Days() | Number():
            return Operator.MORE
        case Choice():
            return Operator.IN if Operator.IN in asked.kind.operators else Operator.EQUALS
        case Phone():
            return Operator.BEGINS
    return Operator.EQUALS


def _changed() -> Problem:
    return Problem(400, _("The filter changed meanwhile."), _("Reload the page and try again."))


def _too_large() -> Problem:
    return Problem(
        400,
        _("A filter has at most 200 conditions, in groups of at most 16 levels."),
        _("Save a part of it as a segment, and use that as a condition."),
    )
