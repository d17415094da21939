"""The transactions of a profile: lines, sums, what opens below a line, whoever looks (CP-1, CP-3, PR-3)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.db import business_id
from app.extensions import db
from app.transactions.models import Kind, Source, Status, Transaction, TransactionLine
from tests.browsing import page_of, text_of
from tests.factories import add_customer, add_sale
from tests.people import Town
from tests.transactions.recording import record

NOON = datetime(2026, 3, 5, 10, tzinfo=UTC)


@pytest.fixture
def olena(town: Town) -> int:
    """Two sales at Pechersk, one of them cancelled; one at Podil through the API; a credit by hand there."""
    shop = town.kavalier
    with shop.work():
        customer = add_customer("Олена", "Коваль")
        add_sale(customer, shop.own_terminal, 10_000, NOON, points_earned=1_000)
        undone = {"status": Status.CANCELLED, "gross": 41_200, "cancelled_at": NOON + timedelta(days=1, minutes=9)}
        record(customer, shop.own_terminal, NOON + timedelta(days=1), **undone)
        sale = add_sale(customer, shop.franchised_terminal, 24_000, NOON + timedelta(days=2), points_earned=4_800)
        db.session.get_one(Transaction, (business_id(), sale)).source = Source.API
        db.session.get_one(Transaction, (business_id(), sale)).points_paid = 500
        by_hand = {"kind": Kind.CREDIT, "source": Source.PANEL, "points_earned": 5_000, "user_id": town.olha.id}
        record(customer, shop.franchised_terminal, NOON + timedelta(days=3), **by_hand)
    return customer


def rows(browser: FlaskClient, address: str) -> list[list[str]]:
    """The cells of the lines, as words."""
    lines = page_of(browser.get(address)).findall(".//table/tbody/tr[@data-id]")
    return [[" ".join("".join(cell.itertext()).split()) for cell in line] for line in lines]


def figures(browser: FlaskClient, address: str) -> dict[str, list[str]]:
    found = page_of(browser.get(address)).find(".//dl[@id='sums']")
    assert found is not None
    told = [["".join(part.itertext()) for part in figure] for figure in found]
    return {name: values for name, *values in told}


def opened(town: Town, customer: int, number: int, who: str = "anna") -> str:
    return text_of(town.browser(town.people[who]).get(f"/customers/{customer}/transactions/{number}"))


class TestLines:
    def test_tell_when_where_how_much_and_what_became_of_it(self, town: Town, olena: int) -> None:
        """CP-3: date, location, source, status, basket value, points earned and spent; newest first."""
        assert rows(town.browser(town.anna), f"/customers/{olena}/transactions") == [
            ["8 Mar 12:00", "Podil", "By hand", "Completed", "–", "+50", "0"],
            ["7 Mar 12:00", "Podil", "API", "Completed", "240.00", "+48", "−5"],
            ["6 Mar 12:00", "Pechersk", "In store", "Cancelled", "412.00", "0", "0"],
            ["5 Mar 12:00", "Pechersk", "In store", "Completed", "100.00", "+10", "0"],
        ]

    def test_a_location_operator_sees_its_own(self, town: Town, olena: int) -> None:
        """CP-3, PR-3: lines, sums and the number beside the tab are of its places alone."""
        browser, address = town.browser(town.boris), f"/customers/{olena}/transactions"
        assert [row[1] for row in rows(browser, address)] == ["Podil", "Podil"]
        assert figures(browser, address)["Basket value"][0] == "₴240.00"
        assert _count(browser, olena) == "2"
        assert _count(town.browser(town.anna), olena) == "4"

    @pytest.mark.parametrize(
        ("query", "days"),
        [
            ("?status=cancelled", ["6 Mar"]),
            ("?status=completed&to=2026-03-07", ["7 Mar", "5 Mar"]),
            ("?from=2026-03-06&to=2026-03-07", ["7 Mar", "6 Mar"]),
            ("?from=2027-01-01", []),
            ("?status=&from=&to=", ["8 Mar", "7 Mar", "6 Mar", "5 Mar"]),
        ],
    )
    def test_are_narrowed_by_period_and_status(self, town: Town, olena: int, query: str, days: list[str]) -> None:
        """CP-3: by days of the business's zone, both included."""
        found = rows(town.browser(town.anna), f"/customers/{olena}/transactions{query}")
        assert [row[0].rsplit(" ", 1)[0] for row in found] == days

    @pytest.mark.parametrize("query", ["?status=lost", "?to=never", "?before=x", "?sort=amount"])
    def test_an_address_that_cannot_be_read_is_400(self, town: Town, olena: int, query: str) -> None:
        assert town.browser(town.anna).get(f"/customers/{olena}/transactions{query}").status_code == 400

    def test_days_in_the_wrong_order_are_said(self, town: Town, olena: int) -> None:
        query = "?from=2026-03-07&to=2026-03-01"
        response = town.browser(town.anna).get(f"/customers/{olena}/transactions{query}")
        assert response.status_code == 422
        assert "The first day lies after the last one" in text_of(response)

    def test_pages_go_on_and_back(self, town: Town, olena: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """CP-3: by key, whatever is open."""
        monkeypatch.setattr("app.paging.PAGE_SIZE", 3)
        browser, address = town.browser(town.anna), f"/customers/{olena}/transactions"
        first = rows(browser, address)
        link = next(each for each in page_of(browser.get(address)).iter("a") if each.get("aria-label") == "Next page")
        last = rows(browser, link.get("href", ""))
        assert [row[0] for row in first + last] == ["8 Mar 12:00", "7 Mar 12:00", "6 Mar 12:00", "5 Mar 12:00"]
        opener = page_of(browser.get(link.get("href", ""))).find(".//a[@data-open-row]")
        assert opener is not None
        assert rows(browser, opener.get("href", "")) == last

    def test_nothing_yet_is_said(self, town: Town) -> None:
        with town.kavalier.work():
            nobody = add_customer()
        anna = town.browser(town.anna)
        assert "No transactions yet" in text_of(anna.get(f"/customers/{nobody}/transactions"))
        assert "No such transaction" in text_of(anna.get(f"/customers/{nobody}/transactions?status=cancelled"))


def _count(browser: FlaskClient, customer: int) -> str | None:
    tab = page_of(browser.get(f"/customers/{customer}/offers")).find(".//a[@id='tab-transactions']/span")
    return None if tab is None else tab.text


class TestSums:
    def test_are_of_the_period_whatever_the_status(self, town: Town, olena: int) -> None:
        """CP-3: cancelled sales and credits by hand are told apart, not mixed in."""
        browser, address = town.browser(town.anna), f"/customers/{olena}/transactions"
        assert figures(browser, address) == {
            "Sales": ["2", "1 cancelled, ₴412.00"],
            "Basket value": ["₴340.00", "After discounts"],
            "Points earned": ["58", "50 more added by hand"],
            "Points spent": ["5", "To pay for sales"],
        }
        assert figures(browser, f"{address}?status=cancelled&from=2026-03-07")["Sales"] == ["1", "None cancelled"]

    def test_come_later_where_there_is_much_to_add_up(
        self, town: Town, olena: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """CP-3: then the page asks for them by itself, and without scripts a link leads to them."""
        monkeypatch.setattr("app.transactions.listing.MOST_AT_ONCE", 3)
        browser = town.browser(town.anna)
        page = page_of(browser.get(f"/customers/{olena}/transactions?from=2026-03-07"))
        later = page.find(".//div[@id='sums']")
        assert later is not None
        assert later.get("hx-get") == f"/customers/{olena}/transactions/sums?from=2026-03-07"
        assert figures(browser, str(later.get("hx-get")))["Basket value"][0] == "₴240.00"

    @pytest.mark.parametrize("who", ["anna", "boris"])
    def test_of_the_overview_count_all_lines(self, town: Town, olena: int, who: str) -> None:
        """CP-1, PR-3: kept figures of sales, and what they do not count."""
        page = page_of(town.browser(town.people[who]).get(f"/customers/{olena}"))
        links = ["".join(link.itertext()) for link in page.iter("a") if link.get("class") == "link"]
        assert links == ["All 4" if who == "anna" else "All 2"]


class TestOpened:
    def _ids(self, town: Town, customer: int) -> list[int]:
        page = page_of(town.browser(town.anna).get(f"/customers/{customer}/transactions"))
        return [int(line.get("data-id", "")) for line in page.findall(".//table/tbody/tr[@data-id]")]

    def test_tells_its_goods_and_points(self, town: Town, olena: int) -> None:
        """CP-3: goods with quantity, price and discount; what was earned and spent; program and Terminal."""
        sale = self._ids(town, olena)[1]
        with town.kavalier.work():
            values = {"code": "401", "name": "Napoleon cake", "quantity": 1_200, "gross": 64_800, "discount": 6_480}
            db.session.add(TransactionLine(business_id=business_id(), transaction_id=sale, number=2, **values))
        words = opened(town, olena, sale)
        for piece in ("Flat white", "Napoleon cake 401 1.2 540 .00 −64 .80 583 .20", "Points earned +48"):
            assert piece in words, piece
        for piece in ("Points spent −5", "Kavalier Club", "Podil, Podil 1", "7 March 2026, 12:00 +02:00"):
            assert piece in words, piece

    def test_stands_below_its_line_or_above_other_lines(self, town: Town, olena: int) -> None:
        """CP-3: its address opens it in its list, and by itself where the list does not have it."""
        browser, sale = town.browser(town.anna), self._ids(town, olena)[0]
        page = page_of(browser.get(f"/customers/{olena}/transactions/{sale}"))
        assert page.find(f".//tr[@id='open-{sale}']") is not None
        link = page.find(f".//a[@id='line-{sale}']")
        assert link is not None
        assert (link.get("aria-expanded"), link.get("href")) == ("true", f"/customers/{olena}/transactions")
        elsewhere = page_of(browser.get(f"/customers/{olena}/transactions/{sale}?status=cancelled"))
        assert elsewhere.find(".//section[@aria-labelledby='opened-title']") is not None
        assert elsewhere.find(f".//tr[@id='open-{sale}']") is None

    def test_says_when_it_was_cancelled_and_who_added_points(self, town: Town, olena: int) -> None:
        credit, _sale, cancelled, _first = self._ids(town, olena)
        assert "Cancelled 6 March 2026, 12:09 +02:00" in opened(town, olena, cancelled)
        assert "Olha Tkachenko" in opened(town, olena, credit)
        assert "No goods: points or money were added by hand." in opened(town, olena, credit)

    def test_is_found_by_who_may_see_it_alone(self, town: Town, olena: int) -> None:
        """CP-3, PR-1, PR-3: neither another location's, nor another customer's."""
        _credit, sale, _cancelled, first = self._ids(town, olena)
        with town.kavalier.work():
            other = add_customer(point_of_sale=town.kavalier.franchised_place)
        boris, anna = town.browser(town.boris), town.browser(town.anna)
        assert boris.get(f"/customers/{olena}/transactions/{sale}").status_code == 200
        assert boris.get(f"/customers/{olena}/transactions/{first}").status_code == 404
        assert anna.get(f"/customers/{other}/transactions/{sale}").status_code == 404

    def test_goods_without_quantity_have_no_price(self, town: Town, olena: int) -> None:
        sale = self._ids(town, olena)[1]
        with town.kavalier.work():
            db.session.add(
                TransactionLine(
                    business_id=business_id(), transaction_id=sale, number=2, name="Gift", quantity=0, gross=0
                )
            )
        assert "Gift 0 – – 0 .00" in opened(town, olena, sale)


@pytest.mark.parametrize("address", ["/customers/{}/transactions", "/customers/{}/transactions/{}"])
def test_statements_do_not_grow_with_lines(
    town: Town, olena: int, count_statements: Callable[[], AbstractContextManager[list[str]]], address: str
) -> None:
    with town.kavalier.work():
        sale = add_sale(olena, town.kavalier.own_terminal, 1_000)
    browser = town.browser(town.anna)
    with count_statements() as few:
        browser.get(address.format(olena, sale))
    with town.kavalier.work():
        for number in range(60):
            add_sale(olena, town.kavalier.own_terminal, 1_000, NOON + timedelta(hours=number))
            line = {"transaction_id": sale, "number": number + 2, "name": "Espresso", "quantity": 1_000}
            db.session.add(TransactionLine(business_id=business_id(), **line))
    with count_statements() as many:
        assert "Next page" in browser.get(address.format(olena, sale)).text
    assert len(many) <= len(few)
