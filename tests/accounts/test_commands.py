"""`flask businesses create`: the first business and its admin, on a machine without demonstration data."""

from __future__ import annotations

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app import audit
from app.extensions import db
from app.loyalty.models import Program
from tests.accounts.test_sign_in import sign_in
from tests.people import PASSWORD, Shop, Town

OPTIONS = {
    "name": "Bakery",
    "slug": "bakery",
    "currency": "UAH",
    "time-zone": "Europe/Kyiv",
    "country": "UA",
    "admin-email": "Maria@example.com",
    "admin-name": "Maria Lysenko",
    "admin-password": PASSWORD,
}


def create(app: Flask, **changed: str) -> Result:
    options = OPTIONS | {name.replace("_", "-"): value for name, value in changed.items()}
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    return app.test_cli_runner().invoke(args=["businesses", "create", *arguments])


def test_its_admin_signs_in_and_begins(app: Flask) -> None:
    """PR-1, PR-2: a business with a default program, and a person who may do everything in it."""
    result = create(app)
    assert result.exit_code == 0, result.output
    assert "maria@example.com" in result.output.lower()
    client = app.test_client()
    assert sign_in(client, "maria@example.com").status_code == 303
    for page in ("/customers", "/points-of-sale", "/settings"):
        assert client.get(page).status_code == 200, page


def test_it_is_walled_like_any_other(town: Town) -> None:
    """PR-1, PR-4."""
    number = int(create(town.app).output.split()[1])
    shop = Shop(town.app, number, 0, 0, 0, 0, 0, 0, 0)
    with shop.work():
        assert [program.is_default for program in db.session.scalars(select(Program))] == [True]
        assert audit.first_broken_entry() is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "needs a name"),
        ({"slug": "Not a slug"}, "slug has"),
        ({"slug": "-x"}, "slug has"),
        ({"currency": "XYZ1"}, "no currency"),
        ({"time_zone": "Kyiv"}, "no time zone"),
        ({"time_zone": "localtime"}, "no time zone"),
        ({"country": "Ukraine"}, "no country"),
        ({"admin_password": "short"}, "12 to 128 characters"),
    ],
)
def test_what_cannot_be_is_one_line(app: Flask, changed: dict[str, str], said: str) -> None:
    result = create(app, **changed)
    assert result.exit_code == 1
    assert said in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_slug_that_is_taken_is_one_line(app: Flask) -> None:
    create(app)
    result = create(app, admin_email="other@example.com")
    assert result.exit_code == 1
    assert result.output == "Error: There is a business with the slug bakery already.\n"


def test_who_has_an_account_becomes_admin_of_both(app: Flask) -> None:
    """PR-1: a second business of the same person; the password stays as it was."""
    create(app)
    assert create(app, slug="other", name="Other", admin_password="another password").exit_code == 0
    client = app.test_client()
    assert sign_in(client, "maria@example.com", "another password").status_code == 422
    assert sign_in(client, "maria@example.com").status_code == 303
    assert "Other" in client.get("/businesses").text
