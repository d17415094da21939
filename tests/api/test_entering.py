"""Who may call the API, with which scope, how often; and that every refusal is a problem (AP-1)."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.api_keys import revoke_key
from app.accounts.models import ApiKey
from app.extensions import db
from app.permissions import KeyScope
from tests.api.calling import Program, problem, program
from tests.factories import add_customer
from tests.people import Town


class TestKeys:
    def test_a_key_says_what_it_is(self, town: Town) -> None:
        """AP-1: where it works, and with which scopes."""
        till = program(town.kavalier, [KeyScope.READ_SALES], terminal_id=town.kavalier.own_terminal)
        told = till.get("/about").get_json()
        assert (told["business"], told["currency"], told["scopes"]) == ("Kavalier", "UAH", ["sales:read"])
        assert [each["id"] for each in told["terminals"]] == [town.kavalier.own_terminal]
        assert [each["id"] for each in told["programs"]] == [town.kavalier.program]

    @pytest.mark.parametrize(
        "header", ["", "Bearer", "Bearer rk_x", "Basic YTpi", "Bearer rk_" + "A" * 43, "Bearer rk_" + "ї" * 43]
    )
    def test_without_a_key_nothing_is_answered(self, town: Town, header: str) -> None:
        response = Program(town.app).client.get("/api/v1/about", headers={"Authorization": header.encode()})
        problem(response, 401, "key-missing")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")

    def test_a_session_of_the_panel_is_no_key(self, town: Town) -> None:
        problem(town.browser(town.anna).get("/api/v1/about"), 401, "key-missing")

    def test_a_key_opens_no_page_of_the_panel(self, town: Town) -> None:
        shop = program(town.kavalier)
        answer = shop.client.get("/customers", headers={"Authorization": f"Bearer {shop.secret}"})
        assert answer.status_code == 303
        assert "/login" in answer.location

    def test_a_revoked_key_is_none(self, town: Town) -> None:
        """AP-1: from the next call on."""
        shop = program(town.kavalier)
        assert shop.get("/about").status_code == 200
        with town.kavalier.work(town.anna):
            revoke_key(db.session.scalars(select(ApiKey.id)).one())
        problem(shop.get("/about"), 401, "key-missing")

    def test_its_last_use_is_kept_to_the_minute(self, town: Town, superuser: psycopg.Connection) -> None:
        shop = program(town.kavalier)
        used = "SELECT last_used_at FROM api_key"
        shop.get("/about")
        first = superuser.execute(used).fetchone()
        shop.get("/about")
        assert superuser.execute(used).fetchone() == first
        superuser.execute("UPDATE api_key SET last_used_at = last_used_at - interval '2 minutes'")
        shop.get("/about")
        again = superuser.execute(used).fetchone()
        assert first
        assert again
        assert again[0] - first[0] < timedelta(minutes=1)
        assert again[0] >= first[0]

    def test_the_key_itself_is_kept_nowhere(self, town: Town, superuser: psycopg.Connection) -> None:
        shop = program(town.kavalier)
        row = superuser.execute("SELECT api_key::text FROM api_key").fetchone()
        assert row
        assert shop.secret not in row[0]
        assert shop.secret[len("rk_") :][8:] not in row[0]


class TestScopes:
    def test_a_scope_that_is_missing_is_named(self, town: Town) -> None:
        """AP-1: a key with too little scope is refused, whether the thing is there or not."""
        with town.kavalier.work():
            customer = add_customer("Iryna", "Melnyk", "+380671112233")
        shop = program(town.kavalier, [KeyScope.READ_CUSTOMERS])
        assert shop.get(f"/customers/{customer}").status_code == 200
        for path in (f"/customers/{customer}", "/customers/999"):
            told = problem(shop.patch(path, {"first_name": "Olha"}), 403, "scope-missing")
            assert told["scope"] == "customers:write"


class TestProblems:
    def test_what_is_nowhere(self, town: Town) -> None:
        """AP-1: errors of the house itself are problems too, with a key and without one."""
        for caller in (program(town.kavalier), Program(town.app)):
            problem(caller.get("/no-such-thing"), 404)
            for number in ("0", "01", str(10**18), str(2**63), "9" * 5000):
                problem(caller.get(f"/customers/{number}"), 404)
                problem(caller.patch(f"/customers/{number}", {}), 404)
            response = caller.call("DELETE", "/about")
            problem(response, 405)
            assert "GET" in response.headers["Allow"]

    def test_bodies_that_cannot_be_read(self, town: Town) -> None:
        shop = program(town.kavalier)
        headers = {"Authorization": f"Bearer {shop.secret}", "Idempotency-Key": "1"}
        send = shop.client.post
        problem(send("/api/v1/customers", data="first_name=Olha", headers=headers), 415, "not-json")
        problem(send("/api/v1/customers", headers=headers), 415, "not-json")
        for broken in (b"{", b"\xff", b'{"first_name": "\xd0"}', b'{"first_name": "\\ud800"}', b"[" * 5000):
            answer = send("/api/v1/customers", data=broken, headers=headers, content_type="application/json")
            problem(answer, 400, "json-broken")
        large = b'{"first_name": "' + b"a" * 300_000 + b'"}'
        problem(send("/api/v1/customers", data=large, headers=headers, content_type="application/json"), 413)

    def test_what_is_wrong_in_a_body_is_said_by_its_place(self, town: Town) -> None:
        """AP-1: only the fields that are named, each of its own type."""
        shop = program(town.kavalier)
        body = {"first_name": 5, "cards": ["7", "x" * 65], "access": "full", "phone": "a\0b", "birthday": "1990-02-30"}
        told = problem(shop.post("/customers", body), 422, "body-wrong")
        assert {each["pointer"] for each in told["errors"]} == {
            *("/first_name", "/cards/1", "/access", "/phone", "/birthday")
        }
        assert "Input" not in told["detail"]

    def test_addresses_that_nobody_reads(self, town: Town) -> None:
        shop = program(town.kavalier)
        problem(shop.get("/about?no_such_thing=1"), 422, "address-wrong")
        problem(shop.get("/about?a=1&a=2"), 422, "address-wrong")

    def test_a_fault_of_ours_tells_nothing_of_itself(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError("secret")

        monkeypatch.setattr("app.api.views.about.precision", fail)
        monkeypatch.setitem(town.app.config, "PROPAGATE_EXCEPTIONS", False)
        assert "secret" not in str(problem(program(town.kavalier).get("/about"), 500))


def test_it_answers_in_english_whatever_the_browser_reads(town: Town, app: Flask) -> None:
    response = Program(town.app).get("/about", Accept_Language="uk")
    assert problem(response, 401, "key-missing")["title"] == "Unauthorized"
