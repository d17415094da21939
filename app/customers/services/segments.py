"""Making, changing and deleting segments (CT-9): none stands in itself, and none goes that another is built on.

Each needs the segments held (`lock_segments`), and conditions that can be read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from app import audit
from app.customers.conditions.kept import written
from app.customers.conditions.meaning import MOST_EXPANDED, MOST_NESTED
from app.customers.conditions.nodes import Group, TooLargeError
from app.customers.models import Segment
from app.customers.segments import built_on, conditions_of, names_of, segments, users_of
from app.db import business_id, current_scope
from app.extensions import db
from app.lib import dates

MOST_SEGMENTS = 200


class NameTakenError(Exception):
    """Another segment of the same owner has this name."""


class TooManyError(Exception):
    """The business has as many segments as it may."""


class CircleError(Exception):
    """A segment would stand in itself; `path` are the names on the way, the first of them at its end again."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(" → ".join(path))
        self.path = path


class NotSharedError(Exception):
    """It would be built on segments that not everyone sees who sees it; `names` are theirs."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class InUseError(Exception):
    """Segments are built on it; `names` are theirs."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def create_segment(name: str, conditions: Group) -> Segment:
    """The brand's, or of an operator its franchisee's.

    Raises TooManyError, NameTakenError, NotSharedError, and TooLargeError for more than can be asked at once.
    """
    known = segments()
    if len(known) >= MOST_SEGMENTS:
        raise TooManyError
    segment = Segment(business_id=business_id(), franchisee_id=current_scope().franchisee_id)
    _check(segment, name, conditions, known)
    _write(segment, name, conditions)
    db.session.add(segment)
    db.session.flush()
    _record("create", segment, {"name": (None, name), "conditions": (None, segment.conditions)})
    return segment


def change_segment(segment: Segment, name: str, conditions: Group) -> None:
    """Gives it another name or other conditions; what is the same is not written.

    Raises NameTakenError, CircleError, NotSharedError, and TooLargeError for more than can be asked at once.
    """
    changes = audit.changes_of(segment, {"name": name, "conditions": written(conditions)})
    if not changes:
        return
    _check(segment, name, conditions, segments())
    _write(segment, name, conditions)
    segment.version += 1
    _record("change", segment, changes)


def delete_segment(segment: Segment) -> None:
    """Raises InUseError."""
    users = users_of(segment.id)
    if users:
        raise InUseError(tuple(names_of(users).values()))
    db.session.delete(segment)
    db.session.flush()
    _record("delete", segment, {"name": (segment.name, None), "conditions": (segment.conditions, None)})


def _check(segment: Segment, name: str, conditions: Group, known: Sequence[Segment]) -> None:
    others = [each for each in known if each.id != segment.id]
    taken = {each.name_key for each in others if each.franchisee_id == segment.franchisee_id}
    if name.casefold() in taken:
        raise NameTakenError
    # One that is new has no id yet, and nothing is built on it.
    groups = {each.id: conditions_of(each) for each in others} | {segment.id or 0: conditions}
    names = names_of(known) | {segment.id or 0: name}
    circle = _circle(segment.id or 0, {number: built_on(group) for number, group in groups.items()})
    if circle:
        raise CircleError(tuple(names[number] for number in circle))
    shared = {each.id for each in others if each.franchisee_id in (None, segment.franchisee_id)}
    if narrower := set(built_on(conditions)) & names.keys() - shared:
        raise NotSharedError(tuple(names[number] for number in sorted(narrower)))
    _check_size(groups)


def _circle(number: int, built: Mapping[int, Collection[int]]) -> tuple[int, ...]:
    """The shortest way from a segment back to it; () for none."""
    ways: list[tuple[int, ...]] = [(number,)]
    met: set[int] = set()
    for way in ways:
        for each in built.get(way[-1], ()):
            if each == number:
                return (*way, number)
            if each not in met:
                met.add(each)
                ways.append((*way, each))
    return ()


def _check_size(groups: Mapping[int, Group]) -> None:
    """Raises TooLargeError where one, with what it is built on, is deeper or longer than can be asked at once."""
    built = {number: built_on(group) for number, group in groups.items()}
    own = {number: sum(1 for _each in group.conditions()) for number, group in groups.items()}

    @cache
    def levels(number: int) -> int:
        return 1 + max(map(levels, built.get(number, ())), default=0)

    @cache
    def conditions(number: int) -> int:
        return own.get(number, 0) + sum(map(conditions, built.get(number, ())))

    if any(levels(number) > MOST_NESTED or conditions(number) > MOST_EXPANDED for number in groups):
        raise TooLargeError


def _write(segment: Segment, name: str, conditions: Group) -> None:
    segment.name, segment.name_key, segment.conditions = name, name.casefold(), written(conditions)
    segment.user_id, segment.changed_at = current_scope().user_id, dates.now()


def _record(verb: str, segment: Segment, changes: audit.Changes) -> None:
    audit.record(f"segment.{verb}", audit.Subject("segment", segment.id), changes)
