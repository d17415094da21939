"""Paying from money accounts at the Terminal, and having it back (TE-2, TE-5, LP-4)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, EntryKind
from app.ledger.services import Credit, post
from app.loyalty.models import Access
from app.loyalty.rules import Conditions, PointsPercent
from app.loyalty.services.accounts import add_account
from app.loyalty.services.rules import RuleSaid, add_rule
from app.transactions.models import Status, Transaction
from tests.browsing import text_of
from tests.factories import add_customer, add_points
from tests.people import Town
from tests.terminal.counter import follow, look_up, the_form

PHONE = "+380671112233"


@pytest.fixture
def gift(town: Town) -> int:
    """A money account that pays in the program, with 150.00 of Iryna's in it; she has 50 points too."""
    shop = town.kavalier
    with shop.work(town.anna):
        account = add_account(shop.program, "Gift account", "UAH")
        add_rule(shop.program, RuleSaid("Ten", True, 0, True, Conditions(), (PointsPercent(1_000),)))
        iryna = add_customer("Iryna", "Melnyk", PHONE)
        post(iryna, [Credit(account, EntryKind.ADDED, "a gift", amount=15_000)])
        add_points(iryna, 5_000)
    return account


def held(town: Town) -> dict[int, int]:
    with town.kavalier.work():
        assert faults() == []
        return {row.wallet_id: row.amount for row in db.session.scalars(select(Balance))}


@pytest.mark.parametrize(
    ("typed", "points", "left", "due", "earned"),
    [
        ("40", "", 11_000, "60", 600),
        ("100", "", 5_000, "0", 0),
        ("60", "40", 9_000, "0", 0),
        ("0,01", "", 14_999, "99.99", 1_000),
    ],
)
def test_they_pay_partly_or_whole_and_a_cancel_gives_it_back(
    town: Town, sasha: FlaskClient, gift: int, typed: str, points: str, left: int, due: str, earned: int
) -> None:
    """LP-1: points are earned on the money that is left to pay."""
    before = held(town)
    page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100"})
    assert "holds ₴150" in text_of(page)
    page = follow(sasha, page, "/payment", {f"account_{gift}": typed, "points": points})
    assert "Paid from Gift account" in text_of(page)
    assert due in text_of(page).split("To pay")[1].replace(" ", "")
    page = follow(sasha, page, "/pin")
    code = page.text.partition("reads the PIN ")[2][:6]
    page = follow(sasha, page, "/confirmation", {"code": code} if points else {})
    assert "The sale is made" in text_of(page)
    assert "Paid from accounts" in text_of(page)
    assert held(town)[gift] == left
    with town.kavalier.work():
        sale = db.session.scalars(select(Transaction).order_by(Transaction.id.desc())).first()
        assert sale is not None
        assert (sale.account_paid, sale.points_earned) == (15_000 - left, earned)
    asked = sasha.get(page.request.path + "/cancellation")
    assert "The sale is cancelled" in text_of(follow(sasha, asked, "/cancellation"))
    assert held(town) == before
    with town.kavalier.work():
        assert (
            db.session.scalars(select(Transaction.status).order_by(Transaction.id.desc())).first() == Status.CANCELLED
        )


@pytest.mark.parametrize(
    ("typed", "points", "words"),
    [
        ("150.01", "", "There is not so much on this account."),
        ("100.01", "", "This is more than the check comes to."),
        ("60", "50", "This is more than the check comes to."),
        ("-1", "", "cannot be below 0"),
        ("9" * 40, "", "Enter an amount such as"),
        ("much", "", "Enter an amount such as"),
    ],
)
def test_more_than_there_is_or_is_to_be_paid_is_refused(
    town: Town, sasha: FlaskClient, gift: int, typed: str, points: str, words: str
) -> None:
    before = held(town)
    page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100"})
    page = follow(sasha, page, "/payment", {f"account_{gift}": typed, "points": points})
    assert page.status_code == 422
    assert words in text_of(page)
    assert held(town) == before


def test_what_was_spent_elsewhere_meanwhile_pays_no_more(town: Town, sasha: FlaskClient, gift: int) -> None:
    page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100"})
    page = follow(sasha, page, "/payment", {f"account_{gift}": "100"})
    page = follow(sasha, page, "/pin")
    other = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100"})
    other = follow(sasha, follow(sasha, other, "/payment", {f"account_{gift}": "100"}), "/pin")
    assert "The sale is made" in text_of(follow(sasha, other, "/confirmation"))
    refused = follow(sasha, page, "/confirmation")
    assert refused.status_code == 422
    assert "There is not so much on this account." in text_of(refused)
    assert held(town)[gift] == 5_000


def test_who_earns_only_pays_with_nothing(town: Town, sasha: FlaskClient, gift: int) -> None:
    """AC-1."""
    with town.kavalier.work():
        limited = add_customer("Petro", "Savchuk", "+380672223344", access=Access.LIMITED)
        post(limited, [Credit(gift, EntryKind.ADDED, "another gift", amount=15_000)])
    page = follow(sasha, look_up(sasha, "+380672223344"), "/amount", {"amount": "100"})
    page = follow(sasha, follow(sasha, page, "/pin"), "/confirmation")
    assert "The sale is made" in text_of(page)
    page = follow(sasha, look_up(sasha, "+380672223344"), "/amount", {"amount": "100"})
    offered = [name for name in the_form(page, "/pin").values if name.startswith("account_")]
    assert offered == []
