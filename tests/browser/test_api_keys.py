"""Keys of the API in a browser: made, copied, revoked, with and without scripts; how the API works (AP-1)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app.permissions import KeyScope
from tests.api.calling import program
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.people import Town

KEYS = "/settings/api-keys"


def make(page: Page, name: str) -> str:
    """Makes a key by the page; answers with it."""
    page.goto(KEYS)
    page.get_by_role("link", name="Make a key").first.click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Works at").select_option("Podil 1")
    page.get_by_label("Look customers up").check()
    page.get_by_label("Quote, make and cancel sales").check()
    page.get_by_role("button", name="Make the key").click()
    return page.locator("#api-key").inner_text().strip()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_it_is_made_shown_once_and_revoked(page_for: PageFor, town: Town, script: bool) -> None:
    page = page_for(town.anna, java_script_enabled=script)
    secret = make(page, "Web shop")
    headers = {"Authorization": f"Bearer {secret}"}
    told = page.request.get("/api/v1/about", headers=headers).json()
    assert [each["name"] for each in told["terminals"]] == ["Podil 1"]
    expect(page.get_by_role("button", name="Copy")).to_be_visible(visible=script)
    page.get_by_role("link", name="I have kept it").click()
    row = page.get_by_role("row").filter(has_text="Web shop")
    expect(row).to_contain_text("Podil 1, Podil")
    assert secret not in page.content()
    revoke = row.get_by_role("button", name="Revoke Web shop")
    expect(revoke).to_be_hidden()  # One click stops no till.
    row.locator("summary", has_text="Revoke").click()
    revoke.click()
    expect(page.get_by_role("heading", name="No API keys yet")).to_be_visible()
    assert page.request.get("/api/v1/about", headers=headers).status == 401
    page.go_back()
    assert secret not in page.content()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_on_its_way(page_for: PageFor, town: Town, theme: str, width: int) -> None:
    shop = program(town.kavalier, list(KeyScope)[:3], franchisee_id=town.kavalier.franchisee)
    shop.get("/about")
    page = page_for(town.anna, width=width, color_scheme=theme)
    make(page, "Каса" * 30)
    for way in ("", KEYS, f"{KEYS}/new", f"{KEYS}?show=revoked", "/help/api"):
        if way:
            page.goto(way)
        assert axe_faults(page) == [], way
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), way
