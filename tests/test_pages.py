"""Guards over every page that there is: valid, nothing inline, every form complete, headers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.web import HEADERS
from tests.people import Town
from tests.routes import (
    address,
    at_terminal,
    clerks,
    ids_of,
    reading,
)

REFERENCES = {"for", "form", "aria-controls", "aria-describedby", "aria-labelledby", "popovertarget"}
# A tablet of customers knows no person: its business is told by its token.
ABOUT_THE_PERSON = (
    "/logout",
    "/businesses/current",
    "/profile/",
    "/forgotten-password",
    "/terminal/sign-in",
    "/my/",
    "/kiosk/",
)
# The address of a link is its token, and what it does can be done twice.
OF_LINKS = ("/u/", "/l/")
WRITES_NOTHING_TWICE = {
    *(
        "/customers/searches",
        "/messages/customer",
        "/messages/reading",
        "/simulator/phones",
        "/messages/templates/preview",
        "/terminal/look-ups",
        "/terminal/pictures",
        "/terminal/preferences",
        "/terminal/places",
        "/terminal/sign-out",
    ),
}
# Steps of an open sale may be gone back to and taken again, until the last one, which has a key.
# A code to sign in is another one each time, and the last one holds.
EACH_TIME_ANEW = (
    *("/personal-data", "/candidates", "/reading", "/receipt", "/amount", "/goods", "/payment", "/pin", "/answers"),
    *("/salespeople/sign-in", "/kiosks", "/codes", "/things", "/things/removal"),
)


def pages(town: Town, rules: list[Rule]) -> Iterator[tuple[str, Element]]:
    """Every whole page as Anna sees it, and the Terminal's as Sasha does, with its address; strictly parsed."""
    clients, own = clerks(town), ids_of(town.kavalier)
    for rule in reading(rules):
        client = clients[at_terminal(rule)]
        page = address(town.app, rule, own)
        response = client.get(page)
        is_page = response.status_code == 200 and response.mimetype == "text/html"
        if is_page and response.text.startswith("<!doctype html>"):
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

    def test_every_form_on_a_page_carries_what_it_needs(self, stocked: Town, rules: list[Rule]) -> None:
        """PR-1: a token in each, and what is about the business names it and has a key."""
        for page, root in pages(stocked, rules):
            for form in root.iter("form"):
                if (form.get("method") or "get").lower() == "get":
                    continue
                if str(form.get("action")).startswith(OF_LINKS):
                    continue
                names = {control.get("name") for control in form.iter() if control.get("name")}
                assert "csrf_token" in names, (page, form.get("action"))
                if not str(form.get("action")).startswith(ABOUT_THE_PERSON):
                    assert "business_id" in names, (page, form.get("action"))
                    action = str(form.get("action"))
                    keyless = action in WRITES_NOTHING_TWICE or action.endswith(EACH_TIME_ANEW)
                    assert "form_key" in names or keyless, page

    @pytest.mark.parametrize(
        "page", ["/login", "/login?next=/customers", "/forgotten-password", "/nothing-here", "/terminal/sign-in"]
    )
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
    @pytest.mark.parametrize("who", ["nobody", "anna", "sasha"])
    def test_are_on_every_answer(self, stocked: Town, rules: list[Rule], who: str) -> None:
        client, own = stocked.browser(stocked.people.get(who)), ids_of(stocked.kavalier)
        # A picture or logo may be kept by the browser, and its page may do less still (tests/test_pictures.py); so may
        # what is made of a logo or a colour, whose address names all of it.
        drawn = ("pictures.", "businesses.logo", "businesses.icon", "businesses.colour")
        shown = [rule for rule in reading(rules) if not rule.endpoint.startswith(drawn)]
        addresses = [address(stocked.app, rule, own) for rule in shown]
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
