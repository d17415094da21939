"""What a filter costs: the statements of a page do not grow with its conditions (CT-7)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from app.customers.columns import all_columns
from app.customers.conditions.nodes import Condition, Group, Joint
from app.customers.filters import CustomerFilter
from app.customers.queries import customer_count, customer_page, sums_by_source
from app.customers.registry import registry
from app.loyalty.models import FieldKind
from tests.customers.looking import looking
from tests.factories import add_account, add_answer, add_category, add_customer, add_question, add_sale, choice_ids
from tests.people import Town

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def every_kind(town: Town) -> list[Condition]:
    """Thirty conditions of all kinds of fields, most of them choices, that two customers hold."""
    shop = town.kavalier
    with shop.work():
        gold, account = add_category("Gold"), add_account("Gift")
        milks = [add_question(f"Milk {number}", FieldKind.CHOICE, choices=["Oat", "Cow"]) for number in range(5)]
        for _each in range(2):
            customer = add_customer(category=gold, point_of_sale=shop.own_place)
            add_sale(customer, shop.own_terminal, 100)
            for milk in milks:
                add_answer(customer, milk, choice_id=choice_ids(milk)[0])
        oats = [Condition(f"answer_{milk}", "equals", (str(choice_ids(milk)[0]),)) for milk in milks]
    return [
        *oats,
        *[Condition("category", "equals", (str(gold),))] * 5,
        *[Condition("bought_at", "equals", (str(shop.own_place),))] * 5,
        *[Condition("registered_place", "equals", (str(shop.own_place),))] * 5,
        *[Condition("tag", "missing", about=key) for key in ("milk", "city", "size", "shoe")],
        Condition(f"account_{account}", "missing"),
        Condition("last_at", "last", ("1",)),
        Condition("confirmed", "equals", ("no",)),
        Condition("access", "in", ("1", "2")),
        Condition("points", "less", ("1",)),
        Condition("cards", "missing"),
    ]


@pytest.mark.parametrize("joint", Joint)
def test_statements_do_not_grow_with_conditions(
    town: Town, every_kind: list[Condition], count_statements: Counting, joint: Joint
) -> None:
    assert len(every_kind) == 30
    asked = {1: Group(joint, tuple(every_kind[:1])), 30: Group(joint, tuple(every_kind))}
    sent = {number: statements(town, group, count_statements) for number, group in asked.items()}
    assert sent[30] <= sent[1] + 3, "the lists of categories and of places, each once"
    doubled = Group(joint, (asked[30], asked[30], asked[30], asked[30]))
    assert statements(town, doubled, count_statements) == sent[30]


def statements(town: Town, group: Group, count_statements: Counting) -> int:
    """How many a page, its count and its sums send."""
    with looking(town, town.anna):
        columns = all_columns(registry.columns)
        with count_statements() as sent:
            chosen = CustomerFilter(conditions=group)
            assert len(customer_page(chosen, list(columns.values()), columns["amount"], False, None).rows) == 2
            assert customer_count(chosen) == 2
            for ask in sums_by_source(chosen, columns.values()):
                ask()
    return len(sent)


def test_the_largest_filters_are_answered(town: Town, every_kind: list[Condition]) -> None:
    """200 conditions; 1,000 values in each of many lists."""
    words = tuple(f"word {number}" for number in range(1000))
    lists = [Condition("tag", "in", words, about=f"key {number}") for number in range(100)]
    names = [Condition("first_name", "in", words), Condition("days", "in", tuple(map(str, range(1, 1001))))] * 45
    with looking(town, town.anna):
        for group in (Group(Joint.OR, (*lists, *names)), Group(Joint.AND, tuple(every_kind * 6))):
            chosen = CustomerFilter(conditions=Group(Joint.OR, (group, *every_kind[:5])))
            assert chosen.problems == {}
            assert customer_count(chosen) == 2
