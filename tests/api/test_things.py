"""Coupons, offers and gift cards through the API: listed, given, checked, redeemed with a sale (AP-1, TE-4, LP-8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.extensions import db
from app.lib import dates
from app.lib.short_codes import spelt
from app.offers.models import CodeKind, Coupon, GiftCard
from app.offers.services import generate_coupons
from app.offers.services.gift_cards import make_gift_card
from app.offers.services.guessing import MOST
from tests.api.calling import Program, problem, program
from tests.factories import add_customer, add_offer, add_series
from tests.people import Town
from tests.transactions.bringing import coupon_for, left_on, offer_for, redeemed, used
from tests.transactions.races import nothing_differs


class TestCoupons:
    def test_one_is_issued_listed_and_redeemed_once(self, town: Town, till: Program, iryna: int) -> None:
        """LP-8, TE-4: by its id as the customer holds it, or by its code."""
        with town.kavalier.work():
            series = add_series("Ten off", number_limit=2)
        listed = till.get("/coupon-series").get_json()["items"]
        assert [(each["id"], each["left"], each["issued_now"]) for each in listed] == [(series, 2, True)]
        coupons = [till.post(f"/customers/{iryna}/coupons", {"series_id": series}).get_json() for _ in range(2)]
        problem(till.post(f"/customers/{iryna}/coupons", {"series_id": series}), 409, "none-left")
        assert {each["id"] for each in till.get(f"/customers/{iryna}/coupons").get_json()["items"]} == {
            each["id"] for each in coupons
        }
        basket = {"customer_id": iryna, "amount": 10_000}
        by_id = till.post("/sales", {**basket, "coupons": [coupons[0]["id"]]}).get_json()
        by_code = till.post("/sales", {**basket, "codes": [coupons[1]["code"].lower()]}).get_json()
        assert (by_id["total"], by_code["total"]) == (9_000, 9_000)
        told = problem(till.post("/sales", {**basket, "coupons": [coupons[0]["id"]]}), 409, "brought")
        assert (told["brought"], told["why"]) == ("coupons", "used")
        with town.kavalier.work():
            assert used(coupons[0]["id"])
        nothing_differs(town.kavalier)

    def test_the_same_call_twice_issues_one(self, town: Town, till: Program, iryna: int) -> None:
        """BA-13's promise for a single one."""
        with town.kavalier.work():
            series = add_series("Ten off")
        first, again = (till.post(f"/customers/{iryna}/coupons", {"series_id": series}, "give-1") for _ in range(2))
        assert first.get_json() == again.get_json()
        assert len(till.get(f"/customers/{iryna}/coupons").get_json()["items"]) == 1

    def test_nobodys_coupon_comes_by_its_code_alone(self, town: Town, till: Program, iryna: int) -> None:
        """TE-4: its id says nothing of who has it in hand."""
        with town.kavalier.work():
            generate_coupons(add_series("Printed"), 1, "test")
            stranger = add_customer("Petro")
            series = add_series("His")
        his = till.post(f"/customers/{stranger}/coupons", {"series_id": series}).get_json()
        basket = {"customer_id": iryna, "amount": 10_000}
        for number in (his["id"], his["id"] - 1, 2**63 - 1):
            assert problem(till.post("/sales", {**basket, "coupons": [number]}), 409, "brought")["why"] == "unknown"
        problem(till.post("/sales", {**basket, "codes": [his["code"]]}), 409, "code-unknown")

    def test_a_code_for_all_is_taken_once_by_each(self, town: Town, till: Program, iryna: int) -> None:
        with town.kavalier.work():
            shared = {"code_kind": CodeKind.SHARED, "code": "SPRING", "code_key": "SPR1NG", "customer_limit": 1}
            add_series("Spring", **shared)
        told = till.post("/codes", {"customer_id": iryna, "code": "spring"}).get_json()
        assert (told["coupon"]["title"], told["coupon_id"]) == ("Spring", None)
        basket = {"customer_id": iryna, "amount": 10_000, "codes": ["spring"]}
        assert till.post("/sales", basket).get_json()["total"] == 9_000
        problem(till.post("/sales", basket), 409, "code-used")

    def test_a_series_of_another_business_is_not_there(self, town: Town, till: Program, iryna: int) -> None:
        with town.teremok.work():
            series = add_series("Theirs")
        problem(till.post(f"/customers/{iryna}/coupons", {"series_id": series}), 422, "body-wrong")


class TestCodes:
    def test_it_says_what_a_code_is(self, town: Town, till: Program, iryna: int) -> None:
        with town.kavalier.work():
            card = make_gift_card(10_000, None)
            series, code = add_series("Ten off", least_amount=500), card.code
        coupon = till.post(f"/customers/{iryna}/coupons", {"series_id": series}).get_json()
        told = till.post("/codes", {"customer_id": iryna, "code": coupon["code"]}, "").get_json()
        assert told["coupon"] == {"title": "Ten off", "kind": "percent", "value": 1_000}
        assert (told["coupon_id"], told["least_amount"], told["balance"]) == (coupon["id"], 500, None)
        told = till.post("/codes", {"customer_id": iryna, "code": spelt(code)}).get_json()
        assert (told["coupon"], told["balance"]) == (None, 10_000)

    def test_guessing_does_not_pay(self, till: Program, iryna: int) -> None:
        """LP-8: wrong codes count at the Terminal, as there."""
        for number in range(MOST):
            problem(till.post("/codes", {"customer_id": iryna, "code": f"guess {number}"}), 409, "code-unknown")
        answer = till.post("/codes", {"customer_id": iryna, "code": "guess"})
        problem(answer, 429, "too-many-codes")
        assert answer.headers["Retry-After"] == "600"


def test_a_franchisees_key_is_not_told_when_something_was_used_elsewhere(town: Town, till: Program, iryna: int) -> None:
    """PR-3: that would tell of a visit; the brand's own is told, and each what was used at its own places."""
    shop = town.kavalier
    with shop.work():
        coupons, offers = [coupon_for(iryna) for _ in "ab"], [offer_for(iryna, title=title) for title in "ab"]
        codes = [db.session.get_one(Coupon, (shop.id, number)).code for number in coupons]
    partner = program(shop, franchisee_id=shop.franchisee)
    at = {"customer_id": iryna, "terminal_id": shop.franchised_terminal}
    for seller, place, number in ((till, {"customer_id": iryna}, 0), (partner, at, 1)):
        sold = {**place, "amount": 10_000, "coupons": [coupons[number]], "offers": [offers[number]]}
        assert seller.post("/sales", sold).status_code == 201
    for number, told in ((0, False), (1, True)):
        asked = problem(partner.post("/codes", {**at, "code": codes[number]}), 409, "code-used")
        assert (asked["when"] is not None, "already," in asked["detail"]) == (told, told)
        for thing in ({"coupons": [coupons[number]]}, {"offers": [offers[number]]}):
            asked = problem(partner.post("/quotes", {**at, "amount": 100, **thing}), 409, "brought")
            assert (asked["when"] is not None, "already," in asked["detail"]) == (told, told)
        assert problem(till.post("/codes", {"customer_id": iryna, "code": codes[number]}), 409, "code-used")["when"]


class TestGiftCards:
    def test_one_pays_what_is_on_it(self, town: Town, till: Program, iryna: int) -> None:
        """LP-8, TE-4; and has it back when the sale is cancelled (TE-5)."""
        with town.kavalier.work():
            card = make_gift_card(5_000, None)
            number, code = card.id, card.code
        basket = {"customer_id": iryna, "amount": 8_000}
        problem(till.post("/sales", {**basket, "gift_cards": [{"code": code, "amount": 5_001}]}), 409, "brought")
        made = till.post("/sales", {**basket, "gift_cards": [{"code": code, "amount": 4_000}]}).get_json()
        assert (made["due"], made["account_paid"], made["earned"]) == (4_000, 4_000, 400)
        with town.kavalier.work():
            assert left_on(number) == 1_000
        assert code not in till.get(f"/sales/{made['id']}").text
        till.post(f"/sales/{made['id']}/cancellation", None)
        with town.kavalier.work():
            assert left_on(number) == 5_000
        nothing_differs(town.kavalier)

    @pytest.mark.parametrize("said", [{"amount": 0}, {"amount": 1, "code": "0"}])
    def test_a_card_that_pays_nothing_or_is_none(
        self, town: Town, till: Program, iryna: int, said: dict[str, object]
    ) -> None:
        with town.kavalier.work():
            card: GiftCard = make_gift_card(5_000, None)
            paying = {"code": card.code, **said}
        answer = till.post("/sales", {"customer_id": iryna, "amount": 8_000, "gift_cards": [paying]})
        problem(answer, *((409, "code-unknown") if "code" in said else (422, "body-wrong")))


class TestOffers:
    def test_one_is_given_redeemed_and_gone(self, town: Town, till: Program, iryna: int) -> None:
        """LP-8, CP-5: its points go with the sale."""
        with town.kavalier.work():
            offer = add_offer("Croissant", price=1_000)
        assert [each["id"] for each in till.get("/offers").get_json()["items"]] == [offer]
        held = till.post(f"/customers/{iryna}/offers", {"offer_id": offer}).get_json()
        problem(till.post(f"/customers/{iryna}/offers", {"offer_id": offer}), 409, "not-given")
        made = till.post("/sales", {"customer_id": iryna, "amount": 10_000, "offers": [held["id"]]}).get_json()
        assert (made["points_for_offers"], made["points_paid"], made["balance"]) == (1_000, 0, 3_000)
        told = till.get(f"/customers/{iryna}/offers").get_json()["items"]
        assert [each["redeemed_at"] is not None for each in told] == [True]
        with town.kavalier.work():
            assert redeemed(held["id"])
        nothing_differs(town.kavalier)

    def test_one_is_taken_away(self, town: Town, till: Program, iryna: int) -> None:
        """CP-5."""
        with town.kavalier.work():
            given, his = offer_for(iryna), offer_for(add_customer("Petro"), title="His")
        address = f"/customers/{iryna}/offers/{given}"
        assert till.call("DELETE", address, None, "remove-1").get_json() == {"removed": True}
        assert till.call("DELETE", address, None, "remove-1").get_json() == {"removed": True}
        assert till.call("DELETE", address).get_json() == {"removed": False}
        assert till.get(f"/customers/{iryna}/offers").get_json()["items"] == []
        problem(till.call("DELETE", f"/customers/{iryna}/offers/{his}"), 404)

    def test_one_that_is_over_is_not_given(self, town: Town, till: Program, iryna: int) -> None:
        with town.kavalier.work():
            over = add_offer("Past", ends_at=dates.now() - timedelta(hours=1))
        problem(till.post(f"/customers/{iryna}/offers", {"offer_id": over}), 409, "not-given-over")


def test_a_franchisees_key_gives_to_its_own_customers_alone(town: Town, iryna: int) -> None:
    """PR-3."""
    with town.kavalier.work():
        series, offer = add_series(), add_offer()
    partner = program(town.kavalier, franchisee_id=town.kavalier.franchisee)
    problem(partner.post(f"/customers/{iryna}/coupons", {"series_id": series}), 404)
    problem(partner.post(f"/customers/{iryna}/offers", {"offer_id": offer}), 404)
    problem(partner.get(f"/customers/{iryna}/coupons"), 404)
