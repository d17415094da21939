"""What a filter says, as data: conditions, and groups of them joined by AND or by OR (CT-7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

MOST_LEVELS = 16
"""How deep groups may nest; the outermost is the first level."""
MOST_CONDITIONS = 200
MOST_VALUES = 1000
"""How many values a list of one condition may have."""

Path = tuple[int, ...]
"""Where a node stands: the places to go down by, from the outermost group."""


class Joint(StrEnum):
    AND = "and"
    OR = "or"


class Operator(StrEnum):
    """What a condition asks of a field. Relative days are counted in the business's time zone."""

    EXISTS = "exists"
    MISSING = "missing"
    EQUALS = "equals"
    DIFFERS = "differs"
    IN = "in"
    CONTAINS = "contains"
    BEGINS = "begins"
    MORE = "more"
    LESS = "less"
    BETWEEN = "between"
    """Both ends belong to it."""
    LAST = "last"
    """Within the last N days: not more than N days ago."""
    OLDER = "older"
    """More than N days ago: what LAST leaves of the past."""
    NEXT = "next"
    """Within the next N days, today among them."""


NEEDS_NOTHING = frozenset({Operator.EXISTS, Operator.MISSING})
NEGATIONS = {Operator.MISSING: Operator.EXISTS, Operator.DIFFERS: Operator.EQUALS}
"""What holds just where another does not, so also for who has no value."""


@dataclass(frozen=True)
class Condition:
    """A field, an operator, values. Field and operator are words as they came: they may name what is not there."""

    field: str
    operator: str
    values: tuple[str, ...] = ()
    """As machines write them: 1234.5, 2026-11-30, the id of a choice; what cannot be read stays as it was typed."""
    about: str = ""
    """What a field of many names is asked for, such as the key of a tag."""


@dataclass(frozen=True)
class Damaged:
    """A part of a kept filter that says nothing; it is shown, and the person takes it out."""


@dataclass(frozen=True)
class Group:
    """Nodes of which all must hold, or any. An empty one holds for everyone."""

    joint: Joint = Joint.AND
    members: tuple[Node, ...] = ()

    def at(self, path: Path) -> Node:
        """The node at a path. Raises IndexError."""
        node: Node = self
        for place in path:
            if not isinstance(node, Group) or place < 0:
                raise IndexError(path)
            node = node.members[place]
        return node

    def changed(self, path: Path, node: Node | None) -> Group:
        """The same with another node at a path, or with none. A group left empty goes too. Raises IndexError."""
        self.at(path)
        place, *deeper = path
        member: Node | None = node
        if deeper:
            inner = self.members[place]
            if not isinstance(inner, Group):
                raise IndexError(path)
            member = inner.changed(tuple(deeper), node)
            member = member if member.members else None
        kept = (*self.members[:place], *([member] if member is not None else []), *self.members[place + 1 :])
        return replace(self, members=kept)

    def conditions(self, path: Path = ()) -> Iterator[tuple[Path, Condition | Damaged]]:
        """Every condition with its path, from the first to the last."""
        for place, member in enumerate(self.members):
            if isinstance(member, Group):
                yield from member.conditions((*path, place))
            else:
                yield (*path, place), member

    @property
    def levels(self) -> int:
        return 1 + max((each.levels for each in self.members if isinstance(each, Group)), default=0)


Node = Condition | Damaged | Group


class TooLargeError(ValueError):
    """A filter that nests deeper, or has more conditions, than anyone can read."""


def checked_size(group: Group) -> Group:
    """The group. Raises TooLargeError."""
    # Levels first: what nests too deep is not walked through either.
    if group.levels > MOST_LEVELS or sum(1 for _each in group.conditions()) > MOST_CONDITIONS:
        raise TooLargeError
    return group
