"""The profile's tabs: each an address of its own inside one frame; what areas register is what is listed."""

from __future__ import annotations

import pytest
from flask import Flask

from app.customers.registry import Registry, Tab, add_tab, registry
from app.customers.tabs import own_tabs
from app.permissions import Permission
from tests.browsing import page_of
from tests.customers.looking import looking
from tests.factories import add_customer, add_sale
from tests.people import Town

TABS = ["overview", "history", "transactions", "messages", "offers", "tags"]


@pytest.fixture
def soloma(town: Town) -> int:
    with town.kavalier.work():
        customer = add_customer("Соломія", "Яремчук", tags=[("milk", "oat")])
        add_sale(customer, town.kavalier.own_terminal, 23850)
    return customer


def _hrefs(town: Town, customer: int) -> dict[str, str]:
    with looking(town, town.anna):
        return {tab.key: tab.href(customer) for tab in own_tabs()}


def test_tabs_stand_in_their_order(town: Town) -> None:
    """CP-1: whatever the order in which areas register."""
    assert list(_hrefs(town, 1)) == TABS


@pytest.mark.parametrize("key", TABS)
def test_each_tab_is_a_page_of_its_own(town: Town, soloma: int, key: str) -> None:
    """CP-1: with its title, the head, and a strip of plain links in which it is the current one."""
    hrefs = _hrefs(town, soloma)
    page = page_of(town.browser(town.anna).get(hrefs[key]))
    assert "Соломія Яремчук" in "".join(page.find(".//h1").itertext())  # type: ignore[union-attr]
    links = [each for nav in page.iter("nav") if nav.get("class") == "tabs" for each in nav.iter("a")]
    assert [link.get("href") for link in links] == list(hrefs.values())
    assert [link.get("href") for link in links if link.get("aria-current") == "page"] == [hrefs[key]]
    title = str(page.findtext(".//title"))
    assert title.endswith("Соломія Яремчук · Regulars")
    current = next(link for link in links if link.get("aria-current"))
    assert key == "overview" or title.startswith(f"{(current.text or '').strip()} · ")


@pytest.mark.parametrize("key", TABS)
def test_htmx_gets_the_tab_without_the_panel(town: Town, soloma: int, key: str) -> None:
    """What HTMX swaps has the strip in it, so that its selection follows; Back gets the whole page."""
    browser, href = town.browser(town.anna), _hrefs(town, soloma)[key]
    piece = browser.get(href, headers={"HX-Request": "true"})
    assert 'id="customer-tab"' in piece.text
    assert "<title>" in piece.text
    assert 'class="rail"' not in piece.text
    restored = browser.get(href, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert 'class="rail"' in restored.text


def test_links_lead_to_tabs_that_are_there(town: Town, soloma: int) -> None:
    """CP-1: the newest transactions and the foremost tags lead to their tabs, in the overview and in the drawer."""
    hrefs = _hrefs(town, soloma)
    browser = town.browser(town.anna)
    for address in (f"/customers/{soloma}", f"/customers?open={soloma}"):
        page = page_of(browser.get(address))
        shown = {link.get("href") for link in page.iter("a") if "".join(link.itertext()).startswith("All 1")}
        assert shown == {hrefs[key] for key in ("transactions", "tags") if key in hrefs}


def test_a_tab_is_registered_once_and_shown_to_who_may(town: Town, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not open a tab is not led to it."""
    known = Registry()
    monkeypatch.setattr("app.customers.registry.registry", known)
    monkeypatch.setattr("app.customers.tabs.registry", known)
    secret = Tab("secret", "Secret", "customers.profile", Permission.EDIT_BUSINESS)
    for _twice in range(2):
        add_tab(20, secret)
        add_tab(10, Tab("open", "Open", "customers.profile"))
    with looking(town, town.anna):
        assert [tab.key for tab in own_tabs()] == ["open", "secret"]
    with looking(town, town.olha):
        assert [tab.key for tab in own_tabs()] == ["open"]
    assert registry.tabs
