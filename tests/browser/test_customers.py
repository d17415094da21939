"""The customers page as people use it: mouse and keyboard, Back and reload, with and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageFor
from tests.people import Town


def test_sorts_by_the_header_and_goes_back(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-4: triangles sort both ways, the address says so, Back restores the order before."""
    page = page_for(town.anna)
    page.goto("/customers")
    page.get_by_role("link", name="Avg check, ₴").click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Avg check")
    expect(page).to_have_url(re.compile("sort=-average"))
    expect(page.locator("tbody .row-link").first).to_have_text("Ім'я09 Прізвище09")
    page.get_by_role("link", name="Avg check, ₴").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Avg check")
    page.go_back()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Avg check")
    expect(page.locator("tbody .row-link").first).to_have_text("Ім'я09 Прізвище09")


BACK_AT_ONCE = """
document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target?.id === "customers-results") history.back();
});
"""


def test_goes_back_however_soon(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-4: Back right after rows were swapped shows the rows that its address names, not those that were there."""
    page = page_for(town.anna)
    page.goto("/customers?sort=-average")
    page.evaluate(BACK_AT_ONCE)
    page.get_by_role("link", name="Avg check, ₴").click()
    expect(page).to_have_url(re.compile("sort=-average"))
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Avg check")


def test_searches_while_typing(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-6: / focuses the search, a pause runs it, the address names no word of it, Back and reload keep it."""
    page = page_for(town.anna)
    page.goto("/customers")
    page.keyboard.press("/")
    page.keyboard.type("прізвище05")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/customers\?f=[a-z0-9]+$"))
    expect(page.locator("[data-search]")).to_be_focused()
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("[data-search]")).to_have_value("прізвище05")
    page.locator("[data-search]").fill("прізвище06")
    page.keyboard.press("Enter")
    expect(page.locator("tbody .row-link")).to_have_text(["Ім'я06 Прізвище06"])
    page.locator("[data-search]").fill("nobody at all")
    expect(page.get_by_role("heading", name="Nobody matches")).to_be_visible()
    expect(page.locator("#customers-total")).to_have_text("0")
    page.get_by_role("link", name="Show all customers").click()
    expect(page.locator("tbody tr")).to_have_count(50)


def test_a_refused_search_keeps_what_was_typed(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-6: the limit is said in place of the rows, the box keeps the words, and a shorter search works."""
    page = page_for(town.anna)
    page.goto("/customers")
    expect(page.locator("#customers-total")).to_have_text("60")
    box = page.locator("[data-search]")
    box.fill("прізвище05 a b c d e f g h")
    expect(page.get_by_role("alert")).to_contain_text("At most 8 words.")
    expect(box).to_have_value("прізвище05 a b c d e f g h")
    expect(page.locator("tbody tr")).to_have_count(0)
    expect(page.locator("#customers-total")).to_be_empty()
    box.fill("прізвище05")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#customers-total")).to_have_text("1")


def test_scope_changes_figures_and_sample(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-2: a point of sale leaves who bought there, with the figures of it alone; the choice is in the address."""
    page = page_for(town.anna)
    page.goto("/customers?sort=-amount")
    page.locator("#scope-point_of_sale").select_option(label="Podil")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(f"point_of_sale={town.kavalier.franchised_place}"))
    expect(page.locator("tbody tr")).to_contain_text("100.00")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Amount")


def test_chooses_columns_by_keyboard(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-5: the dialog opens, a column is hidden and another moved without a mouse, and it is remembered."""
    page = page_for(town.anna)
    page.goto("/customers")
    page.locator("#customers-columns").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Columns")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Category", exact=True).focus()
    page.keyboard.press("Space")
    dialog.get_by_role("button", name="Move up: Name").focus()
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    heads = page.locator("thead th")
    expect(heads.nth(1)).to_contain_text("Name")
    expect(page.locator("thead")).not_to_contain_text("Category")
    page.reload()
    expect(heads.nth(1)).to_contain_text("Name")


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_another_point_of_sale_lets_go_of_the_terminal(
    page_for: PageFor, town: Town, crowd: list[int], script: bool
) -> None:
    """CT-2: of the former one; a Terminal of the chosen one stays. Without scripts it is said."""
    page, shop = page_for(town.anna, java_script_enabled=script), town.kavalier
    page.goto(f"/customers?terminal={shop.own_terminal}&sort=phone")
    for place, terminal, rows in (("Pechersk", str(shop.own_terminal), 9), ("Podil", "", 1)):
        page.locator("#scope-point_of_sale").select_option(label=place)
        if not script:
            page.get_by_role("button", name="Show", exact=True).click()
        expect(page.locator("tbody tr")).to_have_count(rows)
        expect(page.locator("#scope-point_of_sale option:checked")).to_have_text(place)
        expect(page.locator("#scope-terminal")).to_have_value(terminal)
    expect(page).to_have_url(re.compile(rf"/customers\?point_of_sale={shop.franchised_place}&sort=phone$"))
    expect(page.get_by_text("The Terminal belongs to another point of sale")).to_have_count(0 if script else 1)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_columns_lead_back_to_the_rows_that_are_shown(
    page_for: PageFor, town: Town, crowd: list[int], script: bool
) -> None:
    """CT-5: to their order, page and drawer, though rows were swapped since the link to the columns came."""
    page = page_for(town.anna, java_script_enabled=script)
    page.goto("/customers")
    page.get_by_role("link", name="Phone", exact=True).click()
    expect(page).to_have_url(re.compile("sort="))
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("tbody tr")).to_have_count(10)
    page.locator("tbody .row-open").first.press("Enter")
    expect(page).to_have_url(re.compile("open="))
    here = page.url
    page.locator("#customers-columns").click()
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(here if script else re.sub("&open=.*", "", here))
    expect(page.get_by_text("The columns are kept for you.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(10)


@pytest.mark.parametrize("link", ["Add customer", "Edit"])
def test_forms_lead_back_to_the_rows_that_are_shown(page_for: PageFor, town: Town, crowd: list[int], link: str) -> None:
    """CT-12: from the head and from the drawer, though rows were swapped meanwhile."""
    page = page_for(town.anna)
    page.goto(f"/customers?sort=phone&open={crowd[3]}")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("tbody tr")).to_have_count(10)
    here = page.url
    page.get_by_role("link", name=link, exact=True).click()
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(here)


def test_rows_are_walked_by_keys(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    page = page_for(town.anna)
    page.goto("/customers?sort=phone")
    for key in ("j", "j", "x", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("1 selected")).to_be_visible()
    expect(page.locator("#drawer").get_by_role("heading", name="Ім'я01 Прізвище01")).to_be_visible()


def test_count_and_sums_come_after_the_rows(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-4: the number that match, and the sums of all of them, not of the page."""
    page = page_for(town.anna)
    page.goto("/customers")
    expect(page.locator("#customers-total")).to_have_text("60")
    expect(page.locator(".pager")).to_contain_text("1–50 of 60")
    expect(page.locator("tfoot")).to_contain_text("550.00")


def test_works_without_scripts(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-2, CT-4, CT-6: sorting, paging, scope and search by plain links and forms."""
    page = page_for(town.anna, java_script_enabled=False)
    page.goto("/customers?sort=phone")
    names = page.locator("tbody .row-link")
    page.get_by_role("link", name="Next page").click()
    expect(names.first).to_have_text("Ім'я50 Прізвище50")
    page.locator("[data-search]").fill("прізвище07")
    page.keyboard.press("Enter")
    expect(names).to_have_text(["Ім'я07 Прізвище07"])
    page.goto("/customers")
    page.locator("#scope-point_of_sale").select_option(label="Podil")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(names).to_have_text(["Ім'я09 Прізвище09"])
    page.locator("tbody .row-open").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer")).to_be_visible()


def test_rows_are_cards_on_a_phone(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    """CT-10: nothing is wider than the screen, and one can page with rows ticked."""
    page = page_for(town.anna, width=390, height=844)
    page.goto("/customers")
    expect(page.locator("tbody tr").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("tbody .c-tick input").first.check()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("tbody tr")).to_have_count(10)
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
