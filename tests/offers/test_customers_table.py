"""What the table, conditions, drawer, file and erasure know of coupons and offers in hand (CT-1, CT-7, CP-8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.customers.conditions.nodes import Condition, Group
from app.customers.queries import customer_to_erase
from app.customers.saved_filters import Kept, keep
from app.customers.services.erasing import Reason, confirmation, erase_customer
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.lib import dates
from app.offers import personal_data
from app.offers.models import Coupon, CouponStatus, GiftCard
from app.offers.services import issue_coupon, lapse_coupons, redeem_coupon
from app.offers.services.gift_cards import make_gift_card
from tests.browsing import text_of
from tests.factories import add_customer, add_offer, add_sale, add_series, give_offer
from tests.offers.holding import nothing_differs
from tests.people import Shop, Town

NAMES = ("None", "Used", "One", "Two", "Offered")


@pytest.fixture
def crowd(shop: Shop) -> dict[str, int]:
    """Customers by how many coupons they hold, all seen by Boris; the series and the offer."""
    with shop.work():
        people = {name: add_customer(name, "", point_of_sale=shop.franchised_place) for name in NAMES}
        for each in people.values():
            add_sale(each, shop.franchised_terminal, 100)
        series, other, offer = add_series("Ten"), add_series("Cookie"), add_offer("Evening")
        used = issue_coupon(series, people["Used"], "1").done[people["Used"]]
        redeem_coupon(used, people["Used"], add_sale(people["Used"], shop.own_terminal, 1), shop.own_place, dates.now())
        for name, key in (("One", "1"), ("Two", "1"), ("Two", "2")):
            issue_coupon(series if name == "Two" else other, people[name], key)
        give_offer(people["Offered"], offer)
    return {**people, "series": series, "other": other, "offer": offer}


def filtered(shop: Shop, field: str, operator: str, *values: object) -> str:
    with shop.work():
        kept = Kept(conditions=Group(members=(Condition(field, operator, tuple(map(str, values))),)))
        return f"/customers?sort=first_name&f={keep(kept)}"


@pytest.mark.parametrize("who", ["anna", "boris"])
def test_sorts_by_what_is_in_hand(town: Town, crowd: dict[str, int], who: str) -> None:
    """CT-1, CT-4: who holds none stands among the others; used ones are not in hand."""
    text = text_of(town.browser(town.people[who]).get("/customers?sort=-coupons"))
    assert text.index("Two") < text.index("One") < text.index("Offered")
    text = text_of(town.browser(town.people[who]).get("/customers?sort=-offers"))
    assert text.index("Offered") < text.index("Two")


@pytest.mark.parametrize(
    ("field", "operator", "value", "names"),
    [
        ("coupon_series", "equals", "series", {"Two"}),
        ("coupon_series", "equals", "other", {"One"}),
        ("coupon_series", "exists", None, {"One", "Two"}),
        ("offer", "equals", "offer", {"Offered"}),
        ("offer", "missing", None, {"None", "Used", "One", "Two"}),
        ("coupons", "more", 0, {"One", "Two"}),
        ("offers", "equals", 1, {"Offered"}),
    ],
)
@pytest.mark.parametrize("who", ["anna", "boris"])
def test_conditions_ask_who_holds(
    town: Town, shop: Shop, crowd: dict[str, int], field: str, operator: str, value: object, names: set[str], who: str
) -> None:
    """CT-7: holds coupon of series S, holds offer O."""
    known = () if value is None else (crowd.get(str(value), value),)
    text = text_of(town.browser(town.people[who]).get(filtered(shop, field, operator, *known)))
    assert {name for name in NAMES if f" {name} " in text.replace("None in hand", "")} == names


def test_what_lapsed_is_in_no_hand(town: Town, shop: Shop, crowd: dict[str, int]) -> None:
    """CT-1: a coupon past its date leaves the numbers."""
    with shop.work():
        for coupon in db.session.scalars(select(Coupon).where(Coupon.status == CouponStatus.HELD)):
            coupon.expires_at = dates.now() - timedelta(seconds=1)
    with shop.work():
        assert lapse_coupons() == 3
    text = text_of(town.browser(town.anna).get(filtered(shop, "coupons", "more", 0)))
    assert "Two" not in text
    nothing_differs(shop)


def test_drawer_and_overview_tell_it(town: Town, crowd: dict[str, int]) -> None:
    """CP-1"""
    assert "2 coupons, 0 offers" in town.browser(town.anna).get(f"/customers?open={crowd['Two']}").text
    assert "Coupons in hand 2 0 offers" in text_of(town.browser(town.anna).get(f"/customers/{crowd['Two']}"))


def test_a_customers_file_has_them(shop: Shop, crowd: dict[str, int]) -> None:
    """CP-8"""
    with shop.work():
        make_gift_card(10_000, None, crowd["Two"])
        coupons, cards = personal_data.coupons(crowd["Two"]), personal_data.gift_cards(crowd["Two"])
    assert [each["title"] for each in coupons] == ["Ten", "Ten"]
    assert [each["left"] for each in cards] == [10_000]


def test_a_merged_records_gift_card_stands_in_the_file_once(shop: Shop, crowd: dict[str, int]) -> None:
    """CP-8, CP-9: each record's is in its own part of the file."""
    with shop.work():
        absorbed = add_customer("Twin")
        make_gift_card(10_000, None, absorbed)
        merge_customers(*hold_pair(crowd["Two"], absorbed), set())
    with shop.work():
        assert [len(personal_data.gift_cards(each)) for each in (crowd["Two"], absorbed)] == [0, 1]


def test_an_erased_customer_holds_nothing(town: Town, shop: Shop, crowd: dict[str, int]) -> None:
    """CP-8: coupons are left again, and gift cards pay still, as nobody's."""
    with shop.work(town.anna):
        card = make_gift_card(10_000, None, crowd["Two"]).id
        customer = customer_to_erase(crowd["Two"])
        erase_customer(customer, confirmation(customer), Reason.REQUEST)
    with shop.work():
        held = select(Coupon.id).where(Coupon.holder_id == crowd["Two"], Coupon.status == CouponStatus.HELD)
        assert db.session.scalars(held).all() == []
        assert db.session.get_one(GiftCard, (shop.id, card)).customer_id is None
    nothing_differs(shop)
