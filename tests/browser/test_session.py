"""Signing in, an expired session, and two tabs."""

from __future__ import annotations

import re

import psycopg
import pytest
from playwright.sync_api import Page, expect

from app.accounts.services import add_member
from app.permissions import Role
from tests.browser.conftest import PageFor
from tests.factories import add_customer
from tests.people import PASSWORD, Town


def test_signs_in_by_keyboard_and_comes_to_the_page_asked_for(page_for: PageFor, town: Town) -> None:
    """PR-5: by e-mail and password, to where one wanted to go."""
    page = page_for(None)
    page.goto("/customers?sort=phone")
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("E-mail").fill("anna@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/customers\?sort=phone$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Customers")


def test_an_expired_session_leads_to_sign_in_and_back(
    page_for: PageFor, town: Town, superuser: psycopg.Connection
) -> None:
    """PR-5: a piece that HTMX asks for does not show a sign-in form inside the page."""
    with town.kavalier.work():
        add_customer()
    page = page_for(town.anna)
    page.goto("/customers")
    expect(page.locator("#customers-total")).to_have_text("1")
    page.wait_for_load_state("networkidle")
    superuser.execute("DELETE FROM user_session")
    page.get_by_role("link", name="Phone", exact=True).click()
    expect(page).to_have_url(re.compile("/login"))
    expect(page.get_by_label("Password")).to_be_visible()
    page.get_by_label("E-mail").fill("anna@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Customers")


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_what_was_entered_outlives_the_session(
    page_for: PageFor, town: Town, superuser: psycopg.Connection, script: bool
) -> None:
    """PR-5: after signing in again the form is there as it was filled in, and nothing was done by itself."""
    page = page_for(town.anna, java_script_enabled=script)
    page.goto("/franchisees/new")
    page.get_by_label("Name").fill("Лівий берег")
    superuser.execute("UPDATE user_session SET last_seen_at = now() - interval '31 minutes'")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("What you entered is kept")).to_be_visible()
    _sign_in(page)
    expect(page.get_by_label("Name")).to_have_value("Лівий берег")
    expect(page.get_by_text("this was not carried out")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Лівий берег")).to_have_count(1)


def test_a_search_outlives_the_session(page_for: PageFor, town: Town, superuser: psycopg.Connection) -> None:
    """CT-6, PR-5: HTMX is led to sign in; then the box holds what was typed, and Enter searches for it."""
    with town.kavalier.work():
        add_customer("Олена", "Лисенко")
    page = page_for(town.anna)
    page.goto("/customers?sort=name")
    expect(page.locator("#customers-total")).to_have_text("1")
    superuser.execute("UPDATE user_session SET last_seen_at = now() - interval '31 minutes'")
    page.locator("[data-search]").fill("лис")
    expect(page.get_by_text("What you entered is kept")).to_be_visible()
    _sign_in(page)
    expect(page.locator("[data-search]")).to_have_value("лис")
    expect(page.get_by_text("Press Enter to search.")).to_be_visible()
    page.locator("[data-search]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/customers\?f=\w+&sort=name$"))


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_what_was_entered_outlives_a_switch_in_another_tab(page_for: PageFor, town: Town, script: bool) -> None:
    """PR-1: the form is refused in words, and one button leads back to its business and to what was typed."""
    with town.app.app_context():
        add_member(town.teremok.id, town.anna.id, Role.ADMIN)
    page = page_for(town.anna, java_script_enabled=script)
    page.goto("/franchisees/new")
    page.get_by_label("Name").fill("Лівий берег")
    other = page.context.new_page()
    other.goto("/businesses")
    other.get_by_role("button", name="Teremok").click()
    expect(other.locator(".business").first).to_contain_text("Teremok")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="You switched to another business in another tab")).to_be_visible()
    page.get_by_role("button", name="Switch back to Kavalier").click()
    expect(page.get_by_label("Name")).to_have_value("Лівий берег")
    expect(page.get_by_text("so this was not carried out")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Лівий берег")).to_have_count(1)


def _sign_in(page: Page) -> None:
    page.get_by_label("E-mail").fill("anna@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_language_and_theme_are_kept(page_for: PageFor, town: Town) -> None:
    """I18-1: the panel in the person's language, at once and on the next page."""
    page = page_for(town.anna)
    page.goto("/customers")
    page.get_by_role("button", name="Anna Kovalenko").click()
    page.get_by_role("button", name="Українська").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Клієнти")
    page.goto("/profile")
    expect(page.locator("html")).to_have_attribute("lang", "uk")
