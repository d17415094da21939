"""The proof of advanced filters (CT-7): whom they select is whom plain Python selects, by every way there is.

Customers are made by chance from a seed, filters are drawn by hypothesis; both are the same in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from app.customers import filters, queries, stats
from app.customers.asking import fields
from app.customers.columns import all_columns
from app.customers.conditions.fields import Fields
from app.customers.conditions.nodes import Condition, Group, Joint
from app.customers.filters import CustomerFilter
from app.customers.queries import customer_count, customer_page, sums_by_source
from app.customers.registry import registry
from app.customers.saved_filters import Search
from app.customers.search import Criterion
from app.customers.statements import selection_statement
from app.kept_statements import ask
from app.lib import dates
from app.paging import PageKey
from app.transactions import bought
from tests.customers.conditions.asked import LARGE, SMALL, Asked, asked, every_condition, looks
from tests.customers.conditions.crowd import Crowd, Filler
from tests.customers.conditions.plain import KYIV, Held, Look, Person, holds
from tests.customers.looking import looking
from tests.people import Person as Viewer
from tests.people import Town

# Just behind and before midnight in Kyiv, where the day is another in UTC; on days of 23 and of 25 hours, and behind.
NOWS = [
    datetime(2026, 3, 30, 0, 30, tzinfo=KYIV),
    datetime(2026, 10, 25, 23, 59, 59, 999_999, tzinfo=KYIV),
    datetime(2026, 3, 29, 12, tzinfo=KYIV),
    datetime(2026, 10, 26, 0, 0, tzinfo=KYIV),
    datetime(2024, 2, 29, 1, tzinfo=KYIV),
    datetime(2026, 12, 31, 23, 30, tzinfo=KYIV),
]
SOME = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
MANY = Group(Joint.OR, (Condition("cards", "exists"), Condition("bought_at", "exists")))
SHORT = [(0, 16), (1, 40)]
LONG = [(seed, 15 + seed * 5 % 26) for seed in range(2, 8)]


@pytest.mark.parametrize(("seed", "number"), SHORT)
def test_filters_select_whom_the_rules_do(crowded: Fill, seed: int, number: int) -> None:
    prove(*crowded(seed, number), seed, examples=30)


@pytest.mark.long
@pytest.mark.parametrize(("seed", "number"), LONG)
def test_many_more_filters_do(crowded: Fill, seed: int, number: int) -> None:
    prove(*crowded(seed, number), seed, examples=120)


Fill = Callable[[int, int], tuple[Town, Crowd]]


@pytest.fixture
def crowded(town: Town, superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Fills Kavalier with so many customers, by chance from a seed, at a moment that goes with it."""

    def fill(seed: int, number: int) -> tuple[Town, Crowd]:
        now = NOWS[seed % len(NOWS)].astimezone(UTC)
        monkeypatch.setattr(dates, "now", lambda: now)
        with town.kavalier.work():
            crowd = Filler(town, now, Random(seed)).fill(number)
            assert stats.differences().number == 0
            assert bought.differences() == 0
        # Without statistics the planner takes every table for empty, and some statements take seconds.
        superuser.execute("ANALYZE")
        return town, crowd

    return fill


def prove(town: Town, crowd: Crowd, seed: int, examples: int) -> None:
    table = Table(town, crowd)
    with looking(town, town.anna):
        sorts = list(all_columns(registry.columns))
    known = {limited: fields_of(town, person) for limited, person in ((True, town.boris), (False, town.anna))}

    @settings(SOME, max_examples=examples)
    @given(asked(crowd, known, sorts))
    def filters_hold(each: Asked) -> None:
        with looking(town, town.boris if each.look.own is not None else town.anna):
            table.check(each)

    @settings(SOME, max_examples=max(3, examples // 20), phases=[Phase.generate], verbosity=Verbosity.quiet)
    @given(
        st.booleans().flatmap(lambda limited: st.tuples(looks(crowd, limited), every_condition(crowd, known[limited])))
    )
    def each_condition_holds(drawn: tuple[Look, tuple[Condition, ...]]) -> None:
        look, conditions = drawn
        with looking(town, town.boris if look.own is not None else town.anna):
            listed = {person.id for person in crowd.people if look.lists(person)}
            for each in conditions:
                table.check_ids(look, replace(scope(look), conditions=Group(members=(each,))), listed)

    each_condition_holds()
    filters_hold()
    for place, sort in enumerate(sorts):
        limited, budgets = (place + seed) % 2 == 1, SMALL if place % 3 else LARGE
        look = replace(crowd.look, own=crowd.own if limited else None)
        with looking(town, town.boris if limited else town.anna):
            table.check(Asked(look, MANY, sort, descending=place % 4 < 2, page_size=15, budgets=budgets))


def fields_of(town: Town, person: Viewer) -> Fields:
    """What this person may ask of, with all that choices are made from."""
    with looking(town, person):
        known = fields()
        for each in known.values():
            _known = each.options and each.options()
    return known


@dataclass
class Table:
    """The table of customers as people see it; orders without conditions are remembered."""

    town: Town
    crowd: Crowd
    orders: dict[tuple[Look, str, str, bool], list[int]] = field(default_factory=dict)

    def check(self, each: Asked) -> None:
        everyone = searched(scope(each.look), each.search)
        order = self.order(everyone, each)
        if not each.search:
            assert sorted(order) == sorted(person.id for person in self.crowd.people if each.look.lists(person))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(queries, "PAGE_SIZE", each.page_size)
            patch.setattr(queries, "BUDGETS", each.budgets)
            patch.setattr(filters, "WIDE", each.wide)
            chosen = replace(everyone, conditions=each.conditions)
            wanted = self.check_ids(each.look, chosen, set(order))
            ids = [person.id for person in wanted]
            assert customer_count(chosen) == len(ids)
            assert sums(chosen) == plain_sums(wanted, each.look)
            walked = (backward if each.backward else forward)(chosen, each.sort, each.descending)
        assert walked == [number for number in order if number in ids]

    def check_ids(self, look: Look, chosen: CustomerFilter, among: Set[int]) -> list[Person]:
        """Compares whom a filter selects; answers with them."""
        group = chosen.conditions
        assert group is not None
        assert chosen.problems == {}, group
        wanted = [each for each in self.crowd.people if each.id in among and holds(group, each, look)]
        found = ask(None, lambda: selection_statement(chosen), chosen.parameters()).scalars()
        assert sorted(found) == sorted(person.id for person in wanted), group
        return wanted

    def order(self, everyone: CustomerFilter, each: Asked) -> list[int]:
        """The order of the table without conditions."""
        key = (each.look, each.search, each.sort, each.descending)
        if key not in self.orders:
            self.orders[key] = forward(everyone, each.sort, each.descending)
        return self.orders[key]


def scope(look: Look) -> CustomerFilter:
    chosen = {"program": look.program, "point_of_sale": look.place, "terminal": look.terminal}
    return CustomerFilter.from_args({name: str(number) for name, number in chosen.items() if number})


def searched(chosen: CustomerFilter, text: str) -> CustomerFilter:
    return replace(chosen, search=Search(Criterion.ALL, text) if text else None)


def forward(chosen: CustomerFilter, sort: str, descending: bool) -> list[int]:
    """The ids of all pages, from the first to the last."""
    page = pager(chosen, sort, descending)
    shown = page(None)
    assert not shown.has_previous
    ids = [row.id for row in shown.rows]
    while shown.has_next:
        assert len(shown.rows) == queries.PAGE_SIZE
        shown = page(PageKey(shown.rows[-1].id))
        assert shown.has_previous
        ids += [row.id for row in shown.rows]
        assert len(ids) == len(set(ids)), "each once, or the pages would have no end"
    return ids


def backward(chosen: CustomerFilter, sort: str, descending: bool) -> list[int]:
    """The same, from the last one back."""
    ids = forward(chosen, sort, descending)
    if not ids:
        return ids
    page = pager(chosen, sort, descending)
    shown, found = page(PageKey(ids[-1], backward=True)), ids[-1:]
    while shown.rows:
        found = [row.id for row in shown.rows] + found
        assert len(found) <= len(ids)
        if not shown.has_previous:
            break
        shown = page(PageKey(shown.rows[0].id, backward=True))
    return found


def pager(chosen: CustomerFilter, sort: str, descending: bool) -> Callable[[PageKey | None], queries.Page]:
    columns = all_columns(registry.columns)
    shown = [columns[key] for key in dict.fromkeys(("phone", "name", "points", "amount", sort))]
    return lambda key: customer_page(chosen, shown, columns[sort], descending, key)


def sums(chosen: CustomerFilter) -> dict[str, int]:
    columns = all_columns(registry.columns)
    summed = [columns[key] for key in ("sales_count", "amount", "average", "points")]
    return {key: value for each in sums_by_source(chosen, summed) for key, value in each().items()}


def plain_sums(people: list[Person], look: Look) -> dict[str, int]:
    sales = [sale for person in people for sale in look.counted(person)]
    wallet = look.wallets[look.shown_program]
    amount = sum(sale.amount for sale in sales)
    return {
        "sales_count": len(sales),
        "amount": amount,
        "average": (2 * amount + len(sales)) // (2 * len(sales)) if sales else 0,
        "points": sum(person.held.get(wallet, Held(0)).amount for person in people),
    }
