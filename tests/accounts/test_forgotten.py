"""Who forgot its password asks for a link in a letter (PR-5): whoever asks learns nothing of who works here."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from app.extensions import db
from app.lib import dates
from jobs.sweeper import CHORES
from tests.accounts.resetting import PAGE, ask, body_of, given_link, link_in, send_letters
from tests.browsing import text_of
from tests.messaging.gateways.test_smtp import Mailbox
from tests.people import Town


class TestAsking:
    def test_a_letter_brings_the_link(self, town: Town, client: FlaskClient, mailbox: Mailbox) -> None:
        """PR-5: in the person's language, from the platform, once."""
        assert PAGE in client.get("/login").text
        assert ask(client, " Anna@Example.com ").location == f"{PAGE}/sent"
        send_letters(town.app)
        ((to, letter),) = mailbox.letters
        assert (to, str(letter["Subject"])) == ([town.anna.email], "A new password for Regulars")
        assert "Regulars" in str(letter["From"])
        assert client.get(link_in(mailbox)).status_code == 200
        send_letters(town.app)
        assert len(mailbox.letters) == 1

    def test_is_in_the_language_of_the_person(
        self, town: Town, client: FlaskClient, mailbox: Mailbox, superuser: psycopg.Connection
    ) -> None:
        superuser.execute("UPDATE app_user SET language = 'uk' WHERE id = %s", [town.anna.id])
        ask(client, town.anna.email)
        send_letters(town.app)
        assert "протягом 30 хвилин" in body_of(mailbox)

    def test_nobody_learns_who_works_here(self, town: Town, mailbox: Mailbox, superuser: psycopg.Connection) -> None:
        """PR-5: the answer is the same, and the work done for it too, so that the time is."""
        superuser.execute("UPDATE app_user SET disabled_at = now() WHERE id = %s", [town.olha.id])
        done: list[list[str]] = []
        with town.app.app_context():
            engine = db.engine
        answers = []
        for email in ("nobody@example.com", town.anna.email, town.olha.email):
            client = town.browser()
            client.get(PAGE)
            said: list[str] = []
            note = lambda _c, _cursor, statement, *_rest, said=said: said.append(statement)  # noqa: E731
            event.listen(engine, "before_cursor_execute", note)
            asked = ask(client, email)
            event.remove(engine, "before_cursor_execute", note)
            done.append(said)
            answers.append((asked.status_code, asked.location, asked.data))
        assert answers[0] == answers[1] == answers[2]
        assert done[0] == done[1] == done[2]
        send_letters(town.app)
        assert [to for to, _ in mailbox.letters] == [[town.anna.email]]

    def test_who_is_disabled_everywhere_gets_no_letter(
        self, town: Town, client: FlaskClient, mailbox: Mailbox, superuser: psycopg.Connection
    ) -> None:
        """PR-5: nor does a link that was given before work."""
        link = given_link(town.app, town.olha.email)
        assert client.get(link).status_code == 200
        superuser.execute("UPDATE membership SET disabled_at = now() WHERE user_id = %s", [town.olha.id])
        assert client.get(link).status_code == 404
        ask(client, town.olha.email)
        send_letters(town.app)
        assert mailbox.letters == []

    def test_is_slowed_down_by_account(self, town: Town, client: FlaskClient, mailbox: Mailbox) -> None:
        """PR-5: known or not, so that nobody's mailbox is filled."""
        for email in (town.anna.email, "nobody@example.com"):
            assert [ask(client, email, f"192.0.2.{n}").status_code for n in range(4)] == [303, 303, 303, 429]
        assert "Wait" in text_of(ask(client, town.anna.email))
        send_letters(town.app)
        assert len(mailbox.letters) == 1

    def test_is_slowed_down_by_address(self, town: Town, client: FlaskClient, mailbox: Mailbox) -> None:
        for number in range(30):
            assert ask(client, f"guess{number}@example.com").status_code == 303
        assert ask(client, town.anna.email).status_code == 429
        assert ask(client, town.anna.email, "192.0.2.99").status_code == 303

    @pytest.mark.parametrize("email", ["", "a" * 255])
    def test_says_what_is_wrong(self, town: Town, client: FlaskClient, mailbox: Mailbox, email: str) -> None:
        assert ask(client, email).status_code == 422

    def test_where_no_emails_leave_the_house_support_is_asked(
        self, town: Town, client: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """PR-5."""
        assert "support gives you a new password" in text_of(client.get(PAGE))
        assert superuser.execute("SELECT count(*) FROM password_letter").fetchone() == (0,)


class TestSending:
    def later(self, monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
        moment = dates.now() + timedelta(minutes=minutes)
        monkeypatch.setattr(dates, "now", lambda: moment)

    def test_what_did_not_leave_is_tried_again(
        self, town: Town, client: FlaskClient, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """PR-5: found by the sweeper, with no job."""
        mailbox.answers["RCPT"] = "451 Later"
        ask(client, town.anna.email)
        send_letters(town.app)
        mailbox.answers.clear()
        send_letters(town.app)
        assert mailbox.letters == []
        self.later(monkeypatch, 4)
        chore = next(each for each in CHORES if each.job == "jobs.passwords.send_letters")
        with town.app.app_context():
            assert list(chore.due()) == [()]
            chore.work()
            assert list(chore.due()) == []
        assert client.get(link_in(mailbox)).status_code == 200

    def test_refused_for_good_it_is_not(
        self, town: Town, client: FlaskClient, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mailbox.answers["RCPT"] = "550 No such user"
        ask(client, town.anna.email)
        send_letters(town.app)
        mailbox.answers.clear()
        self.later(monkeypatch, 4)
        send_letters(town.app)
        assert mailbox.letters == []

    def test_too_late_it_is_not_sent(
        self, town: Town, client: FlaskClient, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask(client, town.anna.email)
        self.later(monkeypatch, 31)
        send_letters(town.app)
        assert mailbox.letters == []

    def test_no_transaction_is_open_meanwhile(
        self, town: Town, client: FlaskClient, mailbox: Mailbox, superuser: psycopg.Connection
    ) -> None:
        """RELIABILITY: a slow server of mail holds nothing."""
        open_ones: list[object] = []
        handed = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
        heard = mailbox.letters.append

        class Noting(list):  # type: ignore[type-arg]
            def append(self, letter: object) -> None:
                open_ones.append(superuser.execute(handed).fetchone())
                heard(letter)  # type: ignore[arg-type]

        mailbox.letters = Noting()
        ask(client, town.anna.email)
        send_letters(town.app)
        assert open_ones == [(0,)]
