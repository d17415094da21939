"""The log of all transactions: lines, filters, sums, walls, masks (TL-1)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.loyalty.models import Program
from app.loyalty.services import create_program
from app.transactions.models import Kind, Source, Status
from tests.browsing import page_of, text_of
from tests.factories import add_customer
from tests.people import Town
from tests.transactions.recording import record

NOON = datetime(2026, 3, 5, 10, tzinfo=UTC)


@pytest.fixture
def log(town: Town) -> dict[str, int]:
    """At Pechersk a sale, a cancelled one and one of another program; at Podil a sale by API and a credit by hand."""
    shop = town.kavalier
    with shop.work():
        olena = add_customer("Олена", "Коваль", "+380671234567")
        petro = add_customer("Petro", "Savchuk", "+380509998877")
        other = create_program("Bakery", {"en": "Bakery"})
        podil, pechersk = shop.franchised_terminal, shop.own_terminal
        made = {
            "sale": record(olena, pechersk, NOON, gross=10_000, discount=500, points_paid=700, points_earned=1_000),
            "cancelled": record(petro, pechersk, NOON + timedelta(days=1), gross=41_200, status=Status.CANCELLED),
            "bakery": record(olena, pechersk, NOON + timedelta(days=2), gross=3_000, program_id=other),
            "api": record(petro, podil, NOON + timedelta(days=3), gross=24_000, account_paid=4_000, source=Source.API),
        }
        by_hand = {"kind": Kind.CREDIT, "source": Source.PANEL, "points_earned": 5_000, "user_id": town.olha.id}
        made["credit"] = record(olena, podil, NOON + timedelta(days=4), **by_hand)
    with town.teremok.work():
        foreign = add_customer("Foreign", "Stranger", "+380631111111")
        made["foreign"] = record(foreign, town.teremok.own_terminal, NOON, gross=99_900)
    return {**made, "program": other, "olena": olena}


def rows(browser: FlaskClient, address: str = "/transactions") -> list[list[str]]:
    """The cells of the lines, as words."""
    lines = page_of(browser.get(address)).findall(".//table/tbody/tr[@data-id]")
    return [[" ".join("".join(cell.itertext()).split()) for cell in line] for line in lines]


def ids(browser: FlaskClient, address: str) -> list[int]:
    return [int(line.get("data-id", "")) for line in page_of(browser.get(address)).findall(".//tr[@data-id]")]


OTHERS = ("program", "olena")


def names_of(made: dict[str, int], browser: FlaskClient, address: str) -> list[str]:
    # Customers and programs have numbers of their own, which a transaction may have too.
    known = {number: name for name, number in made.items() if name not in OTHERS}
    return [known[number] for number in ids(browser, address)]


class TestLines:
    def test_are_all_transactions_newest_first_credits_among_them(self, town: Town, log: dict[str, int]) -> None:
        """TL-1."""
        olena, petro = "Олена Коваль +380 67 123 4567", "Petro Savchuk +380 50 999 8877"
        podil, pechersk = "Podil Podil 1", "Pechersk Pechersk 1"
        assert rows(town.browser(town.anna)) == [
            ["9 Mar 12:00", olena, podil, "Credit", "By hand", "Completed", "–", "+50", "0"],
            ["8 Mar 12:00", petro, podil, "Sale", "API", "Completed", "240.00", "0", "0"],
            ["7 Mar 12:00", olena, pechersk, "Sale", "In store", "Completed", "30.00", "0", "0"],
            ["6 Mar 12:00", petro, pechersk, "Sale", "In store", "Cancelled", "412.00", "0", "0"],
            ["5 Mar 12:00", olena, pechersk, "Sale", "In store", "Completed", "95.00", "+10", "−7"],
        ]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?from=2026-03-06&to=2026-03-07", ["bakery", "cancelled"]),
            ("?program={program}", ["bakery"]),
            ("?point_of_sale={podil}", ["credit", "api"]),
            ("?terminal={pechersk}", ["bakery", "cancelled", "sale"]),
            ("?kind=credit", ["credit"]),
            ("?source=api", ["api"]),
            ("?source=store", ["bakery", "cancelled", "sale"]),
            ("?status=cancelled", ["cancelled"]),
            ("?status=completed&program={program}&terminal={pechersk}", ["bakery"]),
            ("?status=completed&kind=sale&point_of_sale={podil}&to=2026-03-08", ["api"]),
            ("?kind=credit&source=api", []),
            ("?kind=&program=&from=", ["credit", "api", "bakery", "cancelled", "sale"]),
        ],
    )
    def test_are_narrowed_by_each_filter_and_by_several(
        self, town: Town, log: dict[str, int], query: str, found: list[str]
    ) -> None:
        """TL-1: period, program, point of sale, Terminal, kind, source, status."""
        places = {"podil": town.kavalier.franchised_place, "pechersk": town.kavalier.own_terminal}
        address = "/transactions" + query.format(**places, program=log["program"])
        assert names_of(log, town.browser(town.anna), address) == found

    @pytest.mark.parametrize(
        "query", ["?status=lost", "?kind=gift", "?source=x", "?to=never", "?terminal=x", "?sort=a"]
    )
    def test_an_address_that_cannot_be_read_is_400(self, town: Town, query: str) -> None:
        assert town.browser(town.anna).get(f"/transactions{query}").status_code == 400

    def test_days_in_the_wrong_order_are_said(self, town: Town) -> None:
        response = town.browser(town.anna).get("/transactions?from=2026-03-07&to=2026-03-01")
        assert response.status_code == 422
        assert "The first day lies after the last one" in text_of(response)

    def test_a_terminal_of_another_place_is_left_out(self, town: Town, log: dict[str, int]) -> None:
        place, terminal = town.kavalier.franchised_place, town.kavalier.own_terminal
        answer = town.browser(town.anna).get(f"/transactions?point_of_sale={place}&terminal={terminal}&kind=")
        assert answer.location == f"/transactions?point_of_sale={place}"

    def test_opens_to_its_goods_discounts_and_points(self, town: Town, log: dict[str, int]) -> None:
        """TL-1: as in the customer's tab, below its line; by itself where the list does not have it."""
        browser = town.browser(town.anna)
        page = page_of(browser.get(f"/transactions/{log['sale']}"))
        assert page.find(f".//tr[@id='open-{log['sale']}']") is not None
        assert "Points earned +10 Points spent −7 Program Kavalier Club" in text_of(
            browser.get(f"/transactions/{log['sale']}")
        )
        elsewhere = page_of(browser.get(f"/transactions/{log['sale']}?kind=credit"))
        assert elsewhere.find(".//section[@aria-labelledby='opened-title']") is not None

    def test_an_erased_customer_is_called_so(self, town: Town, log: dict[str, int]) -> None:
        browser = town.browser(town.anna)
        with town.kavalier.work():
            db.session.execute(db.text("UPDATE customer SET first_name = '', phone = '', erased_at = now()"))
        assert {row[1] for row in rows(browser)} == {"Erased customer"}
        assert page_of(browser.get("/transactions")).find(".//td[@class='c-who']/a") is None


class TestPages:
    @pytest.mark.parametrize("query", ["?", "?source=store", "?program={program}", "?point_of_sale={place}"])
    def test_never_repeat_or_skip(self, town: Town, query: str) -> None:
        """TL-1: pages by key, forth and back, also where many lines have the same moment."""
        shop = town.kavalier
        with shop.work():
            customer = add_customer()
            made = [
                record(customer, (shop.own_terminal, shop.franchised_terminal)[number % 2], NOON, gross=number)
                for number in range(230)
            ]
        wanted = [number for index, number in enumerate(made) if "place" not in query or not index % 2]
        browser = town.browser(town.anna)
        address = "/transactions" + query.format(program=shop.program, place=shop.own_place)
        forth = list(_pages(browser, address, "Next page"))
        assert [number for page, _at in forth for number in page] == wanted[::-1]
        back = list(_pages(browser, forth[-1][1], "Previous page"))
        assert [page for page, _at in back][::-1] == [page for page, _at in forth]

    def test_begin_at_no_line_of_another_business(self, town: Town, log: dict[str, int]) -> None:
        """PR-1."""
        assert town.browser(town.anna).get(f"/transactions?after={log['foreign']}").status_code == 404
        assert town.browser(town.anna).get(f"/transactions?kind=sale&after={log['credit']}").status_code == 404

    def test_statements_do_not_grow_with_lines(
        self, town: Town, log: dict[str, int], count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        browser = town.browser(town.anna)
        with count_statements() as few:
            browser.get("/transactions?kind=sale")
        with town.kavalier.work():
            for number in range(60):
                record(add_customer(), town.kavalier.own_terminal, NOON + timedelta(hours=number), gross=100)
        with count_statements() as many:
            browser.get("/transactions?kind=sale")
        assert len(many) <= len(few)


def _pages(browser: FlaskClient, address: str, towards: str) -> list[tuple[list[int], str]]:
    found = []
    while address:
        page = page_of(browser.get(address))
        found.append(([int(line.get("data-id", "")) for line in page.findall(".//tr[@data-id]")], address))
        link = page.find(f".//a[@aria-label='{towards}']")
        address = link.get("href", "") if link is not None else ""
    return found


class TestSums:
    def test_are_of_all_that_is_chosen(self, town: Town, log: dict[str, int]) -> None:
        """TL-1: cancelled sales are told apart, credits by hand too, and money is what neither points nor accounts
        paid.
        """
        assert sums(town.browser(town.anna)) == {
            "Sales": "3 1 cancelled",
            "Gross": "₴370.00",
            "Discount": "₴5.00",
            "Paid by points": "₴7.00",
            "From accounts": "₴40.00",
            "Money received": "₴318.00",
            "Points earned": "10 50 added by hand",
        }
        assert sums(town.browser(town.anna), f"?program={log['program']}")["Money received"] == "₴30.00"

    def test_that_take_too_long_are_given_up_and_say_so(
        self, town: Town, log: dict[str, int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.patience.PATIENCE", 0)
        answer = town.browser(town.anna).get("/transactions/sums")
        assert answer.status_code == 200
        assert "Adding up takes longer than two seconds" in text_of(answer)


def sums(browser: FlaskClient, query: str = "") -> dict[str, str]:
    found = page_of(browser.get(f"/transactions/sums{query}")).findall(".//dl/div")
    told = [[" ".join("".join(part.itertext()).split()) for part in figure] for figure in found]
    return dict(told)


class TestWhoLooks:
    def test_the_accountant_sees_customers_masked(self, town: Town, log: dict[str, int]) -> None:
        """TL-1, PR-1: an initial and a phone's last digits; nothing more of the person is anywhere in the page."""
        browser = town.browser(town.vera)
        assert rows(browser)[0][1] == "О. •••• phone ending in 4567"
        for page in ("/transactions", f"/transactions/{log['sale']}", "/transactions/sums", "/transactions?kind=sale"):
            text = browser.get(page).text
            for personal in ("Олена", "Коваль", "Savchuk", "Petro", "1234567", "123 4567", "9998877", "/customers"):
                assert personal not in text, (page, personal)

    def test_the_accountant_gets_only_masks_out_of_the_database(
        self, town: Town, log: dict[str, int], count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        with count_statements() as asked:
            town.browser(town.vera).get("/transactions")
        assert not any("last_name" in statement for statement in asked)

    def test_a_location_operator_sees_its_own_places(self, town: Town, log: dict[str, int]) -> None:
        """TL-1, PR-3: lines, sums, what can be chosen and what can be opened."""
        browser = town.browser(town.boris)
        assert names_of(log, browser, "/transactions") == ["credit", "api"]
        assert names_of(log, browser, "/transactions?kind=sale") == ["api"]
        assert sums(browser)["Gross"] == "₴240.00"
        assert browser.get(f"/transactions/{log['sale']}").status_code == 404
        assert browser.get(f"/transactions?terminal={town.kavalier.own_terminal}").status_code == 404
        assert browser.get(f"/transactions?after={log['sale']}").status_code == 404
        assert "Pechersk" not in browser.get("/transactions").text

    def test_nothing_of_another_business_is_there(self, town: Town, log: dict[str, int]) -> None:
        """PR-1."""
        oleg, anna = town.browser(town.oleg), town.browser(town.anna)
        assert names_of(log, oleg, "/transactions") == ["foreign"]
        assert oleg.get(f"/transactions/{log['sale']}").status_code == 404
        for query in (f"program={log['program']}", f"terminal={town.kavalier.own_terminal}"):
            assert oleg.get(f"/transactions?{query}").status_code == 404
        assert sums(anna)["Gross"] == "₴370.00"

    @pytest.mark.parametrize(
        ("who", "status"), [("anna", 200), ("olha", 200), ("boris", 200), ("vera", 200), ("sasha", 303)]
    )
    def test_is_for_every_role_of_the_panel(self, town: Town, who: str, status: int) -> None:
        """PR-1, TL-1."""
        for page in ("/transactions", "/transactions/sums"):
            assert town.browser(town.people[who]).get(page).status_code == status


def test_a_program_without_any_transaction_has_an_empty_log(town: Town, log: dict[str, int]) -> None:
    with town.kavalier.work():
        empty = create_program("Empty", {"en": "Empty"})
        assert db.session.get(Program, (town.kavalier.id, empty)) is not None
    answer = town.browser(town.anna).get(f"/transactions?program={empty}")
    assert "No such transaction" in text_of(answer)
