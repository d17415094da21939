"""The log of transactions as people use it: filters, lines that open, sums that come after, pages (TL-1)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from app.transactions.models import Status
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.factories import add_customer, add_sale
from tests.people import Town
from tests.transactions.recording import record

BEGAN = datetime(2026, 3, 5, 10, tzinfo=UTC)


@pytest.fixture
def log(town: Town) -> Town:
    """60 sales at Pechersk, one at Podil and a cancelled one there."""
    shop = town.kavalier
    with shop.work():
        olena = add_customer("Олена", "Коваль", "+380674120855")
        for number in range(60):
            add_sale(olena, shop.own_terminal, 1_000, BEGAN + timedelta(hours=number))
        add_sale(olena, shop.franchised_terminal, 7_000, BEGAN + timedelta(days=9))
        record(olena, shop.franchised_terminal, BEGAN + timedelta(days=10), gross=500, status=Status.CANCELLED)
    return town


def test_filters_change_the_rows_their_sums_and_the_address(page_for: PageFor, log: Town) -> None:
    page = page_for(log.anna)
    page.goto("/transactions")
    expect(page.locator(".log-sums")).to_contain_text("Gross₴670.00")
    page.get_by_label("Terminal").select_option("Podil 1")
    expect(page.locator("tr[data-id]")).to_have_count(2)
    expect(page.locator(".log-sums")).to_contain_text("Gross₴70.00")
    page.get_by_label("Point of sale").select_option("Pechersk")
    expect(page).to_have_url(re.compile(r"\?point_of_sale=\d+$"))
    expect(page.locator("tr[data-id]")).to_have_count(50)
    page.get_by_label("Status").select_option("Cancelled")
    expect(page.get_by_text("No such transaction")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("tr[data-id]")).to_have_count(50)


def test_a_line_opens_where_it_stands(page_for: PageFor, log: Town) -> None:
    """Its table stays scrolled where it was, the focus on the line, and Back closes it again."""
    page = page_for(log.anna)
    page.goto("/transactions")
    row = page.locator("tr[data-id]").nth(40)
    row.scroll_into_view_if_needed()
    before = page.evaluate("document.querySelector('.table-scroll').scrollTop")
    assert before > 0
    row.locator(".line-open").click()
    expect(page.locator(".lines-open")).to_contain_text("Flat white")
    expect(page).to_have_url(re.compile(r"/transactions/\d+$"))
    assert page.evaluate("document.querySelector('.table-scroll').scrollTop") == before
    expect(row.locator(".line-open")).to_be_focused()
    page.go_back()
    expect(page.locator(".lines-open")).to_have_count(0)


def test_pages_keep_the_sums(page_for: PageFor, log: Town) -> None:
    page = page_for(log.anna)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/sums" in request.url else None)
    page.goto("/transactions")
    expect(page.locator(".log-sums")).to_contain_text("Money received")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("tr[data-id]")).to_have_count(12)
    expect(page.locator(".log-sums")).to_contain_text("Money received")
    page.get_by_role("link", name="Previous page").click()
    expect(page.locator("tr[data-id]")).to_have_count(50)
    assert len(asked) == 1


def test_works_without_scripts(page_for: PageFor, log: Town) -> None:
    page = page_for(log.anna, java_script_enabled=False)
    page.goto("/transactions")
    page.get_by_label("Kind").select_option("Sale")
    page.get_by_role("button", name="Show").click()
    page.locator(".line-open").first.click()
    expect(page.locator(".lines-open")).to_be_visible()
    page.get_by_role("link", name="Show the sums").click()
    expect(page.get_by_text("Money received")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Financial report").click()
    expect(page.get_by_role("link", name="CSV")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_sale_is_cancelled_in_a_dialog(page_for: PageFor, town: Town, script: bool, width: int) -> None:
    """TE-5: asked first; without scripts on a page of its own. Back does not cancel it again."""
    with town.kavalier.work():
        sale = add_sale(add_customer(), town.kavalier.own_terminal, 10_000)
    page = page_for(town.anna, width=width, java_script_enabled=script)
    page.goto(f"/transactions/{sale}")
    page.get_by_role("link", name="Cancel the sale").click()
    asked = page.locator("#dialog") if script else page.locator("main")
    expect(asked.get_by_role("heading", name="Cancel this sale?")).to_be_visible()
    if script:
        assert axe_faults(page) == []
        page.keyboard.press("Escape")
        expect(page.locator("#dialog")).to_be_hidden()
        page.get_by_role("link", name="Cancel the sale").click()
    asked.get_by_label("Reason").fill("A wrong check")
    asked.get_by_role("button", name="Cancel the sale").click()
    expect(page.locator(".lines-open")).to_contain_text("Cancelled")
    expect(page.get_by_role("link", name="Cancel the sale")).to_have_count(0)
    page.go_back()
    page.goto(f"/transactions/{sale}/cancellation")
    expect(page).to_have_url(re.compile(f"/transactions/{sale}$"))
