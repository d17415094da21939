"""Pages of categories whose rules give them: forms, lists, the run over all customers, the audit log (AC-3)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.customers.services.assigning import assign_chunk
from app.loyalty.queries import categories_of
from tests.browsing import form_to, forms_of, send, submit, text_of
from tests.factories import add_customer, add_sale
from tests.people import Town


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


@pytest.fixture
def page(town: Town) -> str:
    return f"/programs/{town.kavalier.program}/customer-categories"


@pytest.fixture
def gold(town: Town, anna: FlaskClient, page: str) -> int:
    """Gold, from a turnover of 1,000.00."""
    submit(anna, f"{page}/new", {"name": "Gold", "from_amount": "1,000"}, action=page)
    with town.kavalier.work():
        return categories_of(town.kavalier.program)[-1].id


def test_a_rule_is_saved_and_read_in_words(town: Town, anna: FlaskClient, page: str, gold: int) -> None:
    """AC-3: as it is given and written, by whoever reads."""
    values = {"name": "Gold", "from_amount": "1,500.50", "from_sales": "12", "months": "6"}
    assert submit(anna, f"{page}/{gold}", values).location == page
    with town.kavalier.work():
        kept = categories_of(town.kavalier.program)[-1]
        assert (kept.from_amount, kept.from_sales, kept.months) == (150_050, 12, 6)
    for person in (town.anna, town.olha, town.boris):
        words = text_of(town.browser(person).get(page))
        assert "Turnover from ₴1,500.50, from 12 sales, in the last 6 months" in words
        assert "it gets the last in this list" in words
    assert form_to(anna.get(f"{page}/{gold}"), f"{page}/{gold}").values["months"] == ["6"]
    submit(anna, f"{page}/{gold}", {"from_amount": "", "from_sales": "", "months": ""})
    assert "Turnover" not in text_of(anna.get(page))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"from_amount": "0"}, "More than 0."),
        ({"from_amount": "-1"}, "An amount cannot be below 0."),
        ({"from_amount": "ten"}, "Enter an amount such as"),
        ({"from_amount": "1" * 40}, "Enter an amount such as"),
        ({"from_sales": "1.5"}, "Enter a whole amount"),
        ({"from_sales": "0"}, "More than 0."),
        ({"from_sales": "1", "months": "0"}, "From 1 to 120 months."),
        ({"from_sales": "1", "months": "121"}, "From 1 to 120 months."),
        ({"months": "12"}, "Enter a turnover or a number of sales"),
    ],
)
def test_says_what_is_wrong(anna: FlaskClient, page: str, values: dict[str, str], words: str) -> None:
    response = submit(anna, f"{page}/new", {"name": "Gold", **values}, action=page)
    assert response.status_code == 422
    assert words in text_of(response)
    assert form_to(response, page).values["name"] == ["Gold"]


def test_the_default_category_asks_for_no_rule(town: Town, anna: FlaskClient, page: str, gold: int) -> None:
    """AC-3: also when another tab made it the default one meanwhile."""
    form = form_to(anna.get(f"{page}/{gold}"), f"{page}/{gold}")
    send(anna, form_to(anna.get(f"{page}/{gold}"), f"{page}/{gold}/default"), {})
    assert "from_amount" not in form_to(anna.get(f"{page}/{gold}"), f"{page}/{gold}").values
    assert send(anna, form, {"name": "Golden"}).status_code in (303, 409)
    with town.kavalier.work():
        kept = next(each for each in categories_of(town.kavalier.program) if each.id == gold)
        assert (kept.is_default, kept.has_rule) == (True, False)


def test_a_stale_rule_is_refused_with_what_was_saved(anna: FlaskClient, page: str, gold: int) -> None:
    form = form_to(anna.get(f"{page}/{gold}"), f"{page}/{gold}")
    submit(anna, f"{page}/{gold}", {"from_amount": "2,000"})
    response = send(anna, form, {"from_amount": "3,000"})
    assert response.status_code == 409
    assert "2,000.00" in text_of(response)


def test_the_page_tells_how_far_the_run_is(town: Town, anna: FlaskClient, page: str, gold: int) -> None:
    """AC-3, PR-4: and the audit log what it did, and of the rule in words."""
    shop = town.kavalier
    with shop.work():
        for amount in (50_000, 100_000, 200_000):
            add_sale(add_customer(), shop.own_terminal, amount)
    with shop.work():
        assign_chunk(2)
    assert "The rules are being applied to all customers: 2 are done." in text_of(anna.get(page))
    for _ in range(3):
        with shop.work():
            assign_chunk(2)
    assert ": 2 moved." in text_of(anna.get(page))
    log = text_of(anna.get("/audit-log"))
    for words in ("Categories given by the rules", "Customers looked at – became 3", "Turnover from – became 1,000"):
        assert words in log, log


def test_who_reads_changes_nothing(town: Town, page: str, gold: int) -> None:
    for person in (town.olha, town.boris):
        browser = town.browser(person)
        assert [form for form in forms_of(browser.get(page)) if form.action.startswith("/programs")] == []
        assert browser.get(f"{page}/{gold}").status_code == 403
    assert town.browser(town.vera).get(page).status_code == 403
    assert town.browser(town.oleg).get(page).status_code == 404
