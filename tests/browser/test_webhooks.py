"""Webhooks as an administrator uses them: added, tested, read in the log; axe finds nothing (AP-1)."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from jobs.deliverer import Deliverer
from tests.browser import webhook_pages
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.factories import add_customer
from tests.people import Town
from tests.webhooks.receiving import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def deliverer(town: Town) -> Iterator[None]:
    """At work in the background."""
    stop = threading.Event()
    thread = threading.Thread(target=Deliverer(town.app, stop).run, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join()


def test_an_address_is_added_tested_and_told(
    page_for: PageFor, town: Town, receiver: Receiver, deliverer: None
) -> None:
    """AP-1: from the first click to an event that arrives, and its answer, which shows by itself."""
    page = page_for(town.anna)
    page.goto("/settings")
    page.get_by_role("link", name="Webhooks").click()
    page.get_by_role("link", name="Add address").first.click()
    page.get_by_label("Address", exact=True).fill(receiver.url)
    page.get_by_label("What it is for").fill("Shop")
    page.get_by_label("customer.created").check()
    page.get_by_role("button", name="Add address").click()
    expect(page.locator("#secret")).to_contain_text("whsec_")
    page.get_by_role("link", name="I have kept it").click()
    receiver.body = b"thank you"
    page.get_by_role("button", name="Send a test").click()
    expect(page).to_have_url(re.compile(r"/settings/webhooks/deliveries/\d+\?address=\d+$"))
    expect(page.locator("#delivery")).to_contain_text("thank you")
    with town.kavalier.work():
        add_customer()
    page.goto("/settings/webhooks/deliveries?event=customer_created")
    expect(page.locator("tr[data-id]")).to_have_count(1)
    page.locator(".line-open").click()
    expect(page.locator("#delivery pre").first).to_contain_text('"type": "customer.created"')
    expect(page.locator("#delivery")).to_contain_text("thank you")
    assert receiver.types == ["test", "customer.created"]
    page.go_back()
    expect(page.locator("#delivery")).to_have_count(0)


def test_without_a_script_it_works_too(page_for: PageFor, town: Town, receiver: Receiver) -> None:
    page = page_for(town.anna, java_script_enabled=False)
    page.goto("/settings/webhooks/new")
    page.get_by_label("Address", exact=True).fill(receiver.url)
    page.get_by_label("sale.created").check()
    page.get_by_role("button", name="Add address").click()
    expect(page.locator("#secret")).to_contain_text("whsec_")
    page.get_by_role("link", name="I have kept it").click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator("#delivery")).to_contain_text("Nothing yet.")
    page.get_by_role("link", name="Show the sums").click()
    expect(page.get_by_role("definition").first).to_have_text("1")


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(page_for: PageFor, town: Town, width: int) -> None:
    ids = webhook_pages.ids(town.app, town.anna)
    page = page_for(town.anna, width=width)
    for address in webhook_pages.PAGES.values():
        page.goto(address.format(**ids))
        assert axe_faults(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
