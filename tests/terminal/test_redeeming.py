"""Gift cards and offers at the Terminal: what they pay and bring, and the PIN that points need (TE-3, TE-4)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from sqlalchemy import select

from app.extensions import db
from app.loyalty.models import Program
from app.offers.models import CouponSeries, GiftCard
from app.transactions.models import Transaction
from app.transactions.services import cancel_sale, sell
from tests.browsing import text_of
from tests.factories import add_offer, add_points, give_offer
from tests.offers.holding import nothing_differs
from tests.people import Town
from tests.terminal.counter import at_payment, confirm, due, follow
from tests.transactions.bringing import basket, coupon_for, gift_card, left_on, offer_for

KYIV = ZoneInfo("Europe/Kyiv")


def card_code(town: Town, card: int) -> str:
    with town.kavalier.work():
        return db.session.get_one(GiftCard, (town.kavalier.id, card)).code


class TestGiftCards:
    def test_it_pays_what_it_can_and_another_amount_if_asked(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        """TE-4: its balance is shown; the rest stays on it."""
        with town.kavalier.work():
            card = gift_card(15_000)
        page = follow(sasha, at_payment(sasha), "/codes", {"code": card_code(town, card)})
        assert "holds ₴150" in text_of(page)
        assert due(page) == "₴0.00"
        page = follow(sasha, page, "/payment", {f"card_{card}": "40"})
        assert due(page) == "₴60.00"
        assert "There is not so much" in text_of(follow(sasha, page, "/payment", {f"card_{card}": "150.01"}))
        made = confirm(sasha, page)
        assert "Paid by gift card" in text_of(made)
        with town.kavalier.work():
            assert left_on(card) == 11_000
        follow(sasha, sasha.get(made.request.path + "/cancellation"), "/cancellation")
        with town.kavalier.work():
            assert left_on(card) == 15_000
        nothing_differs(town.kavalier)

    def test_a_coupon_that_comes_later_leaves_it_less_to_pay(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        with town.kavalier.work():
            card, coupon = gift_card(50_000), coupon_for(iryna)
        page = follow(sasha, at_payment(sasha), "/codes", {"code": card_code(town, card)})
        page = follow(sasha, page, "/things", {"thing": f"coupons:{coupon}"})
        assert "What pays was chosen anew" in page.text
        confirm(sasha, page)
        with town.kavalier.work():
            assert left_on(card) == 41_000

    def test_an_empty_or_blocked_one_is_refused(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        with town.kavalier.work():
            empty, blocked = gift_card(100), gift_card(100)
            sell(basket(town.kavalier, iryna, 100, gift_cards={empty: 100}))
            db.session.get_one(GiftCard, (town.kavalier.id, blocked)).active = False
        page = at_payment(sasha)
        for card, words in ((empty, "There is nothing on it"), (blocked, "It is switched off")):
            assert words in text_of(follow(sasha, page, "/codes", {"code": card_code(town, card)}))


def test_points_of_offers_need_the_pin(town: Town, sasha: FlaskClient, iryna: int) -> None:
    """TE-3: the limit is of all points that leave."""
    with town.kavalier.work():
        add_points(iryna, 9_000)
        db.session.get_one(Program, (town.kavalier.id, town.kavalier.program)).pin_limit = 2_000
        offer = offer_for(iryna, 3_000)
    page = follow(sasha, at_payment(sasha), "/things", {"thing": f"offers:{offer}"})
    assert "So many points need a PIN" in text_of(page)
    assert "The sale is made" in text_of(confirm(sasha, page))


def test_another_amount_needs_another_pin_for_the_same_offer(town: Town, sasha: FlaskClient, iryna: int) -> None:
    """TE-3: the PIN that was sent was for the check as it was."""
    with town.kavalier.work():
        add_points(iryna, 9_000)
        db.session.get_one(Program, (town.kavalier.id, town.kavalier.program)).pin_limit = 2_000
        offer = offer_for(iryna, 3_000)
    page = follow(sasha, at_payment(sasha), "/things", {"thing": f"offers:{offer}"})
    address = page.request.path.replace("/payment", "/amount")
    assert "reads the PIN" in follow(sasha, page, "/pin").text
    page = follow(sasha, sasha.get(address), "/amount", {"amount": "50"})
    assert "The sale is made" in text_of(confirm(sasha, page))


def test_until_is_the_last_day_on_which_it_can_be_redeemed(town: Town, sasha: FlaskClient, iryna: int) -> None:
    """LP-8, TE-4: what ends at a midnight ends with the day before, as the panel says it."""
    with town.kavalier.work():
        give_offer(iryna, add_offer(ends_at=datetime(2998, 12, 1, tzinfo=KYIV)))
        coupon_for(iryna, valid_until=datetime(2998, 11, 1, tzinfo=KYIV))
    words = text_of(at_payment(sasha))
    assert "until 30 Nov 2998" in words
    assert "until 31 Oct 2998" in words


def test_points_that_are_not_there_redeem_no_offer(town: Town, sasha: FlaskClient, iryna: int) -> None:
    with town.kavalier.work():
        offer = offer_for(iryna, 3_000)
    refused = follow(sasha, at_payment(sasha), "/things", {"thing": f"offers:{offer}"})
    assert refused.status_code == 422
    assert "There are not enough points for these offers." in text_of(refused)


def test_the_log_and_the_profile_tell_what_was_redeemed(town: Town, iryna: int) -> None:
    """CP-3, TL-1: and a report counts what a gift card paid as it counts accounts."""
    shop = town.kavalier
    with shop.work():
        add_points(iryna, 5_000)
        things = {
            "coupons": (coupon_for(iryna),),
            "offers": (offer_for(iryna, 1_000),),
            "gift_cards": {gift_card(9_000): 3_000},
        }
        sale = sell(basket(shop, iryna, **things), pin_checked=True).transaction_id
    anna = town.browser(town.anna)
    for page in (f"/transactions/{sale}", f"/customers/{iryna}/transactions/{sale}"):
        words = text_of(anna.get(page))
        for told in ("Ten percent off", "Second croissant free 10 points", "Paid by gift card", "−₴30.00"):
            assert told in words, (page, told)
    report = text_of(anna.get("/transactions/report"))
    assert "30 .00 60 .00" in report
    with shop.work():
        cancel_sale(db.session.get_one(Transaction, (shop.id, sale)))
        assert db.session.scalars(select(CouponSeries)).one().used == 0
