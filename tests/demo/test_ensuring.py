"""The first start's demonstration: made once, whole or not at all; the accounts' passwords follow the configuration."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from app import create_app
from app.accounts.queries import own_businesses
from app.acts.check import faults
from app.config import Config
from app.db import unit_of_work
from app.demo import ensuring, loading, users
from app.demo.ensuring import ensure
from app.demo.plans import kavalier, teremok
from app.extensions import db
from app.permissions import Role
from app.scope import Scope
from tests.demo.conftest import UNTIL
from tests.people import Person, sign_in

PLANS = (kavalier(60, 300), replace(teremok(), customers=20, sales=60))


@pytest.fixture
def fresh(fresh_database: Callable[[str], Config]) -> Flask:
    return create_app(fresh_database("ensured"))


def test_ensuring_twice_makes_nothing_twice(fresh: Flask) -> None:
    config = fresh.config["REGULARS"]
    with fresh.app_context():
        assert ensure(config, UNTIL, PLANS)
        made = counts(config)
        assert not ensure(config, UNTIL, PLANS)
        assert counts(config) == made == {"business": 2, "app_user": 6, "membership": 7, "customer": 80}
        db.engine.dispose()


def test_each_account_has_its_role_and_anna_two_businesses(fresh: Flask) -> None:
    config = fresh.config["REGULARS"]
    with fresh.app_context():
        ensure(config, UNTIL, PLANS)
        roles = {}
        with loading.connect(config.loader_database_url) as connection:
            people = dict(connection.execute("SELECT email, id FROM app_user").fetchall())
            places = connection.execute(
                "SELECT m.role, array_agg(p.name) FROM membership m JOIN point_of_sale p"
                " ON p.business_id = m.business_id AND p.franchisee_id = m.franchisee_id GROUP BY 1"
            ).fetchall()
        for email, user_id in people.items():
            with unit_of_work(Scope(None, user_id)):
                roles[email] = [(each.name, each.role) for each in own_businesses()]
        db.engine.dispose()
    assert roles == {
        users.ADMIN: [("Kavalier", Role.ADMIN), ("Teremok", Role.BRAND_OPERATOR)],
        users.OPERATOR: [("Kavalier", Role.BRAND_OPERATOR)],
        users.LOCATION_OPERATOR: [("Kavalier", Role.LOCATION_OPERATOR)],
        users.ACCOUNTANT: [("Kavalier", Role.ACCOUNTANT)],
        users.SALESPERSON: [("Kavalier", Role.SALESPERSON)],
        users.OTHER_ADMIN: [("Teremok", Role.ADMIN)],
    }
    assert places == [(Role.LOCATION_OPERATOR, ["Podil"])]


def test_the_segments_can_be_asked(fresh: Flask) -> None:
    """CT-9: what stands over the demonstration's table is read and counted."""
    with fresh.app_context():
        ensure(fresh.config["REGULARS"], UNTIL, PLANS)
        with loading.connect(fresh.config["REGULARS"].loader_database_url) as connection:
            made = connection.execute("SELECT id, name, business_id FROM segment ORDER BY name").fetchall()
            anna = connection.execute("SELECT id FROM app_user WHERE email = %s", [users.ADMIN]).fetchall()[0][0]
        client = fresh.test_client()
        sign_in(client, Person(anna, users.ADMIN, "Anna Kovalenko", made[0][2], Role.ADMIN))
        pages = {name: client.get(f"/customers?segment={number}") for number, name, _ in made}
        db.engine.dispose()
    assert len(pages) == 5
    for name, page in pages.items():
        assert page.status_code == 200
        assert re.search(rf'aria-current="page" title="{name}"', page.text), name
        assert 'role="alert"' not in page.text


def test_killed_in_the_middle_it_begins_again(fresh: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    config = fresh.config["REGULARS"]

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with fresh.app_context():
        with monkeypatch.context() as patched:
            patched.setattr(ensuring, "add_member", die)
            with pytest.raises(KeyboardInterrupt):
                ensure(config, UNTIL, PLANS)
        assert counts(config) == {"business": 0, "app_user": 6, "membership": 0, "customer": 0}
        assert ensure(config, UNTIL, PLANS)
        assert counts(config) == {"business": 2, "app_user": 6, "membership": 7, "customer": 80}
        db.engine.dispose()


def test_passwords_follow_the_configuration(fresh: Flask) -> None:
    config: Config = fresh.config["REGULARS"]
    with fresh.app_context():
        ensure(config, UNTIL, PLANS)
        before = hashes(config)
        ensure(config, UNTIL, PLANS)
        assert hashes(config) == before
        ensure(replace(config, demo_password="another password"), UNTIL, PLANS)
        after = hashes(config)
        assert len(before) == 6
        assert not set(after) & set(before)
        ensure(replace(config, demo_password="another password"), UNTIL, PLANS)
        assert hashes(config) == after
        db.engine.dispose()


@pytest.mark.parametrize("command", ["generate", "ensure", "completejourney"])
def test_demonstration_data_are_refused_in_production(app: Flask, command: str) -> None:
    production = create_app(replace(app.config["REGULARS"], environment="production"))
    result = production.test_cli_runner().invoke(args=["demo", command])
    assert result.exit_code == 1
    assert "not for production" in result.output


def test_a_taken_name_and_a_database_without_a_loader_are_told_in_a_line(fresh: Flask) -> None:
    runner = fresh.test_cli_runner()
    small = ["demo", "generate", "--customers", "20", "--transactions", "30", "--until", "2026-11-20"]
    made = runner.invoke(args=small)
    assert made.exit_code == 0
    assert made.output.startswith("Standard and 0 small businesses: 20 customers, 30 sales")
    again = runner.invoke(args=small)
    assert again.exit_code == 1
    assert "A business standard is there already" in again.output
    with fresh.app_context():
        db.engine.dispose()
    without = create_app(replace(fresh.config["REGULARS"], loader_database_url=""))
    assert "LOADER_DATABASE_URL" in without.test_cli_runner().invoke(args=["demo", "ensure"]).output


def counts(config: Config) -> dict[str, int]:
    with loading.connect(config.loader_database_url) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchall()[0][0]
            for table in ("business", "app_user", "membership", "customer")
        }


def hashes(config: Config) -> list[str]:
    with loading.connect(config.loader_database_url) as connection:
        return [hashed for (hashed,) in connection.execute("SELECT password_hash FROM app_user ORDER BY id")]


def test_closed_months_have_acts_and_the_open_one_a_draft(fresh: Flask) -> None:
    """BI-4, BI-6: issued when each month was over, and each a step further the older it is."""
    with fresh.app_context():
        ensure(fresh.config["REGULARS"], UNTIL, PLANS)
        with loading.connect(fresh.config["REGULARS"].loader_database_url) as connection:
            found = connection.execute(
                "SELECT a.month, max(s.status) FROM act a JOIN business b ON b.id = a.business_id"
                " LEFT JOIN act_status s ON s.act_id = a.id WHERE b.slug = 'kavalier' GROUP BY 1 ORDER BY 1 DESC"
            ).fetchall()
            slug = connection.execute("SELECT id FROM business WHERE slug = 'kavalier'").fetchall()[0][0]
        with unit_of_work(Scope(slug)):
            assert faults() == []
        db.engine.dispose()
    assert [status for _month, status in found][:3] == [None, 2, 3]
    assert len(found) > 3
    assert found[0][0] == (UNTIL.date().replace(day=1) - timedelta(days=1)).replace(day=1)
