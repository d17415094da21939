"""The Kiosk in a tablet's window, beside the Terminal that takes its visitors over (KI-1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from app.businesses.models import Feature, Kiosk
from app.businesses.queries import own_business
from app.businesses.services import let_kiosk_in, switch_feature
from app.customers.models import Customer
from app.extensions import db
from app.lib import dates
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.factories import add_customer, add_points
from tests.people import Town
from tests.transactions.bringing import coupon_for, offer_for

TABLET = {"width": 1280, "height": 800}
PHONE = "+380671112233"
Paired = Callable[..., Page]


@pytest.fixture
def paired(page_for: PageFor, town: Town) -> Paired:
    """Opens the Kiosk beside Sasha's Terminal, and says how a tablet comes to be one."""
    shop = town.kavalier
    with shop.work(town.anna):
        switch_feature(Feature.KIOSK, True)
        own_business().languages = ["en", "uk", "ru"]
        iryna = add_customer("Iryna", "Melnyk", PHONE)
        add_points(iryna, 128_400, days=20)
        coupon_for(iryna, value=1_500, title="15% off")
        offer_for(iryna, 3_000)

    def open_kiosk(**options: object) -> Page:
        with shop.work(town.anna):
            code = let_kiosk_in(shop.franchised_terminal)
        page = page_for(None, **{**TABLET, "locale": "en", **options})
        page.goto("/kiosk")
        page.get_by_label("Code").fill(code)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your points and offers")
        return page

    return open_kiosk


def type_phone(page: Page) -> None:
    """By the number pad, as a finger does."""
    for digit in "0671112233":
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="Show", exact=True).click()


def test_a_customer_is_taken_over_by_the_terminal(paired: Paired, page_for: PageFor, town: Town) -> None:
    """KI-1: neither screen is touched for the other to know."""
    till = page_for(town.sasha, width=1024, height=768)
    kiosk = paired()
    till.goto("/terminal")
    till.get_by_label("Phone, card").focus()
    type_phone(kiosk)
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Hello, Iryna!")
    expect(kiosk.get_by_text("1,284", exact=True)).to_be_visible()
    waits = till.get_by_role("button", name="Iryna Melnyk")
    expect(waits).to_be_visible()
    expect(till.get_by_label("Phone, card")).to_be_focused()
    waits.click()
    expect(till.get_by_role("heading", name="Iryna Melnyk")).to_be_visible()
    expect(kiosk.get_by_text("You are being served.")).to_be_visible()
    kiosk.get_by_role("button", name="Leave").click()
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Your points and offers")
    kiosk.go_back()
    expect(kiosk.get_by_text("Iryna")).to_have_count(0)


def test_without_script(paired: Paired, page_for: PageFor, town: Town) -> None:
    kiosk, till = paired(java_script_enabled=False), page_for(town.sasha, java_script_enabled=False)
    kiosk.get_by_label("Your phone").fill(PHONE)
    kiosk.keyboard.press("Enter")
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Hello, Iryna!")
    till.goto("/terminal")
    till.get_by_role("button", name="Iryna Melnyk").click()
    expect(till.get_by_role("heading", name="Iryna Melnyk")).to_be_visible()


def test_a_scanner_types_wherever_the_focus_is(paired: Paired) -> None:
    kiosk = paired()
    kiosk.evaluate("document.activeElement.blur()")
    kiosk.keyboard.type("0671112233")
    kiosk.keyboard.press("Enter")
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Hello, Iryna!")


def test_nobody_s_page_stays_when_its_reader_has_gone(paired: Paired, page_for: PageFor, town: Town) -> None:
    """KI-1: it asks, and then it closes, for good; the Terminal goes on with who waits."""
    kiosk = paired()
    kiosk.clock.install()
    type_phone(kiosk)
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Hello, Iryna!")
    kiosk.clock.fast_forward(41_000)
    expect(kiosk.get_by_role("dialog")).to_contain_text("Are you still there?")
    kiosk.get_by_role("button", name="I am still here").click()
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Hello, Iryna!")
    expect(kiosk.get_by_role("dialog")).to_have_count(0)
    kiosk.clock.fast_forward(41_000)
    expect(kiosk.get_by_role("dialog")).to_be_visible()
    kiosk.clock.fast_forward(21_000)
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Your points and offers")
    kiosk.go_back()
    expect(kiosk.get_by_text("Iryna")).to_have_count(0)
    till = page_for(town.sasha)
    till.goto("/terminal")
    till.get_by_role("button", name="Iryna Melnyk").click()
    expect(till.get_by_role("heading", name="Iryna Melnyk")).to_be_visible()


def test_who_goes_on_reading_stays(paired: Paired, town: Town) -> None:
    """KI-1: a scroll or a touch is a sign, told at most three times a minute."""
    kiosk = paired(height=400)
    kiosk.clock.install()
    type_phone(kiosk)
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Hello, Iryna!")
    near = dates.now() + timedelta(seconds=30)
    with town.kavalier.work():
        db.session.execute(update(Kiosk).values(visit_until=near))
    kiosk.mouse.move(400, 200)
    kiosk.mouse.wheel(0, 30)
    kiosk.clock.fast_forward(21_000)
    with kiosk.expect_response("**/extension*"):
        kiosk.mouse.wheel(0, 60)
    with town.kavalier.work():
        assert db.session.scalars(select(Kiosk.visit_until)).one() > near
    kiosk.clock.fast_forward(30_000)
    expect(kiosk.get_by_role("dialog")).to_have_count(0)


def test_nor_when_the_connection_is_lost(paired: Paired) -> None:
    kiosk = paired()
    kiosk.clock.install()
    type_phone(kiosk)
    expect(kiosk.get_by_text("1,284", exact=True)).to_be_visible()
    kiosk.context.set_offline(True)
    kiosk.clock.fast_forward(41_000)
    kiosk.clock.fast_forward(21_000)
    expect(kiosk.get_by_text("1,284", exact=True)).to_have_count(0)
    kiosk.context.set_offline(False)
    kiosk.clock.fast_forward(4_000)
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Your points and offers")


def test_what_was_typed_and_left_is_gone(paired: Paired) -> None:
    kiosk = paired()
    kiosk.clock.install()
    kiosk.get_by_role("button", name="7", exact=True).click()
    expect(kiosk.get_by_label("Your phone")).to_have_value("7")
    kiosk.clock.fast_forward(41_000)
    expect(kiosk.get_by_label("Your phone")).to_have_value("")


def test_a_visit_that_is_over_leads_to_the_first_screen_by_itself(paired: Paired, town: Town) -> None:
    kiosk = paired()
    type_phone(kiosk)
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Hello, Iryna!")
    with town.kavalier.work():
        db.session.execute(update(Kiosk).values(visit_until=dates.now()))
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Your points and offers")


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_axe_and_no_sideways_scrolling(paired: Paired, page_for: PageFor, town: Town, width: int) -> None:
    with town.kavalier.work():
        own_business().address = f"Kyiv, {'Khreshchatyk' * 8} {'1, ' * 66}"[:300]
    kiosk = paired(width=width, height=900)
    assert_well_made(kiosk)
    type_phone(kiosk)
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Hello, Iryna!")
    assert_well_made(kiosk)
    with town.kavalier.work():
        db.session.execute(update(Customer).values(last_name="Мельниченко" * 10))
    till, panel = page_for(town.sasha, width=width), page_for(town.anna, width=width)
    for page, address in (
        (till, "/terminal"),
        (till, "/terminal/kiosks"),
        (panel, f"/terminals/{town.kavalier.franchised_terminal}/kiosks"),
    ):
        page.goto(address)
        assert_well_made(page)
        if (pairs := page.get_by_role("button", name="Pair a tablet")).count():
            pairs.click()
            expect(page.get_by_text("once, within a quarter of an hour")).to_be_visible()
            assert_well_made(page)


def assert_well_made(page: Page) -> None:
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
