"""The accountant's whole path: sign in, find March, look at it, download the year (BI-6)."""

from __future__ import annotations

from zipfile import ZipFile
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from app.acts.services import close_months, draw_act
from app.lib import dates
from tests.acts.papers import at, ready
from tests.acts.test_issuing import charge
from tests.browser.conftest import PageFor
from tests.people import PASSWORD, Town


def test_an_accountant_signs_in_finds_march_and_downloads_the_zip(page_for: PageFor, town: Town) -> None:
    """BI-6: out of real files, as the jobs make them."""
    shop = town.kavalier
    ready(shop, at(2026, 2, 1, 0))
    charge(shop, 1, at(2026, 3, 14), -12, 40)
    with shop.work():
        close_months(at(2026, 4, 2))
    for _month in range(2):
        with shop.work():
            assert draw_act()
    today = dates.now().astimezone(ZoneInfo("Europe/Kyiv")).date()
    page = page_for(None)
    page.goto("/acts")
    page.get_by_label("E-mail").fill(town.vera.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Service acts")).to_be_visible()
    page.get_by_role("searchbox").fill("March")
    expect(page.locator("#acts-results")).to_contain_text("2026-0002")
    expect(page.locator("#acts-results")).not_to_contain_text("2026-0001")
    assert "search=March" in page.url
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="PDF").click()
    assert downloaded.value.suggested_filename == "act-2026-0002.pdf"
    page.get_by_role("link", name="March").click()
    expect(page.locator("h1")).to_have_text("Act 2026-0002")
    expect(page.get_by_label("Day")).to_have_value(today.isoformat())
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("March")
    page.get_by_role("searchbox").fill("")
    expect(page.locator("#acts-results")).to_contain_text("2026-0001")
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="ZIP of 2 acts").click()
    with ZipFile(downloaded.value.path()) as archive:
        assert archive.namelist() == ["2026/act-2026-0001.pdf", "2026/act-2026-0002.pdf"]
        assert all(archive.read(name).startswith(b"%PDF-1.7") for name in archive.namelist())
