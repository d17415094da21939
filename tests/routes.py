"""What the guards over all routes share: addresses with ids in them, and what the table of roles expects."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.routing import Rule

from app.extensions import db
from app.lib import dates
from app.links import icon_address, invitation_link, leave_link, logo_address, push_receipt, stop_link
from app.permissions import Permission, Role, allows
from app.pictures import Picture
from tests.accounts.resetting import given_link
from tests.people import Person, Shop, Town

EVERYONE = ("nobody", "anna", "olha", "boris", "vera", "sasha", "oleg")
# What a page cannot be read without, by endpoint; ids in braces.
ARGUMENTS = {"customers.drawer": "?id={customer_id}", "segments.add_segment": "?f={filter_key}"}
# A person's own sessions and browsers are its own: those of others are not found, tested with them. A link of a
# message says itself whose it is, so it opens for whoever holds it, tested with the customer's pages.
BY_LINK = {"stop_token", "leave_token", "push_token"}
# An invitation and the link to a new password too say whose they are; their forms have tokens of our own. A logo and
# what is made of it are anyone's to see.
LOOK = {"logo_token", "icon_token", "icon", "colour"}
CALENDAR = {"month", "year"}
# Of nobody who stands at a Kiosk now: who does is tested with the Kiosk's pages.
VISIT = "00000000-0000-4000-8000-000000000000"
# A customer's page begins with the business's name, and whose it is says its own session, tested with it.
OF_CUSTOMERS = {"slug", "code_key"}
_OWN = {"browser_id", "session_id", "invite_token", "reset_token", "visit_key"}
PERSONAL = {*_OWN, *OF_CUSTOMERS, *LOOK, *BY_LINK, *CALENDAR}


@dataclass(frozen=True)
class Ids:
    """Ids for the arguments of routes: a business's rows, those of the franchisee's place or of the brand's own."""

    shop: Shop
    franchised: bool
    customer: int
    transaction: int
    message: int
    question: int
    good: int
    good_group: int
    segment: int
    rule: int
    category: int
    account: int
    filter_key: str
    merge: int
    duplicate: int
    batch: int
    job: int
    """An import that is checked."""
    picture: int
    digest: str
    news: int
    series: int
    coupon: int
    offer: int
    customer_offer: int
    gift_card: int
    sale_key: str
    """Of a sale that Sasha is making; a customer is chosen and an amount entered."""
    template: int
    act: int
    endpoint: int
    delivery: int
    stop_token: str
    leave_token: str
    """Of the links in the customer's messages."""
    user: int
    """Another one than Anna, who decides about others alone."""
    invitation: int
    invite_token: str
    reset_token: str
    logo_token: str
    icon_token: str
    push_token: str
    api_key: int

    def values(self) -> dict[str, int | str]:
        shop = self.shop
        return {
            "customer_id": self.customer,
            "franchisee_id": shop.franchisee,
            "point_of_sale_id": shop.franchised_place if self.franchised else shop.own_place,
            "terminal_id": shop.franchised_terminal if self.franchised else shop.own_terminal,
            "transaction_id": self.transaction,
            "message_id": self.message,
            "session_id": 1,
            "user_id": self.user,
            "invitation_id": self.invitation,
            "invite_token": self.invite_token,
            "reset_token": self.reset_token,
            "browser_id": 1,
            "logo_token": self.logo_token,
            "icon_token": self.icon_token,
            "icon": "192",
            "colour": "c8102e",
            "push_token": self.push_token,
            "question_id": self.question,
            "good_id": self.good,
            "good_group_id": self.good_group,
            "segment_id": self.segment,
            "program_id": shop.program,
            "rule_id": self.rule,
            "category_id": self.category,
            "account_id": self.account,
            "filter_key": self.filter_key,
            "merge_id": self.merge,
            "duplicate_id": self.duplicate,
            "batch_id": self.batch,
            "import_id": self.job,
            "picture_id": self.picture,
            "digest": self.digest,
            "news_id": self.news,
            "series_id": self.series,
            "coupon_id": self.coupon,
            "offer_id": self.offer,
            "customer_offer_id": self.customer_offer,
            "gift_card_id": self.gift_card,
            "sale_key": self.sale_key,
            "visit_key": VISIT,
            "template_id": self.template,
            "act_id": self.act,
            "endpoint_id": self.endpoint,
            "delivery_id": self.delivery,
            "year": 2026,
            "month": f"{dates.now().astimezone(ZoneInfo('Europe/Kyiv')):%Y-%m}",
            "slug": shop.slug,
            "code_key": "00000000-0000-4000-8000-000000000000",
            "stop_token": self.stop_token,
            "leave_token": self.leave_token,
            "api_key_id": self.api_key,
        }


def ids_of(shop: Shop, franchised: bool = True) -> Ids:
    """Of the customer who bought at both places what happened at the franchisee's, or else of the brand's own."""
    place = shop.franchised_place if franchised else shop.own_place
    with shop.work():
        name = {"name": "Melnyk" if franchised else "Savchuk"}
        customer = db.session.scalar(text("SELECT id FROM customer WHERE last_name = :name"), name) or 0
        theirs = {"customer": customer, "place": place}
        sale = text("SELECT max(id) FROM transaction WHERE customer_id = :customer AND point_of_sale_id = :place")
        message = text("SELECT max(id) FROM message WHERE customer_id = :customer")
        question = text("SELECT min(id) FROM questionnaire_field")
        goods = text("SELECT min(id) FROM good"), text("SELECT min(id) FROM good_group")
        segment = text("SELECT min(id) FROM segment WHERE (franchisee_id = :franchisee) = :own")
        rule = text("SELECT min(id) FROM program_rule")
        category = text("SELECT min(id) FROM category")
        account = text("SELECT min(wallet_id) FROM program_account")
        theirs |= {"franchisee": shop.franchisee, "own": franchised}
        news = text("SELECT min(id) FROM news WHERE (franchisee_id = :franchisee) = :own")
        merge = text("SELECT max(id) FROM customer_merge WHERE survivor_id = :customer")
        pair = text("SELECT max(id) FROM likely_duplicate WHERE first_id = :customer")
        asked = (sale, message, question, *goods, segment, rule, category, account)
        found = [db.session.scalar(each, theirs) or 0 for each in asked]
        batch = text("SELECT max(id) FROM batch WHERE (franchisee_id IS NOT NULL) = :own")
        job = text("SELECT max(id) FROM import_job")
        merged = [db.session.scalar(each, theirs) or 0 for each in (merge, pair, batch, job)]
        key = db.session.scalar(text("SELECT min(key) FROM saved_filter"))
        shown = db.session.scalars(select(Picture)).one()
        picture = shown.id, shown.digest, db.session.scalar(news, theirs) or 0
        belongings = (
            text("SELECT min(id) FROM coupon_series"),
            text("SELECT max(id) FROM coupon WHERE holder_id = :customer"),
            text("SELECT min(id) FROM offer"),
            text("SELECT max(id) FROM customer_offer WHERE holder_id = :customer"),
            text("SELECT max(id) FROM gift_card"),
        )
        held = [db.session.scalar(each, theirs) or 0 for each in belongings]
        sale_key = db.session.scalar(text("SELECT min(key::text) FROM open_sale"))
        template = db.session.scalar(text("SELECT min(id) FROM message_template")) or 0
        act = db.session.scalar(text("SELECT max(id) FROM act")) or 0
        told = [
            db.session.scalar(text(f"SELECT max(id) FROM webhook_{each}")) or 0 for each in ("endpoint", "delivery")
        ]
        tokens = [link.rpartition("/")[2] for link in (stop_link(customer), leave_link(customer, shop.program))]
        of_users = text("SELECT max(user_id) FROM membership"), text("SELECT max(id) FROM invitation")
        user, invitation = [db.session.scalar(each) or 0 for each in of_users]
        invited, logo = invitation_link(int(invitation), 1), logo_address(shown.id)
        icons, receipts = icon_address(shown.id, 0, 75), push_receipt(int(found[1])).removesuffix("/receipts")
        email = db.session.scalar(text("SELECT email FROM app_user WHERE id = :user"), {"user": user}) or ""
        api_key = int(db.session.scalar(text("SELECT min(id) FROM api_key")) or 0)
    links = (invited, given_link(shop.app, email), logo, icons, receipts)
    people = int(user), int(invitation), *(link.rpartition("/")[2] for link in links), api_key
    belonging = (*picture, *held, str(sale_key), int(template), act, *told, *tokens, *people)
    return Ids(shop, franchised, int(customer), *found, str(key), *merged, *belonging)


def address(app: Flask, rule: Rule, ids: Ids) -> str:
    values = ids.values()
    assert rule.arguments <= set(values), f"{rule.rule}: give tests/test_routes.py an id for its arguments"
    with app.test_request_context():
        _endpoint, _path = rule.build({name: values[name] for name in rule.arguments}) or ("", "")
    return _path + ARGUMENTS.get(rule.endpoint, "").format(**values)


def names_rows(rule: Rule) -> bool:
    """Whether it is about rows of the business that its people see; what customers see is their session's."""
    if rule.arguments & OF_CUSTOMERS:
        return False
    return bool(rule.arguments - PERSONAL) or "_id}" in ARGUMENTS.get(rule.endpoint, "")


def reading(rules: list[Rule]) -> list[Rule]:
    return [rule for rule in rules if "GET" in (rule.methods or ())]


def changing(rules: list[Rule]) -> list[Rule]:
    return [rule for rule in rules if set(rule.methods or ()) & {"POST", "PUT", "PATCH", "DELETE"}]


def permission_of(app: Flask, rule: Rule) -> Permission:
    found = getattr(app.view_functions[rule.endpoint], "permission", None)
    assert isinstance(found, Permission), rule.endpoint
    return found


def expected(person: Person | None, permission: Permission) -> set[int]:
    """What the table of roles says: seen, or to sign in, or to choose a business, or not allowed."""
    if permission is Permission.PUBLIC:
        return {200, 302, 303, 503}
    if permission is Permission.SELL:
        return {200, 303} if person is not None and person.terminal else {303}
    if person is None:
        return {303}
    role = None if person.role is Role.SALESPERSON else person.role
    if allows(role, permission):
        return {200, 302, 303}
    return {303} if role is None else {403}


def at_terminal(rule: Rule) -> bool:
    return (rule.rule + "/").startswith("/terminal/")


def clerk(town: Town, permission: Permission) -> Person:
    """Who does what a page is for: Anna in the panel, Sasha at the Terminal."""
    return town.sasha if permission is Permission.SELL else town.anna


def clerks(town: Town) -> tuple[FlaskClient, FlaskClient]:
    """Their browsers: Anna's, and Sasha's, who sells."""
    return town.browser(town.anna), town.browser(town.sasha)


def business_of(person: Person | None) -> str:
    return str(person.business) if person else ""
