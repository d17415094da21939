"""A second factor in a browser: set up, then asked for at sign-in, with and without scripts (PR-5)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.accounts.apps import App
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.people import PASSWORD, Town


def _give_password(page: Page) -> None:
    page.goto("/login?next=/points-of-sale")
    page.get_by_label("E-mail").fill("anna@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_it_is_set_up_and_then_asked_for(page_for: PageFor, town: Town, script: bool) -> None:
    page = page_for(town.anna, java_script_enabled=script)
    page.goto("/profile/security")
    page.get_by_role("link", name="Set it up").click()
    page.get_by_role("button", name="Set it up").click()
    app = App(page.locator(".app-key").inner_text().replace(" ", ""), [])
    page.locator("#one_time_code").fill(app.code())
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    code = page.locator(".recovery-codes code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 of 10")).to_be_visible()
    entering = page_for(None, java_script_enabled=script)
    _give_password(entering)
    expect(entering.locator("#one_time_code")).to_be_focused()
    entering.keyboard.type(code.lower())
    entering.keyboard.press("Enter")
    expect(entering.get_by_role("heading", level=1)).to_have_text("Points of sale")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_its_way(page_for: PageFor, town: Town, theme: str) -> None:
    page = page_for(town.anna, width=390, color_scheme=theme)
    page.goto("/profile/second-factor")
    page.get_by_role("button", name="Set it up").click()
    assert axe_faults(page) == []
    page.locator("#one_time_code").fill(App(page.locator(".app-key").inner_text().replace(" ", ""), []).code())
    page.get_by_role("button", name="Turn on").click()
    for way in ("", "/profile/security", "/profile/second-factor/recovery-codes", "/profile/second-factor/removal"):
        if way:
            page.goto(way)
        assert axe_faults(page) == [], way
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), way
    entering = page_for(None, width=390, color_scheme=theme)
    _give_password(entering)
    expect(entering.locator("#one_time_code")).to_be_focused()
    assert axe_faults(entering) == []
