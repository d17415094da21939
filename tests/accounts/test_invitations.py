"""Joining by an invitation (PR-5): with a new account, with the own one, once; and the letter that brings the link."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.invitations import send_letters
from app.lib import dates
from app.messaging.gateways.smtp import SmtpGateway
from tests.browsing import form_to, page_of, send, submit, text_of
from tests.messaging.gateways.test_smtp import Mailbox
from tests.people import PASSWORD, Town

NEW, SENT = "/users/invitations/new", "/users/invitations"
IVAN = "ivan@example.com"
WHO = {"name": "Ivan Franko", "password": "kameniar over the river"}


def invite(client: FlaskClient, email: str = IVAN, role: str = "accountant", **values: str) -> TestResponse:
    return submit(client, NEW, {"email": email, "role": role, **values}, action=SENT, follow_redirects=True)


def link_of(response: TestResponse) -> str:
    """The path of the link that the page of an invitation shows."""
    shown = page_of(response).find(".//input[@id='link']")
    assert shown is not None
    return "/" + shown.get("value", "").split("/", 3)[3]


def members(superuser: psycopg.Connection, email: str = IVAN) -> list[tuple[int, str]]:
    return superuser.execute(
        "SELECT m.business_id, m.role FROM membership m JOIN app_user u ON u.id = m.user_id WHERE u.email = %s",
        [email],
    ).fetchall()


@pytest.fixture
def link(anna: FlaskClient) -> str:
    return link_of(invite(anna))


class TestJoining:
    def test_with_a_new_account(
        self, town: Town, anna: FlaskClient, client: FlaskClient, link: str, superuser: psycopg.Connection
    ) -> None:
        """PR-5: invited by e-mail, joined, signed in with the password that was chosen."""
        assert "Join Kavalier You are invited as: Accountant." in text_of(client.get(link))
        done = submit(client, link, WHO)
        assert done.location == "/login"
        assert members(superuser) == [(town.kavalier.id, "accountant")]
        assert submit(client, "/login", {"email": IVAN, "password": WHO["password"]}).status_code == 303
        assert client.get("/transactions").status_code == 200
        lines = text_of(anna.get("/audit-log"))
        assert all(words in lines for words in ("User invited", "User added", "Invitation accepted", "Ivan Franko"))

    def test_a_link_works_once(self, client: FlaskClient, link: str, superuser: psycopg.Connection) -> None:
        form = form_to(client.get(link), link)
        assert send(client, form, WHO).status_code == 303
        assert send(client, form, WHO).status_code == 404
        assert client.get(link).status_code == 404
        assert len(members(superuser)) == 1

    def test_with_the_account_that_there_is(self, town: Town, anna: FlaskClient, client: FlaskClient) -> None:
        """PR-1: one person works in two businesses."""
        link = link_of(invite(anna, town.oleg.email))
        said = text_of(client.get(link))
        assert "oleg@example.com has an account already" in said
        assert link in client.get(link).text
        theirs = town.browser(town.oleg)
        assert submit(theirs, link, {}).status_code == 303
        assert "Kavalier" in theirs.get("/profile").text
        assert theirs.get("/transactions").status_code == 200

    def test_an_account_is_never_taken_over(
        self, town: Town, anna: FlaskClient, client: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """Whoever has the link to an account's address cannot give that account another password."""
        link = link_of(invite(anna, town.oleg.email))
        form = form_to(client.get("/login"), "/login")
        form.action = link
        assert send(client, form, WHO).status_code == 409
        assert submit(client, "/login", {"email": town.oleg.email, "password": PASSWORD}).status_code == 303
        assert members(superuser, town.oleg.email) == [(town.teremok.id, "admin")]

    def test_another_person_is_told_so(self, town: Town, link: str) -> None:
        theirs = town.browser(town.olha)
        assert "You are signed in as olha" in text_of(theirs.get(link))
        form = form_to(theirs.get(link), "/logout")
        form.action = link
        assert send(theirs, form, WHO).status_code == 409

    @pytest.mark.parametrize(
        "values",
        [
            {"name": ""},
            {"password": "short"},
            {"password": "x" * 129},
            {"password": "password1234"},
            {"password": "ivan@example.com"},
            {"name": "\u0007"},
            {"name": "x" * 101},
        ],
    )
    def test_says_what_is_wrong(
        self, client: FlaskClient, link: str, superuser: psycopg.Connection, values: dict[str, str]
    ) -> None:
        assert submit(client, link, WHO | values).status_code == 422
        assert members(superuser) == []

    def test_a_location_operator_joins_at_its_places(self, town: Town, anna: FlaskClient, client: FlaskClient) -> None:
        """PR-2, PR-3."""
        place = str(town.kavalier.franchisee)
        submit(client, link_of(invite(anna, role="location_operator", franchisee_id=place)), WHO)
        submit(client, "/login", {"email": IVAN, "password": WHO["password"]})
        assert "Podil Partners" in client.get("/customers").text

    def test_nothing_is_joined_by_a_forged_link(self, client: FlaskClient, link: str) -> None:
        for other in (link[:-1] + ("A" if link[-1] != "A" else "B"), "/invitations/x", link + "A"):
            assert client.get(other).status_code == 404


class TestLookingAfter:
    def test_sent_anew_the_old_link_is_dead(self, anna: FlaskClient, client: FlaskClient, link: str) -> None:
        page = invitation_page(anna)
        newer = link_of(submit(anna, page, {}, action=f"{page}/renewal", follow_redirects=True))
        assert newer != link
        assert (client.get(link).status_code, client.get(newer).status_code) == (404, 200)

    def test_withdrawn_it_is_dead(self, anna: FlaskClient, client: FlaskClient, link: str) -> None:
        page = invitation_page(anna)
        form = form_to(anna.get(page), f"{page}/withdrawal")
        assert send(anna, form, {}).status_code == 303
        assert client.get(link).status_code == 404
        form.values["form_key"] = []
        assert send(anna, form, {}).status_code == 409
        assert "Nobody is invited" in text_of(anna.get("/users?show=invited"))
        assert "Hand this link over" in text_of(invite(anna))

    def test_after_a_week_it_is_dead(
        self, anna: FlaskClient, client: FlaskClient, link: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        later = dates.now() + timedelta(days=7, minutes=1)
        monkeypatch.setattr(dates, "now", lambda: later)
        assert client.get(link).status_code == 404
        assert "does not work any more" in text_of(client.get(link))

    @pytest.mark.parametrize(("email", "words"), [("olha", "a user here already"), ("IVAN", "invited already")])
    def test_nobody_is_invited_twice(self, town: Town, anna: FlaskClient, link: str, email: str, words: str) -> None:
        asked = town.olha.email if email == "olha" else IVAN.upper()
        refused = submit(anna, NEW, {"email": asked, "role": "accountant"}, action=SENT)
        assert refused.status_code == 422
        assert words in text_of(refused)

    def test_another_business_may_invite_the_same_person(self, town: Town, link: str) -> None:
        """PR-1."""
        oleg = town.browser(town.oleg)
        assert "Hand this link over" in text_of(invite(oleg))
        assert oleg.get(invitation_page(town.browser(town.anna))).status_code == 404


def invitation_page(client: FlaskClient) -> str:
    row = page_of(client.get("/users?show=invited")).find(".//tbody//a")
    assert row is not None
    return str(row.get("href"))


class TestLetter:
    def test_brings_the_link_to_who_is_invited_alone(
        self, town: Town, anna: FlaskClient, client: FlaskClient, mailbox: Mailbox
    ) -> None:
        """PR-5: nobody joins under an address without having read its mail."""
        assert "On its way" in text_of(invite(anna, language="uk"))
        assert page_of(anna.get(invitation_page(anna))).find(".//input[@id='link']") is None
        send_waiting(town)
        (to, letter), *more = mailbox.letters
        assert (to, more) == ([IVAN], [])
        assert "Kavalier" in str(letter["From"])
        assert "Kavalier" in str(letter["Subject"])
        body = letter.get_body(("plain",))
        assert body is not None
        link = next(word for word in body.get_content().split() if "/invitations/" in word)
        assert client.get("/" + link.split("/", 3)[3]).status_code == 200
        assert "Sent" in text_of(anna.get("/users?show=invited"))
        send_waiting(town)
        assert len(mailbox.letters) == 1

    def test_refused_for_good_it_is_not_tried_again(self, town: Town, anna: FlaskClient, mailbox: Mailbox) -> None:
        mailbox.answers["RCPT"] = "550 No such user"
        invite(anna)
        send_waiting(town)
        assert "Not delivered" in text_of(anna.get("/users?show=invited"))
        assert "550" in text_of(anna.get(invitation_page(anna)))
        send_waiting(town)
        assert mailbox.letters == []

    def test_what_did_not_leave_is_tried_again_later(
        self, town: Town, anna: FlaskClient, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mailbox.answers["RCPT"] = "451 Later"
        invite(anna)
        send_waiting(town)
        mailbox.answers.clear()
        send_waiting(town)
        assert mailbox.letters == []
        later = dates.now() + timedelta(minutes=11)
        monkeypatch.setattr(dates, "now", lambda: later)
        send_waiting(town)
        assert len(mailbox.letters) == 1

    def test_one_that_may_have_left_is_not_tried_again(
        self, town: Town, anna: FlaskClient, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nor does a gateway that breaks down over one keep the others from going."""

        def break_down(*_: object) -> None:
            raise OSError("out of order")

        invite(anna)
        with monkeypatch.context() as broken:
            broken.setattr(SmtpGateway, "send", break_down)
            send_waiting(town)
        later = dates.now() + timedelta(minutes=11)
        monkeypatch.setattr(dates, "now", lambda: later)
        send_waiting(town)
        assert mailbox.letters == []
        assert "Not delivered" in text_of(anna.get("/users?show=invited"))

    def test_withdrawn_meanwhile_it_is_not_sent(self, town: Town, anna: FlaskClient, mailbox: Mailbox) -> None:
        invite(anna)
        page = invitation_page(anna)
        submit(anna, page, {}, action=f"{page}/withdrawal")
        send_waiting(town)
        assert mailbox.letters == []


def send_waiting(town: Town) -> None:
    with town.app.app_context():
        send_letters(town.kavalier.id)
