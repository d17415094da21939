"""A forgotten password, as a person goes about it (PR-5)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.accounts.resetting import NEW, PAGE, given_link, link_in, send_letters
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.messaging.gateways.test_smtp import Mailbox
from tests.people import Town


@pytest.mark.parametrize("script", [True, False])
def test_from_the_question_to_the_new_sign_in(page_for: PageFor, town: Town, mailbox: Mailbox, *, script: bool) -> None:
    """PR-5: with JavaScript and without."""
    page = page_for(None, width=390, java_script_enabled=script)
    page.goto("/login")
    page.click("text=Forgot your password?")
    page.fill("#email", town.anna.email)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Look into your mail")
    send_letters(town.app)
    page.goto(link_in(mailbox))
    for field in ("#password_new", "#password_repeat"):
        page.fill(field, NEW)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Sign in")
    expect(page.get_by_text("you are signed out everywhere").first).to_be_visible()
    page.fill("#email", town.anna.email)
    page.fill("#password", NEW)
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(page_for: PageFor, town: Town, mailbox: Mailbox, theme: str, width: int) -> None:
    page, link = page_for(None, width=width, color_scheme=theme), given_link(town.app, town.anna.email)
    for address in (PAGE, f"{PAGE}/sent", f"{PAGE}/nothing-of-ours", link):
        page.goto(address)
        assert axe_faults(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    _refused(page)
    assert axe_faults(page) == []


def _refused(page: Page) -> None:
    for field in ("#password_new", "#password_repeat"):
        page.fill(field, "short")
    page.keyboard.press("Enter")
    expect(page.locator(".field-error")).to_be_visible()
