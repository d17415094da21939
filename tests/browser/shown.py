"""What pictures of the panel show: things of the demonstration business that are worth one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import text

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
from app.extensions import db
from app.ledger.models import EntryKind
from app.ledger.services import Credit, post
from app.lib import dates
from app.links import leave_link, stop_link
from app.permissions import Role
from app.scope import Scope
from tests.accounts.resetting import given_link
from tests.browser import bulk_pages, import_pages, webhook_pages
from tests.people import Person


def ids(app: Flask) -> dict[str, Any]:
    """By the names that addresses of pages have for them; some are made for it."""
    customer, person = _best_customer(app), anna(app)
    found = {"customer": customer, "sale": _latest_sale(app), "terminal": _terminal(app)}
    found |= _segment(app) | _program(app) | _messages(app) | _texts(app, customer)
    for pages in (bulk_pages, import_pages, webhook_pages):
        found |= pages.ids(app, person)
    return found | _users(app) | _acts(app) | _merging(app, customer) | _news(app) | offers(app)


def anna(app: Flask) -> Person:
    with app.app_context(), unit_of_work(Scope(None)):
        user: int = db.session.scalar(text("SELECT sign_in_user('anna@example.com')"))
    with app.app_context(), unit_of_work(Scope(None, user)):
        first = db.session.execute(text("SELECT business_id, role FROM own_businesses()")).first()
        assert first is not None
        return Person(user, "anna@example.com", "Anna Kovalenko", first.business_id, Role(first.role))


def offers(app: Flask) -> dict[str, int]:
    """An offer, a series, a gift card, and who has one."""
    asked = {
        "offer": "SELECT max(id) FROM offer",
        "series": "SELECT min(id) FROM coupon_series",
        "card": "SELECT id FROM gift_card ORDER BY balance - initial, id LIMIT 1",
        "holder": "SELECT max(customer_id) FROM gift_card",
        "regular": "SELECT customer_id FROM customer_holding h"
        " ORDER BY EXISTS (SELECT FROM message m WHERE m.business_id = h.business_id AND m.customer_id = h.customer_id"
        " AND m.direction = 1 AND m.kind <> 3 AND m.status IN (4, 6)) DESC, EXISTS (SELECT FROM balance b"
        " WHERE b.business_id = h.business_id AND b.customer_id = h.customer_id AND b.amount > 0) DESC,"
        " coupons DESC, offers DESC, customer_id LIMIT 1",
    }
    with app.app_context(), unit_of_work(anna(app).scope):
        return {name: int(db.session.execute(text(each)).scalar_one()) for name, each in asked.items()}


def _acts(app: Flask) -> dict[str, int]:
    """The files of all acts, as the workers make them; the latest act."""
    person, drawn = anna(app), True
    while drawn:
        with app.app_context(), unit_of_work(Scope(person.business)):
            drawn = draw_act()
    with app.app_context(), unit_of_work(Scope(person.business)):
        return {"act": int(db.session.scalar(text("SELECT max(act_id) FROM act_file")) or 0)}


def _best_customer(app: Flask) -> int:
    """A regular worth a picture: with tags, an e-mail, and many sales."""
    business = anna(app).business
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
    with app.app_context(), unit_of_work(anna(app).scope):
        known = details_of(db.session.get_one(Customer, (business_id(), best)))
        place, wallet = (
            int(db.session.execute(text(asked)).scalar_one())
            for asked in ("SELECT min(id) FROM point_of_sale", "SELECT wallet_id FROM program WHERE is_default")
        )
        names = {"first_name": known.first_name, "last_name": known.last_name}
        near = text("SELECT phone FROM customer WHERE phone LIKE :like")
        taken = set(db.session.scalars(near, {"like": f"{known.phone[:-3]}%"}))
        phones = sorted({f"{known.phone[:-3]}{number:03d}" for number in range(1_000)} - taken)[:2]
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
    with app.app_context(), unit_of_work(Scope(anna(app).business)):
        return int(db.session.scalar(text("SELECT terminal_id FROM terminal_user")) or 0)


def _latest_sale(app: Flask) -> int:
    with app.app_context(), unit_of_work(Scope(anna(app).business)):
        newest = "SELECT id FROM transaction WHERE kind = 1 AND status = 1 ORDER BY at DESC, id DESC LIMIT 1"
        return int(db.session.execute(text(newest)).scalar_one())


def _news(app: Flask) -> dict[str, int]:
    """What was published last, and a place of the brand's own."""
    with app.app_context(), unit_of_work(anna(app).scope):
        latest = text("SELECT id FROM news WHERE published AND first_day <= now() ORDER BY first_day DESC LIMIT 1")
        place = text("SELECT min(id) FROM point_of_sale WHERE franchisee_id IS NULL")
        news, place_id = (int(db.session.execute(each).scalar_one()) for each in (latest, place))
        return {"news": news, "place": place_id}


def _program(app: Flask) -> dict[str, int]:
    """The default program and the first of its rules."""
    with app.app_context(), unit_of_work(anna(app).scope):
        program = db.session.execute(text("SELECT id FROM program WHERE is_default")).scalar_one()
        rule = text("SELECT id FROM program_rule WHERE program_id = :program ORDER BY priority, id LIMIT 1")
        return {"program": program, "rule": db.session.execute(rule, {"program": program}).scalar_one()}


def _messages(app: Flask) -> dict[str, int]:
    """A message that nobody knows of, and the customer whose phone has most to show."""
    with app.app_context(), unit_of_work(anna(app).scope):
        unknown = "SELECT id FROM message WHERE status = 5 ORDER BY created_at DESC, id DESC LIMIT 1"
        phone = (
            "SELECT m.customer_id FROM simulated_message s JOIN message m USING (business_id) WHERE m.id = s.message_id"
            " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        )
        asked = {"unknown": unknown, "phone": phone}
        return {name: int(db.session.scalar(text(each)) or 0) for name, each in asked.items()}


def _texts(app: Flask, customer: int) -> dict[str, int | str]:
    """A template of messages, and the links that a customer gets in them."""
    with app.app_context(), unit_of_work(anna(app).scope):
        program = int(db.session.execute(text("SELECT id FROM program WHERE is_default")).scalar_one())
        number = int(db.session.execute(text("SELECT min(id) FROM message_template")).scalar_one())
        links = {"stop": stop_link(customer), "leave": leave_link(customer, program)}
        return {"template": number, **{name: link.rpartition("/")[2] for name, link in links.items()}}


def _users(app: Flask) -> dict[str, int | str]:
    """A colleague of Anna's, someone whom she invites, and her own link to a new password."""
    link = given_link(app, anna(app).email).rpartition("/")[2]
    with app.app_context(), unit_of_work(anna(app).scope):
        other = text("SELECT min(user_id) FROM membership WHERE role = 'location_operator'")
        user = int(db.session.execute(other).scalar_one())
        return {"reset": link, "user": user, "invitation": invite("ivan@example.com", Role.ACCOUNTANT, None, "uk").id}


def _segment(app: Flask) -> dict[str, int | str]:
    """A segment that another is built on, and a filter to save."""
    bought = Condition("sales_count", "more", ("10",))
    often, away = Group(members=(bought,)), Condition("days", "more", ("30",))
    with app.app_context(), unit_of_work(anna(app).scope):
        number = create_segment("Regulars", often).id
        lost = Group(members=(Condition("segment", "equals", (str(number),)), away))
        create_segment("Regulars who stay away", lost)
        return {"segment": number, "filter": keep(Kept(conditions=Group(members=(bought, away))))}
