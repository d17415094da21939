"""Sorting and paging by key: every column, both ways, in every scope, against a plain sort in Python."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from random import Random

import pytest

from app.customers import queries
from app.customers.columns import all_columns
from app.customers.filters import CustomerFilter
from app.customers.queries import Page, customer_count, customer_page, sums_by_source
from app.customers.registry import Column, registry
from app.lib import dates
from app.loyalty.models import Access
from app.paging import PageKey
from tests.customers.looking import looking
from tests.factories import add_customer, add_points, add_sale
from tests.people import Town

COLUMNS = [
    *("phone", "name", "first_name", "last_name", "email", "cards", "category", "access", "sales_count", "amount"),
    *("average", "first_at", "last_at", "days", "points", "expiring", "tags", "registered_at", "registered_place"),
    *("confirmed", "app_installed"),
]
SCOPES = ["all", "program", "place", "terminal", "program_place", "program_terminal", "franchisee"]


@pytest.fixture
def crowd(town: Town) -> dict[int, dict[str, int]]:
    """24 customers of Kavalier with many ties and many blanks; answers with what each bought at which Terminal."""
    rng, bought = Random(7), {}
    shop = town.kavalier
    with shop.work():
        for number in range(24):
            customer = add_customer(
                rng.choice(["Олена", "Ґалина", "anna", ""]),
                rng.choice(["Їжак", "Іванова", "Smith", ""]),
                f"+38067{number:07d}" if rng.random() < 0.8 else "",
                email=rng.choice(["", "a@example.com", "b@example.com"]),
                cards=[f"{number}-{card}" for card in range(rng.randrange(3))],
                tags=[(f"key{tag}", "value") for tag in range(rng.randrange(3))],
                point_of_sale=rng.choice([None, shop.own_place, shop.franchised_place]),
                registered_at=dates.now() - timedelta(days=rng.randrange(3)),
                access=rng.choice(list(Access)),
                confirmed=rng.random() < 0.5,
                app_installed=rng.random() < 0.5,
            )
            bought[customer] = _buy(customer, shop.own_terminal, shop.franchised_terminal, rng)
            if rng.random() < 0.6:
                add_points(customer, rng.choice([100, 500]), days=rng.choice([None, 3, 30]))
    return bought


def _buy(customer: int, own: int, franchised: int, rng: Random) -> dict[str, int]:
    counts = {"own": rng.choice([0, 0, 1, 3]), "franchised": rng.choice([0, 1, 2])}
    for place, terminal in (("own", own), ("franchised", franchised)):
        for _ in range(counts[place]):
            add_sale(customer, terminal, rng.choice([10000, 25000]), dates.now() - timedelta(days=rng.randrange(4)))
    return counts


@pytest.mark.parametrize("scope", SCOPES)
def test_every_column_pages_both_ways_through_exactly_the_sample(
    town: Town, crowd: dict[int, dict[str, int]], scope: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CT-2, CT-3, CT-4: in every scope, sorted by every column, pages hold each customer of the sample once."""
    monkeypatch.setattr(queries, "PAGE_SIZE", 5)
    with _looking(town, scope):
        chosen = _filter(town, scope)
        columns = all_columns(registry.columns)
        expected = _sample(crowd, scope)
        assert customer_count(chosen) == len(expected) or scope == "franchisee"
        for key in COLUMNS:
            rising, falling = _walk(chosen, columns, key, False), _walk(chosen, columns, key, True)
            ids = [row.id for page in rising for row in page.rows]
            assert len(ids) == len(set(ids)), key
            if scope != "franchisee":
                assert set(ids) == expected, key
            assert [row.id for page in falling for row in page.rows] == ids[::-1], key
            assert _walk_back(chosen, columns, key, rising) == ids, key


def test_ties_break_by_id_and_no_value_sorts_smallest(town: Town, crowd: dict[int, dict[str, int]]) -> None:
    """CT-4: values rise, equal ones stand by id, blanks come first; days since the last purchase too."""
    with _looking(town, "all"):
        chosen, columns = CustomerFilter(), all_columns(registry.columns)
        for key in ("phone", "email", "sales_count", "amount", "average", "first_at", "last_at"):
            rows = [row for page in _walk(chosen, columns, key, False) for row in page.rows]
            pairs = [(getattr(row, key), row.id) for row in rows]
            assert pairs == sorted(pairs), key
        days = [columns["days"].cell(row) for page in _walk(chosen, columns, "days", False) for row in page.rows]
        known = [day for day in days if day is not None]
        assert days[: len(days) - len(known)] == [None] * (len(days) - len(known))
        assert known == sorted(known)
        assert None in days
        assert known


def test_names_stand_in_alphabetical_order(town: Town) -> None:
    """CT-4: І, Ї and Ґ stand where the alphabet has them."""
    with town.kavalier.work():
        for last_name in ("Яна", "Їжак", "Іваненко", "Ґудзь", "Жук", "Гудзь"):
            add_customer("А", last_name)
    with _looking(town, "all"):
        rows = _walk(CustomerFilter(), all_columns(registry.columns), "last_name", False)[0].rows
    assert [row.last_name for row in rows] == ["Гудзь", "Ґудзь", "Жук", "Іваненко", "Їжак", "Яна"]


def test_sums_are_those_of_the_whole_selection(town: Town, crowd: dict[int, dict[str, int]]) -> None:
    """CT-4: the sums under the table are of all that match, in the scope chosen."""
    with _looking(town, "all"):
        chosen, columns = CustomerFilter(), all_columns(registry.columns)
        rows = [row for page in _walk(chosen, columns, "phone", False) for row in page.rows]
        shown = [columns[key] for key in ("sales_count", "amount", "average", "points")]
        sums = {key: value for ask in sums_by_source(chosen, shown) for key, value in ask().items()}
        assert sums["sales_count"] == sum(sum(counts.values()) for counts in crowd.values())
        assert sums["sales_count"] == sum(row.sales_count for row in rows)
        assert sums["amount"] == sum(row.amount for row in rows)
        assert sums["points"] == sum(row.points for row in rows)
        assert abs(sums["average"] - sums["amount"] / sums["sales_count"]) <= 0.5


def test_figures_are_of_the_scope_and_balances_are_the_customers_own(town: Town) -> None:
    """CT-2: with a point of sale chosen sales are of it alone; points stay whole."""
    shop = town.kavalier
    with shop.work():
        customer = add_customer()
        add_sale(customer, shop.own_terminal, 10000)
        add_sale(customer, shop.franchised_terminal, 30000)
        add_points(customer, 700)
    browser = town.browser(town.anna)
    whole = browser.get("/customers").get_data(as_text=True)
    own = browser.get(f"/customers?point_of_sale={shop.own_place}").get_data(as_text=True)
    assert ">400<" in whole
    assert ">100<" in own
    assert ">7<" in whole
    assert ">7<" in own


def _looking(town: Town, scope: str) -> AbstractContextManager[None]:
    """A request of Boris for his franchise, of Anna for every other scope."""
    return looking(town, town.boris if scope == "franchisee" else town.anna)


def _filter(town: Town, scope: str) -> CustomerFilter:
    shop = town.kavalier
    args = {
        "all": {},
        "program": {"program": shop.program},
        "place": {"point_of_sale": shop.own_place},
        "terminal": {"terminal": shop.own_terminal},
        "program_place": {"program": shop.program, "point_of_sale": shop.own_place},
        "program_terminal": {"program": shop.program, "terminal": shop.own_terminal},
        "franchisee": {},
    }[scope]
    return CustomerFilter.from_args({name: str(value) for name, value in args.items()})


def _sample(crowd: dict[int, dict[str, int]], scope: str) -> set[int]:
    if scope in ("all", "program", "franchisee"):
        return set(crowd)
    return {customer for customer, counts in crowd.items() if counts["own"]}


def _walk(chosen: CustomerFilter, columns: dict[str, Column], key: str, descending: bool) -> list[Page]:
    shown = list(columns.values())
    pages = [customer_page(chosen, shown, columns[key], descending, None)]
    while pages[-1].has_next:
        after = PageKey(pages[-1].rows[-1].id)
        pages.append(customer_page(chosen, shown, columns[key], descending, after))
        assert pages[-1].has_previous
    assert not pages[0].has_previous
    return pages


def _walk_back(chosen: CustomerFilter, columns: dict[str, Column], key: str, pages: list[Page]) -> list[int]:
    """The ids of all pages, found by going from the last one back."""
    ids = [row.id for row in pages[-1].rows]
    page = pages[-1]
    while page.has_previous:
        page = customer_page(
            chosen, list(columns.values()), columns[key], False, PageKey(page.rows[0].id, backward=True)
        )
        assert page.rows, key
        ids = [row.id for row in page.rows] + ids
    return ids
