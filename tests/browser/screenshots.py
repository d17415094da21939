"""Pictures of every page, to be looked at: `make screenshots` puts them into screenshots/.

Each page at a desk and on a phone, light and dark, over the demonstration business, in a database of its own.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sqlalchemy import text
from werkzeug.serving import make_server

from app import create_app
from app.accounts.invitations import invite
from app.acts.services import draw_act
from app.customers.conditions.nodes import Condition, Group
from app.customers.details import Details, details_of
from app.customers.models import Customer
from app.customers.saved_filters import Kept, keep
from app.customers.services import create_customer
from app.customers.services.duplicates import find_duplicates
from app.customers.services.merging import hold_pair, merge_customers
from app.customers.services.segments import create_segment
from app.customers.services.tagging import put_tags
from app.db import business_id, unit_of_work
from app.demo.calendar import end_of
from app.demo.ensuring import ensure
from app.extensions import db
from app.identity import COOKIE, TERMINAL_COOKIE
from app.ledger.models import EntryKind
from app.ledger.services import Credit, post
from app.lib import dates
from app.links import leave_link, stop_link
from app.local.embedded import DATABASE, TEST_SETTINGS, Postgres, scratch_folder
from app.local.paths import PROJECT, chromium
from app.permissions import Role
from app.scope import Scope
from tests.accounts.resetting import given_link
from tests.browser import bulk_pages, import_pages, kiosk_pages, my_pages, terminal_pages, webhook_pages
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
        customer, sale, terminal = _best_customer(app), _latest_sale(app), _terminal(app)
        ids = {"customer": customer, "sale": sale, "terminal": terminal, **_segment(app), **_program(app)}
        ids |= _messages(app) | _texts(app, customer)
        ids |= bulk_pages.ids(app, _anna(app)) | import_pages.ids(app, _anna(app)) | webhook_pages.ids(app, _anna(app))
        ids |= _users(app)
        ids |= _acts(app)
        ids |= _merging(app, customer) | _news(app) | _offers(app)
        pages = {name: path.format(**ids) for name, path in PAGES.items() if name in wanted}
        for theme in THEMES:
            for size, (width, height) in SIZES.items():
                context = _window(browser, address, width, height, theme)
                if "sign-in" in wanted:
                    _picture(context, "/login", f"sign-in-{size}-{theme}")
                _enter(app, context, address, _anna(app), COOKIE)
                for name, path in pages.items():
                    _picture(context, path, f"{name}-{size}-{theme}")
                context.close()
        _terminal_pictures(app, address, browser, customer, wanted)
        _customers_pictures(app, address, browser, wanted)
        browser.close()


def _acts(app: Flask) -> dict[str, int]:
    """The files of all acts, as the workers make them; the latest act."""
    anna, drawn = _anna(app), True
    while drawn:
        with app.app_context(), unit_of_work(Scope(anna.business)):
            drawn = draw_act()
    with app.app_context(), unit_of_work(Scope(anna.business)):
        return {"act": int(db.session.scalar(text("SELECT max(act_id) FROM act_file")) or 0)}


def _customers_pictures(app: Flask, address: str, browser: Browser, wanted: set[str]) -> None:
    """Of a regular who holds offers and coupons."""
    business, customer = _anna(app).business, _offers(app)["regular"]
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
    seller = terminal_pages.sasha(app, _anna(app).business)
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


def _anna(app: Flask) -> Person:
    with app.app_context(), unit_of_work(Scope(None)):
        user: int = db.session.scalar(text("SELECT sign_in_user('anna@example.com')"))
    with app.app_context(), unit_of_work(Scope(None, user)):
        first = db.session.execute(text("SELECT business_id, role FROM own_businesses()")).first()
        assert first is not None
        return Person(user, "anna@example.com", "Anna Kovalenko", first.business_id, Role(first.role))


def _best_customer(app: Flask) -> int:
    """A regular worth a picture: with tags, an e-mail, and many sales."""
    business = _anna(app).business
    with app.app_context(), unit_of_work(Scope(business)):
        row = db.session.execute(
            text(
                "SELECT c.id FROM customer c JOIN customer_stats s USING (business_id)"
                " JOIN stats_scope p ON p.business_id = s.business_id AND p.id = s.scope_id"
                " WHERE s.customer_id = c.id AND p.program_id IS NULL AND p.franchisee_id IS NULL"
                " AND p.point_of_sale_id IS NULL AND p.terminal_id IS NULL AND c.tag_count > 2 AND c.email <> ''"
                " AND c.card_count > 0 ORDER BY s.amount DESC LIMIT 1"
            )
        ).one()
        return int(row.id)


def _merging(app: Flask, best: int) -> dict[str, int]:
    """A customer with a record that was merged into it and another that may be the same person."""
    with app.app_context(), unit_of_work(_anna(app).scope):
        known = details_of(db.session.get_one(Customer, (business_id(), best)))
        place, wallet = (
            int(db.session.execute(text(asked)).scalar_one())
            for asked in ("SELECT min(id) FROM point_of_sale", "SELECT wallet_id FROM program WHERE is_default")
        )
        names = {"first_name": known.first_name, "last_name": known.last_name}
        other = (int(known.phone[-3]) + 1) % 10
        phones = [known.phone[:-3] + digits for digits in (f"{other}{known.phone[-2:]}", "000")]
        alike, gone = (create_customer(Details(**names, phone=each, email="o.k@ukr.net"), place) for each in phones)
        put_tags(db.session.get_one(Customer, (business_id(), alike)), {"milk": "soy", "city": "Kyiv"})
        for each in (alike, gone):
            until = dates.now() + timedelta(40)
            post(each, [Credit(wallet, EntryKind.ADDED, f"picture:{each}", amount=15_000, expires_at=until)])
        merge = merge_customers(*hold_pair(best, gone), set())
        find_duplicates()
        return {"merged": best, "alike": alike, "merge": merge}


def _terminal(app: Flask) -> int:
    """Where Sasha sells."""
    with app.app_context(), unit_of_work(Scope(_anna(app).business)):
        return int(db.session.scalar(text("SELECT terminal_id FROM terminal_user")) or 0)


def _latest_sale(app: Flask) -> int:
    with app.app_context(), unit_of_work(Scope(_anna(app).business)):
        newest = "SELECT id FROM transaction WHERE kind = 1 AND status = 1 ORDER BY at DESC, id DESC LIMIT 1"
        return int(db.session.execute(text(newest)).scalar_one())


def _offers(app: Flask) -> dict[str, int]:
    """An offer, a series, a gift card, and who has one."""
    asked = {
        "offer": "SELECT max(id) FROM offer",
        "series": "SELECT min(id) FROM coupon_series",
        "card": "SELECT id FROM gift_card ORDER BY balance - initial, id LIMIT 1",
        "holder": "SELECT max(customer_id) FROM gift_card",
        "regular": "SELECT customer_id FROM customer_holding ORDER BY coupons DESC, offers DESC, customer_id LIMIT 1",
    }
    with app.app_context(), unit_of_work(_anna(app).scope):
        return {name: int(db.session.execute(text(each)).scalar_one()) for name, each in asked.items()}


def _news(app: Flask) -> dict[str, int]:
    """What was published last, and a place of the brand's own."""
    with app.app_context(), unit_of_work(_anna(app).scope):
        latest = text("SELECT id FROM news WHERE published AND first_day <= now() ORDER BY first_day DESC LIMIT 1")
        place = text("SELECT min(id) FROM point_of_sale WHERE franchisee_id IS NULL")
        news, place_id = (int(db.session.execute(each).scalar_one()) for each in (latest, place))
        return {"news": news, "place": place_id}


def _program(app: Flask) -> dict[str, int]:
    """The default program and the first of its rules."""
    with app.app_context(), unit_of_work(_anna(app).scope):
        program = db.session.execute(text("SELECT id FROM program WHERE is_default")).scalar_one()
        rule = text("SELECT id FROM program_rule WHERE program_id = :program ORDER BY priority, id LIMIT 1")
        return {"program": program, "rule": db.session.execute(rule, {"program": program}).scalar_one()}


def _messages(app: Flask) -> dict[str, int]:
    """A message that nobody knows of, and the customer whose phone has most to show."""
    with app.app_context(), unit_of_work(_anna(app).scope):
        unknown = "SELECT id FROM message WHERE status = 5 ORDER BY created_at DESC, id DESC LIMIT 1"
        phone = (
            "SELECT m.customer_id FROM simulated_message s JOIN message m USING (business_id) WHERE m.id = s.message_id"
            " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        )
        asked = {"unknown": unknown, "phone": phone}
        return {name: int(db.session.scalar(text(each)) or 0) for name, each in asked.items()}


def _texts(app: Flask, customer: int) -> dict[str, int | str]:
    """A template of messages, and the links that a customer gets in them."""
    with app.app_context(), unit_of_work(_anna(app).scope):
        program = int(db.session.execute(text("SELECT id FROM program WHERE is_default")).scalar_one())
        number = int(db.session.execute(text("SELECT min(id) FROM message_template")).scalar_one())
        links = {"stop": stop_link(customer), "leave": leave_link(customer, program)}
        return {"template": number, **{name: link.rpartition("/")[2] for name, link in links.items()}}


def _users(app: Flask) -> dict[str, int | str]:
    """A colleague of Anna's, someone whom she invites, and her own link to a new password."""
    link = given_link(app, _anna(app).email).rpartition("/")[2]
    with app.app_context(), unit_of_work(_anna(app).scope):
        other = text("SELECT min(user_id) FROM membership WHERE role = 'location_operator'")
        user = int(db.session.execute(other).scalar_one())
        return {"reset": link, "user": user, "invitation": invite("ivan@example.com", Role.ACCOUNTANT, None, "uk").id}


def _segment(app: Flask) -> dict[str, int | str]:
    """A segment that another is built on, and a filter to save."""
    bought = Condition("sales_count", "more", ("10",))
    often, away = Group(members=(bought,)), Condition("days", "more", ("30",))
    with app.app_context(), unit_of_work(_anna(app).scope):
        number = create_segment("Regulars", often).id
        lost = Group(members=(Condition("segment", "equals", (str(number),)), away))
        create_segment("Regulars who stay away", lost)
        return {"segment": number, "filter": keep(Kept(conditions=Group(members=(bought, away))))}


if __name__ == "__main__":
    main()
