"""Coupons, offers and gift cards in a sale: redeemed with it, given back with its cancel (TE-4, TE-5, LP-2, LP-8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, Entry, EntryKind
from app.lib import dates
from app.loyalty.models import Access, Notify, Program
from app.loyalty.rules import CouponIssue, DiscountPercent, Effect, Gift, PointsPercent
from app.messaging.models import Message, MessageKind
from app.offers.models import Coupon, CouponSeries, CouponStatus, CustomerHolding, Offer
from app.offers.services import Refused
from app.transactions.models import Status, Transaction
from app.transactions.services import (
    BroughtRefusedError,
    MissingError,
    PinNeededError,
    QuoteChangedError,
    Refusal,
    RefusedError,
    cancel_sale,
    quote,
    sell,
)
from tests.factories import add_customer, add_good, add_points, add_rule, add_series
from tests.offers.holding import nothing_differs
from tests.people import Shop, Town
from tests.transactions.bringing import basket, coupon_for, gift_card, left_on, offer_for, redeemed, used


@pytest.fixture
def shop(town: Town) -> Iterator[Shop]:
    yield town.kavalier
    nothing_differs(town.kavalier)
    with town.kavalier.work():
        assert faults() == []


@pytest.fixture
def iryna(shop: Shop) -> int:
    with shop.work():
        return add_customer("Iryna", phone="+380671112233")


def give(shop: Shop, *effects: Effect) -> None:
    for number, effect in enumerate(effects):
        add_rule(shop.program, effect, name=f"Rule {number}", priority=number)


def points_of(shop: Shop, customer: int) -> int:
    row = db.session.get(Balance, (shop.id, shop.wallet, customer), populate_existing=True)
    return row.amount if row else 0


def sale_of(shop: Shop, number: int) -> Transaction:
    row: Transaction = db.session.get_one(Transaction, (shop.id, number), populate_existing=True)
    return row


class TestCoupons:
    @pytest.mark.parametrize(
        ("series", "total", "earned"),
        [
            ({"kind": "percent", "value": 1_500}, 7_650, 765),
            ({"kind": "amount", "value": 2_000}, 7_000, 700),
            ({"kind": "amount", "value": 99_900}, 0, 0),
            ({"kind": "points", "value": 5_000}, 9_000, 5_900),
        ],
    )
    def test_it_comes_after_the_rules_and_only_the_rest_earns(
        self, shop: Shop, iryna: int, series: dict[str, Any], total: int, earned: int
    ) -> None:
        """LP-8, LP-1: and a cancel gives it back, unused."""
        with shop.work():
            give(shop, DiscountPercent(1_000), PointsPercent(1_000))
            coupon = coupon_for(iryna, **series)
            asked = quote(basket(shop, iryna, coupons=(coupon,)))
            assert (asked.total, asked.due, asked.earned) == (total, total, earned)
            sale = sell(asked.basket, asked.figures)
            assert used(coupon)
            kept = sale_of(shop, sale.transaction_id)
            assert (kept.amount, kept.points_earned) == (total, earned)
            assert [each["kind"] for each in kept.extras] == ["coupon"]
            cancel_sale(kept)
            assert not used(coupon)
            assert points_of(shop, iryna) == 0

    def test_several_in_one_check_percent_first(self, shop: Shop, iryna: int) -> None:
        """LP-8: whatever the order in which they were shown; what each took off is kept."""
        with shop.work():
            fixed, percent = (
                coupon_for(iryna, kind="amount", value=1_000),
                coupon_for(iryna, kind="percent", value=5_000),
            )
            sale = sell(basket(shop, iryna, coupons=(fixed, percent)))
            assert sale.quote.total == 4_000
            assert [each["discount"] for each in sale_of(shop, sale.transaction_id).extras] == [1_000, 5_000]

    def test_a_good_comes_as_a_gift(self, shop: Shop, iryna: int) -> None:
        with shop.work():
            cake = add_good("Cake")
            coupon = coupon_for(iryna, kind="good", value=0, good_id=cake)
            sale = sell(basket(shop, iryna, coupons=(coupon,)))
            extras = sale_of(shop, sale.transaction_id).extras
            assert [(each["kind"], each["title"]) for each in extras][1] == ("gift", "Cake")

    @pytest.mark.parametrize(
        ("why", "change"),
        [
            (Refused.EXPIRED, {"expires_at": dates.now() - timedelta(hours=1)}),
            (Refused.REMOVED, {"status": CouponStatus.REMOVED, "removed_at": dates.now()}),
        ],
    )
    def test_one_that_holds_no_more_is_refused(
        self, shop: Shop, iryna: int, why: Refused, change: dict[str, Any]
    ) -> None:
        """TE-4."""
        with shop.work():
            coupon = coupon_for(iryna)
            for name, value in change.items():
                setattr(db.session.get_one(Coupon, (shop.id, coupon)), name, value)
            db.session.flush()
            with pytest.raises(BroughtRefusedError) as refused:
                quote(basket(shop, iryna, coupons=(coupon,)))
            assert refused.value.why is not None
            assert (refused.value.why.reason, refused.value.number) == (why, coupon)
            db.session.rollback()

    def test_a_used_one_is_refused_and_so_is_anothers(self, shop: Shop, iryna: int) -> None:
        """TE-4: nobody learns that it is another's."""
        with shop.work():
            coupon, taras = coupon_for(iryna), add_customer("Taras")
            with pytest.raises(BroughtRefusedError) as refused:
                quote(basket(shop, taras, coupons=(coupon,)))
            assert refused.value.why is not None
            assert refused.value.why.reason is Refused.UNKNOWN
            sell(basket(shop, iryna, coupons=(coupon,)))
            with pytest.raises(BroughtRefusedError) as refused:
                sell(basket(shop, iryna, coupons=(coupon,)))
            assert refused.value.why is not None
            assert refused.value.why.reason is Refused.USED

    def test_it_needs_its_amount_before_discounts(self, shop: Shop, iryna: int) -> None:
        with shop.work():
            give(shop, DiscountPercent(5_000))
            coupon = coupon_for(iryna, least_amount=10_000)
            with pytest.raises(BroughtRefusedError) as refused:
                quote(basket(shop, iryna, 9_999, coupons=(coupon,)))
            assert (refused.value.why, refused.value.most) == (None, 10_000)
            assert quote(basket(shop, iryna, 10_000, coupons=(coupon,))).total == 4_500

    def test_a_changed_series_changes_the_quote(self, shop: Shop, iryna: int) -> None:
        """TE-2: who agreed to other figures is asked again."""
        with shop.work():
            coupon = coupon_for(iryna)
            asked = quote(basket(shop, iryna, coupons=(coupon,)))
            db.session.scalars(select(CouponSeries)).one().value = 2_000
            db.session.flush()
            with pytest.raises(QuoteChangedError):
                sell(asked.basket, asked.figures)
            db.session.rollback()

    def test_a_shared_code_is_issued_as_it_is_used_and_withdrawn_with_a_cancel(self, shop: Shop, iryna: int) -> None:
        with shop.work():
            number = add_series(code_kind="shared", code="SUMMER", code_key="SVMMER", customer_limit=1, number_limit=1)
            sale = sell(basket(shop, iryna, series=(number,)))
            assert sale.quote.total == 9_000
            with pytest.raises(BroughtRefusedError):
                sell(basket(shop, add_customer("Taras"), series=(number,)))
            cancel_sale(sale_of(shop, sale.transaction_id))
            series = db.session.get_one(CouponSeries, (shop.id, number), populate_existing=True)
            assert (series.issued, series.used) == (0, 0)
            sell(basket(shop, iryna, series=(number,)))

    @pytest.mark.parametrize("access", [Access.LIMITED, Access.NONE])
    @pytest.mark.parametrize("kind", ["coupons", "offers", "gift_cards"])
    def test_who_cannot_redeem_redeems_nothing(self, shop: Shop, access: Access, kind: str) -> None:
        """AC-1."""
        with shop.work():
            customer = add_customer("Taras", access=access)
            things = {
                "coupons": (coupon_for(customer),),
                "offers": (offer_for(customer),),
                "gift_cards": {gift_card(500): 500},
            }
            with pytest.raises(RefusedError) as refused:
                quote(basket(shop, customer, **{kind: things[kind]}))
            assert refused.value.refusal is Refusal.NO_REDEEMING


class TestGiftCards:
    def test_it_pays_partly_and_has_it_back(self, shop: Shop, iryna: int) -> None:
        """LP-1: points are earned on the money that is left; it is paid like from an account."""
        with shop.work():
            give(shop, PointsPercent(1_000))
            card = gift_card(7_000)
            sale = sell(basket(shop, iryna, gift_cards={card: 4_000}))
            kept = sale_of(shop, sale.transaction_id)
            assert (left_on(card), kept.account_paid, kept.from_gift_cards, kept.points_earned) == (
                3_000,
                4_000,
                4_000,
                600,
            )
            cancel_sale(kept)
            assert left_on(card) == 7_000

    @pytest.mark.parametrize(("amount", "on_it"), [(5_001, 5_000), (1, 0)])
    def test_it_pays_what_is_on_it(self, shop: Shop, iryna: int, amount: int, on_it: int) -> None:
        with shop.work():
            card = gift_card(5_000)
            if not on_it:
                sell(basket(shop, iryna, gift_cards={card: 5_000}))
            with pytest.raises(BroughtRefusedError) as refused:
                sell(basket(shop, iryna, gift_cards={card: amount}))
            assert refused.value.why is not None
            assert refused.value.why.reason is Refused.EMPTY

    def test_one_that_pays_nothing_is_not_told_of(self, shop: Shop, iryna: int) -> None:
        """CP-3: it was shown, and left as it is."""
        with shop.work():
            card = gift_card(5_000)
            sale = sell(basket(shop, iryna, gift_cards={card: 0}))
            assert sale_of(shop, sale.transaction_id).extras == []
            assert left_on(card) == 5_000

    def test_it_pays_no_more_than_the_check(self, shop: Shop, iryna: int) -> None:
        with shop.work(), pytest.raises(RefusedError) as refused:
            sell(basket(shop, iryna, gift_cards={gift_card(20_000): 10_001}))
        assert refused.value.refusal is Refusal.OVERPAID


class TestOffers:
    def test_its_points_are_spent_and_pay_nothing(self, shop: Shop, iryna: int) -> None:
        """LP-8, CP-2: the history has its title; a cancel gives points and offer back."""
        with shop.work():
            add_points(iryna, 10_000)
            offer = offer_for(iryna, 3_000)
            sale = sell(basket(shop, iryna, offers=(offer,), points=2_000), pin_checked=True)
            assert (sale.quote.due, points_of(shop, iryna)) == (8_000, 5_000)
            kept = sale_of(shop, sale.transaction_id)
            assert (kept.points_paid, kept.points_for_offers) == (2_000, 3_000)
            assert redeemed(offer)
            notes = db.session.scalars(select(Entry.note).where(Entry.kind == EntryKind.SPENT)).all()
            assert "Second croissant free" in notes
            cancel_sale(kept)
            assert not redeemed(offer)
            assert points_of(shop, iryna) == 10_000

    def test_its_points_count_for_the_pin_and_the_balance(self, shop: Shop, iryna: int) -> None:
        """TE-3."""
        with shop.work():
            add_points(iryna, 5_000)
            offer = offer_for(iryna, 3_000)
            db.session.get_one(Program, (shop.id, shop.program)).pin_limit = 4_000
            db.session.flush()
            sold = basket(shop, iryna, offers=(offer,), points=1_000)
            assert not quote(sold).needs_pin
            more = basket(shop, iryna, offers=(offer,), points=1_100)
            with pytest.raises(PinNeededError):
                sell(more)
            with pytest.raises(RefusedError) as refused:
                sell(basket(shop, iryna, offers=(offer,), points=2_100))
            assert (refused.value.refusal, refused.value.most) == (Refusal.TOO_MANY_POINTS, 2_000)
            with pytest.raises(RefusedError) as refused:
                sell(basket(shop, iryna, offers=(offer, offer_for(iryna, 3_000, "Cake"))))
            assert (refused.value.refusal, refused.value.most) == (Refusal.TOO_FEW_POINTS, 5_000)

    def test_another_price_changes_the_quote(self, shop: Shop, iryna: int) -> None:
        with shop.work():
            add_points(iryna, 5_000)
            asked = quote(basket(shop, iryna, offers=(offer_for(iryna, 3_000),)))
            db.session.scalars(select(Offer)).one().price = 3_500
            db.session.flush()
            with pytest.raises(QuoteChangedError):
                sell(asked.basket, asked.figures)


class TestCouponsOfRules:
    """LP-2: a coupon of a series as an effect."""

    def test_it_comes_with_the_sale_and_its_code_is_told(self, shop: Shop, iryna: int) -> None:
        with shop.work():
            db.session.get_one(Program, (shop.id, shop.program)).notifications = Notify.SMS
            give(shop, CouponIssue(add_series("Next time")))
            sale = sell(basket(shop, iryna))
            coupon = db.session.scalars(select(Coupon)).one()
            assert (coupon.holder_id, coupon.source_transaction_id) == (iryna, sale.transaction_id)
            (extra,) = sale_of(shop, sale.transaction_id).extras
            assert (extra["kind"], extra["title"], extra["code"]) == ("issued", "Next time", coupon.code)
            told = db.session.scalars(select(Message).where(Message.kind == MessageKind.COUPON)).one()
            assert coupon.code in told.text

    @pytest.mark.parametrize(
        ("series", "why"),
        [
            ({"active": False}, "off"),
            ({"issue_from": dates.now() + timedelta(1)}, "not_yet"),
            ({"issue_to": dates.now() - timedelta(hours=1)}, "over"),
            ({"number_limit": 1}, "none_left"),
            ({"customer_limit": 1}, "limit"),
        ],
    )
    def test_the_sale_says_why_there_is_none(self, shop: Shop, iryna: int, series: dict[str, Any], why: str) -> None:
        with shop.work():
            give(shop, CouponIssue(add_series("Next time", **series)))
            if why in ("none_left", "limit"):
                sell(basket(shop, iryna))
            sale = sell(basket(shop, iryna))
            (extra,) = sale_of(shop, sale.transaction_id).extras
            assert (extra["kind"], extra["why"]) == ("not_issued", why)

    @pytest.mark.parametrize(("access", "number"), [(Access.FULL, 1), (Access.LIMITED, 1), (Access.NONE, 0)])
    def test_who_earns_gets_it(self, shop: Shop, access: Access, number: int) -> None:
        """AC-1: and so with goods that rules give."""
        with shop.work():
            give(shop, CouponIssue(add_series()), Gift(add_good("Cake")))
            customer = add_customer("Taras", access=access)
            sale = sell(basket(shop, customer))
            assert len(sale_of(shop, sale.transaction_id).extras) == 2 * number
            assert len(db.session.scalars(select(Coupon)).all()) == number

    def test_a_cancel_withdraws_it(self, shop: Shop, iryna: int) -> None:
        """TE-5: it is left in its series again."""
        with shop.work():
            give(shop, CouponIssue(add_series(number_limit=1)))
            sale = sell(basket(shop, iryna))
            cancel_sale(sale_of(shop, sale.transaction_id))
            assert db.session.scalars(select(Coupon)).one().status is CouponStatus.REMOVED
            assert db.session.get_one(CustomerHolding, (shop.id, iryna), populate_existing=True).coupons == 0
            again = sell(basket(shop, iryna))
            assert sale_of(shop, again.transaction_id).extras[0]["kind"] == "issued"

    def test_one_that_was_used_meanwhile_is_named_and_may_be_left(self, shop: Shop, iryna: int) -> None:
        """TE-5: refused with what is missing; an admin's way out."""
        with shop.work():
            give(shop, PointsPercent(1_000))
            add_rule(shop.program, CouponIssue(add_series("Next time", number_limit=1)), name="Coupon")
            first = sell(basket(shop, iryna))
            coupon = db.session.scalars(select(Coupon)).one()
            sell(basket(shop, iryna, coupons=(coupon.id,)))
            before = points_of(shop, iryna)
            with pytest.raises(MissingError) as missing:
                cancel_sale(sale_of(shop, first.transaction_id))
            assert (missing.value.used, missing.value.missing) == (("Next time",), {})
            assert points_of(shop, iryna) == before
            cancel_sale(sale_of(shop, first.transaction_id), reason="A wrong check", leave=1)
            assert sale_of(shop, first.transaction_id).status is Status.CANCELLED
            assert used(coupon.id)
            assert points_of(shop, iryna) == before - 1_000


def test_a_sale_without_codes_costs_no_statement_more(shop: Shop, iryna: int) -> None:
    """TE-2: nothing of coupons, offers or gift cards is asked where none is there."""
    asked: list[str] = []
    with shop.work():
        give(shop, PointsPercent(1_000))
        sell(basket(shop, iryna))
    with shop.work():
        db.session.scalar(select(1))
        connection = db.session.connection()
        event.listen(connection, "before_cursor_execute", lambda *values: asked.append(values[2]))
        sell(basket(shop, iryna))
    assert not [each for each in asked if "coupon" in each or "gift_card" in each or "customer_offer" in each]
