"""Coupons at the Terminal: by code or tap, refused with the reason, given back (TE-4, TE-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.extensions import db
from app.lib import dates
from app.loyalty.models import Access
from app.loyalty.rules import CouponIssue
from app.offers.models import Coupon
from app.offers.services import generate_coupons, issue_coupon
from app.transactions.models import OpenSale, Transaction
from app.transactions.services import BroughtRefusedError, quote, sell
from app.transactions.services.open_sales import basket_of
from tests.browsing import send, text_of
from tests.factories import add_customer, add_good, add_points, add_rule, add_series
from tests.offers.holding import nothing_differs
from tests.people import Town
from tests.terminal.counter import at_payment, confirm, due, follow, the_form
from tests.transactions.bringing import basket, coupon_for, offer_for, redeemed, used


def code_of(town: Town, coupon: int) -> str:
    with town.kavalier.work():
        return db.session.get_one(Coupon, (town.kavalier.id, coupon)).code


def test_a_coupon_is_typed_sold_with_and_refused_the_second_time(town: Town, sasha: FlaskClient, iryna: int) -> None:
    """TE-4, TE-5: however it is spelt; a cancel makes it good again."""
    with town.kavalier.work():
        coupon = coupon_for(iryna)
    code = code_of(town, coupon)
    page = follow(sasha, at_payment(sasha), "/codes", {"code": f"{code[:4]} {code[4:].lower()}"})
    assert due(page) == "₴90.00"
    made = confirm(sasha, page)
    assert "The sale is made" in text_of(made)
    assert "Ten percent off" in text_of(made)
    refused = follow(sasha, at_payment(sasha), "/codes", {"code": code})
    assert refused.status_code == 422
    assert "It was used already, " in text_of(refused)
    follow(sasha, sasha.get(made.request.path + "/cancellation"), "/cancellation")
    assert due(follow(sasha, at_payment(sasha), "/codes", {"code": code})) == "₴90.00"
    nothing_differs(town.kavalier)


def test_things_are_tapped_and_taken_out_again(town: Town, sasha: FlaskClient, iryna: int) -> None:
    with town.kavalier.work():
        add_points(iryna, 5_000)
        coupon, offer = coupon_for(iryna), offer_for(iryna, 2_000)
    page = at_payment(sasha)
    assert "Second croissant free" in text_of(page)
    page = follow(sasha, page, "/things", {"thing": f"coupons:{coupon}"})
    page = follow(sasha, page, "/things", {"thing": f"offers:{offer}"})
    assert "−20 points" in text_of(page)
    assert due(page) == "₴90.00"
    page = follow(sasha, page, "/things/removal", {"thing": f"coupons:{coupon}"})
    assert due(page) == "₴100.00"
    confirm(sasha, page)
    with town.kavalier.work():
        assert (used(coupon), redeemed(offer)) == (False, True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expires_at": dates.now() - timedelta(days=3)}, "It expired"),
        ({"holder_id": None, "customer_id": None}, "₴90 .00"),
    ],
)
def test_what_a_coupon_may_be(town: Town, sasha: FlaskClient, iryna: int, change: dict[str, Any], words: str) -> None:
    """TE-4: expired; of nobody, so that whoever shows it may use it."""
    with town.kavalier.work():
        coupon = coupon_for(iryna)
        row = db.session.get_one(Coupon, (town.kavalier.id, coupon))
        for name, value in change.items():
            setattr(row, name, value)
    assert words in text_of(follow(sasha, at_payment(sasha), "/codes", {"code": code_of(town, coupon)}))


@pytest.mark.parametrize(
    ("series", "words"),
    [
        ({"valid_from": dates.now() + timedelta(days=3)}, "It is valid from"),
        ({"least_amount": 10_001}, "The coupon is taken on checks from ₴100.01."),
    ],
)
def test_what_its_series_asks_for(
    town: Town, sasha: FlaskClient, iryna: int, series: dict[str, Any], words: str
) -> None:
    """TE-4."""
    with town.kavalier.work():
        coupon = coupon_for(iryna, **series)
    refused = follow(sasha, at_payment(sasha), "/codes", {"code": code_of(town, coupon)})
    assert refused.status_code == 422
    assert words in text_of(refused)


def test_anothers_and_unknown_ones_are_told_alike_and_guessing_is_paused(
    town: Town, sasha: FlaskClient, iryna: int
) -> None:
    """TE-4, LP-8."""
    with town.kavalier.work():
        coupon = coupon_for(add_customer("Taras"))
    page, unknown = at_payment(sasha), "No coupon or gift card that this customer may use has this code."
    for code in (code_of(town, coupon), "WELCOME"):
        assert unknown in text_of(follow(sasha, page, "/codes", {"code": code}))
    for number in range(18):
        follow(sasha, page, "/codes", {"code": f"GUESS{number}"})
    with town.kavalier.work():
        mine = coupon_for(iryna)
    paused = follow(sasha, page, "/codes", {"code": code_of(town, mine)})
    assert "Too many codes were wrong at this Terminal" in text_of(paused)


def test_a_coupon_of_nobody_is_not_had_by_its_number(town: Town, sasha: FlaskClient, iryna: int) -> None:
    """TE-4: printed ones have numbers in a row, so only the code brings one into a check."""
    with town.kavalier.work():
        coupon_for(iryna)
        generate_coupons(add_series("Printed"), 1, "printed")
        printed = db.session.scalars(select(Coupon).where(Coupon.holder_id.is_(None))).one()
        number, code = printed.id, printed.code
    page = at_payment(sasha)
    refused = follow(sasha, page, "/things", {"thing": f"coupons:{number}"})
    assert refused.status_code == 422
    assert "No coupon or gift card that this customer may use has this code." in text_of(refused)
    assert due(follow(sasha, page, "/codes", {"code": code})) == "₴90.00"


def test_printed_coupons_are_within_the_limit_of_a_customer(town: Town, sasha: FlaskClient, iryna: int) -> None:
    """LP-8: one for each customer, however many it picks up; two in one check are refused as they are used."""
    with town.kavalier.work():
        generate_coupons(add_series("Printed", customer_limit=1), 2, "printed")
        first, second = db.session.scalars(select(Coupon.code).order_by(Coupon.id))
    words = "The customer had as many coupons of this series as one customer may have."
    both = follow(sasha, follow(sasha, at_payment(sasha), "/codes", {"code": first}), "/codes", {"code": second})
    refused = follow(sasha, follow(sasha, both, "/pin"), "/confirmation")
    assert refused.status_code == 422
    assert words.lower() in text_of(refused).lower()
    assert "The sale is made" in text_of(confirm(sasha, follow(sasha, at_payment(sasha), "/codes", {"code": first})))
    assert words in text_of(follow(sasha, at_payment(sasha), "/codes", {"code": second}))
    nothing_differs(town.kavalier)


def test_a_shared_code_whose_coupon_is_issued_meanwhile_is_put_away_where_the_check_is_small(
    town: Town, sasha: FlaskClient, iryna: int
) -> None:
    """TE-4: by the name that the check has it under, else it was looked at for ever."""
    with town.kavalier.work():
        series = add_series("Welcome", code_kind="shared", code="WELCOME", code_key="WE1C0ME", least_amount=5_000)
    page = follow(sasha, at_payment(sasha), "/codes", {"code": "welcome"})
    assert due(page) == "₴90.00"
    with town.kavalier.work():
        issue_coupon(series, iryna, "by hand")
        sale = db.session.scalars(select(OpenSale)).one()
        sale.lines = [line | {"gross": 4_000} for line in sale.lines]
        before = basket_of(sale)
        with pytest.raises(BroughtRefusedError) as refused:
            quote(before)
        assert (refused.value.kind, refused.value.number) == ("series", series)
    page = sasha.get(page.request.path)
    assert "The coupon is taken on checks from ₴50.00." in text_of(page)
    assert due(page) == "₴40.00"


def test_who_may_not_redeem_is_told_so(town: Town, sasha: FlaskClient) -> None:
    """AC-1: no field for codes; a form that is sent all the same is refused."""
    with town.kavalier.work():
        limited = add_customer("Limited", phone="+380671112299", access=Access.LIMITED)
        coupon = coupon_for(limited)
    page = at_payment(sasha, phone="+380671112299")
    assert "access does not allow redeeming anything" in text_of(page)
    form = the_form(page, "/pin")
    form = replace(form, action=form.action.replace("/pin", "/things"))
    sent = send(sasha, form, {"thing": f"coupons:{coupon}"})
    assert sent.status_code == 422
    with town.kavalier.work():
        assert db.session.scalars(select(OpenSale)).one().brought == {}


class TestMeanwhile:
    def test_what_another_terminal_used_is_put_away_and_told(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        """TE-4: the figures are confirmed anew, and nothing of the refused sale stays."""
        shop = town.kavalier
        with shop.work():
            coupon, good = coupon_for(iryna), add_good("Cake")
            free = coupon_for(iryna, kind="good", value=0, good_id=good)
        page = follow(sasha, at_payment(sasha), "/things", {"thing": f"coupons:{coupon}"})
        page = follow(sasha, page, "/things", {"thing": f"coupons:{free}"})
        page = follow(sasha, page, "/pin")
        with shop.work():
            sell(basket(shop, iryna, coupons=(free,)))
        refused = follow(sasha, page, "/confirmation")
        assert refused.status_code == 422
        assert "Coupon: it was used already." in text_of(refused)  # and not when, as that was at another's place (PR-3)
        with shop.work():
            assert not used(coupon)
            assert len(db.session.scalars(select(Transaction)).all()) == 1
        made = follow(sasha, refused, "/confirmation")
        assert "The sale is made" in text_of(made)
        with shop.work():
            assert used(coupon)

    def test_who_only_looks_at_a_check_changes_nothing(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        """RELIABILITY: what is put away goes with the next step, which holds the check; a look is told of it alone."""
        shop = town.kavalier
        with shop.work():
            coupon = coupon_for(iryna)
        page = follow(sasha, at_payment(sasha), "/things", {"thing": f"coupons:{coupon}"})
        with shop.work():
            sell(basket(shop, iryna, coupons=(coupon,)))
        page = sasha.get(page.request.path)
        assert "Coupon: it was used already" in text_of(page)
        assert due(page) == "₴100.00"
        with shop.work():
            assert db.session.scalars(select(OpenSale)).one().brought == {"coupons": [coupon]}
        assert "The sale is made" in text_of(confirm(sasha, page))

    def test_a_coupon_that_came_with_a_sale_is_named_where_it_cannot_be_cancelled(
        self, town: Town, sasha: FlaskClient, iryna: int
    ) -> None:
        """TE-5: an admin may leave it used, and cancel."""
        shop = town.kavalier
        with shop.work():
            number = add_series("Next time", number_limit=1)
            add_rule(shop.program, CouponIssue(number))
        first = confirm(sasha, at_payment(sasha))
        assert "Coupon given" in text_of(first)
        with shop.work():
            coupon = db.session.scalars(select(Coupon)).one().id
        page = confirm(sasha, follow(sasha, at_payment(sasha), "/things", {"thing": f"coupons:{coupon}"}))
        assert "Coupon not given" in text_of(page)
        refused = follow(sasha, sasha.get(first.request.path + "/cancellation"), "/cancellation")
        assert refused.status_code == 409
        assert "“Next time” that came with it was used meanwhile" in text_of(refused)
        anna = town.browser(town.anna)
        address = f"/transactions/{first.request.path.rpartition('/')[2]}/cancellation"
        asked = follow(anna, anna.get(address), "/cancellation", {"reason": "A wrong check"})
        assert "You can cancel the sale and leave that as it is" in text_of(asked)
        done = follow(anna, asked, "/cancellation", {"reason": "A wrong check"})
        assert "all is as it was before it" in done.text
        with shop.work():
            assert used(coupon)
        nothing_differs(shop)


@pytest.mark.parametrize(
    "thing", ["", "coupons", "coupons:x", "points:1", "gift_cards:1", "series:1", "coupons:" + "9" * 19]
)
def test_a_form_that_no_page_makes_is_refused(town: Town, sasha: FlaskClient, iryna: int, thing: str) -> None:
    with town.kavalier.work():
        coupon_for(iryna)
    assert follow(sasha, at_payment(sasha), "/things", {"thing": thing}).status_code == 400
