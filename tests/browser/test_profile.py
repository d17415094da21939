"""The profile's tabs as people use them: mouse and keyboard, Back and reload, with and without scripts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageFor
from tests.factories import add_customer, add_message, add_offer, add_sale, give_offer
from tests.ledger.movements import move
from tests.people import Town

BEGAN = datetime(2026, 3, 5, 10, tzinfo=UTC)


@pytest.fixture
def olena(town: Town) -> int:
    """A customer with more transactions and movements than a page has."""
    shop = town.kavalier
    with shop.work():
        customer = add_customer("Олена", "Коваль", "+380674120855")
        for number in range(60):
            at = BEGAN + timedelta(days=number)
            sale = add_sale(customer, shop.own_terminal, 1_000 + number, at)
            move(customer, 100, at, transaction_id=sale, point_of_sale_id=shop.own_place)
        add_message(customer, "Rye with walnuts, baked twice a day. " * 5, title="A new bread")
        give_offer(customer, add_offer())
    return customer


def _tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Parts of the profile").get_by_role("link", name=name).click()


def test_tabs_swap_in_place_and_are_in_the_address(page_for: PageFor, town: Town, olena: int) -> None:
    """CP-1 to CP-5: only the tab changes; address, title and selection follow, the focus stays, Back goes back."""
    page = page_for(town.anna)
    page.goto(f"/customers/{olena}")
    page.evaluate("document.querySelector('h1').dataset.kept = 'yes'")
    for name, address in (
        *(("Loyalty history", "loyalty-history"), ("Transactions", "transactions"), ("Messages", "messages")),
        ("Offers", "offers"),
    ):
        _tab(page, name)
        expect(page).to_have_url(re.compile(f"/customers/{olena}/{address}$"))
        expect(page).to_have_title(f"{name} · Олена Коваль · Regulars")
        current = page.locator(".tab[aria-current=page]")
        expect(current).to_have_count(1)
        expect(current).to_contain_text(name)
        expect(current).to_be_focused()
    assert page.evaluate("document.querySelector('h1').dataset.kept") == "yes"
    page.go_back()
    expect(page.locator(".tab[aria-current=page]")).to_contain_text("Messages")
    expect(page.get_by_text("A new bread")).to_be_visible()
    page.reload()
    expect(page.get_by_text("A new bread")).to_be_visible()


def test_tabs_are_walked_by_keyboard(page_for: PageFor, town: Town, olena: int) -> None:
    page = page_for(town.anna)
    page.goto(f"/customers/{olena}/loyalty-history")
    page.locator("#tab-history").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/transactions$"))
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("tr.lines-open")).to_be_visible()
    expect(page.locator(".line-open[aria-expanded=true]")).to_be_focused()


def test_what_was_just_drawn_is_ready_at_once(page_for: PageFor, town: Town, olena: int) -> None:
    """A key that follows a swap at once finds links that swap, not ones that load the page anew."""
    page = page_for(town.anna)
    page.goto(f"/customers/{olena}/loyalty-history")
    page.evaluate("""() => {
        document.querySelector('h1').dataset.kept = 'yes';
        const open = () => document.querySelector('.line-open').click();
        document.addEventListener('htmx:afterSwap', () => queueMicrotask(open), {once: true});
    }""")
    _tab(page, "Transactions")
    expect(page.locator("tr.lines-open")).to_be_visible()
    assert page.evaluate("document.querySelector('h1').dataset.kept") == "yes"


def test_a_transaction_opens_below_its_line(page_for: PageFor, town: Town, olena: int) -> None:
    """CP-3: by a click anywhere on it; the list stays where it was, Back closes it."""
    page = page_for(town.anna)
    page.goto(f"/customers/{olena}/transactions")
    row = page.locator("tbody tr[data-id]").nth(20)
    row.scroll_into_view_if_needed()
    before = page.locator(".profile .sheet-scroll").evaluate("box => box.scrollTop")
    row.locator(".c-main").click()
    expect(page.locator("tr.lines-open")).to_contain_text("Flat white")
    expect(page).to_have_url(re.compile(rf"/customers/{olena}/transactions/\d+$"))
    assert page.locator(".profile .sheet-scroll").evaluate("box => box.scrollTop") == before
    page.locator(".line-open[aria-expanded=true]").click()
    expect(page.locator("tr.lines-open")).to_have_count(0)
    page.go_back()
    expect(page.locator("tr.lines-open")).to_be_visible()


def test_filters_and_pages_are_in_the_address(page_for: PageFor, town: Town, olena: int) -> None:
    """CP-2: choices run at once, days by Show or Enter; what is chosen outlives paging and reload."""
    page = page_for(town.anna)
    page.goto(f"/customers/{olena}/loyalty-history")
    rows = page.locator("tbody tr[data-id]")
    expect(rows).to_have_count(50)
    page.get_by_label("From").fill("2026-03-06")
    page.get_by_label("To", exact=True).fill("2026-05-01")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"\?from=2026-03-06&to=2026-05-01$"))
    page.get_by_label("Status").focus()
    page.get_by_label("Status").select_option("Earned")
    expect(page).to_have_url(re.compile("kind=earned"))
    expect(page.locator("#scope-kind")).to_be_focused()
    page.get_by_role("link", name="Next page").click()
    expect(rows).to_have_count(7)
    page.reload()
    expect(rows).to_have_count(7)
    expect(page.get_by_label("From")).to_have_value("2026-03-06")
    page.get_by_role("link", name="All time").click()
    expect(page).to_have_url(re.compile(r"/loyalty-history\?kind=earned$"))
    page.get_by_label("From").fill("2026-05-02")
    page.get_by_label("To", exact=True).fill("2026-05-01")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The first day lies after the last one")
    expect(page.get_by_label("From")).to_have_value("2026-05-02")


def test_sums_of_many_come_by_themselves(
    page_for: PageFor, town: Town, olena: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CP-3."""
    monkeypatch.setattr("app.transactions.listing.MOST_AT_ONCE", 50)
    page = page_for(town.anna)
    page.goto(f"/customers/{olena}/transactions")
    expect(page.locator("#sums")).to_contain_text("₴617.70")


def test_works_without_scripts(page_for: PageFor, town: Town, olena: int) -> None:
    """CP-1 to CP-5: tabs, filters, pages and opening by plain links and forms."""
    page = page_for(town.anna, java_script_enabled=False)
    page.goto(f"/customers/{olena}")
    page.get_by_role("link", name="All 60").click()
    expect(page.locator(".tab[aria-current=page]")).to_contain_text("Transactions")
    page.locator(".line-open").first.click()
    expect(page.locator("tr.lines-open")).to_contain_text("Flat white")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("tbody tr[data-id]")).to_have_count(10)
    page.get_by_label("Status").select_option("Cancelled")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="No such transaction")).to_be_visible()
    _tab(page, "Messages")
    page.get_by_role("link", name="A new bread").click()
    expect(page.locator("tr.lines-open")).to_contain_text("baked twice a day. Rye with walnuts")


@pytest.mark.parametrize("tab", ["", "/loyalty-history", "/transactions", "/messages", "/offers"])
def test_tabs_fit_a_phone(page_for: PageFor, town: Town, olena: int, tab: str) -> None:
    page = page_for(town.anna, width=320, height=700)
    page.goto(f"/customers/{olena}{tab}")
    expect(page.locator(".tab[aria-current=page]")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
