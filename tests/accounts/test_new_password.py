"""A new password by a link that is mailed to who forgot the one before (PR-5)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from flask.testing import FlaskClient

from app.accounts import new_passwords
from app.accounts.new_passwords import link_for_password, send_password_link
from app.accounts.queries import own_account
from app.db import unit_of_work
from app.lib import dates
from app.scope import Scope
from tests.accounts.apps import give_password, set_up
from tests.browsing import form_to, send, submit, text_of
from tests.messaging.gateways.test_smtp import Mailbox
from tests.people import Person, Town

NEW = "seven quiet pigeons"
CHOSEN = {"password_new": NEW, "password_repeat": NEW}


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What workers are woken for."""
    found: list[tuple[object, ...]] = []
    monkeypatch.setattr(new_passwords, "enqueue", lambda *words, queue: found.append(words))
    return found


def link_of(town: Town, person: Person) -> str:
    """The path of a link to a new password."""
    with town.app.app_context(), unit_of_work(Scope(None, person.id)):
        return "/" + link_for_password(own_account()).split("/", 3)[3]


class TestAsking:
    def test_brings_a_letter_with_the_link(
        self, town: Town, client: FlaskClient, mailbox: Mailbox, woken: list[tuple[object, ...]]
    ) -> None:
        """PR-5: from the page for signing in, by the mail, to the new password."""
        assert 'href="/password"' in client.get("/login").text
        assert submit(client, "/password", {"email": " Anna@Example.com "}).location == "/login"
        assert woken == [(new_passwords.JOB, town.anna.id)]
        with town.app.app_context():
            send_password_link(town.anna.id)
        ((to, letter),) = mailbox.letters
        assert to == [town.anna.email]
        link = re.search(r"/password/[\w-]+", letter.get_body(("plain",)).get_content())
        assert link
        assert submit(client, link[0], CHOSEN).location == "/login"
        assert give_password(client, town.anna, password=NEW).location == "/"

    def test_tells_nobody_who_has_an_account(
        self, town: Town, client: FlaskClient, mailbox: Mailbox, woken: list[tuple[object, ...]]
    ) -> None:
        """RELIABILITY: the same answer for unknown users."""
        answers = [submit(client, "/password", {"email": email}) for email in (town.anna.email, "no@example.com")]
        assert len({(each.status_code, each.location) for each in answers}) == 1
        assert woken == [(new_passwords.JOB, town.anna.id), (new_passwords.JOB, 0)]
        with town.app.app_context():
            send_password_link(0)
        assert mailbox.letters == []

    def test_floods_nobody(self, town: Town, client: FlaskClient, woken: list[tuple[object, ...]]) -> None:
        """PR-5: throttled by address of mail, in silence, and by who asks."""
        for _ in range(20):
            assert submit(client, "/password", {"email": town.anna.email}).status_code == 303
        assert len(woken) == 3
        assert submit(client, "/password", {"email": town.olha.email}).status_code == 429

    def test_a_disabled_account_gets_no_letter(
        self, town: Town, mailbox: Mailbox, superuser: psycopg.Connection
    ) -> None:
        superuser.execute("UPDATE app_user SET disabled_at = now() WHERE id = %s", [town.anna.id])
        with town.app.app_context():
            send_password_link(town.anna.id)
        assert mailbox.letters == []


class TestChoosing:
    def test_ends_every_session_and_is_noted(
        self, town: Town, anna: FlaskClient, client: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """PR-4, PR-5: a thief who sits in one of them is out."""
        assert submit(client, link_of(town, town.anna), CHOSEN).status_code == 303
        assert anna.get("/customers").status_code == 303
        last = superuser.execute("SELECT business_id, action, fields FROM audit_entry ORDER BY id DESC LIMIT 1")
        assert last.fetchall() == [(town.kavalier.id, "user.change_password", {})]

    def test_a_second_factor_is_asked_for_all_the_same(self, town: Town, client: FlaskClient) -> None:
        set_up(town, town.anna)
        submit(client, link_of(town, town.anna), CHOSEN)
        assert give_password(client, town.anna, password=NEW).location == "/login/code"

    def test_a_link_works_once_and_of_two_at_once_for_one(self, town: Town) -> None:
        link, browsers = link_of(town, town.anna), [town.browser() for _ in range(3)]
        forms = [form_to(each.get(link), link) for each in browsers]
        with ThreadPoolExecutor(3) as many:
            answers = list(many.map(lambda browser, form: send(browser, form, CHOSEN).status_code, browsers, forms))
        assert sorted(answers) == [303, 404, 404]
        assert "does not work any more" in text_of(browsers[0].get(link))

    def test_a_link_is_worth_nothing_after_an_hour(
        self, town: Town, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link, later = link_of(town, town.anna), dates.now() + new_passwords.LIVES
        assert client.get(link).status_code == 200
        monkeypatch.setattr(new_passwords.dates, "now", lambda: later)
        assert client.get(link).status_code == 404

    def test_a_link_is_worth_nothing_with_another_email(
        self, town: Town, client: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """PR-5: who lost its mailbox to a thief has support change the e-mail; the thief's letter is void then."""
        link = link_of(town, town.anna)
        superuser.execute("UPDATE app_user SET email = 'a.koval@example.com' WHERE id = %s", [town.anna.id])
        assert client.get(link).status_code == 404

    def test_what_nobody_signed_leads_nowhere(self, town: Town, client: FlaskClient) -> None:
        for forged in ("x", "AQEBAaezps6pxmNKJQ", "%00", link_of(town, town.anna).split("/")[-1][:-1]):
            assert client.get(f"/password/{forged}").status_code == 404

    @pytest.mark.parametrize("new", ["", "elevensigns", "kovalenko2024"])
    def test_a_poor_password_is_refused(self, town: Town, client: FlaskClient, new: str) -> None:
        refused = submit(client, link_of(town, town.anna), {"password_new": new, "password_repeat": new})
        assert refused.status_code == 422
        assert give_password(client, town.anna).status_code == 303

    def test_works_for_who_is_signed_in_as_somebody_else(self, town: Town) -> None:
        olha = town.browser(town.olha)
        assert submit(olha, link_of(town, town.anna), CHOSEN).status_code == 303
        assert olha.get("/customers").status_code == 200
