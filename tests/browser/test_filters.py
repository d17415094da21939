"""The filter builder as people use it: keyboard alone, live numbers, Back, reload, no scripts (CT-7 to CT-9)."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import PageFor
from tests.people import Town

MOST_STEPS = 80


def test_builds_applies_and_saves_by_keyboard_alone(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    page = page_for(town.anna)
    page.goto("/customers")
    press(page, "#filter-button", "Enter")
    expect(page).to_have_url(re.compile("draft=new"))
    choose(page, "#filter-field-0", "Number of sales")
    expect(page.locator("#filter-operator-0")).to_be_visible()
    type_in(page, "#filter-value-0", "0")
    expect(page.locator("#filter-numbers b")).to_have_text("10")
    expect(page.locator("#alone-0")).to_contain_text("10")
    press(page, "#filter-or", "Enter")
    expect(page.locator("#filter-field-1")).to_be_focused()
    choose(page, "#filter-field-1", "First name")
    type_in(page, "#filter-value-1", "ІМ'Я30")
    expect(page.locator("#filter-numbers b")).to_have_text("11")
    expect(page.locator(".filter-head p")).to_have_text("for whom any of this is true")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(11)
    expect(page).to_have_url(re.compile(r"/customers\?f=[a-z0-9]+$"))
    expect(page.locator("#filter-button .badge")).to_have_text("2")
    press(page, "#filter-button", "Enter")
    press(page, "#filter-save", "Enter")
    page.get_by_label("Name").wait_for()
    page.keyboard.type("Bought or thirty")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"segment=\d+$"))
    expect(page.locator(".segment-tabs [aria-current]")).to_contain_text("Bought or thirty")
    expect(page.locator(".segment-tabs [aria-current] .quiet")).to_have_text("11")


def test_groups_are_boxes_and_words_swap_and_for_or(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    page = page_for(town.anna)
    page.goto("/customers?draft=new")
    page.locator("#filter-field-0").select_option(label="Phone")
    page.locator("#filter-operator-0").select_option("exists")
    page.locator("#filter-group").click()
    page.locator("#filter-field-1-0").select_option(label="Amount, ₴")
    page.locator("#filter-value-1-0").fill("70")
    page.locator("#filter-and-1").click()
    page.locator("#filter-field-1-1").select_option(label="Last name")
    page.locator("#filter-value-1-1").fill("прізвище09")
    expect(page.locator("#filter-numbers b")).to_have_text("1")
    expect(page.locator(".filter-box .filter-word")).to_have_text(["both", "and"])
    page.locator("#filter-switch-1").click()
    expect(page.locator(".filter-box .filter-word")).to_have_text(["either", "or"])
    expect(page.locator("#filter-numbers b")).to_have_text("3")
    page.locator("#filter-remove-1").click()
    expect(page.locator(".filter-box")).to_have_count(0)
    expect(page.locator("#filter-and")).to_be_focused()


def test_lists_narrow_by_typing_and_close_by_escape(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    page = page_for(town.anna)
    page.goto("/customers?draft=new")
    page.locator("#filter-field-0").select_option(label="Access")
    page.locator("#filter-list-0 summary").press("Enter")
    page.get_by_role("checkbox", name="Blacklisted").press("Space")
    expect(page.locator("#filter-list-0 [data-chosen]")).to_have_text("Blacklisted")
    expect(page.locator("#filter-numbers b")).to_have_text("0")
    page.keyboard.press("Escape")
    expect(page.locator("#filter-list-0 summary")).to_be_focused()
    expect(page.locator(".filter-options")).to_be_hidden()


def test_reload_and_back_restore_what_is_being_built(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    page = page_for(town.anna)
    page.goto("/customers")
    page.locator("#filter-button").click()
    page.locator("#filter-field-0").select_option(label="Amount, ₴")
    page.locator("#filter-value-0").fill("70")
    expect(page.locator("#filter-numbers b")).to_have_text("3")
    page.reload()
    expect(page.locator("#filter-value-0")).to_have_value("70")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("tbody tr")).to_have_count(10)
    page.reload()
    expect(page.locator("#filter-value-0")).to_have_value("70")
    page.locator("#filter-apply").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.go_back()
    expect(page.locator("#filter-value-0")).to_have_value("70")


def test_keeps_what_is_typed_while_the_panel_is_on_its_way(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    page = page_for(town.anna)
    page.goto("/customers?draft=new")
    page.locator("#filter-field-0").select_option(label="Amount, ₴")
    page.locator("#filter-value-0").wait_for()
    page.route("**/customers/filters", lambda route: (time.sleep(0.5), route.continue_()))
    page.locator("#filter-operator-0").select_option("less")
    with page.expect_response("**/customers/filters"):
        page.wait_for_timeout(400)
        page.locator("#filter-value-0").press_sequentially("30")
    expect(page.locator("#filter-operator-0")).to_have_value("less")
    expect(page.locator("#filter-value-0")).to_have_value("30")
    expect(page.locator("#filter-numbers b")).to_have_text("52")


def test_says_beside_a_condition_what_is_missing(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    page = page_for(town.anna)
    page.goto("/customers?draft=new")
    page.locator("#filter-field-0").select_option(label="Number of sales")
    page.locator("#filter-value-0").fill("several")
    page.locator("#filter-apply").click()
    expect(page.locator("#filter-error-0")).to_have_text("Enter a number.")
    expect(page.locator("#filter-value-0")).to_be_focused()
    expect(page.locator("#filter-value-0")).to_have_value("several")


def test_works_without_scripts(page_for: PageFor, town: Town, crowd: list[int]) -> None:
    page = page_for(town.anna, java_script_enabled=False)
    page.goto("/customers")
    page.get_by_role("button", name="Filters").click()
    page.locator("#filter-field-0").select_option(label="Amount, ₴")
    page.get_by_role("button", name="Show the fields of what was chosen").click()
    page.locator("#filter-value-0").fill("70")
    page.locator("#filter-apply").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator(".filter-chip")).to_have_text("Amount, ₴ is more than 70")


def focus(page: Page, selector: str) -> None:
    """Goes on by Tab until the element has the focus."""
    page.locator(selector).wait_for()
    for _step in range(MOST_STEPS):
        if page.locator(selector).evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector}.")


def press(page: Page, selector: str, key: str) -> None:
    focus(page, selector)
    page.keyboard.press(key)


def choose(page: Page, selector: str, words: str) -> None:
    """Picks an option as its first letters are typed."""
    focus(page, selector)
    page.keyboard.type(words)
    expect(page.locator(f"{selector} option:checked")).to_have_text(words)


def type_in(page: Page, selector: str, words: str) -> None:
    focus(page, selector)
    page.keyboard.type(words)
