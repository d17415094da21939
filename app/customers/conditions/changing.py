"""What a person does to a filter with the builder's buttons. Each answers with a new one; the old stays as it is."""

from __future__ import annotations

from dataclasses import replace

from app.customers.conditions.nodes import Condition, Group, Joint, Node, Path, checked_size


def with_condition(group: Group, path: Path, joint: Joint, new: Node) -> Group:
    """The group at `path` with one more member, joined as asked. AND binds tighter than OR (CT-7).

    To a group of the same joint it is added. OR beside members that are joined by AND makes these one part of an OR;
    AND beside members that are joined by OR joins it to the last of them. Raises IndexError, TooLargeError.
    """
    held = group.at(path)
    if not isinstance(held, Group):
        raise IndexError(path)
    changed = _joined(held, joint, new)
    return checked_size(group.changed(path, changed) if path else changed)


def with_group(group: Group, path: Path, new: Node) -> Group:
    """The group at `path` with a group inside it, joined the other way, as the same way would change nothing."""
    held = group.at(path)
    if not isinstance(held, Group):
        raise IndexError(path)
    inner = Group(Joint.OR if held.joint is Joint.AND else Joint.AND, (new,))
    changed = replace(held, members=(*held.members, inner))
    return checked_size(group.changed(path, changed) if path else changed)


def without(group: Group, path: Path) -> Group:
    """The filter without the condition or the group at `path`. Raises IndexError."""
    group.at(path)
    return group.changed(path, None) if path else Group()


def switched(group: Group, path: Path) -> Group:
    """The group at `path` joined the other way. Raises IndexError."""
    held = group.at(path)
    if not isinstance(held, Group):
        raise IndexError(path)
    changed = replace(held, joint=Joint.OR if held.joint is Joint.AND else Joint.AND)
    return group.changed(path, changed) if path else changed


def from_flat(first: Condition, *more: tuple[Joint, Condition]) -> Group:
    """A flat list as groups: AND binds tighter than OR (CT-7)."""
    group = Group(members=(first,))
    for joint, condition in more:
        group = with_condition(group, (), joint, condition)
    return group


def _joined(held: Group, joint: Joint, new: Node) -> Group:
    if len(held.members) < 2 or held.joint is joint:
        return Group(joint if held.members else held.joint, (*held.members, new))
    if joint is Joint.OR:
        return Group(Joint.OR, (held, new))
    *others, last = held.members
    if isinstance(last, Group) and last.joint is Joint.AND:
        return replace(held, members=(*others, replace(last, members=(*last.members, new))))
    return replace(held, members=(*others, Group(Joint.AND, (last, new))))
