"""Signing in at a Terminal: salespeople who are assigned, a cookie of its own, a whole shift (TE-0)."""

from __future__ import annotations

import re

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.cli import terminals
from app.accounts.services import add_member, assign_to_terminal, end_stale_sessions, remove_from_terminal
from app.identity import COOKIE, TERMINAL_COOKIE
from app.permissions import Role
from tests.browsing import Form, csrf_token, form_to, send, submit, text_of
from tests.people import PASSWORD, Town


def enter(client: FlaskClient, email: str, password: str = PASSWORD) -> TestResponse:
    values = {"email": email, "password": password}
    return submit(client, "/terminal/sign-in", values, follow_redirects=True)


def test_leads_to_the_first_step(town: Town, client: FlaskClient) -> None:
    """TE-0."""
    page = enter(client, town.sasha.email)
    assert "Who buys?" in text_of(page)
    assert "Kavalier, Podil" in page.text
    assert client.get_cookie(TERMINAL_COOKIE) is not None
    assert client.get_cookie(COOKIE) is None
    assert client.get("/customers").status_code == 303


def test_a_wrong_password_and_who_sells_nowhere_are_refused(town: Town, client: FlaskClient) -> None:
    """TE-0: whatever else a person may do in the business."""
    assert "do not match" in text_of(enter(client, town.sasha.email, "something else"))
    assert "assigned to no Terminal" in text_of(enter(client, town.anna.email))
    assert client.get_cookie(TERMINAL_COOKIE) is None


def test_a_session_of_the_panel_opens_no_terminal_and_the_other_way_round(town: Town, client: FlaskClient) -> None:
    """TE-0: the cookies are not exchanged for one another."""
    for cookie, page in ((COOKIE, "/terminal"), (TERMINAL_COOKIE, "/profile")):
        own = town.browser(town.sasha).get_cookie(cookie)
        assert own is not None
        other = TERMINAL_COOKIE if cookie == COOKIE else COOKIE
        client.set_cookie(other, own.value)
        assert client.get(page).status_code == 303
        client.delete_cookie(other)


@pytest.mark.parametrize(
    ("change", "lives"),
    [
        ("last_seen_at = now() - interval '11 hours'", True),
        ("created_at = now() - interval '11 hours 59 minutes', last_seen_at = now() - interval '3 hours'", True),
        ("created_at = now() - interval '12 hours 1 minute'", False),
    ],
)
def test_it_lasts_twelve_hours_idle_or_not(
    town: Town, sasha: FlaskClient, superuser: psycopg.Connection, change: str, lives: bool
) -> None:
    """TE-0."""
    superuser.execute(f"UPDATE user_session SET {change}".encode())
    with town.app.app_context():
        end_stale_sessions()
    assert sasha.get("/terminal").status_code == (200 if lives else 303)


def test_who_is_removed_is_out_at_once(town: Town, sasha: FlaskClient) -> None:
    """TE-0."""
    assert sasha.get("/terminal").status_code == 200
    with town.kavalier.work(town.anna):
        remove_from_terminal(town.kavalier.franchised_terminal, town.sasha.id)
    assert sasha.get("/terminal").status_code == 303


def test_an_archived_terminal_is_closed(town: Town, sasha: FlaskClient, superuser: psycopg.Connection) -> None:
    superuser.execute("UPDATE terminal SET archived_at = now()")
    assert sasha.get("/terminal").status_code == 303


def test_of_several_terminals_one_is_chosen(town: Town, client: FlaskClient) -> None:
    """TE-0."""
    with town.kavalier.work(town.anna):
        assign_to_terminal(town.kavalier.own_terminal, town.sasha.id)
    page = enter(client, town.sasha.email)
    assert "Where do you sell?" in text_of(page)
    chosen = send(client, form_to(page, "/terminal/places"), {"to": str(town.kavalier.own_terminal)})
    assert chosen.status_code == 303
    assert "Kavalier, Pechersk" in client.get("/terminal").text
    foreign = send(client, form_to(page, "/terminal/places"), {"to": str(town.teremok.own_terminal)})
    assert foreign.status_code == 404


def test_signing_out_leaves_the_panel_alone(town: Town, sasha: FlaskClient) -> None:
    page = sasha.get("/terminal")
    send(sasha, form_to(page, "/terminal/sign-out"), {})
    assert sasha.get("/terminal").status_code == 303
    assert sasha.get_cookie(COOKIE) is not None


class TestAssigning:
    def test_an_admin_assigns_and_removes(self, town: Town, superuser: psycopg.Connection) -> None:
        """TE-0, PR-4."""
        anna = town.browser(town.anna)
        page = f"/terminals/{town.kavalier.own_terminal}/salespeople"
        assert "Sasha Bilyk" in text_of(anna.get(page))
        done = submit(anna, page, {"user": str(town.sasha.id)}, follow_redirects=True)
        assert "sasha@example.com" in text_of(done)
        gone = submit(anna, page, {"user": str(town.sasha.id)}, action=page + "/removal", follow_redirects=True)
        assert "Nobody sells at this Terminal yet." in text_of(gone)
        lines = superuser.execute("SELECT action FROM audit_entry ORDER BY id DESC LIMIT 2").fetchall()
        assert lines == [("user.unassign",), ("user.assign",)]

    def test_only_salespeople_of_the_business(self, town: Town) -> None:
        """TE-0, PR-1."""
        anna = town.browser(town.anna)
        page = f"/terminals/{town.kavalier.own_terminal}/salespeople"
        for user in (town.anna.id, town.oleg.id, 10**12):
            assert submit(anna, page, {"user": str(user)}).status_code == 404

    def test_by_command(self, town: Town, client: FlaskClient) -> None:
        """TE-0: who is new chooses a password by a link."""
        run, number = town.app.test_cli_runner(), str(town.teremok.own_terminal)
        missing = run.invoke(terminals, ["assign", "lesia@example.com", number])
        assert missing.exit_code == 1
        assert "--name" in missing.output
        made = run.invoke(terminals, ["assign", "lesia@example.com", number, "--name", "Lesia Moroz"])
        assert made.exit_code == 0, made.output
        link = "/" + made.output.split(" chooses a password at ")[1].split()[0].split("/", 3)[3]
        chosen = {"password_new": PASSWORD, "password_repeat": PASSWORD}
        assert submit(client, link, chosen).location == "/terminal/sign-in"
        assert "Teremok, Obolon" in enter(client, "lesia@example.com", PASSWORD).text
        assert run.invoke(terminals, ["assign", town.oleg.email, number]).exit_code == 1
        assert run.invoke(terminals, ["assign", town.sasha.email, "999999"]).exit_code == 1


class TestLostSignIn:
    """TE-0: an administrator gives it anew."""

    def give(self, town: Town) -> str:
        page = f"/terminals/{town.kavalier.franchised_terminal}/salespeople"
        shown = submit(town.browser(town.anna), page, {"user": str(town.sasha.id)}, action=page + "/sign-in")
        assert shown.status_code == 200
        found = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", text_of(shown))
        assert found
        return found[0]

    def test_a_code_is_shown_once_and_ends_what_was_open(
        self, town: Town, sasha: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """PR-4: audited, without the code; of the panel nothing ends."""
        code = self.give(town)
        assert sasha.get("/terminal").status_code == 303
        left = "SELECT count(*), count(terminal_id) FROM user_session WHERE user_id = %s"
        assert superuser.execute(left, [town.sasha.id]).fetchone() == (1, 0)
        page = f"/terminals/{town.kavalier.franchised_terminal}/salespeople"
        assert code not in town.browser(town.anna).get(page).text
        last = superuser.execute("SELECT action, subject_id FROM audit_entry ORDER BY id DESC LIMIT 1").fetchone()
        assert last == ("user.renew_sign_in", town.sasha.id)

    def test_it_signs_in_once_however_it_is_typed(self, town: Town, client: FlaskClient) -> None:
        code = self.give(town)
        assert "Who buys?" in text_of(enter(client, town.sasha.email, code.lower().replace("-", " ")))
        assert client.get("/customers").status_code == 303
        other = town.browser()
        assert "do not match" in text_of(enter(other, town.sasha.email, code))
        assert "Who buys?" in text_of(enter(other, town.sasha.email))

    def test_a_new_one_ends_the_one_before(self, town: Town, client: FlaskClient) -> None:
        first, second = self.give(town), self.give(town)
        assert "do not match" in text_of(enter(client, town.sasha.email, first))
        assert "Who buys?" in text_of(enter(client, town.sasha.email, second))

    def test_it_lives_an_hour_and_is_its_persons_alone(
        self, town: Town, client: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        code = self.give(town)
        assert "do not match" in text_of(enter(client, town.anna.email, code))
        superuser.execute("UPDATE sign_in_code SET expires_at = now()")
        assert "do not match" in text_of(enter(client, town.sasha.email, code))

    def test_guessing_is_slowed_down(self, town: Town, client: FlaskClient) -> None:
        code = self.give(town)
        for _ in range(6):
            enter(client, town.sasha.email, "AAAA-AAAA")
        assert enter(client, town.sasha.email, code).status_code == 429

    def test_it_opens_no_other_business(self, town: Town, client: FlaskClient) -> None:
        """PR-1: who sells in two, is signed in by one of them to its own Terminals."""
        with town.app.app_context():
            add_member(town.teremok.id, town.sasha.id, Role.SALESPERSON)
        with town.teremok.work():
            assign_to_terminal(town.teremok.own_terminal, town.sasha.id)
        places = enter(client, town.sasha.email, self.give(town))
        assert "Kavalier, Podil" in client.get("/terminal").text
        assert "Teremok" not in text_of(places)
        chosen = send(client, form_to(places, "/terminal/places"), {"to": str(town.teremok.own_terminal)})
        assert chosen.status_code == 404
        assert "Teremok" in text_of(enter(town.browser(), town.sasha.email))

    def test_only_an_admin_gives_it_to_who_sells_there(self, town: Town) -> None:
        anna = town.browser(town.anna)
        here, elsewhere = town.kavalier.franchised_terminal, town.kavalier.own_terminal
        for page, user in ((here, town.anna.id), (here, town.oleg.id), (elsewhere, town.sasha.id)):
            form = Form(f"/terminals/{page}/salespeople/sign-in", {"csrf_token": [csrf_token(anna)]})
            assert send(anna, form, {"user": str(user)}).status_code == 404
        for who, status in ((town.olha, 403), (town.vera, 403), (town.oleg, 404)):
            browser = town.browser(who)
            form = Form(f"/terminals/{here}/salespeople/sign-in", {"csrf_token": [csrf_token(browser)]})
            assert send(browser, form, {"user": str(town.sasha.id)}).status_code == status
