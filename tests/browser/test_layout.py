"""What stands where: nothing covers anything else, whatever the width, with the drawer open or closed."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from app.extensions import db
from app.loyalty.models import Program
from app.loyalty.rules import PointsPercent
from app.loyalty.services.accounts import add_account
from app.loyalty.services.settings import change_program
from tests.browser.conftest import PageFor
from tests.factories import add_category, add_customer, add_rule, add_sale
from tests.people import Town

WHILE = 30_000  # milliseconds, on a processor slowed down
WIDTHS = (1920, 1440, 1360, 1280, 1180, 1024, 900, 768, 390)
CONTROLS = ".scope-select, .search, #customers-columns, .selection, .pager > *"
# Each control can be hit where it stands: at its left, in its middle and at its right, all in the window.
COVERED = """
controls => [...document.querySelectorAll(controls)].filter(control => {
    const { left, right, top, width, height } = control.getBoundingClientRect();
    return width && [left + 4, (left + right) / 2, right - 4].some(
        x => !control.contains(document.elementFromPoint(x, top + height / 2))
    );
}).map(control => control.querySelector("[name]")?.name ?? (control.id || control.className))
"""
CUT = """
() => [...document.querySelectorAll(".page-head, .toolbar, .scopes, .table-foot")]
    .filter(part => part.scrollWidth > part.clientWidth + 1).map(part => part.className)
"""

# Figures of a phone's card that reach out of their place, where they would lie over the next.
OVERFLOWING = """
() => [...document.querySelectorAll("tbody td.n")].filter(cell => {
    const words = document.createRange();
    words.selectNodeContents(cell);
    return cell.offsetWidth && words.getBoundingClientRect().right > cell.getBoundingClientRect().right + 0.5;
}).map(cell => cell.dataset.label + " " + cell.textContent)
"""

SHIFTS = """
window.shifts = [];
new PerformanceObserver(list => {
    for (const { value, sources } of list.getEntries())
        window.shifts.push([value, ...sources.map(({ node }) => node?.parentElement?.outerHTML.slice(0, 200))]);
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def olena(town: Town) -> int:
    with town.kavalier.work():
        customer = add_customer("Олена", "Лисенко", "+380674120855")
        add_sale(customer, town.kavalier.own_terminal, 10_765_069)
    return customer


@pytest.mark.parametrize("drawer", [False, True], ids=["closed", "open"])
def test_nothing_is_covered_or_cut(page_for: PageFor, town: Town, olena: int, drawer: bool) -> None:
    """CT-2, CT-6, CT-10, CT-12: scopes, search, columns, ticks and pages stay in reach, while one searches too."""
    page = page_for(town.anna)
    for width in WIDTHS[:-1] if drawer else WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/customers?open={olena}" if drawer else "/customers")
        expect(page.locator("#customers-total")).not_to_be_empty()
        page.locator("tbody .c-tick input").check()
        expect(page.locator(".selection")).to_be_visible()
        assert _faults(page) == [], f"{width} px"
        page.locator("[data-search]").fill("лис")
        expect(page).to_have_url(re.compile("[?&]f="))
        assert _faults(page) == [], f"{width} px, searching"
        expect(page.locator("#search-criterion")).to_be_visible()


@pytest.mark.parametrize("sort", ["-last_at", "-sales_count", "-amount", "-average", "points", "name", "category"])
def test_figures_keep_apart_on_a_phone(page_for: PageFor, town: Town, olena: int, sort: str) -> None:
    """CT-4: whichever figure stands at a card's head, the others have room: six digits and kopecks."""
    page = page_for(town.anna, width=390)
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(f"/customers?sort={sort}")
        expect(page.locator("#customers-total")).not_to_be_empty()
        assert page.evaluate(OVERFLOWING) == []
        card, search = page.locator("tbody tr").bounding_box(), page.locator("#customers-scope").bounding_box()
        assert card is not None
        assert search is not None
        assert card["width"] <= search["width"]


@pytest.mark.parametrize("late", ["**/*.woff2", "**/customers/{count,sums}"], ids=["fonts", "figures"])
@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_moves_while_the_page_loads(page_for: PageFor, town: Town, olena: int, width: int, late: str) -> None:
    """PERFORMANCE: no layout shift, on a slow processor, with late fonts, a late count of millions and late sums."""
    with town.kavalier.work():
        for number in range(50):
            add_customer("Олександра" * (1 + number // 25), f"Шаповаленко{number}", f"+38067{number:07}")
    page = page_for(town.anna, width=width)
    page.add_init_script(SHIFTS)
    page.route(late, _come_late)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto("/customers", timeout=WHILE)
    expect(page.locator("#customers-total")).not_to_be_empty(timeout=WHILE)
    expect(page.locator("tfoot b").first).to_be_attached(timeout=WHILE)
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    assert page.evaluate("window.shifts") == []


def _come_late(route: Route) -> None:
    time.sleep(0.5)
    answer = route.fetch()
    millions = route.request.url.endswith("/count")
    route.fulfill(response=answer, body=answer.text().replace("51", "12,345,678") if millions else answer.body())


def _faults(page: Page) -> list[str]:
    wide = ["page"] if page.evaluate("document.documentElement.scrollWidth > innerWidth") else []
    return [*page.evaluate(COVERED, CONTROLS), *page.evaluate(CUT), *wide]


@pytest.mark.parametrize("tab", ["", "/rules", "/rules/{rule}", "/customer-categories", "/accounts"])
def test_long_names_leave_a_program_in_the_width_of_a_phone(page_for: PageFor, town: Town, tab: str) -> None:
    """LP-1, LP-2, LP-4, AC-3: names of 300 characters without a blank."""
    shop, long = town.kavalier, "Ш" * 300
    with shop.work(town.anna):
        add_category(long)
        add_account(shop.program, long, "")
        rule = add_rule(shop.program, PointsPercent(500), name=long)
        change_program(db.session.get_one(Program, (shop.id, shop.program)), {"title": long})
    page = page_for(town.anna, width=390, height=844)
    page.goto(f"/programs/{shop.program}{tab.format(rule=rule)}")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
