"""The customer's page in a browser: signing in, the code that the Terminal reads, messages, axe (MY-1)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, text

from app.extensions import db
from app.lib import dates
from app.lib.codes import code_in
from app.lib.images import drawn
from app.messaging.models import Message
from app.offers.services import issue_coupon
from app.offers.services.gift_cards import make_gift_card
from app.pictures import write as write_picture
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.factories import (
    add_account,
    add_customer,
    add_message,
    add_offer,
    add_points,
    add_sale,
    add_series,
    give_offer,
    hold,
)
from tests.my.arriving import arrive, code_sent, my
from tests.people import Shop, Town
from tests.pictures import two_colours

PHONE = "+380671112233"


@pytest.fixture
def olena(town: Town) -> int:
    """With a name, titles and texts longer than any line."""
    shop = town.kavalier
    with shop.work():
        customer = add_customer("Соломія" * 8, "Яремчук" * 20, PHONE, email="o" * 60 + "@example.com")
        add_points(customer, 123_450, days=8)
        add_points(customer, 5_000)
        hold(customer, add_account("Подарунковий" * 15), 12_345)
        db.session.execute(text("UPDATE customer SET language = 'uk'"))
        picture = write_picture(drawn(two_colours(300, 900)))
        offer = {"public_titles": {"uk": "Капучино" * 40}, "picture_id": picture, "price": 5_000}
        give_offer(customer, add_offer("Капучино", "Будьласка" * 60, **offer))
        return customer


@pytest.fixture
def paths(town: Town, olena: int) -> list[str]:
    """All pages of a customer that has one of each thing."""
    shop = town.kavalier
    with shop.work():
        coupon = issue_coupon(add_series("Знижка" * 16, least_amount=12_345), olena, "test").done[olena]
        card = make_gift_card(12_345_678, None, olena).id
        letter = add_message(olena, "Ранковакава" * 60, title="Запрошення" * 30)
        over = add_message(olena, "Учора", ends_at=dates.now())
        sale = add_sale(olena, shop.own_terminal, 9_500, points_earned=950)
    things = [f"/coupons/{coupon}", f"/gift-cards/{card}", f"/messages/{letter}", f"/messages/{over}"]
    more = [f"/history/{sale}", f"/programs/{shop.program}/leaving", "/settings?saved=1"]
    return [my(shop, path) for path in ("", "/offers", "/messages", "/history", *things, *more)]


def enter(page: Page, shop: Shop, customer: int) -> None:
    cookie = arrive(shop, customer).get_cookie(f"regulars_my_{shop.id}")
    assert cookie is not None
    page.goto("/my")
    page.context.add_cookies([{"name": f"regulars_my_{shop.id}", "value": cookie.value, "url": page.url}])


def test_a_second_click_sends_nothing(town: Town, olena: int, page_for: PageFor) -> None:
    """Two wrong codes would be two tries of five, and the second of two right ones is used already."""
    page, sent = page_for(None), list[str]()
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto(my(town.kavalier, "/sign-in"))
    page.locator("#phone").fill(PHONE)
    form = "document.querySelector('form.my-form')"
    page.evaluate(f"{form}.requestSubmit(); setTimeout(() => {form}.requestSubmit(), 100)")
    expect(page.locator("#code")).to_be_visible()
    assert len(sent) == 1


@pytest.mark.parametrize("width", [1440, 390, 320])
def test_axe_finds_nothing(page_for: PageFor, town: Town, olena: int, paths: list[str], width: int) -> None:
    page = page_for(None, width=width, height=844)
    door = ["/my", "/my?name=nobody", my(town.kavalier, "/sign-in"), my(town.kavalier, "/sign-in?over=1"), "/my/nobody"]
    found = {}
    for address in (*door, *paths):
        if address is paths[0]:
            enter(page, town.kavalier, olena)
        page.goto(address)
        if faults := axe_faults(page):
            found[address] = faults
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    assert found == {}


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_door_to_a_message_that_is_read(page_for: PageFor, town: Town, olena: int, scripts: bool) -> None:
    """CP-4: with scripts and without."""
    shop = town.kavalier
    with shop.work():
        letter = add_message(olena, "Кава чекає", title="Новини")
    page = page_for(None, width=390, height=844, java_script_enabled=scripts, locale="uk-UA")
    page.goto("/my/kavalier")
    page.get_by_label("Телефон").fill("067 111 22 33")
    page.get_by_role("button", name="Надіслати код").click()
    page.get_by_label("Код із SMS").fill(code_sent(shop))
    page.get_by_role("button", name="Увійти").click()
    page.get_by_role("heading", level=1).get_by_text("Вітаємо").wait_for()
    page.get_by_role("link", name="Повідомлення").click()
    page.get_by_role("button", name="Новини").click()
    page.get_by_text("Кава чекає").wait_for()
    with shop.work():
        assert db.session.scalar(select(Message.read_at).where(Message.id == letter)) is not None


def test_a_page_that_a_push_leads_to_is_read_by_itself(page_for: PageFor, town: Town, olena: int) -> None:
    shop = town.kavalier
    with shop.work():
        letter = add_message(olena, "Кава чекає", title="Новини")
    page = page_for(None, width=390, height=844)
    enter(page, shop, olena)
    with page.expect_response(lambda answer: answer.url.endswith("/opening")) as sent:
        page.goto(my(shop, f"/messages/{letter}"))
    assert sent.value.status == 204
    with shop.work():
        assert db.session.scalar(select(Message.read_at).where(Message.id == letter)) is not None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_code_on_the_screen_is_read_by_a_camera(page_for: PageFor, town: Town, olena: int, theme: str) -> None:
    """TE-1: drawn in either theme as scanners want it, and found at the Terminal."""
    page = page_for(None, width=390, height=844, color_scheme=theme, device_scale_factor=2)
    enter(page, town.kavalier, olena)
    page.goto(my(town.kavalier))
    number = code_in(page.locator("#shown-code").screenshot())
    assert number.isdigit()
    till = page_for(town.sasha, width=1024)
    till.goto("/terminal")
    till.get_by_label("Phone, card or QR code").fill(number)
    till.keyboard.press("Enter")
    till.get_by_text("Соломія").first.wait_for()


def test_the_code_is_drawn_anew_when_the_phone_is_taken_out(page_for: PageFor, town: Town, olena: int) -> None:
    """One that lay in the pocket for long is good no more."""
    page = page_for(None, width=390, height=844)
    enter(page, town.kavalier, olena)
    page.goto(my(town.kavalier), wait_until="networkidle")
    for _again in range(2):
        with page.expect_response(lambda answer: answer.url.endswith("/shown-code")) as drawn_anew:
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert drawn_anew.value.status == 200
        page.locator("#shown-code svg").wait_for()


def test_back_after_signing_out_shows_nothing(page_for: PageFor, town: Town, olena: int) -> None:
    """MY-1: whoever has the phone next, with the pages before, and with a tab that was left open."""
    page = page_for(None, width=390, height=844)
    enter(page, town.kavalier, olena)
    for path in ("", "/history", "/settings"):
        page.goto(my(town.kavalier, path))
    left_open = page.context.new_page()
    left_open.goto(my(town.kavalier, "/messages"))
    page.get_by_role("button", name="Вийти", exact=True).click()
    page.wait_for_url("**/sign-in")
    for _step in range(3):
        page.go_back()
        page.wait_for_url("**/sign-in**")
        assert "Соломія" not in page.content()
        assert "1 234" not in page.content()
    left_open.get_by_role("link").nth(1).click()
    left_open.wait_for_url("**/sign-in**")


def test_everything_is_reached_by_keyboard(page_for: PageFor, town: Town, olena: int) -> None:
    page = page_for(None, width=390, height=844)
    enter(page, town.kavalier, olena)
    page.goto(my(town.kavalier))
    names = []
    for _each in range(8):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert names[0] == "Перейти до вмісту"
    assert {"Картка", "Пропозиції", "Повідомлення", "Історія", "Про мене"} <= set(names)
