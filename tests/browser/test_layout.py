"""What stands where: nothing covers anything else, whatever the width, with the drawer open or closed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageFor
from tests.factories import add_customer, add_sale
from tests.people import Town

WIDTHS = (1920, 1440, 1360, 1280, 1180, 1024, 900, 768, 390)
# Each control of the toolbar can be hit where it stands: at its left, in its middle and at its right, in the window.
COVERED = """
() => [...document.querySelectorAll(".scope-select, .search, #customers-columns")].filter(control => {
    const { left, right, top, height } = control.getBoundingClientRect();
    return [left + 4, (left + right) / 2, right - 4].some(
        x => !control.contains(document.elementFromPoint(x, top + height / 2))
    );
}).map(control => control.querySelector("[name]")?.name ?? control.id)
"""
CUT = """
() => [...document.querySelectorAll(".page-head, .toolbar, .scopes")]
    .filter(part => part.scrollWidth > part.clientWidth + 1).map(part => part.className)
"""


@pytest.fixture
def olena(town: Town) -> int:
    with town.kavalier.work():
        customer = add_customer("Олена", "Лисенко", "+380674120855")
        add_sale(customer, town.kavalier.own_terminal, 10_765_069)
    return customer


@pytest.mark.parametrize("drawer", [False, True], ids=["closed", "open"])
def test_nothing_of_the_toolbar_is_covered(page_for: PageFor, town: Town, olena: int, drawer: bool) -> None:
    """CT-2, CT-6, CT-12: scopes, search and columns stay in reach beside the drawer, while one searches too."""
    page = page_for(town.anna)
    for width in WIDTHS[:-1] if drawer else WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/customers?open={olena}" if drawer else "/customers")
        assert _faults(page) == [], f"{width} px"
        page.locator("[data-search]").fill("лис")
        expect(page).to_have_url(re.compile("[?&]f="))
        assert _faults(page) == [], f"{width} px, searching"
        expect(page.locator("#search-criterion")).to_be_visible()


def _faults(page: Page) -> list[str]:
    wide = ["page"] if page.evaluate("document.documentElement.scrollWidth > innerWidth") else []
    return [*page.evaluate(COVERED), *page.evaluate(CUT), *wide]
