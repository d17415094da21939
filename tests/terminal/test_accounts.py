"""Paying from money accounts at the Terminal, and having it back (TE-2, TE-5, LP-4)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.customers.models import Customer
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, EntryKind
from app.ledger.services import Credit, post
from app.loyalty.models import Access, Program
from app.loyalty.rules import Conditions, PointsPercent
from app.loyalty.services.accounts import add_account
from app.loyalty.services.rules import RuleSaid, add_rule
from app.offers.models import Coupon, GiftCard
from app.transactions.models import Status, Transaction
from tests.browsing import text_of
from tests.factories import add_customer, add_points
from tests.people import Town
from tests.terminal.counter import follow, look_up, the_form
from tests.transactions.bringing import coupon_for, gift_card

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


class TestWhatIsTyped:
    """TE-2: one form has every field, whichever button sends it."""

    def test_pays_with_next_as_with_counting_anew(self, town: Town, sasha: FlaskClient, gift: int) -> None:
        page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100"})
        page = follow(sasha, page, "/pin", {f"account_{gift}": "40", "points": "10"})
        assert "Confirm the sale" in page.text
        assert "₴50.00" in text_of(page).replace(" ", "").split("Topay")[1]

    @pytest.mark.parametrize("button", ["/pin", "/payment", "/codes"])
    def test_is_shown_again_where_it_is_refused(self, town: Town, sasha: FlaskClient, gift: int, button: str) -> None:
        page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100"})
        page = follow(sasha, page, button, {f"account_{gift}": "150.01", "points": "10", "code": "NOTHING"})
        assert page.status_code == 422
        assert "There is not so much on this account." in text_of(page)
        typed = the_form(page, "/pin").values
        assert (typed[f"account_{gift}"], typed["points"], typed["code"]) == (["150.01"], ["10"], ["NOTHING"])

    def test_code_that_is_refused_keeps_next_from_going_on(self, sasha: FlaskClient, gift: int) -> None:
        page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100"})
        page = follow(sasha, page, "/pin", {"code": "NOTHING"})
        assert page.status_code == 422
        assert "No coupon or gift card" in text_of(page)

    def test_code_is_redeemed_by_next_and_asked_again_where_less_is_paid(
        self, town: Town, sasha: FlaskClient, gift: int
    ) -> None:
        """TE-4: what pays was chosen for another sum."""
        with town.kavalier.work():
            iryna = db.session.scalars(select(Customer.id)).one()
            coupons = [coupon_for(iryna, title=title) for title in ("One", "Two")]
            first, second = (db.session.get_one(Coupon, (town.kavalier.id, each)).code for each in coupons)
        page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100"})
        page = follow(sasha, page, "/pin", {"code": first, f"account_{gift}": "100"})
        assert "What pays was chosen anew" in page.text
        assert "Take out: One" in page.text
        page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100"})
        page = follow(sasha, page, "/pin", {"code": second})
        assert "Confirm the sale" in page.text
        assert "₴90.00" in text_of(page).replace(" ", "").split("Topay")[1]

    def test_stays_with_a_coupon_that_is_tapped_or_taken_out(self, town: Town, sasha: FlaskClient, gift: int) -> None:
        with town.kavalier.work():
            coupon = coupon_for(db.session.scalars(select(Customer.id)).one())
        page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100"})
        page = follow(sasha, page, "/things", {"thing": f"coupons:{coupon}", f"account_{gift}": "40"})
        assert the_form(page, "/pin").values[f"account_{gift}"] == ["40.00"]
        page = follow(sasha, page, "/things/removal", {"thing": f"coupons:{coupon}", f"account_{gift}": "50"})
        assert the_form(page, "/pin").values[f"account_{gift}"] == ["50.00"]

    def test_is_asked_for_only_where_there_is_something_to_pay_with(
        self, town: Town, sasha: FlaskClient, gift: int
    ) -> None:
        with town.kavalier.work():
            other = add_customer("Petro", "Savchuk", "+380672223344")
            card = gift_card(15_000)
            code = db.session.get_one(GiftCard, (town.kavalier.id, card)).code
        page = follow(sasha, look_up(sasha, "+380672223344"), "/amount", {"amount": "100"})
        assert "up to" not in text_of(page)
        page = follow(sasha, page, "/codes", {"code": code})
        assert "Pay with a gift card" in text_of(page)
        refused = follow(sasha, page, "/pin", {f"card_{card}": "150.01"})
        assert "There is not so much on this gift card." in text_of(refused)
        with town.kavalier.work():
            post(other, [Credit(gift, EntryKind.ADDED, "another gift", amount=15_000)])
        page = follow(sasha, look_up(sasha, "+380672223344"), "/amount", {"amount": "100"})
        assert "Pay from an account" in text_of(page)
        assert "points" not in the_form(page, "/pin").values
        refused = follow(sasha, page, "/pin", {f"account_{gift}": "100.01"})
        assert "This is more than the check comes to." in text_of(refused)


def test_a_pin_that_cannot_be_sent_is_said_where_fewer_points_can_be_chosen(
    town: Town, sasha: FlaskClient, gift: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TE-3."""
    monkeypatch.setattr("app.transactions.services.pins.UNUSED_OF_CUSTOMER", 0)
    with town.kavalier.work():
        db.session.get_one(Program, (town.kavalier.id, town.kavalier.program)).pin_limit = 2_000
    page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100"})
    page = follow(sasha, page, "/pin", {"points": "30"})
    assert "Let the customer pay with fewer points today" in text_of(page)
    assert the_form(page, "/pin").values["points"] == ["30"]
    assert "Confirm the sale" in follow(sasha, page, "/pin", {"points": "20"}).text
