"""Nodes of a filter: where they stand, how they are changed, how large they may be (CT-7)."""

from __future__ import annotations

import pytest

from app.customers.conditions.nodes import (
    MOST_CONDITIONS,
    MOST_LEVELS,
    Condition,
    Damaged,
    Group,
    Joint,
    Node,
    Path,
    TooLargeError,
    checked_size,
)

A, B, C, D = (Condition(name, "exists") for name in "abcd")
TREE = Group(Joint.OR, (A, Group(Joint.AND, (B, Group(Joint.OR, (C, Damaged()))))))
NOWHERE: list[Path] = [(2,), (-1,), (0, 0), (1, 2), (1, -1), (1, 0, 0), (1, 1, 5)]


def nested(levels: int) -> Group:
    """Groups in groups, the outermost the first level."""
    group = Group(members=(A,))
    for _each in range(levels - 1):
        group = Group(members=(group,))
    return group


def test_a_path_leads_to_a_node() -> None:
    assert TREE.at(()) is TREE
    assert TREE.at((0,)) is A
    assert TREE.at((1, 0)) is B
    assert TREE.at((1, 1)) == Group(Joint.OR, (C, Damaged()))
    assert TREE.at((1, 1, 1)) == Damaged()


@pytest.mark.parametrize("path", NOWHERE)
def test_a_path_to_nowhere_is_an_error(path: Path) -> None:
    with pytest.raises(IndexError):
        TREE.at(path)
    with pytest.raises(IndexError):
        TREE.changed(path, A)
    with pytest.raises(IndexError):
        TREE.changed(path, None)


def test_conditions_come_in_their_order_with_their_paths() -> None:
    assert list(TREE.conditions()) == [((0,), A), ((1, 0), B), ((1, 1, 0), C), ((1, 1, 1), Damaged())]
    assert list(Group().conditions()) == []
    assert all(TREE.at(path) == condition for path, condition in TREE.conditions())


def test_changing_a_node_leaves_the_old_filter_as_it_is() -> None:
    changed = TREE.changed((1, 1, 0), D)
    assert changed == Group(Joint.OR, (A, Group(Joint.AND, (B, Group(Joint.OR, (D, Damaged()))))))
    assert TREE.at((1, 1, 0)) is C
    assert TREE.changed((0,), D).at((0,)) is D


def test_a_group_left_empty_goes_too() -> None:
    without = TREE.changed((1, 1, 1), None)
    assert without.at((1, 1)) == Group(Joint.OR, (C,))
    without = without.changed((1, 1, 0), None)
    assert without == Group(Joint.OR, (A, Group(Joint.AND, (B,))))
    assert without.changed((1, 0), None) == Group(Joint.OR, (A,))
    assert Group(members=(A,)).changed((0,), None) == Group()


@pytest.mark.parametrize(("group", "levels"), [(Group(), 1), (Group(members=(A,)), 1), (TREE, 3), (nested(16), 16)])
def test_the_outermost_group_is_the_first_level(group: Group, levels: int) -> None:
    assert group.levels == levels


def test_sixteen_levels_are_enough() -> None:
    assert checked_size(nested(MOST_LEVELS)) == nested(16)
    with pytest.raises(TooLargeError):
        checked_size(nested(17))


@pytest.mark.parametrize("condition", [A, Damaged()])
def test_two_hundred_conditions_are_enough(condition: Node) -> None:
    """However they are grouped; damaged ones count too."""
    many = Group(members=(Group(members=(condition,) * 150), *(condition,) * 50))
    assert len(list(checked_size(many).conditions())) == MOST_CONDITIONS
    with pytest.raises(TooLargeError):
        checked_size(Group(members=(*many.members, condition)))
