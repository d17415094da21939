"""What the API does not sell, to whom, and where (AP-1, AC-1, TE-3, PR-1, PR-3)."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select

from app.api.views import sales as sale_views
from app.businesses.models import Terminal
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.lib import dates
from app.loyalty.models import Access
from app.permissions import KeyScope
from app.transactions.models import Transaction
from app.transactions.services import check_pin
from tests.api.calling import Program, problem, program
from tests.api.shopping import buyer
from tests.factories import (
    add_account,
    add_customer,
    add_good,
    add_offer,
    add_points,
    add_terminal,
    give_offer,
)
from tests.people import Town
from tests.transactions.races import nothing_differs


def sales(town: Town) -> int:
    with town.kavalier.work():
        return db.session.scalar(select(func.count()).select_from(Transaction)) or 0


class TestCustomers:
    def test_who_is_blacklisted_is_refused_with_the_reason(self, town: Town, till: Program) -> None:
        """AC-1: in the very words of the Terminal, and nothing is written."""
        basket = {"customer_id": buyer(town.kavalier, access=Access.BLACKLISTED), "amount": 10_000}
        for path in ("/quotes", "/sales", "/pins"):
            told = problem(till.post(path, basket), 409, "blacklisted")
            assert "blacklisted and takes part in no transaction" in told["detail"]
        assert sales(town) == 0

    @pytest.mark.parametrize(("access", "earned"), [(Access.LIMITED, 1_000), (Access.NONE, 0)])
    def test_who_may_not_redeem_may_buy(self, town: Town, till: Program, access: Access, earned: int) -> None:
        """AC-1: limited access earns, none does not; neither redeems."""
        basket = {"customer_id": buyer(town.kavalier, 3_000, access=access), "amount": 10_000}
        problem(till.post("/sales", {**basket, "points": 1_000}), 409, "no-redeeming")
        assert till.post("/sales", basket).get_json()["earned"] == earned

    def test_one_of_another_business_is_not_there(self, town: Town, till: Program) -> None:
        """PR-1."""
        with town.teremok.work():
            stranger = add_customer("Oleh")
        for number in (stranger, 2**63 - 1):
            problem(till.post("/sales", {"customer_id": number, "amount": 10_000}), 404, "customer-gone")

    def test_who_was_merged_is_told_by_its_new_number(self, town: Town, till: Program) -> None:
        """CP-9: shops keep ids."""
        with town.kavalier.work(town.anna):
            kept, gone = add_customer("Iryna", phone="+380671112233"), add_customer("Iryna")
            merge_customers(*hold_pair(kept, gone), set())
        told = problem(till.post("/sales", {"customer_id": gone, "amount": 10_000}), 404, "customer-gone")
        assert told["customer_id"] == kept


class TestBaskets:
    @pytest.mark.parametrize(
        ("said", "pointer"),
        [
            ({"lines": [{"code": "no-such"}]}, "/lines/0/amount"),
            ({"lines": [{"code": "unpriced"}]}, "/lines/0/amount"),
            ({"amount": 1, "lines": [{"name": "Book", "amount": 1}]}, "/amount"),
            ({"amount": 1, "program_id": 2**63 - 1}, "/program_id"),
            ({"amount": 1, "accounts": [{"account_id": 1, "amount": 1}] * 2}, "/accounts"),
            ({"amount": "1"}, "/amount"),
            ({"amount": 1.5}, "/amount"),
            ({"amount": -1}, "/amount"),
            ({"amount": 10**13}, "/amount"),
            ({"amount": 1, "lines": [{"name": "a\0b", "amount": 1}]}, "/lines/0/name"),
            ({"amount": 1, "pin": {"id": 1, "code": "12345६"}}, "/pin/code"),
            ({"amount": 1, "source": 1}, "/source"),
        ],
    )
    def test_what_cannot_be_is_told_by_its_place(
        self, town: Town, till: Program, said: dict[str, Any], pointer: str
    ) -> None:
        with town.kavalier.work():
            add_good("Course", code="unpriced", price=None)
        told = problem(till.post("/sales", {"customer_id": buyer(town.kavalier), **said}), 422, "body-wrong")
        assert [each["pointer"] for each in told["errors"]] == [pointer]

    def test_nothing_is_no_check(self, town: Town, till: Program) -> None:
        customer = buyer(town.kavalier)
        for said in ({}, {"amount": 0}, {"lines": [{"name": "Bag", "amount": 0}]}):
            problem(till.post("/sales", {"customer_id": customer, **said}), 422, "empty")
        lines = [{"name": "Yacht", "amount": 10**12}] * 2
        problem(till.post("/sales", {"customer_id": customer, "lines": lines}), 422, "too-large")
        assert sales(town) == 0


class TestPins:
    """TE-3: over the program's limit, 50 points here."""

    def test_the_pin_makes_the_sale(self, town: Town, till: Program) -> None:
        basket = {"customer_id": buyer(town.kavalier, 20_000), "amount": 30_000, "points": 10_000}
        problem(till.post("/sales", basket), 409, "pin-needed")
        sent = till.post("/pins", basket).get_json()
        given = {"id": sent["id"], "code": sent["demonstration_code"]}
        made = till.post("/sales", {**basket, "pin": given}).get_json()
        assert (made["points_paid"], made["balance"]) == (10_000, 12_000)
        problem(till.post("/sales", {**basket, "pin": given}), 409, "pin-over")
        assert sales(town) == 1
        nothing_differs(town.kavalier)

    def test_it_opens_no_other_basket(self, town: Town, till: Program) -> None:
        basket = {"customer_id": buyer(town.kavalier, 20_000), "amount": 30_000, "points": 10_000}
        sent = till.post("/pins", basket).get_json()
        given = {"id": sent["id"], "code": sent["demonstration_code"]}
        for other in ({"points": 11_000}, {"amount": 30_001}):
            problem(till.post("/sales", {**basket, **other, "pin": given}), 409, "pin-over")
        assert till.post("/sales", {**basket, "pin": given}).status_code == 201

    def test_it_opens_no_other_price_of_an_offer(
        self, town: Town, till: Program, superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Raised between the look at the PIN and the sale: as many points go as the customer agreed to, or none."""
        customer = buyer(town.kavalier, 50_000)
        with town.kavalier.work():
            offer = add_offer(price=6_000)
            held = give_offer(customer, offer)
        basket = {"customer_id": customer, "amount": 30_000, "offers": [held]}
        sent = till.post("/pins", basket).get_json()
        given = {"id": sent["id"], "code": sent["demonstration_code"]}

        def raised(*said: Any) -> None:
            check_pin(*said)
            superuser.execute("UPDATE offer SET price = 40000")

        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(sale_views, "check_pin", raised)
            problem(till.post("/sales", {**basket, "pin": given}), 409, "quote-changed")
        assert sales(town) == 0
        superuser.execute("UPDATE offer SET price = 6000")
        assert till.post("/sales", {**basket, "pin": given}).get_json()["points_for_offers"] == 6_000

    def test_five_wrong_ones_end_it(self, town: Town, till: Program) -> None:
        """A refused call gives its key back, and not its try."""
        basket = {"customer_id": buyer(town.kavalier, 20_000), "amount": 30_000, "points": 10_000}
        sent = till.post("/pins", basket).get_json()
        wrong = "000000" if sent["demonstration_code"] != "000000" else "000001"
        for left in (4, 3, 2, 1, 0):
            refused = till.post("/sales", {**basket, "pin": {"id": sent["id"], "code": wrong}}, "order-1")
            assert problem(refused, 422, "pin-wrong")["tries_left"] == left
        right = {"id": sent["id"], "code": sent["demonstration_code"]}
        problem(till.post("/sales", {**basket, "pin": right}), 409, "pin-over")
        assert sales(town) == 0

    def test_none_is_sent_for_what_cannot_be_paid(self, town: Town, till: Program) -> None:
        """It would be an SMS for nothing, and the end of the PIN that the customer has."""
        basket = {"customer_id": buyer(town.kavalier, 20_000), "amount": 30_000, "points": 10_000}
        sent = till.post("/pins", basket).get_json()
        problem(till.post("/pins", {**basket, "points": 21_000}), 409, "too-many-points")
        given = {"id": sent["id"], "code": sent["demonstration_code"]}
        assert till.post("/sales", {**basket, "pin": given}).status_code == 201

    def test_none_is_sent_where_none_is_needed(self, town: Town, till: Program) -> None:
        basket = {"customer_id": buyer(town.kavalier, 20_000), "amount": 30_000, "points": 1_000}
        problem(till.post("/pins", basket), 409, "pin-not-needed")


class TestTerminals:
    def test_a_key_of_a_terminal_sells_there_alone(self, town: Town, till: Program) -> None:
        basket = {"customer_id": buyer(town.kavalier), "amount": 10_000}
        assert till.post("/sales", {**basket, "terminal_id": town.kavalier.own_terminal}).status_code == 201
        problem(till.post("/sales", {**basket, "terminal_id": town.kavalier.franchised_terminal}), 422, "body-wrong")

    def test_others_say_at_which_of_theirs(self, town: Town) -> None:
        """PR-3: of the point of sale, of the franchisee, of the brand; none of another business."""
        kavalier, basket = town.kavalier, {"customer_id": buyer(town.kavalier), "amount": 10_000}
        with kavalier.work():
            beside = add_terminal(kavalier.franchised_place, "Podil 2")
        own, there = kavalier.own_terminal, kavalier.franchised_terminal
        keys: list[tuple[dict[str, int], set[int]]] = [
            ({}, {own, there, beside}),
            ({"point_of_sale_id": kavalier.own_place}, {own}),
            ({"franchisee_id": kavalier.franchisee}, {there, beside}),
        ]
        for works, allowed in keys:
            caller = program(kavalier, **works)
            problem(caller.post("/sales", basket), 422, "body-wrong")
            for terminal in (own, there, beside, town.teremok.own_terminal):
                sold = caller.post("/sales", {**basket, "terminal_id": terminal}).status_code == 201
                assert sold is (terminal in allowed), (works, terminal)
        nothing_differs(kavalier)

    def test_a_franchisees_sale_counts_for_the_brand(self, town: Town) -> None:
        """PR-3, CT-2: as one of its salespeople makes it, to a customer whom it did not know."""
        kavalier = town.kavalier
        partner = program(kavalier, terminal_id=kavalier.franchised_terminal)
        customer = buyer(kavalier, 1_000)
        problem(partner.get(f"/customers/{customer}/accounts"), 404)
        made = partner.post("/sales", {"customer_id": customer, "amount": 10_000}).get_json()
        assert partner.get(f"/customers/{customer}/accounts").status_code == 200
        assert partner.post(f"/sales/{made['id']}/cancellation", None).status_code == 200
        problem(partner.get(f"/customers/{customer}/accounts"), 404)
        nothing_differs(kavalier)

    def test_a_closed_one_sells_nothing(self, town: Town, till: Program) -> None:
        with town.kavalier.work():
            db.session.get_one(Terminal, (town.kavalier.id, town.kavalier.own_terminal)).archived_at = dates.now()
        problem(till.post("/sales", {"customer_id": buyer(town.kavalier), "amount": 1}), 409, "terminal-closed")


def test_points_pay_whole_money_and_accounts_what_they_hold(town: Town, till: Program) -> None:
    """LP-1, LP-4."""
    customer = buyer(town.kavalier, 3_000)
    with town.kavalier.work():
        account = add_account("Gift account")
        add_points(customer, 100)
    basket = {"customer_id": customer, "amount": 1_000}
    problem(till.post("/sales", {**basket, "points": 2_000}), 409, "too-many-points")
    told = problem(
        till.post("/sales", {**basket, "accounts": [{"account_id": account, "amount": 1}]}), 409, "other-account"
    )
    assert told["most"] == 0


def test_an_account_that_is_not_there_or_another_business_has_does_not_pay(town: Town, till: Program) -> None:
    """LP-4, PR-1: a sale says of it what a quote says, and no balance is made in it."""
    customer = buyer(town.kavalier, 3_000)
    with town.teremok.work():
        theirs = add_account("Gift account")
    for account in (10**15, theirs, town.teremok.wallet):
        for amount in (1, 400):
            basket = {"customer_id": customer, "amount": 1_000, "accounts": [{"account_id": account, "amount": amount}]}
            for path in ("/quotes", "/sales"):
                assert problem(till.post(path, basket), 409, "other-account")["most"] == 0, (path, account)
    too_many = {**basket, "points": 4_000}
    for path in ("/quotes", "/sales"):
        problem(till.post(path, too_many), 409, "too-many-points")
    nothing_differs(town.kavalier)


def test_a_key_that_only_sells_redeems_nothing_but_points(town: Town) -> None:
    """AP-1: coupons, gift cards and offers need their own scopes; balances are read with theirs."""
    kavalier = town.kavalier
    customer = buyer(kavalier, 3_000)
    seller = program(kavalier, [KeyScope.WRITE_SALES], terminal_id=kavalier.own_terminal)
    basket = {"customer_id": customer, "amount": 10_000}
    for brought in ({"codes": ["X"]}, {"coupons": [1]}, {"gift_cards": [{"code": "X", "amount": 1}]}, {"offers": [1]}):
        for path in ("/quotes", "/pins", "/sales"):
            problem(seller.post(path, {**basket, **brought}), 403, "scope-missing")
    assert seller.post("/sales", basket).status_code == 201
    problem(seller.get(f"/customers/{customer}/accounts"), 403, "scope-missing")
