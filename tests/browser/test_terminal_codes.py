"""Coupons and gift cards in a tablet's window: scanned, tapped, refused the second time, given back (TE-4, TE-5)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app.extensions import db
from app.offers.models import Coupon, GiftCard
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.factories import add_customer, add_points
from tests.people import Town
from tests.transactions.bringing import coupon_for, gift_card, offer_for

TABLET = {"width": 1024, "height": 768}
PHONE = "+380671112233"


@pytest.fixture
def codes(town: Town) -> dict[str, str]:
    """Of a coupon and a gift card of Iryna's, who has an offer too."""
    shop = town.kavalier
    with shop.work():
        iryna = add_customer("Iryna", "Melnyk", PHONE)
        add_points(iryna, 128_400)
        coupon, card = coupon_for(iryna, value=1_500, title="15% off"), gift_card(25_000)
        offer_for(iryna, 3_000)
        return {
            "coupon": db.session.get_one(Coupon, (shop.id, coupon)).code,
            "card": db.session.get_one(GiftCard, (shop.id, card)).code,
        }


def to_payment(page: Page) -> None:
    page.goto("/terminal")
    page.get_by_label("Phone, card").fill(PHONE)
    page.keyboard.press("Enter")
    page.get_by_label("Amount of the check").fill("326")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Coupon or gift card code")).to_be_visible()


def confirm(page: Page) -> None:
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The sale is made")


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_coupon_is_redeemed_refused_the_second_time_and_given_back(
    page_for: PageFor, town: Town, codes: dict[str, str], script: bool
) -> None:
    """TE-4, TE-5: with a scanner that types wherever the focus is, and with the keyboard alone."""
    page = page_for(town.sasha, **TABLET, java_script_enabled=script)
    to_payment(page)
    if script:
        page.get_by_text("Change the check").focus()
        page.evaluate("document.activeElement.blur()")
        page.keyboard.type(codes["coupon"])
    else:
        page.get_by_label("Coupon or gift card code").fill(codes["coupon"])
    page.keyboard.press("Enter")
    expect(page.locator(".till-carried")).to_contain_text("15% off")
    expect(page.locator(".till-due")).to_contain_text("277.10")
    confirm(page)
    expect(page.locator(".paper")).to_contain_text("15% off")
    made = page.url
    to_payment(page)
    page.get_by_label("Coupon or gift card code").fill(codes["coupon"])
    page.keyboard.press("Enter")
    expect(page.locator(".field-error")).to_contain_text("It was used already")
    page.goto(made)
    page.get_by_role("link", name="Cancel the sale").click()
    page.get_by_role("button", name="Cancel the sale").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The sale is cancelled")
    to_payment(page)
    page.get_by_role("button", name="15% off").click()
    expect(page.locator(".till-due")).to_contain_text("277.10")


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_what_is_typed_pays_and_is_redeemed_with_next(
    page_for: PageFor, town: Town, codes: dict[str, str], script: bool
) -> None:
    """TE-2, TE-4: without counting anew and redeeming first; Enter does either."""
    page = page_for(town.sasha, **TABLET, java_script_enabled=script)
    to_payment(page)
    page.get_by_label("Points", exact=True).fill("10")
    page.keyboard.press("Enter")
    expect(page.locator(".till-due")).to_contain_text("316.00")
    page.get_by_label("Coupon or gift card code").fill(codes["coupon"])
    page.get_by_label("Points", exact=True).fill("20")
    page.locator(".till-next").click()
    expect(page.get_by_label("PIN from")).to_be_visible()
    expect(page.locator(".till-due")).to_contain_text("257.10")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_of_it_on_one_screen(page_for: PageFor, town: Town, codes: dict[str, str], theme: str) -> None:
    """TE-4: targets of 48 px and more, nothing that axe finds; taken out again by a tap."""
    page = page_for(town.sasha, **TABLET, color_scheme=theme)
    to_payment(page)
    for thing in ("15% off", "Second croissant free"):
        page.get_by_role("button", name=thing).click()
        expect(page.locator(".till-carried", has_text=thing)).to_be_visible()
    page.get_by_label("Coupon or gift card code").fill(codes["card"])
    page.keyboard.press("Enter")
    expect(page.locator(".till-due")).to_contain_text("27.10")
    assert axe_faults(page) == []
    small = page.evaluate(
        "[...document.querySelectorAll('main :is(a, button, input:not([type=hidden]))')]"
        ".filter(e => e.checkVisibility())"
        ".map(e => [e.textContent || e.name, e.getBoundingClientRect()])"
        ".filter(([, box]) => box.width && (box.height < 48 || box.width < 48)).map(([name]) => name)"
    )
    assert small == []
    page.get_by_role("button", name="Take out: 15% off").click()
    expect(page.locator(".till-due")).to_contain_text("76.00")
