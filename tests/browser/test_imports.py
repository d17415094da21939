"""An import in the browser: from a file to a report that looks after itself, mended, taken back (IM-1, IM-2)."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.bulk.models import BatchState
from app.customers.models import Customer
from app.extensions import db
from app.imports.queries import import_named
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.bulk.batches import state
from tests.bulk.kills import fork, slowed
from tests.factories import add_customer
from tests.imports.desk import number_of
from tests.imports.files import csv_bytes, phones, read
from tests.people import Shop, Town

LONG = 180_000  # milliseconds: what a busy machine may take for a hundred thousand rows


@pytest.mark.parametrize("rows", [1_200, pytest.param(100_000, marks=pytest.mark.long)])
def test_a_file_comes_in_though_its_worker_is_killed(
    town: Town, page_for: PageFor, superuser: psycopg.Connection, tmp_path: Path, rows: int
) -> None:
    """IM-2: two tabs and a reload show the same; every row once; a note comes; and it is taken back."""
    shop, page = town.kavalier, page_for(town.anna, height=500)
    _check(shop, page, _file(tmp_path, rows))
    page.get_by_role("button", name=f"Import {rows:,} rows").click()
    expect(page.get_by_text("Running", exact=True)).to_be_visible()
    _stays_where_it_is(page)
    other = page.context.new_page()
    other.goto(page.url)
    batch = _batch(shop, page.url)
    with slowed(superuser, 0.3):
        worker = fork(shop, batch)
        expect(page.locator(".batch-percent")).not_to_contain_text("0% 0 of", timeout=LONG)
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    _work(shop, batch)
    for each in (page, other):
        expect(each.get_by_text("Done", exact=True)).to_be_visible(timeout=LONG)
        expect(each.locator(".batch-percent")).to_contain_text(f"{rows:,} of {rows:,} rows")
    page.reload()
    expect(page.get_by_role("link", name="Unread messages: 1")).to_be_visible()
    assert _customers(shop) == rows
    _take_back(shop, page, rows)
    assert _customers(shop) == 0


def _stays_where_it_is(page: Page) -> None:
    """While it looks after itself: how far it is scrolled, and the focus on what has no id."""
    path, scrolled = page.locator(".batch-head").get_by_role("link", name="Imports"), page.locator(".sheet-scroll")
    path.focus()
    scrolled.evaluate("each => { each.scrollTop = 60; each.dataset.seen = 'before'; }")
    expect(scrolled).not_to_have_attribute("data-seen", "before")
    expect(path).to_be_focused()
    assert scrolled.evaluate("each => each.scrollTop") == 60


def test_how_it_is_read_is_chosen_without_leaving_the_page(town: Town, page_for: PageFor, tmp_path: Path) -> None:
    """IM-1, INTERFACE: the address holds the choice; Back takes it back, and by keyboard alone."""
    page = page_for(town.anna)
    path = tmp_path / "Клієнти.csv"
    path.write_bytes("Телефон;Ім'я\n+380501112233;Ґанна\n".encode("cp1251"))
    _upload(page, path)
    expect(page.locator(".import-preview td").nth(1)).to_have_text("Ґанна")
    page.get_by_label("Country of the phones").select_option("PL")
    page.get_by_label("Letters").focus()
    page.get_by_label("Letters").select_option(label="UTF-8")
    expect(page.locator(".import-preview td").nth(1)).not_to_have_text("Ґанна")
    assert "encoding=utf-8" in page.url
    expect(page.get_by_label("Letters")).to_be_focused()
    expect(page.get_by_label("Country of the phones")).to_have_value("PL")
    page.go_back()
    expect(page.locator(".import-preview td").nth(1)).to_have_text("Ґанна")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_refused_rows_are_mended_and_sent_again(
    town: Town, page_for: PageFor, tmp_path: Path, width: int, scheme: str
) -> None:
    """IM-2: with nothing for axe to find on the way."""
    shop, page = town.kavalier, page_for(town.anna, width=width, color_scheme=scheme)
    with shop.work():
        add_customer("Petro", "Savchuk", "+380501112234")
    path = tmp_path / "customers.csv"
    good = ("+380501112233", "Olena", "Koval", "olena@example.com", "7701", "12.5")
    path.write_bytes(
        csv_bytes(good, ("+380501112234", "Peter"), ("12", "Ann"), ("+380501112236", "Bo", "Li", "no mail"))
    )
    page.goto("/imports/new")
    assert axe_faults(page) == []
    _check(shop, page, path)
    assert axe_faults(page) == []
    page.get_by_role("link", name="Refused 2").click()
    expect(page.locator("#rows tbody tr")).to_have_count(2)
    assert "state=refused" in page.url
    page.get_by_role("link", name="Mend them here").click()
    assert axe_faults(page) == []
    page.locator("#cell-3-0").fill("+380501112235")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The rows are being checked")).to_be_visible()
    assert axe_faults(page) == []
    _read(shop, page)
    page.get_by_role("button", name="Import 1 row").click()
    _work(shop, _batch(shop, page.url))
    expect(page.get_by_text("Done", exact=True)).to_be_visible()
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert _customers(shop) == 2


@pytest.mark.parametrize("width", [1440, 390])
def test_a_long_name_does_not_hide_why_its_row_is_refused(
    town: Town, page_for: PageFor, tmp_path: Path, width: int
) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(csv_bytes(("+380501112233", "Olena"), ("12", "Надзвичайнодовге" * 12, "Прізвище" * 20)))
    page = page_for(town.anna, width=width)
    _check(town.kavalier, page, path)
    reason = page.locator(".import-lines td").last
    expect(reason).to_contain_text("There is no such phone")
    assert reason.evaluate(
        "cell => cell.getBoundingClientRect().right <= cell.closest('.card').getBoundingClientRect().right"
    )


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(town: Town, page_for: PageFor, tmp_path: Path) -> None:
    page = page_for(town.anna)
    path = tmp_path / "large.csv"
    path.write_bytes(b"phone\n" + b"1" * (10 * 2**20))
    page.goto("/imports/new")
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="Continue: the columns").click()
    assert page.url.endswith("/imports/new")
    assert "at most 10 MB" in page.locator("#file").evaluate("field => field.validationMessage")


def _file(folder: Path, rows: int) -> Path:
    path = folder / "customers.csv"
    path.write_bytes(csv_bytes(*((phone, f"Name{place}", "Koval") for place, phone in enumerate(phones(rows)))))
    return path


def _upload(page: Page, path: Path) -> None:
    page.goto("/imports/new")
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="Continue: the columns").click()
    expect(page.get_by_role("heading", name="What the columns hold")).to_be_visible()


def _check(shop: Shop, page: Page, path: Path) -> None:
    """Sends a file and has it checked."""
    _upload(page, path)
    page.get_by_role("button", name="Check all rows").click()
    expect(page.get_by_text("The rows are being checked")).to_be_visible()
    _read(shop, page)


def _read(shop: Shop, page: Page) -> None:
    """What workers do who read the file, and freeze a draft of many rows; the page sees it by itself."""
    read(shop, number_of(page.url))
    _work(shop, _batch(shop, page.url))
    expect(page.locator(".import-legend")).to_be_visible(timeout=LONG)


def _work(shop: Shop, batch: int) -> None:
    while state(shop, batch) in (BatchState.FREEZING, BatchState.RUNNING):
        os.waitpid(fork(shop, batch), 0)


def _take_back(shop: Shop, page: Page, rows: int) -> None:
    page.get_by_role("button", name="Undo").click()
    number = int(page.url.rpartition("/")[2])
    _work(shop, number)
    page.get_by_role("button", name=f"Confirm for {rows:,} customers").click(timeout=LONG)
    _work(shop, number)
    expect(page.get_by_text("Done", exact=True)).to_be_visible(timeout=LONG)


def _batch(shop: Shop, address: str) -> int:
    with shop.work():
        return import_named(number_of(address)).batch_id or 0


def _customers(shop: Shop) -> int:
    with shop.work():
        counted = select(func.count()).select_from(Customer).where(Customer.erased_at.is_(None))
        return db.session.scalar(counted) or 0
