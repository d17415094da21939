"""Guards over every route that there is: permission, address, walls, forms, valid pages, headers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.extensions import db
from app.permissions import Permission, Role, allows, requires
from app.web import HEADERS, Panel
from tests.browsing import csrf_token
from tests.factories import add_customer, add_points, add_sale
from tests.people import Person, Shop, Town

SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?")
REFERENCES = {"for", "form", "aria-controls", "aria-describedby", "aria-labelledby", "popovertarget"}
ABOUT_THE_PERSON = ("/logout", "/businesses/current", "/profile/")
WRITES_NOTHING_TWICE = {"/customers/searches"}
EVERYONE = ("nobody", "anna", "olha", "boris", "vera", "sasha", "oleg")
# What a page cannot be read without, by endpoint; ids in braces.
ARGUMENTS = {"customers.drawer": "?id={customer_id}"}
# A person's own sessions belong to no business: those of others are not found, tested with the accounts.
PERSONAL = {"session_id"}


@pytest.fixture(scope="module")
def rules(shared_app: Flask) -> list[Rule]:
    return list(shared_app.url_map.iter_rules())


@pytest.fixture
def stocked(town: Town) -> Town:
    """Both businesses with a customer who bought at every place of theirs, and one at the brand's own place alone."""
    for shop in (town.kavalier, town.teremok):
        with shop.work():
            customer = add_customer("Iryna", "Melnyk", "+380671112233", cards=["7700"], tags=[("city", "Kyiv")])
            for terminal in (shop.own_terminal, shop.franchised_terminal):
                add_sale(customer, terminal, 12_345)
            add_points(customer, 5_000, days=10, terminal_id=shop.own_terminal)
            add_sale(add_customer("Petro", "Savchuk"), shop.own_terminal, 500)
    return town


@dataclass(frozen=True)
class Ids:
    """Ids for the arguments of routes: a business's rows, those of the franchisee's place or of the brand's own."""

    shop: Shop
    franchised: bool
    customer: int

    def values(self) -> dict[str, int]:
        shop = self.shop
        return {
            "customer_id": self.customer,
            "franchisee_id": shop.franchisee,
            "point_of_sale_id": shop.franchised_place if self.franchised else shop.own_place,
            "terminal_id": shop.franchised_terminal if self.franchised else shop.own_terminal,
            "session_id": 1,
        }


def ids_of(shop: Shop, franchised: bool = True) -> Ids:
    with shop.work():
        name = "Melnyk" if franchised else "Savchuk"
        found = db.session.scalar(text("SELECT id FROM customer WHERE last_name = :name"), {"name": name})
    return Ids(shop, franchised, int(found or 0))


def address(app: Flask, rule: Rule, ids: Ids) -> str:
    values = ids.values()
    assert rule.arguments <= set(values), f"{rule.rule}: give tests/test_routes.py an id for its arguments"
    with app.test_request_context():
        _endpoint, _path = rule.build({name: values[name] for name in rule.arguments}) or ("", "")
    return _path + ARGUMENTS.get(rule.endpoint, "").format(**values)


def names_rows(rule: Rule) -> bool:
    return bool(rule.arguments - PERSONAL) or rule.endpoint in ARGUMENTS


def reading(rules: list[Rule]) -> list[Rule]:
    return [rule for rule in rules if "GET" in (rule.methods or ())]


def changing(rules: list[Rule]) -> list[Rule]:
    return [rule for rule in rules if set(rule.methods or ()) & {"POST", "PUT", "PATCH", "DELETE"}]


def permission_of(app: Flask, rule: Rule) -> Permission:
    found = getattr(app.view_functions[rule.endpoint], "permission", None)
    assert isinstance(found, Permission), rule.endpoint
    return found


class TestAddresses:
    def test_every_view_names_its_permission(self, shared_app: Flask, rules: list[Rule]) -> None:
        assert len(rules) > 40
        for rule in rules:
            permission_of(shared_app, rule)

    def test_a_view_that_forgot_it_is_refused_at_start(self) -> None:
        panel = Panel("app", static_folder=None)
        with pytest.raises(RuntimeError, match="/secrets names no permission"):
            panel.get("/secrets")(lambda: "")
        panel.get("/open")(requires(Permission.PUBLIC)(lambda: ""))

    def test_addresses_are_kebab_case_nouns(self, rules: list[Rule]) -> None:
        for rule in rules:
            fixed = [part for part in rule.rule.split("/") if part and not part.startswith("<")]
            assert all(SEGMENT.fullmatch(part) for part in fixed), rule.rule
            assert not rule.rule.endswith("/") or rule.rule == "/", rule.rule

    def test_views_either_read_or_change(self, rules: list[Rule]) -> None:
        for rule in rules:
            assert len(set(rule.methods or ()) - {"HEAD", "OPTIONS"}) == 1, rule.rule

    def test_changes_are_sent_by_post(self, rules: list[Rule]) -> None:
        """Forms of a plain browser know no other verb."""
        assert {method for rule in changing(rules) for method in rule.methods or ()} <= {"POST", "OPTIONS"}


def expected(person: Person | None, permission: Permission) -> set[int]:
    """What the table of roles says: seen, or to sign in, or to choose a business, or not allowed."""
    if permission is Permission.PUBLIC:
        return {200, 302, 303, 503}
    if person is None:
        return {303}
    role = None if person.role is Role.SALESPERSON else person.role
    if allows(role, permission):
        return {200, 302, 303}
    return {303} if role is None else {403}


class TestEveryRole:
    @pytest.mark.parametrize("who", EVERYONE)
    def test_reads_what_its_role_may(self, stocked: Town, rules: list[Rule], who: str) -> None:
        """PR-1: over all pages, each role gets those that it may see, of its own business."""
        person = stocked.people.get(who)
        client = stocked.browser(person)
        own = ids_of(stocked.teremok if who == "oleg" else stocked.kavalier)
        for rule in reading(rules):
            page = address(stocked.app, rule, own)
            status = client.get(page).status_code
            assert status in expected(person, permission_of(stocked.app, rule)), f"{who}: {page} is {status}"

    @pytest.mark.parametrize("who", EVERYONE)
    def test_finds_nothing_of_another_business(self, stocked: Town, rules: list[Rule], who: str) -> None:
        """PR-1: over all pages, ids of another business answer 404, as if they did not exist."""
        person = stocked.people.get(who)
        client = stocked.browser(person)
        foreign = ids_of(stocked.kavalier if who == "oleg" else stocked.teremok)
        for rule in filter(names_rows, reading(rules)):
            page = address(stocked.app, rule, foreign)
            allowed = {
                404 if status == 200 else status for status in expected(person, permission_of(stocked.app, rule))
            }
            response = client.get(page)
            assert response.status_code in allowed - {302}, f"{who}: {page} is {response.status_code}"
            assert "Melnyk" not in response.text

    def test_a_location_operator_finds_nothing_of_other_locations(self, stocked: Town, rules: list[Rule]) -> None:
        """PR-3: over all pages, ids of the brand's own place and its customers answer 404, or 403 where nobody of
        this role may go.
        """
        client, other = stocked.browser(stocked.boris), ids_of(stocked.kavalier, franchised=False)
        for rule in filter(names_rows, reading(rules)):
            if rule.arguments == {"franchisee_id"}:
                continue
            page = address(stocked.app, rule, other)
            wanted = 404 if allows(stocked.boris.role, permission_of(stocked.app, rule)) else 403
            assert client.get(page).status_code == wanted, page

    @pytest.mark.parametrize("who", EVERYONE)
    def test_changes_nothing_of_another_business(self, stocked: Town, rules: list[Rule], who: str) -> None:
        """PR-1: over all forms, ids of another business answer 404, or 403 where the role may not."""
        person = stocked.people.get(who)
        client = stocked.browser(person)
        token = csrf_token(client)
        foreign = ids_of(stocked.kavalier if who == "oleg" else stocked.teremok)
        for rule in filter(names_rows, changing(rules)):
            page = address(stocked.app, rule, foreign)
            response = client.post(
                page, data={"csrf_token": token, "name": "Taken", "business_id": business_of(person)}
            )
            allowed = {
                404 if status == 200 else status for status in expected(person, permission_of(stocked.app, rule))
            }
            assert response.status_code in allowed - {302}, f"{who}: {page} is {response.status_code}"

    def test_reading_never_writes(self, stocked: Town, rules: list[Rule]) -> None:
        """Every page can be made in a transaction that refuses to write."""

        def read_only(_session: Session, _transaction: object, connection: Connection) -> None:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")

        client, own = stocked.browser(stocked.anna), ids_of(stocked.kavalier)
        event.listen(Session, "after_begin", read_only)
        try:
            for rule in reading(rules):
                page = address(stocked.app, rule, own)
                assert client.get(page).status_code in (200, 302, 503), page
        finally:
            event.remove(Session, "after_begin", read_only)


def business_of(person: Person | None) -> str:
    return str(person.business) if person else ""


class TestForms:
    @pytest.mark.parametrize("who", ["nobody", "anna"])
    def test_without_a_token_nothing_is_done(self, stocked: Town, rules: list[Rule], who: str) -> None:
        person = stocked.people.get(who)
        client, own = stocked.browser(person), ids_of(stocked.kavalier)
        for rule in changing(rules):
            page = address(stocked.app, rule, own)
            for data in ({}, {"csrf_token": "forged"}):
                status = client.post(page, data={**data, "business_id": business_of(person)}).status_code
                to_sign_in = person is None and permission_of(stocked.app, rule) is not Permission.PUBLIC
                assert status == (303 if to_sign_in else 400), page

    def test_a_form_of_another_business_is_refused(self, stocked: Town, rules: list[Rule]) -> None:
        """PR-1: a form carries its business; sent after a switch in another tab it is 409."""
        client, own = stocked.browser(stocked.anna), ids_of(stocked.kavalier)
        token = csrf_token(client)
        for rule in changing(rules):
            for business in (str(stocked.teremok.id), "", "none"):
                page = address(stocked.app, rule, own)
                response = client.post(page, data={"csrf_token": token, "business_id": business})
                assert response.status_code == 409, (page, business)

    @pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:8001", "null"])
    def test_a_form_of_another_site_is_refused(self, stocked: Town, rules: list[Rule], origin: str) -> None:
        client, own = stocked.browser(stocked.anna), ids_of(stocked.kavalier)
        data = {"csrf_token": csrf_token(client), "business_id": str(stocked.kavalier.id)}
        for rule in changing(rules):
            page = address(stocked.app, rule, own)
            assert client.post(page, data=data, headers={"Origin": origin}).status_code == 400, page

    def test_every_form_on_a_page_carries_what_it_needs(self, stocked: Town, rules: list[Rule]) -> None:
        """PR-1: a token in each, and what is about the business names it and has a key."""
        for page, root in pages(stocked, rules):
            for form in root.iter("form"):
                if (form.get("method") or "get").lower() == "get":
                    continue
                names = {control.get("name") for control in form.iter() if control.get("name")}
                assert "csrf_token" in names, (page, form.get("action"))
                if not str(form.get("action")).startswith(ABOUT_THE_PERSON):
                    assert "business_id" in names, (page, form.get("action"))
                    assert "form_key" in names or form.get("action") in WRITES_NOTHING_TWICE, page


def pages(town: Town, rules: list[Rule]) -> Iterator[tuple[str, Element]]:
    """Every whole page as Anna sees it, with its address; strictly parsed."""
    client, own = town.browser(town.anna), ids_of(town.kavalier)
    for rule in reading(rules):
        page = address(town.app, rule, own)
        response = client.get(page)
        if response.status_code == 200 and response.text.startswith("<!doctype html>"):
            yield page, parse(response)


def parse(response: TestResponse) -> Element:
    """The page as a tree. Raises ParseError where it is not valid."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(response.text)


def faults(root: Element) -> list[str]:
    """What a page must not have: doubled ids, references to none, anything inline that the CSP refuses."""
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    found = [f"id {name} {times} times" for name, times in ids.items() if times > 1]
    for element in root.iter():
        tag = str(element.tag)
        filled_later = tag == "dialog" and not len(element)
        for name, value in element.items():
            if name == "style" or name.startswith(("on", "hx-on")) or value.strip().lower().startswith("javascript:"):
                found.append(f"<{tag} {name}={value!r}>")
            if name in REFERENCES and not filled_later:
                found += [f"<{tag} {name}={word!r}> names nothing" for word in value.split() if word not in ids]
        if tag == "style" or (tag == "script" and not element.get("src")):
            found.append(f"<{tag}> inline")
        if tag == "img" and element.get("alt") is None:
            found.append("<img> without alt")
    return found


class TestPages:
    def test_every_page_is_valid_and_without_anything_inline(self, stocked: Town, rules: list[Rule]) -> None:
        seen = 0
        for page, root in pages(stocked, rules):
            assert faults(root) == [], page
            assert len(list(root.iter("h1"))) == 1, page
            assert len(list(root.iter("main"))) == 1, page
            seen += 1
        assert seen >= 15

    @pytest.mark.parametrize("page", ["/login", "/login?next=/customers", "/nothing-here"])
    def test_pages_for_who_is_not_signed_in(self, client: FlaskClient, page: str) -> None:
        assert faults(parse(client.get(page))) == []

    def test_pages_without_any_rows(self, town: Town, rules: list[Rule]) -> None:
        client = town.browser(town.oleg)
        for page in ("/customers", "/points-of-sale?archived=1", "/terminals?archived=1", "/franchisees?archived=1"):
            assert faults(parse(client.get(page))) == [], page

    def test_pages_of_errors(self, town: Town) -> None:
        anna, vera = town.browser(town.anna), town.browser(town.vera)
        for response in (
            anna.get("/customers/999999"),
            anna.get("/customers?sort=none"),
            anna.post("/points-of-sale"),
            anna.get("/logout"),
            vera.get("/customers"),
        ):
            assert response.status_code in (400, 403, 404, 405)
            assert faults(parse(response)) == []

    def test_the_guard_sees_faults(self) -> None:
        page = (
            "<!doctype html><title>x</title><p id=a style='color:red'><i id=a onclick='x()'></i></p><style></style>"
            "<script></script><a href='javascript:x()'></a><label for=b></label>"
        )
        found = faults(html5lib.parse(page, namespaceHTMLElements=False))
        assert len(found) == 7


class TestHeaders:
    @pytest.mark.parametrize("who", ["nobody", "anna"])
    def test_are_on_every_answer(self, stocked: Town, rules: list[Rule], who: str) -> None:
        client, own = stocked.browser(stocked.people.get(who)), ids_of(stocked.kavalier)
        addresses = [address(stocked.app, rule, own) for rule in reading(rules)]
        for page in (*addresses, "/nothing-here", "/customers?sort=none"):
            headers = client.get(page).headers
            assert {name: headers.get(name) for name in HEADERS} == HEADERS, page
            assert headers["Cache-Control"] == "no-store", page
            assert "Server" not in headers

    def test_the_policy_allows_nothing_inline(self) -> None:
        policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
        assert policy == {
            "default-src": "'self'",
            "script-src": "'self'",
            "style-src": "'self'",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
        }

    def test_https_is_insisted_on(self, client: FlaskClient) -> None:
        assert "Strict-Transport-Security" in client.get("/login", base_url="https://localhost").headers
        assert "Strict-Transport-Security" not in client.get("/login").headers

    def test_files_of_the_browser_are_kept_for_good_and_never_guessed(self, client: FlaskClient) -> None:
        page = parse(client.get("/login"))
        style = next(element.get("href", "") for element in page.iter("link") if element.get("rel") == "stylesheet")
        answer = client.get(style)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers.get("X-Content-Type-Options") == "nosniff"
