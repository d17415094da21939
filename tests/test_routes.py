"""Guards over every route that there is: permission, address, walls, forms."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.permissions import Permission, allows, requires
from app.web import Panel
from tests.browsing import csrf_token, text_of
from tests.people import Town
from tests.routes import (
    BY_LINK,
    EVERYONE,
    address,
    at_terminal,
    business_of,
    changing,
    clerk,
    clerks,
    expected,
    ids_of,
    names_rows,
    permission_of,
    reading,
)

# Programs, series and offers are the brand's, and pictures anybody's who works in the business.
OF_THE_BRAND = {"picture_id", "program_id", "template_id"}
SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?")


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

    @pytest.mark.parametrize("number", ["0", "-1", "01", "١", "1_0", str(2**63), "9" * 5000])
    def test_finds_nothing_under_a_number_that_no_row_has(self, stocked: Town, rules: list[Rule], number: str) -> None:
        """Over all pages, and over each number in their addresses: 404, never an error of ours or another page."""
        own = ids_of(stocked.kavalier).values()
        client = stocked.browser(stocked.anna)
        for rule in reading(rules):
            for name in rule.arguments:
                page = re.sub(r"<int:(\w+)>", r"{\1}", rule.rule).format(**{**own, name: number})
                assert client.get(page).status_code == 404, page

    def test_a_location_operator_finds_nothing_of_other_locations(self, stocked: Town, rules: list[Rule]) -> None:
        """PR-3: over all pages, ids of the brand's own place and its customers answer 404, or 403 where nobody of
        this role may go.
        """
        client, other = stocked.browser(stocked.boris), ids_of(stocked.kavalier, franchised=False)
        for rule in filter(names_rows, reading(rules)):
            if rule.arguments == {"franchisee_id"} or rule.arguments & OF_THE_BRAND:
                continue
            if rule.arguments in ({"series_id"}, {"offer_id"}):
                continue
            page, permission = address(stocked.app, rule, other), permission_of(stocked.app, rule)
            wanted = 404 if allows(stocked.boris.role, permission) else 303 if permission is Permission.SELL else 403
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

    def test_an_address_says_nothing_that_is_not_read(self, stocked: Town, rules: list[Rule]) -> None:
        """Over all pages, an argument that means nothing is answered 400 in words, and so is one given twice."""
        clients, own = clerks(stocked), ids_of(stocked.kavalier)
        for rule in reading(rules):
            if rule.endpoint.startswith("health."):  # whoever probes may add what it likes
                continue
            client = clients[at_terminal(rule)]
            page = address(stocked.app, rule, own)
            joined = page + ("&" if "?" in page else "?")
            answer = client.get(joined + "no_such_thing=1")
            assert answer.status_code == 400, page
            assert "“no_such_thing” means nothing in this address." in text_of(answer), page
            for name in getattr(stocked.app.view_functions[rule.endpoint], "arguments", ()):
                twice = client.get(joined + f"{name}=1&{name}=2")
                assert twice.status_code == 400, (page, name)
                assert f"“{name}” stands more than once in this address." in text_of(twice), (page, name)

    def test_reading_never_writes(self, stocked: Town, rules: list[Rule]) -> None:
        """Every page can be made in a transaction that refuses to write; whom one opens is counted beside it."""

        def read_only(_session: Session, _transaction: object, connection: Connection) -> None:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")

        clients, own = clerks(stocked), ids_of(stocked.kavalier)
        clients[False].get(f"/customers/{own.values()['customer_id']}")
        event.listen(Session, "after_begin", read_only)
        try:
            for rule in reading(rules):
                client = clients[at_terminal(rule)]
                page = address(stocked.app, rule, own)
                assert client.get(page).status_code in (200, 302, 303, 503), page
        finally:
            event.remove(Session, "after_begin", read_only)


class TestForms:
    @pytest.mark.parametrize("who", ["nobody", "anna"])
    def test_without_a_token_nothing_is_done(self, stocked: Town, rules: list[Rule], who: str) -> None:
        own = ids_of(stocked.kavalier)
        for rule in changing(rules):
            if rule.arguments & BY_LINK:  # the token is the address
                continue
            person = (who == "anna" and clerk(stocked, permission_of(stocked.app, rule))) or None
            client = stocked.browser(person)
            page = address(stocked.app, rule, own)
            for data in ({}, {"csrf_token": "forged"}):
                status = client.post(page, data={**data, "business_id": business_of(person)}).status_code
                to_sign_in = person is None and permission_of(stocked.app, rule) is not Permission.PUBLIC
                assert status == (303 if to_sign_in else 400), page

    def test_a_form_of_another_business_is_refused(self, stocked: Town, rules: list[Rule]) -> None:
        """PR-1: a form carries its business; sent after a switch in another tab it is 409."""
        clients, own = clerks(stocked), ids_of(stocked.kavalier)
        tokens = [csrf_token(client) for client in clients]
        for rule in changing(rules):
            sells = at_terminal(rule)
            client, token = clients[sells], tokens[sells]
            for business in (str(stocked.teremok.id), "", "none"):
                page = address(stocked.app, rule, own)
                response = client.post(page, data={"csrf_token": token, "business_id": business})
                assert response.status_code == 409, (page, business)

    @pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:8001", "http://[", "null"])
    def test_a_form_of_another_site_is_refused(self, stocked: Town, rules: list[Rule], origin: str) -> None:
        clients, own = clerks(stocked), ids_of(stocked.kavalier)
        tokens = [csrf_token(client) for client in clients]
        for rule in changing(rules):
            sells = at_terminal(rule)
            client, data = clients[sells], {"csrf_token": tokens[sells], "business_id": str(stocked.kavalier.id)}
            page = address(stocked.app, rule, own)
            assert client.post(page, data=data, headers={"Origin": origin}).status_code == 400, page
