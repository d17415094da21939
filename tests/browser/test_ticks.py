"""Ticks of the customers table as people set them: over pages, orders and reload (CT-10)."""

from __future__ import annotations

import re

import psycopg
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageFor
from tests.people import PASSWORD, Town


def test_ticks_outlive_paging_sorting_and_reload(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-10: ticks stay over pages; all that match is a choice of its own; clearing ends it."""
    page = page_for(town.anna)
    page.goto("/customers?sort=phone")
    boxes = page.locator("tbody .c-tick input")
    boxes.nth(1).check()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.get_by_text("4 selected")).to_be_visible()
    page.get_by_role("link", name="Next page").click()
    expect(boxes).to_have_count(10)
    boxes.nth(0).check()
    expect(page.get_by_text("5 selected")).to_be_visible()
    page.get_by_role("link", name="Previous page").click()
    expect(boxes).to_have_count(50)
    _expect_ticked(page, 4)
    page.get_by_role("link", name="Name", exact=True).click()
    expect(page.get_by_text("5 selected")).to_be_visible()
    page.reload()
    expect(page.get_by_text("5 selected")).to_be_visible()
    page.get_by_role("button", name="Select all 60 matching").click()
    expect(page.get_by_text("All 60 matching selected")).to_be_visible()
    _expect_ticked(page, 50)
    page.get_by_role("button", name="Clear the selection").click()
    expect(page.locator(".selection")).to_be_hidden()
    _expect_ticked(page, 0)


def test_all_that_match_but_those_unticked(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-10: one taken out of all leaves the rest, over pages, orders and reload; what is kept names who is out."""
    page = page_for(town.anna)
    page.goto("/customers?sort=phone")
    boxes = page.locator("tbody .c-tick input")
    boxes.nth(0).check()
    page.get_by_role("button", name="Select all 60 matching").click()
    boxes.nth(3).uncheck()
    expect(page.get_by_text("59 selected")).to_be_visible()
    _expect_ticked(page, 49)
    page.get_by_role("link", name="Next page").click()
    expect(boxes).to_have_count(10)
    _expect_ticked(page, 10)
    boxes.nth(0).focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("58 selected")).to_be_visible()
    page.get_by_role("link", name="Phone", exact=True).click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Phone")
    page.reload()
    expect(page.get_by_text("58 selected")).to_be_visible()
    _expect_ticked(page, 49)
    assert page.evaluate(
        "import(document.querySelector('script[type=module]').src.replace('app.js', 'ticks.js'))"
        ".then(({ load }) => [load().all, ...load().ids])"
    ) == [True, str(crowd[3]), str(crowd[50])]
    page.get_by_label("Select the rows of this page").click()
    expect(page.get_by_text("59 selected")).to_be_visible()
    page.get_by_label("Select the rows of this page").click()
    expect(page.get_by_text("9 selected", exact=True)).to_be_visible()
    page.get_by_role("button", name="Select all 60 matching").click()
    expect(page.get_by_text("All 60 matching selected")).to_be_visible()


def test_all_that_match_when_counting_took_too_long(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-10: without a number, how many were taken out is said."""
    page = page_for(town.anna)
    page.route("**/customers/count", lambda route: route.fulfill(body="<span>of many</span>", content_type="text/html"))
    page.goto("/customers?sort=phone")
    expect(page.locator(".pager")).to_contain_text("of many")
    page.locator("tbody .c-tick input").nth(0).check()
    page.get_by_role("button", name="Select all matching").click()
    expect(page.get_by_text("All matching selected")).to_be_visible()
    page.locator("tbody .c-tick input").nth(0).uncheck()
    expect(page.get_by_text("All matching but 1 selected")).to_be_visible()


def test_ticks_have_a_limit(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-10: what is ticked one by one stays small enough to be sent; beyond it the tick is refused in words."""
    page = page_for(town.anna)
    page.goto("/customers?sort=phone")
    page.evaluate(
        "sessionStorage.setItem(`ticks ${document.getElementById('customers-results').dataset.selection}`,"
        " JSON.stringify({ all: false, ids: Array.from({ length: 10000 }, (_, n) => `x${n}`) }))"
    )
    page.reload()
    page.locator("tbody .c-tick input").nth(0).click()
    expect(page.get_by_text("No more can be ticked one by one")).to_be_visible()
    expect(page.get_by_text("10,000 selected")).to_be_visible()
    _expect_ticked(page, 0)


def test_ticks_are_of_who_set_them(
    page_for: PageFor, town: Town, crowd: list[int], superuser: psycopg.Connection
) -> None:
    """CT-10, PR-1: whoever signs in next in the same tab has none of them; who comes back finds them."""
    page = page_for(town.anna)
    page.goto("/customers?sort=phone")
    page.locator("tbody .c-tick input").nth(2).check()
    for name, number in (("olha", 0), ("anna", 1)):
        superuser.execute("DELETE FROM user_session")
        page.reload()
        page.get_by_label("E-mail").fill(f"{name}@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("sort=phone"))
        expect(page.locator("tbody .c-tick input")).to_have_count(50)
        expect(page.locator("tbody .c-tick input:checked")).to_have_count(number)
        expect(page.get_by_text("1 selected")).to_have_count(number)


def _expect_ticked(page: Page, number: int) -> None:
    """Rows that are drawn anew have their ticks a moment later."""
    expect(page.locator("tbody .c-tick input:checked")).to_have_count(number)
