"""A bulk action in the browser: from ticks to a report that looks after itself, and undone (BA-11 to BA-14)."""

from __future__ import annotations

import os
import signal

import psycopg
import pytest
from playwright.sync_api import Page, expect

from app.customers.conditions.nodes import Condition, Group
from app.customers.saved_filters import Kept, keep
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.bulk.batches import preview
from tests.bulk.kills import crowd, fork, slowed
from tests.factories import add_customer
from tests.people import PASSWORD, Town


def test_everyone_is_credited_though_the_worker_is_killed(
    town: Town, page_for: PageFor, superuser: psycopg.Connection
) -> None:
    """BA-13, CT-10: all of a filter; another tab sees it end too, it comes into the inbox, and is undone."""
    shop = town.kavalier
    crowd(shop, 1_200)
    with shop.work():
        add_customer("Buyer", confirmed=True)
        never = keep(Kept(conditions=Group(members=(Condition("confirmed", "equals", ("no",)),))))
    page = page_for(town.anna)
    page.goto(f"/customers?f={never}")
    page.get_by_role("link", name="Actions on all").click()
    expect(page.get_by_text("All 1,200 customers of the selection")).to_be_visible()
    page.get_by_role("button", name="Continue: what to do").click()
    page.get_by_role("link", name="Credit bonus points").click()
    page.get_by_label("How many points for each").fill("25")
    page.get_by_label("Terminal").select_option(str(shop.own_terminal))
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Confirm for 1,200 customers").click()
    expect(page.get_by_text("Running", exact=True)).to_be_visible()
    other = page.context.new_page()
    other.goto(page.url)
    number = int(page.url.rpartition("/")[2])
    with slowed(superuser, 0.3):
        worker = fork(shop, number)
        expect(page.locator(".batch-percent")).not_to_contain_text("0% 0 of")
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    os.waitpid(fork(shop, number), 0)
    for each in (page, other):
        expect(each.get_by_text("Done", exact=True)).to_be_visible()
        expect(each.locator(".batch-percent")).to_contain_text("1,200 of 1,200 customers")
    page.reload()
    expect(page.locator(".batch-percent")).to_contain_text("1,200 of 1,200 customers")
    expect(page.get_by_role("link", name="Unread messages: 1")).to_be_visible()
    expect(page.locator("#sent-at-the-end")).to_contain_text("None was written yet.")  # they have no phones
    undo(page)
    os.waitpid(fork(shop, int(page.url.rpartition("/")[2])), 0)
    expect(page.locator(".batch-percent")).to_contain_text("1,200 of 1,200 customers")
    page.get_by_role("link", name=f"Takes back No. {number}").click()
    expect(page.get_by_text("Undone", exact=True)).to_be_visible()


def undo(page: Page) -> None:
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Confirm for 1,200 customers").click()
    expect(page.get_by_role("link", name="Takes back No.")).to_be_visible()


def test_the_ticks_of_several_pages_are_what_is_acted_on(town: Town, page_for: PageFor) -> None:
    """CT-10: they survive paging; all matching but one is chosen in so many words."""
    with town.kavalier.work():
        for number in range(60):
            add_customer(f"C{number:02}")
    page = page_for(town.anna)
    page.goto("/customers?sort=name")
    page.locator("tbody .c-tick input").first.check()
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("tbody tr")).to_have_count(10)
    page.locator("tbody .c-tick input").first.check()
    page.get_by_role("button", name="Actions", exact=True).click()
    expect(page.get_by_text("For 2 customers")).to_be_visible()
    page.goto("/customers?sort=name")
    page.get_by_role("button", name="Select all 60 matching").click()
    page.locator("tbody .c-tick input").first.uncheck()
    page.get_by_role("button", name="Actions", exact=True).click()
    expect(page.get_by_text("For 59 customers")).to_be_visible()


def test_it_is_paused_continued_and_cancelled(town: Town, page_for: PageFor) -> None:
    """BA-12."""
    shop = town.kavalier
    crowd(shop, 10)
    page = page_for(town.anna, width=390, height=844)
    page.goto("/bulk-actions/new")
    page.get_by_role("button", name="Continue: what to do").click()
    page.get_by_role("link", name="Change access type").click()
    page.get_by_label("Access type").select_option(label="Limited")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Confirm for 10 customers").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Running", exact=True)).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_password_is_asked_again(
    town: Town, page_for: PageFor, superuser: psycopg.Connection, width: int, scheme: str
) -> None:
    """RELIABILITY: what is sensitive begins after a proof; a wrong one is said beside its field, by keyboard alone."""
    shop = town.kavalier
    number = preview(shop, town.anna, "access", {"program": shop.program, "given": 2}, crowd(shop, 11))
    page = page_for(town.anna, width=width, color_scheme=scheme)
    superuser.execute(b"UPDATE user_session SET proved_at = now() - interval '1 hour'")
    page.goto(f"/bulk-actions/{number}")
    assert axe_faults(page) == []
    page.get_by_label("Your password").fill("not this one at all")
    page.keyboard.press("Enter")
    expect(page.locator(".field-error")).to_be_visible()
    assert axe_faults(page) == []
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Running", exact=True)).to_be_visible()
