"""Filters as JSON keeps them: what is written is read again, and what is damaged takes nothing else along (CT-7)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.customers.conditions.kept import read_group, written
from app.customers.conditions.nodes import MOST_VALUES, Condition, Damaged, Group, Joint, Node, TooLargeError

A = {"field": "phone", "operator": "exists"}
READ = Condition("phone", "exists")
some = settings(deadline=None, derandomize=True)
texts = st.text(max_size=12)
conditions = st.builds(Condition, texts, texts, st.lists(texts, max_size=4).map(tuple), texts)
nodes: st.SearchStrategy[Node] = st.recursive(
    conditions | st.just(Damaged()),
    lambda inner: st.builds(Group, st.sampled_from(Joint), st.lists(inner, max_size=4).map(tuple)),
    max_leaves=20,
)
plain: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts | st.just(A),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["and", "or", "field", "operator", "values", "about", "more"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@some
@given(nodes)
def test_what_is_written_is_read_again(node: Node) -> None:
    group = node if isinstance(node, Group) else Group(members=(node,))
    assert read_group(json.loads(json.dumps(written(group)))) == group


@some
@given(plain)
def test_any_json_at_all_is_read(kept: Any) -> None:
    """And what it says is kept as it was said from then on."""
    group = read_group(kept)
    assert read_group(written(group)) == group


def test_a_condition_is_written_with_what_it_has() -> None:
    assert written(READ) == A
    full = Condition("tag", "in", ("oat", "soy"), "milk")
    assert written(full) == {"field": "tag", "operator": "in", "values": ["oat", "soy"], "about": "milk"}
    assert written(Group(Joint.OR, (READ, Group()))) == {"or": [A, {"and": []}]}


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        7,
        "phone",
        [],
        [A],
        {},
        {"and": {}},
        {"or": None},
        {"and": [A], "or": [A]},
        {"and": [A], "field": "phone"},
        {"not": [A]},
        {"field": "phone"},
        {"operator": "exists"},
        {"field": None, "operator": "exists"},
        {"field": "phone", "operator": ["exists"]},
        A | {"values": "1"},
        A | {"values": {"1": "2"}},
        A | {"values": [1]},
        A | {"values": [None]},
        A | {"about": None},
        A | {"about": 1},
        A | {"sort": "phone"},
        A | {"values": ["1"] * (MOST_VALUES + 1)},
    ],
)
def test_a_damaged_part_leaves_the_rest(damaged: object) -> None:
    assert read_group(damaged) == Group(members=(Damaged(),))
    kept = {"or": [A, damaged, {"and": [damaged, A]}]}
    inner = Group(Joint.AND, (Damaged(), READ))
    assert read_group(kept) == Group(Joint.OR, (READ, Damaged(), inner))


def test_a_condition_alone_is_a_group() -> None:
    assert read_group(A) == Group(members=(READ,))


@pytest.mark.parametrize("levels", [17, 10_000])
def test_what_nests_too_deep_is_refused(levels: int) -> None:
    """Without going down into it."""
    with pytest.raises(TooLargeError):
        read_group(deep(levels))


def test_sixteen_levels_are_read() -> None:
    assert read_group(deep(16)).levels == 16


def test_the_201st_condition_is_refused() -> None:
    assert len(list(read_group({"or": [A] * 200}).conditions())) == 200
    with pytest.raises(TooLargeError):
        read_group({"or": [A] * 201})
    with pytest.raises(TooLargeError):
        read_group({"or": [A] * 100 + [{"and": [A] * 50 + [None] * 51}]})


def deep(levels: int) -> dict[str, Any]:
    kept: dict[str, Any] = {"and": [A]}
    for _each in range(levels - 1):
        kept = {"or": [kept]}
    return kept
