"""Writing a template with its preview beside it, and what customers do by a link (BA-1, LP-5)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from app.customers.models import Consent
from app.extensions import db
from app.links import leave_link, stop_link
from tests.browser.conftest import PageFor
from tests.factories import add_customer, add_sale
from tests.people import Town


@pytest.fixture
def olena(town: Town) -> int:
    with town.kavalier.work():
        for name in ("Taras", "Olena"):
            customer = add_customer(name)
            add_sale(customer, town.kavalier.own_terminal, 1_000)
    return customer


def begin(page: Page) -> None:
    page.goto("/messages/templates/new")
    page.get_by_label("Name").fill("We miss you")


def test_the_preview_follows_what_is_typed_and_leafs_through_customers(
    page_for: PageFor, town: Town, olena: int
) -> None:
    """BA-1: a variable goes in where the cursor stands, and nothing typed is lost by looking."""
    page = page_for(town.anna)
    begin(page)
    text = page.locator("textarea").nth(1)
    text.fill("Привіт, !")
    text.press("ArrowLeft")
    page.get_by_role("button", name="Insert a variable").click()
    page.get_by_role("button", name="{first_name}").click()
    expect(text).to_have_value("Привіт, {first_name}!")
    bubble = page.locator(".bubble-text")
    expect(bubble).to_have_text("Kavalier Club: Привіт, Olena!")
    page.get_by_role("button", name="Next customer").click()
    expect(bubble).to_have_text("Kavalier Club: Привіт, Taras!")
    text.press("End")
    text.press_sequentially("!")
    expect(bubble).to_have_text("Kavalier Club: Привіт, Taras!!")
    expect(text).to_be_focused()
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("“We miss you” was added.")).to_be_visible()


def test_an_sms_has_no_title_and_an_e_mail_asks_for_one(page_for: PageFor, town: Town, olena: int) -> None:
    page = page_for(town.anna)
    begin(page)
    title = page.get_by_text("The subject of an e-mail")
    expect(title).to_be_hidden()
    page.get_by_label("Channel").select_option("email")
    expect(title).to_be_visible()


def test_it_is_written_without_scripts(page_for: PageFor, town: Town, olena: int) -> None:
    page = page_for(town.anna, java_script_enabled=False)
    begin(page)
    page.locator("textarea").first.fill("Hi {first_name}!")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bubble-text")).to_have_text("Kavalier Club: Hi Olena!")
    page.get_by_role("button", name="Next customer").click()
    expect(page.locator(".bubble-text")).to_have_text("Kavalier Club: Hi Taras!")
    page.get_by_role("button", name="Save").last.click()
    expect(page).to_have_url(re.compile(r"/messages/templates/\d+$"))


def test_a_signature_is_seen_as_it_is_typed(page_for: PageFor, town: Town) -> None:
    """LP-3: beside the program's settings, before they are saved."""
    page = page_for(town.anna)
    page.goto(f"/programs/{town.kavalier.program}/advanced-settings")
    expect(page.get_by_text("Kavalier Club: Welcome!")).to_be_visible()
    page.get_by_label("Signature").fill("Stay warm")
    expect(page.get_by_text("Stay warm").first).to_be_visible()


def test_a_customer_stops_messages_and_leaves_on_a_phone(page_for: PageFor, town: Town, olena: int) -> None:
    """LP-5: by the links, without signing in and without scripts."""
    page = page_for(None, width=390, java_script_enabled=False)
    with town.kavalier.work():
        stop, leave = (urlsplit(link).path for link in (stop_link(olena), leave_link(olena, town.kavalier.program)))
    page.goto(stop)
    page.get_by_role("button", name="Зупинити всі").click()
    expect(page.get_by_text("Збережено.")).to_be_visible()
    expect(page.get_by_label("SMS")).not_to_be_checked()
    page.goto(leave)
    page.get_by_label("Так, я хочу вийти.").check()
    page.get_by_role("button", name="Вийти з програми").click()
    expect(page.get_by_role("heading", name="Ви вийшли")).to_be_visible()
    with town.kavalier.work():
        assert db.session.query(Consent).count() == 4
