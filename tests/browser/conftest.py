"""A headless Chromium before the application as it is served: real requests, real scripts, the test's database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from app.identity import COOKIE, TERMINAL_COOKIE
from app.local.paths import chromium as chromium_path
from tests.factories import add_customer, add_points, add_sale
from tests.people import Person, Town

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
PATIENCE = 10_000  # milliseconds; the machine may be busy

PageFor = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(town: Town) -> Iterator[str]:
    """The address of the application."""
    server = make_server("127.0.0.1", 0, town.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page_for(site: str, town: Town, chromium: Browser) -> Iterator[PageFor]:
    """Opens a window for a person, or for nobody; any error of a script fails the test."""
    contexts, errors = [], []

    def open_page(person: Person | None, *, width: int = 1440, height: int = 900, **options: object) -> Page:
        context = chromium.new_context(
            base_url=site, viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if person:
            browser = town.browser(person)
            for name in (COOKIE, TERMINAL_COOKIE):
                if token := browser.get_cookie(name):
                    context.add_cookies([{"name": name, "value": token.value, "url": site}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def crowd(town: Town) -> list[int]:
    """60 customers, so that there is a second page; the first ten bought, each more than the one before."""
    shop = town.kavalier
    with shop.work():
        ids = [add_customer(f"Ім'я{n:02}", f"Прізвище{n:02}", f"+38067{n:07}") for n in range(60)]
        for place, customer in enumerate(ids[:10], start=1):
            add_sale(customer, shop.own_terminal if place < 10 else shop.franchised_terminal, place * 1000)
        add_points(ids[3], 12300, days=5)
    return ids
