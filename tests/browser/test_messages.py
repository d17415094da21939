"""Messages as people use them: filters, what is unread, PINs, and phones of the simulator (MS-1, MS-2)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.lib import dates
from app.messaging.models import Direction, MessageKind, MessageStatus
from app.messaging.services import write_pin
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.factories import add_customer, add_message
from tests.messaging.pipeline import listen, send, write
from tests.people import Town

PHONE = "+380671112233"


@pytest.fixture
def olena(town: Town) -> int:
    """She wrote two messages that nobody has read."""
    with town.kavalier.work():
        customer = add_customer("Олена", "Коваль", PHONE)
        for words in ("Where are my points?", "Are you open on Sunday?"):
            add_message(customer, words, direction=Direction.IN, kind=MessageKind.NOTICE)
        add_message(customer, "Hello", status=MessageStatus.FAILED, reason="refused")
        return customer


def test_the_unread_number_goes_down_as_messages_are_opened(page_for: PageFor, town: Town, olena: int) -> None:
    """MS-1: by opening, with no further click; the row is no more marked."""
    page = page_for(town.anna)
    page.goto("/customers")
    number = page.locator("#unread")
    expect(number).to_have_text("2")
    number.click()
    expect(page).to_have_url(re.compile(r"/messages\?unread=yes$"))
    expect(page.locator("tr.is-unread")).to_have_count(2)
    page.locator(".line-open").first.click()
    expect(page.locator(".lines-open")).to_contain_text("Are you open on Sunday?")
    expect(number).to_have_text("1")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_text("1 message is read now.")).to_be_visible()
    expect(number).to_have_text("")


def test_filters_change_the_rows_and_the_address(page_for: PageFor, town: Town, olena: int) -> None:
    page = page_for(town.anna)
    page.goto("/messages")
    expect(page.locator(".log-sums")).to_contain_text("Messages3")
    page.get_by_label("Status").select_option("Failed")
    expect(page).to_have_url(re.compile(r"\?status=failed$"))
    expect(page.locator("tr[data-id]")).to_have_count(1)
    expect(page.locator("tr[data-id]")).to_contain_text("The gateway refused it")
    page.get_by_role("link", name="Of one customer").click()
    page.get_by_label("Name, phone, e-mail or card").fill("коваль")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Messages of Олена Коваль").click()
    expect(page).to_have_url(re.compile(rf"/messages\?customer={olena}$"))
    page.get_by_label("Direction").select_option("Incoming")
    expect(page).to_have_url(re.compile(rf"customer={olena}"))
    expect(page.locator("tr[data-id]")).to_have_count(2)
    page.get_by_role("link", name="Messages of all customers").click()
    expect(page).to_have_url(re.compile(r"\?direction=in$"))


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_pin_is_opened_by_a_button(page_for: PageFor, town: Town, olena: int, script: bool) -> None:
    """MS-2."""
    with town.kavalier.work():
        until = dates.now() + timedelta(minutes=5)
        number = write_pin(olena, "481516 is your PIN.", until, language="en", dedupe_key="pin:1")
    page = page_for(town.anna, java_script_enabled=script)
    page.goto(f"/messages/{number}")
    expect(page.locator(".lines-open")).not_to_contain_text("481516")
    page.get_by_role("button", name="Show the PIN").click()
    expect(page.locator(".lines-open")).to_contain_text("481516 is your PIN.")


@pytest.mark.parametrize("width", [1440, 390])
def test_an_answer_from_a_phone_comes_in(page_for: PageFor, town: Town, olena: int, width: int) -> None:
    """MS-1: what arrived stands on the phone; what is answered there comes into the messages, unread."""
    with town.kavalier.work():
        write(olena)
    send(town.kavalier)
    page = page_for(town.anna, width=width)
    page.goto("/messages")
    page.get_by_role("link", name="Simulator").click()
    page.get_by_role("link", name="Олена Коваль").first.click()
    expect(page.locator(".phone-screen")).to_contain_text("Your purchase: +12 points.")
    assert axe_faults(page) == []
    page.get_by_label("Answer from this phone").fill("Дякую!")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("It comes in within a few seconds.")).to_be_visible()
    listen(town.kavalier)
    page.mouse.move(10, 10)
    expect(page.locator(".said.is-mine", has_text="Дякую!")).to_be_visible()
    page.goto("/messages?unread=yes")
    expect(page.locator("tr[data-id]").first).to_contain_text("Дякую!")


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_filters_fold_on_a_phone(page_for: PageFor, town: Town, olena: int, script: bool) -> None:
    """INTERFACE: a desk shows them all; a phone unfolds them, and leaves them open while they choose something."""
    with town.kavalier.work():
        write(olena)
    desk = page_for(town.anna, java_script_enabled=script)
    desk.goto("/messages")
    expect(desk.get_by_label("Channel")).to_be_visible()
    expect(desk.locator(".filters-fold > summary")).to_be_hidden()
    phone = page_for(town.anna, width=390, height=844, java_script_enabled=script)
    phone.goto("/messages")
    expect(phone.get_by_label("Channel")).to_be_hidden()
    expect(phone.locator("tr[data-id]").first).to_be_in_viewport()
    phone.locator(".filters-fold > summary").click()
    phone.get_by_label("Channel").select_option("SMS")
    phone.get_by_role("button", name="Show messages").click()
    expect(phone).to_have_url(re.compile("channel=sms"))
    expect(phone.get_by_label("Channel")).to_be_visible()
    expect(phone.locator(".filters-fold > summary")).to_have_text("Filters1")


def test_works_without_scripts(page_for: PageFor, town: Town, olena: int) -> None:
    page = page_for(town.anna, java_script_enabled=False)
    page.goto("/messages")
    page.get_by_label("Reading").select_option("Unread")
    page.get_by_role("button", name="Show messages").click()
    page.locator(".line-open").first.click()
    page.get_by_role("button", name="Mark as read").click()
    expect(page.locator("#unread")).to_have_text("1")
    page.goto("/simulator")
    page.get_by_role("searchbox").fill(PHONE)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/simulator/{olena}$"))
