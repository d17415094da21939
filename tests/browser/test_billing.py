"""What the platform charges, as an accountant walks through it; pushes that a browser is asked for (BI-1, BI-2)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app.billing.services import Channels, Prices, correct, keep_notice, set_tariff, top_up
from app.gateway_config import PushSettings
from app.lib import dates
from app.lib.push_keys import make_keys
from app.messaging.services import tell_of_balance
from app.messaging.services.browsers import subscriptions_of_user
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.factories import add_customer, add_sale
from tests.messaging.gateways.test_webpush import Browser
from tests.people import Shop, Town

# No push service can be reached from here, so this stands where Chromium would ask one.
PUSHES = """(subscription) => {
  const manager = {
    getSubscription: async () => null,
    subscribe: async ({ applicationServerKey }) => {
      if (!applicationServerKey || !subscription) throw new DOMException("denied", "NotAllowedError");
      return { toJSON: () => subscription };
    },
  };
  navigator.serviceWorker.register = async () => ({ pushManager: manager });
}"""


@pytest.fixture
def charged(town: Town) -> Town:
    """Sales of this month and of the one before."""
    shop = town.kavalier
    with shop.work():
        set_tariff(Prices(0, 12, 79, 45))
        top_up(10_000, "Invoice 7")
        customer = add_customer("Olena", "Koval", "+380671234567")
        for number in range(3):
            add_sale(customer, shop.own_terminal, 1_000, dates.now() + timedelta(seconds=number))
    return town


def test_the_accountant_goes_from_a_figure_to_its_sales_and_back(page_for: PageFor, charged: Town) -> None:
    """BI-1, and CP-3 by the log: the address has it all."""
    page = page_for(charged.vera)
    page.goto("/billing")
    expect(page.locator(".prepaid")).to_contain_text("₴99.64")
    page.locator(".services").get_by_role("link", name="Transactions").click()
    expect(page.get_by_role("heading", name="Transactions")).to_be_visible()
    expect(page.locator(".charges tbody tr")).to_have_count(3)
    page.get_by_label("What for").select_option("Paid in")
    expect(page.locator(".charges tbody tr")).to_have_count(1)
    expect(page.locator(".charges")).to_contain_text("Invoice 7")
    page.go_back()
    expect(page.locator(".charges tbody tr")).to_have_count(3)
    page.locator(".charges .row-link").first.click()
    expect(page).to_have_url(re.compile(r"/transactions/\d+$"))
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile(r"/billing$"))


def test_a_bar_says_what_its_day_came_to(page_for: PageFor, charged: Town) -> None:
    page = page_for(charged.vera)
    page.goto("/billing")
    bar = page.locator(".chart.is-days g.is-highest").last
    expect(bar.locator(".chart-value")).to_have_text("0.36")


@pytest.mark.parametrize("width", [320, 390, 768, 1920])
@pytest.mark.parametrize("path", ["/billing", "/billing/charges", "/profile/notifications"])
def test_nothing_reaches_over_the_side(page_for: PageFor, charged: Town, width: int, path: str) -> None:
    page = page_for(charged.vera, width=width)
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(page_for: PageFor, charged: Town, width: int) -> None:
    """With letters told, an amount wrong, and a balance below zero."""
    with charged.kavalier.work(charged.vera):
        keep_notice([5_000], Channels(email=True, sms=True, push=False))
    with charged.kavalier.work():
        correct(-20_000, "Broke")
        tell_of_balance()
    page = page_for(charged.vera, width=width)
    for path in ("/billing", "/billing/charges", "/billing/charges?kind=correction", "/profile/notifications"):
        page.goto(path)
        assert axe_faults(page) == [], path
    page.get_by_label("When it falls below").fill("much")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Enter an amount such as")).to_be_visible()
    assert axe_faults(page) == []


@pytest.fixture
def pushing(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    config = town.app.config["REGULARS"]
    gateways = replace(config.gateways, webpush=PushSettings(make_keys()[0], "mailto:club@example.com"))
    monkeypatch.setitem(town.app.config, "REGULARS", replace(config, gateways=gateways))
    return town


def _asked(page: Page, subscription: dict[str, object] | None) -> None:
    page.goto("/profile/notifications")
    page.evaluate(PUSHES, subscription)
    page.get_by_role("button", name="Receive pushes in this browser").click()


def test_a_browser_is_let_in_by_its_button(page_for: PageFor, pushing: Town) -> None:
    """BI-2."""
    said = Browser("https://push.example.com/1").subscription
    page = page_for(pushing.vera)
    _asked(page, {"endpoint": said.endpoint, "keys": {"p256dh": said.p256dh, "auth": said.auth}})
    expect(page.get_by_text("This browser receives pushes now.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("No more pushes to Chrome"))).to_be_visible()
    assert _browsers(pushing.kavalier, pushing.vera.id) == 1


def test_one_that_refuses_says_what_to_do(page_for: PageFor, pushing: Town) -> None:
    page = page_for(pushing.vera)
    _asked(page, None)
    expect(page.get_by_text("This browser receives no pushes, or you have refused them.")).to_be_visible()
    expect(page.get_by_role("button", name="Receive pushes in this browser")).to_be_enabled()
    assert _browsers(pushing.kavalier, pushing.vera.id) == 0


def _browsers(shop: Shop, user: int) -> int:
    with shop.work():
        return len(subscriptions_of_user(user))
