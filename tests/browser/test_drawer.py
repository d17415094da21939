"""The drawer beside the customers table: address, focus, Back (CT-12)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageFor
from tests.people import Town


def test_drawer_opens_closes_and_is_in_the_address(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-12: a row click opens the summary; Escape closes it and the focus returns; Back opens it again."""
    page = page_for(town.anna)
    page.goto("/customers?sort=phone")
    page.locator("tbody tr").nth(3).locator("td").nth(3).click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("heading", name="Ім'я03 Прізвище03")).to_be_visible()
    expect(drawer).to_contain_text("123")
    expect(page).to_have_url(re.compile(f"open={crowd[3]}"))
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page).not_to_have_url(re.compile("open="))
    expect(page.locator(f"tr[data-id='{crowd[3]}'] .row-open")).to_be_focused()
    page.go_back()
    expect(drawer.get_by_role("heading", name="Ім'я03 Прізвище03")).to_be_visible()
    drawer.get_by_role("link", name="View full details").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ім'я03 Прізвище03")


@pytest.mark.parametrize(
    ("meanwhile", "keys"),
    [
        ("nothing", ["Shift+Tab", "Shift+Tab", "Enter"]),
        ("reload", ["Tab", "Tab", "Escape"]),
        ("sorted", ["Escape"]),
        ("walked", ["Shift+Tab", "Shift+Tab", "Enter"]),
    ],
)
def test_focus_returns_to_the_row_that_opened_the_drawer(
    page_for: PageFor, town: Town, crowd: list[int], meanwhile: str, keys: list[str]
) -> None:
    """CT-12: closed by Escape or its cross, and when rows were swapped or walked over meanwhile."""
    page, opened = page_for(town.anna), crowd[3]
    page.goto("/customers?sort=phone")
    page.locator(f"tr[data-id='{opened}'] .row-open").press("Enter")
    title = page.locator("#drawer-title")
    expect(title).to_be_focused()
    if meanwhile == "reload":
        page.reload()
    if meanwhile == "sorted":
        page.locator("#sort-name").press("Enter")
        expect(page).to_have_url(re.compile("sort=name"))
    if meanwhile == "walked":
        page.locator("#drawer-step-arrow-down").press("Enter")
        opened = crowd[4]
        expect(page.locator("#drawer")).to_have_attribute("data-customer", str(opened))
    title.focus()
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.locator(f"tr[data-id='{opened}'] .row-open")).to_be_focused()


def test_focus_returns_to_the_row_by_back(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-12: however soon; where the focus stood elsewhere, it stays."""
    page = page_for(town.anna)
    page.goto("/customers?sort=phone")
    row = page.locator(f"tr[data-id='{crowd[3]}'] .row-open")
    row.press("Enter")
    expect(page.locator("#drawer-title")).to_be_focused()
    page.go_back()
    expect(row).to_be_focused()
    page.go_forward()
    expect(page.locator("#drawer")).to_be_visible()
    page.locator("[data-search]").focus()
    page.go_back()
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.locator("[data-search]")).to_be_focused()


def test_focus_returns_to_the_table_when_the_row_is_on_another_page(
    page_for: PageFor, town: Town, crowd: list[int]
) -> None:
    """CT-12."""
    page = page_for(town.anna)
    page.goto(f"/customers?sort=phone&open={crowd[3]}")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("tbody tr")).to_have_count(10)
    page.locator("#drawer-close").click()
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.get_by_role("region", name="Customers")).to_be_focused()


def test_a_search_leaves_the_drawer_open_and_in_the_address(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-6, CT-12: whoever is open stays so while one searches, and after a reload."""
    page = page_for(town.anna)
    page.goto(f"/customers?sort=phone&open={crowd[3]}")
    page.locator("[data-search]").fill("прізвище05")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(f"f=.*open={crowd[3]}$"))
    page.reload()
    expect(page.locator("#drawer").get_by_role("heading", name="Ім'я03 Прізвище03")).to_be_visible()
    page.locator("#drawer-close").click()
    expect(page).to_have_url(re.compile(r"/customers\?f=\w+&sort=phone$"))
