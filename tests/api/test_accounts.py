"""Points and money accounts through the API: read, credited, debited (AP-1, CP-1, CP-2, LP-4)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.extensions import db
from app.lib import dates
from app.loyalty.models import Access
from app.transactions.models import Kind, Source, Transaction
from tests.api.calling import Program, problem, program
from tests.api.shopping import buyer
from tests.browsing import text_of
from tests.factories import add_account, add_customer, add_points
from tests.people import Town
from tests.transactions.races import nothing_differs


@pytest.fixture
def iryna(town: Town) -> int:
    return buyer(town.kavalier)


class TestReading:
    def test_points_are_told_by_when_they_expire(self, town: Town, till: Program, iryna: int) -> None:
        """CP-1: the soonest first, and nothing that is past its date."""
        with town.kavalier.work():
            account = add_account("Gift account")
            add_points(iryna, 700)
            add_points(iryna, 500, days=10)
            for days in (-1, -2, -5):
                add_points(iryna, 300, days=days)
        (held,) = till.get(f"/customers/{iryna}/accounts").get_json()["items"]
        assert (held["id"], held["kind"], held["amount"]) == (town.kavalier.wallet, "points", 1_200)
        assert [each["amount"] for each in held["lots"]] == [500, 700]
        assert datetime.fromisoformat(held["lots"][0]["expires_at"]) > dates.now() + timedelta(days=9)
        assert held["lots"][1]["expires_at"] is None
        assert [each["id"] for each in till.get("/accounts").get_json()["items"]] == [town.kavalier.wallet, account]


class TestMoving:
    def test_a_credit_is_a_line_of_the_log_and_of_the_history(self, town: Town, till: Program, iryna: int) -> None:
        """CP-2, TL-1, PR-4: once for its key, and under the name of the program that did it."""
        body = {"amount": 1_500, "valid_days": 30, "reason": "Order 17 came late"}
        first, again = (till.post(f"/customers/{iryna}/credits", body, "credit-1") for _ in range(2))
        assert first.get_json() == again.get_json() == {"account_id": town.kavalier.wallet, "balance": 1_500}
        with town.kavalier.work():
            line = db.session.scalars(select(Transaction)).one()
            assert (line.kind, line.source, line.points_earned) == (Kind.CREDIT, Source.API, 1_500)
        anna = town.browser(town.anna)
        assert "Order 17 came late" in text_of(anna.get(f"/customers/{iryna}/loyalty-history"))
        assert "API key Web shop" in text_of(anna.get("/audit-log?person=api"))
        nothing_differs(town.kavalier)

    def test_a_debit_takes_what_is_there_and_no_more(self, town: Town, till: Program, iryna: int) -> None:
        """BA-10's rule for a single one: never below zero."""
        with town.kavalier.work():
            add_points(iryna, 700)
        said = {"amount": 500, "reason": "Taken twice"}
        assert till.post(f"/customers/{iryna}/debits", said).get_json()["balance"] == 200
        assert problem(till.post(f"/customers/{iryna}/debits", said), 409, "too-few")["missing"] == 300
        nothing_differs(town.kavalier)

    def test_who_is_blacklisted_is_credited_nothing(self, town: Town, till: Program) -> None:
        """AC-1: a credit is a transaction of the log; what is there can be taken off."""
        blocked, said = buyer(town.kavalier, 700, access=Access.BLACKLISTED), {"amount": 500, "reason": "Order 17"}
        problem(till.post(f"/customers/{blocked}/credits", said), 409, "blacklisted")
        assert till.post(f"/customers/{blocked}/debits", said).get_json()["balance"] == 200
        nothing_differs(town.kavalier)

    def test_money_accounts_move_the_same_way(self, town: Town, till: Program, iryna: int) -> None:
        """LP-4: one that the customer had nothing on before, too."""
        with town.kavalier.work():
            account = add_account("Gift account")
        said = {"account_id": account, "amount": 9_900, "reason": "Paid in"}
        assert till.post(f"/customers/{iryna}/credits", said).get_json()["balance"] == 9_900
        assert [each["amount"] for each in till.get(f"/customers/{iryna}/accounts").get_json()["items"]] == [0, 9_900]

    @pytest.mark.parametrize(
        "said",
        [
            {"amount": 0, "reason": "x"},
            {"amount": 1, "reason": " "},
            {"amount": 1},
            {"amount": 1, "reason": "x", "valid_days": 0},
            {"amount": 1, "reason": "x", "account_id": 2**63 - 1},
        ],
    )
    def test_what_cannot_be_is_refused(self, till: Program, iryna: int, said: dict[str, object]) -> None:
        problem(till.post(f"/customers/{iryna}/credits", said), 422, "body-wrong")


def test_accounts_and_customers_of_another_business_are_not_there(town: Town, till: Program, iryna: int) -> None:
    """PR-1."""
    with town.teremok.work():
        stranger = add_customer("Oleh")
    problem(till.get(f"/customers/{stranger}/accounts"), 404)
    problem(till.post(f"/customers/{stranger}/credits", {"amount": 1, "reason": "x"}), 404)
    foreign = {"account_id": town.teremok.wallet, "amount": 1, "reason": "x"}
    problem(till.post(f"/customers/{iryna}/credits", foreign), 422, "body-wrong")


def test_a_franchisees_key_credits_its_own_customers_at_its_own_terminals(town: Town, iryna: int) -> None:
    """PR-3."""
    kavalier = town.kavalier
    with kavalier.work():
        known = add_customer("Petro")
    partner = program(kavalier, franchisee_id=kavalier.franchisee)
    said = {"amount": 100, "reason": "x", "terminal_id": kavalier.franchised_terminal}
    problem(partner.post(f"/customers/{iryna}/credits", said), 404)
    partner.post("/sales", {"customer_id": known, "amount": 1_000, "terminal_id": kavalier.franchised_terminal})
    assert partner.post(f"/customers/{known}/credits", said).status_code == 200
    problem(
        partner.post(f"/customers/{known}/credits", {**said, "terminal_id": kavalier.own_terminal}), 422, "body-wrong"
    )
    nothing_differs(kavalier)
