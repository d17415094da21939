"""Two records of one person merged and parted again, as people do it (CP-9)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageFor
from tests.factories import add_customer, add_points, add_sale
from tests.people import Town


@pytest.fixture
def pair(town: Town) -> tuple[int, int]:
    shop = town.kavalier
    with shop.work():
        first = add_customer("Olena", "Koval", "+380671112233", tags=[("milk", "oat")])
        second = add_customer("Lena", "Koval", "+380671112234", email="lena@k.ua", tags=[("milk", "soy")])
        add_sale(first, shop.own_terminal, 10_000)
        add_points(second, 31_000, days=10)
    return first, second


def test_two_ticked_rows_become_one_and_two_again(page_for: PageFor, town: Town, pair: tuple[int, int]) -> None:
    first, second = pair
    page = page_for(town.anna)
    page.goto("/customers?sort=name")
    page.wait_for_load_state("networkidle")
    merge = page.get_by_role("link", name="Merge these two")
    for each, shown in ((first, False), (second, True)):
        page.locator(f"tr[data-id='{each}'] .c-tick input").click()
        expect(merge).to_be_visible() if shown else expect(merge).to_be_hidden()
    merge.click()
    expect(page).to_have_url(re.compile(rf"/customers/{first}/merging\?with={second}$"))
    page.get_by_label("Tag milk: soy").check()
    page.get_by_role("button", name="Merge records").click()
    expect(page.locator(".toast")).to_contain_text("The records were merged.")
    expect(page.get_by_text("lena@k.ua")).to_be_visible()
    page.get_by_role("link", name="Undo the merge with Lena Koval").click()
    expect(page.get_by_text("310")).to_be_visible()
    page.get_by_role("button", name="Undo merge").click()
    expect(page.locator(".toast")).to_contain_text("The merge was undone.")
    expect(page.get_by_text("lena@k.ua")).to_be_hidden()
    page.goto(f"/customers/{second}")
    expect(page.get_by_role("heading", name="Lena Koval")).to_be_visible()


def test_without_scripts_too(page_for: PageFor, town: Town, pair: tuple[int, int]) -> None:
    """By the menu of the profile."""
    first, second = pair
    page = page_for(town.anna, java_script_enabled=False)
    page.goto(f"/customers/{first}/merging")
    page.get_by_label("Name, phone, e-mail or card").fill("Lena")
    page.get_by_role("button", name="Search", exact=True).last.click()
    page.get_by_role("link", name="Compare with Lena Koval").click()
    page.get_by_role("button", name="Merge records").click()
    expect(page).to_have_url(re.compile(rf"/customers/{first}$"))
    page.goto(f"/customers/{second}")
    expect(page).to_have_url(re.compile(rf"/customers/{first}$"))
