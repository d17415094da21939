"""Pictures of every page, to be looked at: `make screenshots` puts them into screenshots/.

Each page at a desk and on a phone, light and dark, over the demonstration business, in a database of its own.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from app.demo.calendar import end_of
from app.demo.ensuring import ensure
from app.extensions import db
from app.identity import COOKIE, TERMINAL_COOKIE
from app.local.embedded import DATABASE, TEST_SETTINGS, Postgres, scratch_folder
from app.local.paths import PROJECT, chromium
from tests.browser import bulk_pages, import_pages, kiosk_pages, my_pages, shown, terminal_pages, webhook_pages
from tests.browser.conftest import ARGUMENTS
from tests.conftest import config_for, migrate
from tests.people import Person, sign_in

FOLDER = PROJECT / "screenshots"
SIZES = {"1440": (1440, 900), "390": (390, 844)}
THEMES = ("light", "dark")
PAGES = {
    "customers": "/customers?sort=-average",
    "drawer": "/customers?sort=-amount&open={customer}",
    "profile": "/customers/{customer}",
    **{tab: f"/customers/{{customer}}/{tab}" for tab in ("loyalty-history", "transactions", "messages")},
    "offers": "/customers/{regular}/offers",
    "edit": "/customers/{customer}/edit",
    "new-customer": "/customers/new",
    "tags": "/customers/{customer}/tags",
    "erasure": "/customers/{customer}/erasure",
    "personal-data": "/customers/{customer}/personal-data",
    "columns": "/customers/columns",
    "duplicates": "/customers/duplicates",
    "merging-pick": "/customers/{merged}/merging",
    "merging": "/customers/{merged}/merging?with={alike}",
    "merging-undo": "/customers/{merged}/merges/{merge}/undoing",
    "merged": "/customers/{merged}",
    **bulk_pages.PAGES,
    **import_pages.PAGES,
    "goods": "/goods",
    "good": "/goods/new",
    "good-groups": "/goods/groups",
    "good-group": "/goods/groups/new",
    "goods-none": "/goods?search=nothing",
    "transactions": "/transactions",
    "transaction": "/transactions/{sale}",
    "cancellation": "/transactions/{sale}/cancellation",
    "report": "/transactions/report",
    "billing": "/billing",
    "charges": "/billing/charges",
    "charges-sms": "/billing/charges?kind=sms",
    "notifications": "/profile/notifications",
    "charges-paid-in": "/billing/charges?kind=top_up",
    "messages": "/messages",
    "messages-unread": "/messages?unread=yes",
    "message": "/messages/{unknown}?status=unknown",
    "messages-customer": "/messages/customer",
    "simulator": "/simulator",
    "phone": "/simulator/{phone}",
    "programs": "/programs",
    "program-new": "/programs/new",
    "program": "/programs/{program}",
    "rules": "/programs/{program}/rules",
    "rule": "/programs/{program}/rules/{rule}",
    "categories": "/programs/{program}/customer-categories",
    "accounts": "/programs/{program}/accounts",
    "advanced-settings": "/programs/{program}/advanced-settings",
    "all-offers": "/offers",
    "offer": "/offers/{offer}",
    "coupons": "/coupons",
    "series": "/coupons/{series}",
    "series-new": "/coupons/new",
    "series-edit": "/coupons/{series}/edit",
    "gift-cards": "/gift-cards",
    "gift-card": "/gift-cards/{card}",
    "gift-card-new": "/gift-cards/new?customer={customer}",
    "coupons-of-customer": "/customers/{regular}/offers?show=coupons",
    "gift-cards-of-customer": "/customers/{holder}/offers?show=gift-cards",
    "news": "/news",
    "news-new": "/news/new",
    "news-item": "/news/{news}",
    "news-none": "/news?stage=draft&place={place}",
    "questionnaire": "/questionnaire",
    "question": "/questionnaire/questions/new",
    "segments": "/segments",
    "segment": "/segments/{segment}/edit",
    "segment-new": "/segments/new?f={filter}",
    "segment-changed": "/segments/{segment}/edit?f={filter}",
    "segment-removal": "/segments/{segment}/removal",
    "api-keys": "/settings/api-keys",
    "api-key-new": "/settings/api-keys/new",
    "api": "/help/api",
    "templates": "/messages/templates",
    "template": "/messages/templates/{template}",
    "template-new": "/messages/templates/new",
    "template-removal": "/messages/templates/{template}/removal",
    "notices": "/programs/{program}/notices",
    "stop-messages": "/u/{stop}",
    "leave-program": "/l/{leave}",
    "link-nowhere": "/u/nowhere",
    "acts": "/acts",
    "acts-signed": "/acts?status=signed",
    "act": "/acts/{act}",
    "requisites": "/profile/financial",
    "audit-log": "/audit-log",
    "points-of-sale": "/points-of-sale",
    "point-of-sale": "/points-of-sale/new",
    "terminals": "/terminals",
    "franchisees": "/franchisees",
    "settings": "/settings",
    "sender-names": "/settings/sender-names",
    **webhook_pages.PAGES,
    "users": "/users",
    "user": "/users/{user}",
    "users-invited": "/users?show=invited",
    "second-factor-of-all": "/users/second-factor",
    "user-invite": "/users/invitations/new",
    "invitation": "/users/invitations/{invitation}",
    "forgotten": "/forgotten-password",
    "forgotten-sent": "/forgotten-password/sent",
    "new-password": "/forgotten-password/{reset}",
    "own-profile": "/profile",
    "own-security": "/profile/security",
    "own-sessions": "/profile/sessions",
    "second-factor": "/profile/second-factor",
    "salespeople": "/terminals/{terminal}/salespeople",
    "kiosks": "/terminals/{terminal}/kiosks",
    "help": "/help",
    "not-found": "/customers/987654321",
}


def main() -> None:
    of_customers = set(my_pages.PAGES) | set(my_pages.AT_DOOR)
    at_counter = set(terminal_pages.PAGES) | set(kiosk_pages.PAGES) | {"terminal-sign-in", "kiosk-pairing"}
    every = set(PAGES) | at_counter | of_customers | {"sign-in"}
    wanted = set(sys.argv[1:]) or every
    FOLDER.mkdir(exist_ok=True)
    with scratch_folder() as folder, _site(folder) as (app, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        ids = shown.ids(app)
        pages = {name: path.format(**ids) for name, path in PAGES.items() if name in wanted}
        for theme in THEMES:
            for size, (width, height) in SIZES.items():
                context = _window(browser, address, width, height, theme)
                if "sign-in" in wanted:
                    _picture(context, "/login", f"sign-in-{size}-{theme}")
                _enter(app, context, address, shown.anna(app), COOKIE)
                for name, path in pages.items():
                    _picture(context, path, f"{name}-{size}-{theme}")
                context.close()
        _terminal_pictures(app, address, browser, ids["customer"], wanted)
        _customers_pictures(app, address, browser, wanted)
        browser.close()


def _customers_pictures(app: Flask, address: str, browser: Browser, wanted: set[str]) -> None:
    """Of a regular who holds offers and coupons."""
    business, customer = shown.anna(app).business, shown.offers(app)["regular"]
    ids = my_pages.ids(app, business, customer)
    for theme in THEMES:
        for size, (width, height) in SIZES.items():
            context = _window(browser, address, width, height, theme)
            for name, path in {**my_pages.AT_DOOR, **my_pages.PAGES}.items():
                if name == next(iter(my_pages.PAGES)):
                    cookie, value = my_pages.cookie(app, business, customer)
                    context.add_cookies([{"name": cookie, "value": value, "url": address}])
                if name in wanted:
                    _picture(context, path.format(**ids), f"{name}-{size}-{theme}")
            context.close()


def _terminal_pictures(app: Flask, address: str, browser: Browser, customer: int, wanted: set[str]) -> None:
    """In the windows of tablets and of a phone."""
    seller = terminal_pages.sasha(app, shown.anna(app).business)
    ids = terminal_pages.ids(app, seller, customer)
    name_of_tablet, token, visit = kiosk_pages.tablet(app, seller, customer)
    for theme in THEMES:
        for size, (width, height) in terminal_pages.SIZES.items():
            context = _window(browser, address, width, height, theme)
            if "terminal-sign-in" in wanted:
                _picture(context, "/terminal/sign-in", f"terminal-sign-in-{size}-{theme}")
            _enter(app, context, address, seller, TERMINAL_COOKIE)
            for name, path in terminal_pages.PAGES.items():
                if name in wanted:
                    _picture(context, path.format(**ids), f"{name}-{size}-{theme}")
            if "kiosk-pairing" in wanted:
                _picture(context, "/kiosk", f"kiosk-pairing-{size}-{theme}")
            context.add_cookies([{"name": name_of_tablet, "value": token, "url": address}])
            for name, path in kiosk_pages.PAGES.items():
                if name in wanted:
                    _picture(context, path.format(visit=visit), f"{name}-{size}-{theme}")
            context.close()


@contextmanager
def _site(folder: Path) -> Iterator[tuple[Flask, str]]:
    """The application with the demonstration business, served on a port of its own."""
    postgres = Postgres(folder / "postgres", TEST_SETTINGS)
    postgres.start()
    try:
        postgres.create_database(DATABASE)
        config = config_for(postgres, DATABASE)
        migrate(config)
        app = create_app(config)
        with app.app_context():
            ensure(config, end_of(None, "Europe/Kyiv"))
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield app, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        with app.app_context():
            db.engine.dispose()
    finally:
        postgres.stop()


def _window(browser: Browser, address: str, width: int, height: int, theme: str) -> BrowserContext:
    size = {"width": width, "height": height}
    return browser.new_context(
        base_url=address,
        viewport=size,  # type: ignore[arg-type]
        color_scheme=theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )


def _enter(app: Flask, context: BrowserContext, address: str, person: Person, name: str) -> None:
    """Signs someone in, without the form; `name` is the cookie's."""
    client = app.test_client()
    sign_in(client, person)
    cookie = client.get_cookie(name)
    assert cookie is not None
    context.add_cookies([{"name": name, "value": cookie.value, "url": address}])


def _picture(context: BrowserContext, path: str, name: str) -> None:
    page = context.new_page()
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")
    page.close()


if __name__ == "__main__":
    main()
