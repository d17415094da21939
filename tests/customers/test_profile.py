"""A customer's overview: figures live to the last transaction, lots, tags, and how few statements it takes."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from werkzeug.test import TestResponse

from app.lib import dates
from app.transactions.services import Adjustment, adjust
from tests.browsing import page_of, text_of
from tests.factories import add_account, add_customer, add_points, add_sale
from tests.people import Town


def _overview(town: Town, customer: int) -> TestResponse:
    return town.browser(town.anna).get(f"/customers/{customer}")


def test_shows_what_is_known_live_to_the_last_transaction(town: Town) -> None:
    """CP-1: spend, basket, days, sales, lots with expiry, last transactions, tags; a sale shows at once."""
    shop = town.kavalier
    with shop.work():
        customer = add_customer("Соломія", "Яремчук", "+380674120855", tags=[(f"key{n:02}", "oat") for n in range(12)])
        add_sale(customer, shop.own_terminal, 20000, dates.now() - timedelta(days=3))
        add_points(customer, 31000, days=10)
        add_points(customer, 5000)
    words = text_of(_overview(town, customer))
    for piece in ("Соломія Яремчук", "₴200 .00", "3 days ago", "310", "in 10 days", "Never expires", "360", "key00"):
        assert piece in words, piece
    assert "key10" not in words
    with shop.work():
        add_sale(customer, shop.own_terminal, 10000)
    words = text_of(_overview(town, customer))
    for piece in ("₴300 .00", "₴150 .00", "Today"):
        assert piece in words, piece


def test_lots_add_up_however_many_there_are(town: Town) -> None:
    """CP-1: the soonest twelve days, and what comes after them as one."""
    with town.kavalier.work():
        customer = add_customer()
        for day in range(1, 16):
            add_points(customer, day * 1_000, days=day)
        add_points(customer, 500)
    (lots,) = [each for each in page_of(_overview(town, customer)).iter("ul") if "lots" in each.get("class", "")]
    lines = [" ".join("".join(line.itertext()).split()) for line in lots]
    assert len(lines) == 13
    assert lines[0].startswith("10 ")
    assert lines[-1] == "425 Later, or never expires"


def test_shows_what_is_in_each_money_account(town: Town) -> None:
    """CP-1, LP-4."""
    shop = town.kavalier
    with shop.work(town.anna):
        customer, lunch = add_customer(), add_account("Lunch account")
        adjust(Adjustment(customer, lunch, 7_550, shop.own_terminal, "Prize"))
        add_account("Gift account")
    words = text_of(_overview(town, customer))
    assert "Lunch account ₴75 .50 Money account" in words
    assert "Gift account" not in words


def test_a_location_operator_reads_no_reason_that_was_given_elsewhere(town: Town) -> None:
    """PR-3: points that expire together are one line, whatever another place or the brand called them."""
    shop = town.kavalier
    with shop.work(town.anna):
        customer = add_customer(point_of_sale=shop.franchised_place)
        for terminal, reason in ((shop.own_terminal, "A quarrel at Pechersk"), (shop.franchised_terminal, "Cold tea")):
            adjust(Adjustment(customer, shop.wallet, 1_000, terminal, reason, valid_days=30))
    words = text_of(town.browser(town.boris).get(f"/customers/{customer}"))
    assert "Cold tea" in words
    assert "Earned points" in words
    assert "quarrel" not in words
    assert "quarrel" in text_of(_overview(town, customer))


def test_the_chart_has_the_same_figures_as_a_table(town: Town) -> None:
    """CP-1: spend by month, this one last, readable without seeing."""
    shop = town.kavalier
    with shop.work():
        customer = add_customer()
        add_sale(customer, shop.own_terminal, 123400)
    page = page_of(_overview(town, customer))
    table = next(each for each in page.iter("table") if each.find("caption") is not None)
    spent = [cell.text for cell in table.iterfind(".//tbody/tr/td")]
    assert spent == ["0"] * 11 + ["1,234"]


def test_a_month_of_the_chart_is_one_of_the_business_s_zone(town: Town) -> None:
    """CP-1: it begins at midnight there, not in UTC; the chart's first day is the year's."""
    shop, midnight = town.kavalier, _first_of_month()
    with shop.work():
        customer = add_customer()
        add_sale(customer, shop.own_terminal, 100_00, midnight)
        add_sale(customer, shop.own_terminal, 20_00, midnight - timedelta(seconds=1))
        add_sale(customer, shop.own_terminal, 3_00, midnight - timedelta(days=370))
    page = page_of(_overview(town, customer))
    table = next(each for each in page.iter("table") if each.find("caption") is not None)
    spent = [cell.text for cell in table.iterfind(".//tbody/tr/td")]
    assert spent == ["0"] * 10 + ["20", "100"]


def _first_of_month() -> datetime:
    now = dates.now().astimezone(ZoneInfo("Europe/Kyiv"))
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def test_a_new_customer_has_an_honest_empty_profile(town: Town) -> None:
    with town.kavalier.work():
        customer = add_customer("", "")
    words = text_of(_overview(town, customer))
    for piece in ("No name", "No purchases yet", "No points", "No tags", "Never"):
        assert piece in words, piece


@pytest.mark.parametrize("address", ["/customers/{}", "/customers/summary?id={}"])
def test_statements_do_not_grow_with_transactions(town: Town, count_statements, address: str) -> None:  # type: ignore[no-untyped-def]
    shop, browser = town.kavalier, town.browser(town.anna)
    with shop.work():
        customer = add_customer()
    with count_statements() as few:
        browser.get(address.format(customer))
    with shop.work():
        for _ in range(30):
            add_sale(customer, shop.own_terminal, 1000)
    with count_statements() as many:
        browser.get(address.format(customer))
    assert len(many) <= len(few) + 1
