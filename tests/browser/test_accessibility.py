"""axe finds nothing on any page, in both themes, at a desk and on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from app.loyalty.models import FieldKind
from tests.browser.conftest import PageFor
from tests.factories import add_answer, add_customer, add_points, add_question, add_sale
from tests.people import Town

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = [
    *("/customers", "/customers?open={customer}", "/customers/{customer}", "/customers/columns", "/points-of-sale"),
    *("/customers/{customer}/edit", "/customers/new", "/customers/{customer}/tags", "/customers/{customer}/erasure"),
    *("/customers/{customer}/personal-data", "/questionnaire", "/questionnaire/questions/new", "/audit-log"),
    *("/terminals", "/franchisees", "/settings", "/profile", "/help", "/customers?sort=nothing", "/businesses"),
]


@pytest.fixture
def customer(town: Town) -> int:
    shop = town.kavalier
    with shop.work():
        known = add_customer("Соломія", "Яремчук" * 40, "+380674120855", tags=[("milk", "oat")], cards=["2210"])
        add_sale(known, shop.own_terminal, 23850)
        add_points(known, 31000, days=8)
        add_answer(known, add_question("Як вас знайти" * 20), words="слово" * 60)
        add_question("Молоко", FieldKind.CHOICE, choices=["Вівсяне"])
    return known


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(page_for: PageFor, town: Town, customer: int, theme: str, width: int) -> None:
    page = page_for(town.anna, width=width, color_scheme=theme)
    found = {}
    for address in PAGES:
        page.goto(address.format(customer=customer))
        page.wait_for_load_state("networkidle")
        violations = Axe().run(page, options=RULES).response["violations"]
        if violations:
            found[address] = [(each["id"], each["nodes"][0]["html"][:200]) for each in violations]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    assert found == {}


def test_axe_finds_nothing_before_signing_in(page_for: PageFor) -> None:
    page = page_for(None)
    page.goto("/login")
    assert Axe().run(page, options=RULES).response["violations"] == []
