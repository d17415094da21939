"""Filters as JSON keeps them: {"and": […]}, {"or": […]}, and conditions with field, operator, values, about."""

from __future__ import annotations

from typing import Any

from app.customers.conditions.nodes import (
    MOST_LEVELS,
    MOST_VALUES,
    Condition,
    Damaged,
    Group,
    Joint,
    Node,
    TooLargeError,
    checked_size,
)


def read_group(kept: object) -> Group:
    """The filter that JSON says; parts that say nothing come as Damaged. Raises TooLargeError."""
    node = _read(kept, 1)
    return checked_size(node if isinstance(node, Group) else Group(members=(node,)))


def written(node: Node) -> dict[str, Any]:
    """What read_group reads again."""
    match node:
        case Group():
            return {node.joint.value: [written(each) for each in node.members]}
        case Condition():
            plain: dict[str, Any] = {"field": node.field, "operator": node.operator}
            plain |= {"values": list(node.values)} if node.values else {}
            return plain | ({"about": node.about} if node.about else {})
    return {}


def _read(kept: object, level: int) -> Node:
    if not isinstance(kept, dict):
        return Damaged()
    if set(kept) in ({"and"}, {"or"}):
        joint, members = next(iter(kept.items()))
        if not isinstance(members, list):
            return Damaged()
        if level > MOST_LEVELS:
            raise TooLargeError
        return Group(Joint(joint), tuple(_read(each, level + 1) for each in members))
    return _read_condition(kept)


def _read_condition(kept: dict[Any, Any]) -> Node:
    values = kept.get("values", [])
    words = [kept.get("field"), kept.get("operator"), kept.get("about", "")]
    if not (set(kept) <= {"field", "operator", "values", "about"} and isinstance(values, list)):
        return Damaged()
    if not all(isinstance(each, str) for each in [*words, *values]) or len(values) > MOST_VALUES:
        return Damaged()
    field, operator, about = (str(each) for each in words)
    return Condition(field, operator, tuple(values), about)
