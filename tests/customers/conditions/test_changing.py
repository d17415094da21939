"""What the builder's buttons do to a filter (CT-7): AND binds tighter than OR."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.customers.conditions.changing import from_flat, switched, with_condition, with_group, without
from app.customers.conditions.nodes import Condition, Group, Joint, Node, Path, TooLargeError

A, B, C, D, E = (Condition(name, "exists") for name in "abcde")
AND, OR = Joint.AND, Joint.OR
some = settings(deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("flat", "grouped"),
    [
        ("a", "a"),
        ("a and b", "a and b"),
        ("a or b", "a or b"),
        ("a and b or c", "(a and b) or c"),
        ("a or b and c", "a or (b and c)"),
        ("a or b and c and d", "a or (b and c and d)"),
        ("a and b or c and d", "(a and b) or (c and d)"),
        ("a and b or c and d or e", "(a and b) or (c and d) or e"),
        ("a or b or c and d", "a or b or (c and d)"),
        ("a or b and c or d and e", "a or (b and c) or (d and e)"),
    ],
)
def test_a_flat_list_is_grouped(flat: str, grouped: str) -> None:
    assert drawn(of_words(flat)) == grouped


@some
@given(st.lists(st.sampled_from(["and", "or"]), max_size=6))
def test_a_flat_list_means_what_it_means_in_python(joints: list[str]) -> None:
    names = [f"x{place}" for place in range(len(joints) + 1)]
    flat = " ".join([names[0], *(f"{joint} {name}" for joint, name in zip(joints, names[1:], strict=True))])
    group = of_words(flat)
    for values in product([False, True], repeat=len(names)):
        known = dict(zip(names, values, strict=True))
        assert holds(group, known) is eval(flat, {}, known)


def test_a_condition_joins_the_group_at_its_path() -> None:
    inner = Group(OR, (B, C))
    group = Group(AND, (A, inner))
    assert drawn(with_condition(group, (1,), OR, D)) == "a and (b or c or d)"
    assert drawn(with_condition(group, (1,), AND, D)) == "a and (b or (c and d))"
    assert drawn(with_condition(group, (), AND, D)) == "a and (b or c) and d"
    assert drawn(with_condition(group, (), OR, D)) == "(a and (b or c)) or d"
    assert drawn(group) == "a and (b or c)"


@pytest.mark.parametrize("joint", Joint)
def test_the_first_condition_has_nothing_to_be_joined_to(joint: Joint) -> None:
    assert with_condition(Group(), (), joint, A) == Group(AND, (A,))
    assert with_condition(Group(OR), (), joint, A) == Group(OR, (A,))
    assert with_condition(Group(AND, (A,)), (), joint, B) == Group(joint, (A, B))


def test_and_goes_on_with_an_or_that_stands_last_in_an_or() -> None:
    assert drawn(with_condition(Group(OR, (A, Group(OR, (B, C)))), (), AND, D)) == "a or ((b or c) and d)"


def test_a_group_is_put_inside_joined_the_other_way() -> None:
    group = with_group(Group(AND, (A,)), (), B)
    assert group == Group(AND, (A, Group(OR, (B,))))
    assert with_group(group, (1,), C) == Group(AND, (A, Group(OR, (B, Group(AND, (C,))))))
    assert with_group(Group(), (), A) == Group(AND, (Group(OR, (A,)),))


def test_taking_out() -> None:
    group = Group(OR, (A, Group(AND, (B,)), C))
    assert without(group, (0,)) == Group(OR, (Group(AND, (B,)), C))
    assert without(group, (1,)) == without(group, (1, 0)) == Group(OR, (A, C))
    assert without(group, ()) == Group()
    assert without(Group(AND, (A,)), (0,)) == Group()


def test_switching() -> None:
    group = Group(OR, (A, Group(AND, (B, C))))
    assert switched(group, ()) == Group(AND, group.members)
    assert switched(group, (1,)) == Group(OR, (A, Group(OR, (B, C))))
    assert switched(switched(group, (1,)), (1,)) == group


@pytest.mark.parametrize("path", [(3,), (-1,), (0,), (0, 0), (1, 0), (1, 7)])
def test_only_a_group_takes_members_and_is_switched(path: Path) -> None:
    group = Group(OR, (A, Group(AND, (B, C))))
    with pytest.raises(IndexError):
        with_condition(group, path, AND, D)
    with pytest.raises(IndexError):
        with_group(group, path, D)
    with pytest.raises(IndexError):
        switched(group, path)


@pytest.mark.parametrize("path", [(2,), (-1,), (0, 0), (1, 7), (1, -1)])
def test_only_what_is_there_is_taken_out(path: Path) -> None:
    with pytest.raises(IndexError):
        without(Group(OR, (A, Group(AND, (B, C)))), path)


def test_a_filter_grows_to_two_hundred_conditions() -> None:
    full = Group(AND, (A,) * 200)
    assert with_condition(Group(AND, (A,) * 199), (), AND, A) == full
    for grow in (lambda: with_condition(full, (), AND, A), lambda: with_group(full, (), A)):
        with pytest.raises(TooLargeError):
            grow()


def test_a_filter_grows_to_sixteen_levels() -> None:
    group = Group(AND, (A, B))
    for level in range(15):
        group = with_group(group, (2,) * level, A)
        group = with_condition(group, (2,) * (level + 1), group.at((2,) * (level + 1)).joint, B)  # type: ignore[union-attr]
    assert group.levels == 16
    for grow in (lambda: with_group(group, (2,) * 15, C), lambda: with_condition(group, (), OR, C)):
        with pytest.raises(TooLargeError):
            grow()
    assert with_condition(group, (), AND, C).levels == 16


def of_words(flat: str) -> Group:
    first, *more = re.split(r" (and|or) ", flat)
    joints = [Joint(each) for each in more[::2]]
    rest = zip(joints, (Condition(name, "exists") for name in more[1::2]), strict=True)
    return from_flat(Condition(first, "exists"), *rest)


def drawn(node: Node) -> str:
    """A filter in words, each inner group in brackets."""
    if isinstance(node, Condition):
        return node.field
    assert isinstance(node, Group)
    parts = [f"({drawn(each)})" if isinstance(each, Group) else drawn(each) for each in node.members]
    return f" {node.joint.value} ".join(parts)


def holds(node: Node, known: dict[str, bool]) -> bool:
    if isinstance(node, Condition):
        return known[node.field]
    assert isinstance(node, Group)
    return (all if node.joint is AND else any)(holds(each, known) for each in node.members)
