"""Pages of series, gift cards and offers: what is kept, refused and told; who may (LP-8, PR-3, PR-4)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.audit import AuditEntry
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.lib import dates
from app.lib.short_codes import spelt
from app.offers.models import Coupon, CouponSeries, GiftCard, Offer
from app.offers.services import generate_coupons, issue_coupon
from app.offers.services.gift_cards import make_gift_card
from tests.browsing import csrf_token, page_of, text_of
from tests.factories import add_customer, add_good, add_offer, add_sale, add_series, give_offer
from tests.offers.holding import held, nothing_differs
from tests.people import Shop, Town

SERIES = {
    "title": "Ten",
    "public_titles": ["Ten off", "", ""],
    "descriptions": ["", "", ""],
    "kind": "percent",
    "percent": "10",
    "amount": "",
    "points": "",
    "good_id": "",
    "least_amount": "",
    "number_limit": "",
    "customer_limit": "",
    "issue_from": "2026-11-01",
    "issue_to": "",
    "valid_days": "30",
    "valid_from": "",
    "valid_until": "",
    "code_kind": "unique",
    "code": "",
    "active": "y",
}
OFFER = {
    "title": "Croissant",
    "public_titles": ["Second croissant free", "", ""],
    "texts": ["On us.", "", ""],
    "price": "50",
    "starts_at": "2026-11-01",
    "ends_at": "2027-01-31",
    "active": "y",
}


def send(town: Town, path: str, who: str = "anna", **fields: object) -> TestResponse:
    client = town.browser(town.people[who])
    hidden = {"csrf_token": csrf_token(client), "business_id": town.kavalier.id}
    said = {name: value for name, value in fields.items() if value is not None}
    return client.post(path, data=hidden | said)


def errors(response: TestResponse) -> list[str]:
    return [
        " ".join(" ".join(each.itertext()).split()) for each in page_of(response).findall(".//p[@class='field-error']")
    ]


def actions(shop: Shop) -> list[str]:
    with shop.work():
        mine = AuditEntry.subject_kind.in_(("coupon_series", "coupon", "offer", "customer_offer", "gift_card"))
        return list(db.session.scalars(select(AuditEntry.action).where(mine).order_by(AuditEntry.id)))


class TestSeries:
    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ({}, {"kind": "percent", "value": 1000, "valid_days": 30}),
            ({"kind": "amount", "amount": "50"}, {"kind": "amount", "value": 5000}),
            ({"kind": "points", "points": "100.5"}, {"kind": "points", "value": 10050}),
            ({"code_kind": "shared", "code": "welcome 10"}, {"code": "WELCOME10", "code_key": "WE1C0ME10"}),
            ({"number_limit": "5", "customer_limit": "1"}, {"number_limit": 5, "customer_limit": 1}),
            ({"active": None, "least_amount": "300"}, {"active": False, "least_amount": 30_000}),
        ],
    )
    def test_is_kept_as_it_is_said(self, town: Town, shop: Shop, said: dict[str, str], kept: dict[str, object]) -> None:
        """LP-8, PR-4: kinds, limits, dates and codes; with a line in the audit log."""
        response = send(town, "/coupons", **(SERIES | said))
        assert response.status_code == 303, errors(response)
        with shop.work():
            row = db.session.scalars(select(CouponSeries)).one()
            assert {name: getattr(row, name) for name in kept} == kept
            assert row.issue_from.isoformat() == "2026-10-31T22:00:00+00:00"
            series = row.id
        assert actions(shop) == ["coupon_series.add"]
        for page in ("/coupons", f"/coupons/{series}", f"/coupons/{series}/edit"):
            assert "Ten" in text_of(town.browser(town.anna).get(page))

    @pytest.mark.parametrize(
        ("said", "error"),
        [
            ({"title": ""}, "Enter a title."),
            ({"public_titles": ["", "", ""]}, "Enter it in at least one language."),
            ({"percent": ""}, "Enter what a coupon brings."),
            ({"percent": "101"}, "At most 100 percent."),
            ({"kind": "good"}, "Enter what a coupon brings."),
            ({"kind": "everything"}, "Not a valid choice."),
            ({"number_limit": "0"}, "Enter a number from 1 to 100,000,000."),
            ({"customer_limit": "-1"}, "An amount cannot be below 0."),
            ({"issue_to": "2026-10-30"}, "The last day is not before the first one."),
            ({"valid_from": "2026-12-01", "valid_until": "2026-11-30"}, "The last day is not before the first one."),
            ({"code_kind": "shared", "code": "знижка"}, "Enter 4 to 20 Latin letters and digits, such as WELCOME10."),
            ({"issue_to": "2026-02-30"}, "There is no such day. Write it as 1990-12-31."),
            ({"issue_from": "0001-01-01"}, "Enter a day between 1800 and 2200."),
            ({"valid_until": "9999-12-31"}, "Enter a day between 1800 and 2200."),
        ],
    )
    def test_what_cannot_be_is_said_beside_its_field(self, town: Town, said: dict[str, str], error: str) -> None:
        response = send(town, "/coupons", **(SERIES | said))
        assert response.status_code == 422
        assert error in errors(response)

    def test_a_shared_code_is_one_series(self, town: Town, shop: Shop) -> None:
        """LP-8: also where it only looks different, and none that could be drawn for a coupon."""
        shared = SERIES | {"code_kind": "shared", "code": "COCOA10"}
        assert send(town, "/coupons", **shared).status_code == 303
        assert errors(send(town, "/coupons", **(shared | {"code": "C0C0A1O"}))) == [
            "Another series has this code, in use or archived."
        ]

    def test_what_coupons_bring_stays_once_they_are_out(self, town: Town, shop: Shop) -> None:
        """LP-8: everything else can be changed, but never below what is issued."""
        with shop.work():
            series, customer = add_series(number_limit=9), add_customer()
            for key in "ab":
                issue_coupon(series, customer, key)
        page = town.browser(town.anna).get(f"/coupons/{series}/edit")
        version = page_of(page).find(".//input[@name='version']").get("value")  # type: ignore[union-attr]
        assert page_of(page).find(".//input[@name='percent']") is None
        said = SERIES | {"version": version, "title": "Renamed", "percent": "50"}
        assert errors(send(town, f"/coupons/{series}/edit", **(said | {"number_limit": "1"}))) == [
            "2 are issued already."
        ]
        assert send(town, f"/coupons/{series}/edit", **(said | {"number_limit": "2"})).status_code == 303
        with shop.work():
            row = db.session.get_one(CouponSeries, (shop.id, series))
            assert (row.title, row.value, row.number_limit) == ("Renamed", 1000, 2)

    def test_who_saved_meanwhile_is_not_overwritten(self, town: Town, shop: Shop) -> None:
        with shop.work():
            series = add_series()
        response = send(town, f"/coupons/{series}/edit", **(SERIES | {"version": "0" * 32}))
        assert response.status_code == 409
        assert "Someone else saved other values" in text_of(response)

    def test_coupons_to_print_are_of_nobody_and_shown_whole(self, town: Town, shop: Shop) -> None:
        """LP-8: others' codes are masked."""
        with shop.work():
            series, customer = add_series(number_limit=3), add_customer()
            issue_coupon(series, customer, "1")
        assert send(town, f"/coupons/{series}/printing", number="2").status_code == 303
        assert errors(send(town, f"/coupons/{series}/printing", number="1")) == ["Only 0 are left."]
        assert send(town, f"/coupons/{series}/printing", number="10001").status_code == 422
        with shop.work():
            codes = {row.holder_id: row.code for row in db.session.scalars(select(Coupon))}
        said = text_of(town.browser(town.anna).get(f"/coupons/{series}"))
        assert spelt(codes[None]) in said
        assert spelt(codes[customer]) not in said
        assert said.count("••••") == 1
        assert actions(shop) == ["coupon_series.print"]
        assert "No coupon fits" in text_of(town.browser(town.anna).get(f"/coupons/{series}?status=used"))
        assert town.browser(town.anna).get(f"/coupons/{series}?status=eaten").status_code == 400

    def test_pages_go_on_over_all_states(self, town: Town, shop: Shop) -> None:
        with shop.work():
            series = add_series()
            generate_coupons(series, 120, "print")
        seen, page = set(), f"/coupons/{series}"
        for _ in range(3):
            response = town.browser(town.anna).get(page)
            seen |= set(re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}", text_of(response)))
            following = page_of(response).find(".//a[@aria-label='Next page']")
            page = following.get("href", "") if following is not None else ""
        assert len(seen) == 120
        assert not page

    def test_archiving_and_back(self, town: Town, shop: Shop) -> None:
        with shop.work():
            series = add_series()
        for verb in ("archiving", "restoration"):
            assert send(town, f"/coupons/{series}/{verb}").status_code == 303
        assert actions(shop) == ["coupon_series.archive", "coupon_series.restore"]

    def test_a_location_operator_reads_the_brands_series_without_its_numbers(self, town: Town, shop: Shop) -> None:
        """PR-3: and of the coupons those of its own customers."""
        with shop.work():
            series, mine, other = add_series(), add_customer("Mine"), add_customer("Other")
            add_sale(mine, shop.franchised_terminal, 100)
            for each in (mine, other):
                issue_coupon(series, each, "1")
        said = text_of(town.browser(town.boris).get(f"/coupons/{series}"))
        assert "Mine" in said
        assert "Other" not in said
        assert "Left" not in said
        assert town.browser(town.boris).get(f"/coupons/{series}/edit").status_code == 403
        assert town.browser(town.boris).get("/gift-cards").status_code == 403
        assert town.browser(town.vera).get("/coupons").status_code == 403


class TestOffers:
    def test_is_kept_as_it_is_said(self, town: Town, shop: Shop) -> None:
        """LP-8: title, text in languages, price in points, dates."""
        response = send(town, "/offers", **OFFER)
        assert response.status_code == 303, errors(response)
        with shop.work():
            row = db.session.scalars(select(Offer)).one()
            assert (row.price, row.public_titles, row.active) == (5_000, {"en": "Second croissant free"}, True)
            assert row.ends_at is not None
            assert row.ends_at.isoformat() == "2027-01-31T22:00:00+00:00"
        said = text_of(town.browser(town.anna).get("/offers"))
        assert "Croissant On us." in said
        assert "1 Nov – 31 Jan 2027" in said
        assert "50 points" in said

    def test_its_end_stays_once_it_is_over(self, town: Town, shop: Shop) -> None:
        """CP-5: it left its customers' hands."""
        with shop.work():
            offer = add_offer(ends_at=dates.now() - timedelta(days=3))
        version = page_of(town.browser(town.anna).get(f"/offers/{offer}")).find(".//input[@name='version']")
        assert version is not None
        response = send(town, f"/offers/{offer}", **(OFFER | {"version": version.get("value")}))
        assert response.status_code == 422
        assert errors(response) == ["It is over, and has left its customers' hands. Make a new one."]

    def test_a_location_operator_reads_it(self, town: Town, shop: Shop) -> None:
        with shop.work():
            offer = add_offer("Croissant")
        said = text_of(town.browser(town.boris).get(f"/offers/{offer}"))
        assert "This is the brand's" in said
        assert send(town, f"/offers/{offer}", "boris", **OFFER).status_code == 403

    def test_archiving_and_back(self, town: Town, shop: Shop) -> None:
        with shop.work():
            offer = add_offer()
        for verb in ("archiving", "restoration"):
            assert send(town, f"/offers/{offer}/{verb}").status_code == 303
        assert actions(shop) == ["offer.archive", "offer.restore"]


class TestGiftCards:
    def test_is_issued_and_its_code_told_to_whoever_asks_in_writing(self, town: Town, shop: Shop) -> None:
        """LP-8, PR-4"""
        assert send(town, "/gift-cards", amount="500", last_day="2027-12-31").status_code == 303
        with shop.work():
            card = db.session.scalars(select(GiftCard)).one()
            code, number = spelt(card.code), card.id
            assert (card.initial, card.balance) == (50_000, 50_000)
        page = f"/gift-cards/{number}"
        assert code not in text_of(town.browser(town.anna).get(page))
        assert code in text_of(send(town, f"{page}/code"))
        for verb in ("blocking", "unblocking"):
            assert send(town, f"{page}/{verb}").status_code == 303
        assert actions(shop) == ["gift_card.issue", "gift_card.tell_code", "gift_card.block", "gift_card.unblock"]
        nothing_differs(shop)

    @pytest.mark.parametrize(
        ("said", "error"),
        [
            ({"amount": ""}, "Enter an amount."),
            ({"amount": "0"}, "Enter an amount above 0."),
            ({"amount": "10", "last_day": "2020-01-01"}, "This day is over."),
        ],
    )
    def test_what_cannot_be_is_said(self, town: Town, said: dict[str, str], error: str) -> None:
        response = send(town, "/gift-cards", **({"last_day": ""} | said))
        assert response.status_code == 422
        assert errors(response) == [error]

    def test_of_a_merged_record_names_the_survivor(self, town: Town, shop: Shop) -> None:
        """CP-9: its own page was not to be had any more, so nobody could block it."""
        with shop.work():
            survivor, absorbed = add_customer("Olena"), add_customer("Olenka")
            card = make_gift_card(10_000, None, absorbed).id
            merge_customers(*hold_pair(survivor, absorbed), set())
        page = town.browser(town.anna).get(f"/gift-cards/{card}")
        assert page.status_code == 200
        assert "Issued to Olena" in text_of(page)


class TestOfCustomer:
    @pytest.fixture
    def olena(self, shop: Shop) -> int:
        with shop.work():
            customer = add_customer("Olena")
            add_sale(customer, shop.franchised_terminal, 100)
        return customer

    def test_is_given_and_taken_away_again(self, town: Town, shop: Shop, olena: int) -> None:
        """CP-5, PR-4: an offer and a coupon, by a location operator too; both are in the audit log."""
        with shop.work():
            offer, series = add_offer(), add_series()
        tab = f"/customers/{olena}/offers"
        for what in (f"o{offer}", f"s{series}"):
            assert send(town, tab, "boris", what=what).status_code == 303
        assert held(shop, olena) == (1, 1)
        for page in (tab, f"{tab}?show=coupons"):
            form = page_of(town.browser(town.boris).get(page)).find(".//td[@class='c-more']//form")
            assert form is not None
            assert send(town, form.get("action", ""), "boris").status_code == 303
            assert send(town, form.get("action", ""), "boris").status_code == 303
        assert held(shop, olena) == (0, 0)
        given, removed = ("customer_offer.give", "coupon.issue"), ("customer_offer.remove", "coupon.remove")
        assert actions(shop) == [*given, *removed]
        nothing_differs(shop)

    def test_what_is_not_given_is_told(self, town: Town, shop: Shop, olena: int) -> None:
        with shop.work():
            offer, series = add_offer(), add_series(customer_limit=1)
            give_offer(olena, offer)
            issue_coupon(series, olena, "1")
        tab = f"/customers/{olena}/offers"
        assert errors(send(town, tab, what=f"o{offer}")) == ["The customer has this offer in hand already."]
        assert errors(send(town, tab, what=f"s{series}")) == [
            "The customer had as many coupons of this series as one customer may have."
        ]
        for nonsense in ("", "o0", "s99999", "x1", f"o{offer}'"):
            assert send(town, tab, what=nonsense).status_code == 422

    def test_another_customers_are_not_found(self, town: Town, shop: Shop, olena: int) -> None:
        with shop.work():
            other = add_customer("Taras")
            given = give_offer(other, add_offer())
            coupon = issue_coupon(add_series(), other, "1").done[other]
        assert send(town, f"/customers/{olena}/offers/{given}/removal").status_code == 404
        assert send(town, f"/customers/{olena}/coupons/{coupon}/removal").status_code == 404
        assert held(shop, other) == (1, 1)

    def test_gift_cards_are_the_brands(self, town: Town, shop: Shop, olena: int) -> None:
        """PR-3: its money, which a location operator does not see."""
        with shop.work():
            make_gift_card(10_000, None, olena)
        page = f"/customers/{olena}/offers?show=gift-cards"
        assert "••••" in text_of(town.browser(town.anna).get(page))
        assert "No gift cards" in text_of(town.browser(town.boris).get(page))

    def test_a_coupon_says_what_it_brings(self, town: Town, shop: Shop, olena: int) -> None:
        with shop.work():
            good = add_good("Cookie")
            for number, values in enumerate(
                (
                    {"kind": "amount", "value": 5_000},
                    {"kind": "good", "value": 0, "good_id": good},
                    {"kind": "points", "value": 10_000},
                )
            ):
                issue_coupon(add_series(f"N{number}", **values), olena, "1")
        said = text_of(town.browser(town.anna).get(f"/customers/{olena}/offers?show=coupons"))
        for words in ("₴50.00 off", "Cookie, free", "100 points"):
            assert words in said
