"""What support does for people who are locked out (PR-5)."""

from __future__ import annotations

from dataclasses import replace

import psycopg

from tests.accounts.apps import give_code, give_password, set_up
from tests.browsing import submit
from tests.people import Town


def run(town: Town, *words: str) -> tuple[int, str]:
    result = town.app.test_cli_runner().invoke(args=["support", *words])
    return result.exit_code, result.output


def test_who_lost_app_and_codes_gets_in_again(town: Town, superuser: psycopg.Connection) -> None:
    """PR-5, PR-4: its sign-ins end, and each of its businesses reads of it."""
    set_up(town, town.anna)
    anna, olha = town.browser(town.anna), town.browser(town.olha)
    code, said = run(town, "drop-second-factor", town.anna.email)
    assert (code, said) == (0, "anna@example.com signs in by the password alone.\n")
    assert [each.get("/customers").status_code for each in (anna, olha)] == [303, 200]
    assert give_password(town.browser(), town.anna).location == "/"
    lines = superuser.execute("SELECT business_id, subject_id FROM audit_entry WHERE action = 'user.end_second_factor'")
    assert lines.fetchall() == [(town.kavalier.id, town.anna.id)]
    assert run(town, "drop-second-factor", town.anna.email)[0] == 1


def test_who_forgot_its_password_gets_a_link_to_another(town: Town) -> None:
    """PR-5: nobody else ever knows it; the one before and its sign-ins end; a second factor is asked for still."""
    anna, app = town.browser(town.anna), set_up(town, town.anna)
    code, said = run(town, "renew-password", town.anna.email)
    assert code == 0
    assert anna.get("/customers").status_code == 303
    assert give_password(town.browser(), town.anna).status_code == 422
    entered, new = town.browser(), "seven quiet pigeons"
    link = "/" + said.split()[-1].split("/", 3)[3]
    assert submit(entered, link, {"password_new": new, "password_repeat": new}).location == "/login"
    assert give_password(entered, town.anna, password=new).location == "/login/code"
    assert give_code(entered, app.code()).location == "/"


def test_an_account_gets_another_email(town: Town) -> None:
    anna = town.browser(town.anna)
    assert run(town, "change-email", town.anna.email, " A.Koval@Example.com ")[0] == 0
    assert anna.get("/customers").status_code == 303
    assert give_password(town.browser(), town.anna).status_code == 422
    assert give_password(town.browser(), replace(town.anna, email="a.koval@example.com")).status_code == 303


def test_what_cannot_be_done_is_said(town: Town) -> None:
    for words in (("nobody@example.com", "new@example.com"), ("anna@example.com", "olha@example.com")):
        code, said = run(town, "change-email", *words)
        assert code == 1
        assert said.startswith("Error: ")
    assert run(town, "change-email", "anna@example.com", "no e-mail")[0] == 1
