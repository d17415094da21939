"""The Loyalty history of a profile: what each line tells, filters, pages, what an address may say (CP-2, PR-3)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.db import business_id
from app.extensions import db
from app.ledger.models import Entry, EntryKind, Lot, LotUse
from app.lib import dates
from tests.browsing import page_of, text_of
from tests.factories import add_customer, add_sale
from tests.ledger.movements import add_account, move
from tests.people import Town

NOON = datetime(2026, 3, 5, 10, tzinfo=UTC)


@pytest.fixture
def olena(town: Town) -> int:
    """A customer with one movement of every kind, at both places and at none."""
    shop = town.kavalier
    own, podil = {"point_of_sale_id": shop.own_place}, {"point_of_sale_id": shop.franchised_place}
    with shop.work():
        customer = add_customer("Олена", "Коваль", point_of_sale=shop.franchised_place)
        account = add_account(customer)
        sale = add_sale(customer, shop.own_terminal, 10_000, NOON)
        earned = move(customer, 4_800, NOON, **own, transaction_id=sale)
        move(customer, -1_000, NOON + timedelta(days=1), **podil, note="Cappuccino for 10 points")
        added = {"kind": EntryKind.ADDED, "note": "Birthday", "user_id": town.olha.id}
        bonus = move(customer, 10_000, NOON + timedelta(days=2), **podil, **added)
        move(customer, -500, NOON + timedelta(days=3), kind=EntryKind.REMOVED, user_id=town.anna.id)
        move(customer, -4_800, NOON + timedelta(days=4), **own, kind=EntryKind.REVERSED, reverses_id=earned)
        expired = move(customer, -300, NOON + timedelta(days=5), kind=EntryKind.EXPIRED)
        _use_lot(customer, bonus, expired)
        move(customer, 25_000, NOON + timedelta(days=6), wallet=account, **podil, kind=EntryKind.ADDED)
    return customer


def _use_lot(customer: int, bonus: int, expired: int) -> None:
    """What expired was left of the bonus."""
    wallet = db.session.get_one(Entry, (business_id(), bonus)).wallet_id
    holder = {"business_id": business_id(), "customer_id": customer, "wallet_id": wallet}
    lot = Lot(**holder, entry_id=bonus, amount=10_000, remaining=0, title="Birthday", expires_at=NOON)
    db.session.add(lot)
    db.session.flush()
    db.session.add(LotUse(business_id=business_id(), entry_id=expired, lot_id=lot.id, amount=300))


def _rows(browser: FlaskClient, address: str) -> list[list[str]]:
    """The cells of the lines, as words."""
    body = page_of(browser.get(address)).find(".//table/tbody")
    rows = [] if body is None else body.findall("tr")
    return [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in rows]


def test_each_line_tells_what_moved_why_and_by_whom(town: Town, olena: int) -> None:
    """CP-2: date, description, status, signed amount with its unit, balance after, author; newest first."""
    assert _rows(town.browser(town.anna), f"/customers/{olena}/loyalty-history") == [
        ["11 Mar 12:00", "Podil", "Added by hand", "+250.00 Gift account", "250.00", "–"],
        ["10 Mar 12:00", "Birthday Podil", "Expired", "−3 points", "82", "Expiry date"],
        ["9 Mar 12:00", "Pechersk Earned, 5 Mar", "Reversed", "−48 points", "85", "–"],
        ["8 Mar 12:00", "The whole brand", "Removed by hand", "−5 points", "133", "Anna Kovalenko"],
        ["7 Mar 12:00", "Birthday Podil", "Added by hand", "+100 points", "138", "Olha Tkachenko"],
        ["6 Mar 12:00", "Cappuccino for 10 points Podil", "Spent", "−10 points", "38", "–"],
        ["5 Mar 12:00", "Pechersk", "Earned", "+48 points", "48", "Sale"],
    ]


def test_a_line_of_a_sale_leads_to_it(town: Town, olena: int) -> None:
    page = page_of(town.browser(town.anna).get(f"/customers/{olena}/loyalty-history"))
    links = [link.get("href", "") for link in page.iter("a") if link.get("class") == "row-link"]
    assert len(links) == 1
    assert links[0].startswith(f"/customers/{olena}/transactions/")
    assert town.browser(town.anna).get(links[0]).status_code == 200


def test_a_location_operator_sees_its_own_and_one_sum(town: Town, olena: int) -> None:
    """CP-2, PR-3: movements elsewhere and of the brand are one line, and the sums lead to the balance."""
    rows = _rows(town.browser(town.boris), f"/customers/{olena}/loyalty-history")
    assert rows == [
        ["All time", "Elsewhere and expired, in one sum", "", "−8 points", "82", ""],
        ["11 Mar 12:00", "Podil", "Added by hand", "+250.00 Gift account", "250.00", "–"],
        ["7 Mar 12:00", "Birthday Podil", "Added by hand", "+100 points", "90", "Olha Tkachenko"],
        ["6 Mar 12:00", "Cappuccino for 10 points Podil", "Spent", "−10 points", "−10", "–"],
    ]
    words = text_of(town.browser(town.boris).get(f"/customers/{olena}/loyalty-history"))
    assert "Pechersk" not in words


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ("?kind=spent", ["−10 points"]),
        ("?kind=reversed&from=2026-03-09&to=2026-03-09", ["−48 points"]),
        ("?from=2026-03-10", ["+250.00 Gift account", "−3 points"]),
        ("?to=2026-03-05", ["+48 points"]),
        ("?from=2020-01-01&to=2020-12-31", []),
        ("?from=&to=&wallet=&kind=", ["+250.00 Gift account", "−3 points", "−48 points", "−5 points", "+100 points"]),
    ],
)
def test_is_narrowed_by_period_and_kind(town: Town, olena: int, query: str, amounts: list[str]) -> None:
    """CP-2: by days of the business's zone, both included, and by what kind of movement it was."""
    rows = _rows(town.browser(town.anna), f"/customers/{olena}/loyalty-history{query}")
    assert [row[3] for row in rows][: len(amounts)] == amounts
    assert len(rows) == len(amounts) or query.startswith("?from=&")


def test_is_narrowed_to_one_account(town: Town, olena: int) -> None:
    """CP-2: points or a money account alone."""
    browser, address = town.browser(town.anna), f"/customers/{olena}/loyalty-history"
    options = page_of(browser.get(address)).findall(".//select[@name='wallet']/option")
    accounts = {"".join(option.itertext()): option.get("value") for option in options}
    assert len(_rows(browser, f"{address}?wallet={accounts['Gift account']}")) == 1
    assert len(_rows(browser, f"{address}?wallet={accounts['Kavalier Club']}")) == 6


def test_quick_choices_are_days_up_to_today(town: Town, olena: int) -> None:
    """CP-2: thirty days, three months, this year, all; each an address that shows what it says."""
    browser, address = town.browser(town.anna), f"/customers/{olena}/loyalty-history"
    with town.kavalier.work():
        move(olena, 100, dates.now() - timedelta(days=29))
        move(olena, 200, dates.now() - timedelta(days=31))
    links = [link for link in page_of(browser.get(address)).iter("a") if link.get("class") == "segment"]
    choices = {"".join(link.itertext()): link.get("href", "") for link in links}
    assert list(choices) == ["All time", "30 days", "3 months", "This year"]
    shown = _rows(browser, choices["30 days"])
    assert [row[3] for row in shown] == ["+1 point"]
    assert len(_rows(browser, choices["3 months"])) == 2
    assert f"from={date.today().year}-01-01" in choices["This year"]  # noqa: DTZ011 - years agree all but one night


@pytest.mark.parametrize(
    "query",
    ["?from=yesterday", "?kind=stolen", "?wallet=x", "?after=x", "?after=1&before=2", "?page=2"],
)
def test_an_address_that_cannot_be_read_is_400(town: Town, olena: int, query: str) -> None:
    assert town.browser(town.anna).get(f"/customers/{olena}/loyalty-history{query}").status_code == 400


@pytest.mark.parametrize("query", ["?after=999999", "?before=999999", "?wallet=999999"])
def test_what_is_not_there_is_404(town: Town, olena: int, query: str) -> None:
    """PR-1: nor does an address tell whether an account or a line of others exists."""
    assert town.browser(town.anna).get(f"/customers/{olena}/loyalty-history{query}").status_code == 404


@pytest.mark.parametrize("query", ["from=2026-03-02&to=2026-03-01", "from=0202-03-02", "to=9999-12-31"])
def test_days_that_cannot_be_a_period_are_said_and_kept(town: Town, olena: int, query: str) -> None:
    """CP-2: what was typed stays in the form, with what is wrong beside it."""
    response = town.browser(town.anna).get(f"/customers/{olena}/loyalty-history?{query}")
    assert response.status_code == 422
    page = page_of(response)
    assert page.find(".//*[@id='period-fault']") is not None
    kept = {field.get("name"): field.get("value") for field in page.iter("input") if field.get("type") == "date"}
    assert all(kept[name] == day for name, day in (part.split("=") for part in query.split("&")))


def test_pages_go_on_and_back(town: Town, olena: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """CP-2: by key, so no line is repeated or left out, also when a new one comes in between."""
    monkeypatch.setattr("app.paging.PAGE_SIZE", 3)
    browser, address = town.browser(town.anna), f"/customers/{olena}/loyalty-history?to=2026-03-31"
    first, second = _rows(browser, address), _step(browser, address, "Next page")
    with town.kavalier.work():
        move(olena, 700, NOON + timedelta(days=9))
    assert len(first + _rows(browser, second)) == 6
    third = _step(browser, second, "Next page")
    assert [row[3] for row in _rows(browser, third)] == ["+48 points"]
    assert _step(browser, third, "Next page") == ""
    assert _rows(browser, _step(browser, third, "Previous page")) == _rows(browser, second)
    assert _rows(browser, _step(browser, second, "Previous page")) == first
    assert _rows(browser, address)[0][3] == "+7 points"


def _step(browser: FlaskClient, address: str, label: str) -> str:
    links = page_of(browser.get(address)).iter("a")
    return next((link.get("href", "") for link in links if link.get("aria-label") == label), "")


def test_says_what_an_empty_history_means(town: Town, olena: int) -> None:
    with town.kavalier.work():
        nobody = add_customer()
    anna = town.browser(town.anna)
    assert "Nothing has moved yet" in text_of(anna.get(f"/customers/{nobody}/loyalty-history"))
    assert "No such movement" in text_of(anna.get(f"/customers/{olena}/loyalty-history?from=2020-01-01&to=2020-01-02"))


@pytest.mark.parametrize("who", ["anna", "boris"])
def test_statements_do_not_grow_with_lines(
    town: Town, olena: int, count_statements: Callable[[], AbstractContextManager[list[str]]], who: str
) -> None:
    browser, address = town.browser(town.people[who]), f"/customers/{olena}/loyalty-history"
    with count_statements() as few:
        browser.get(address)
    with town.kavalier.work():
        for number in range(60):
            place = town.kavalier.franchised_place
            move(olena, 100, NOON + timedelta(days=10, hours=number), point_of_sale_id=place, user_id=town.anna.id)
    with count_statements() as many:
        assert "Next page" in browser.get(address).text
    assert len(many) <= len(few)
