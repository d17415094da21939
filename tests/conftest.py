"""The tests' own PostgreSQL, an application over it, and the people of a small business, the same for every test.

Tests commit for real, as a savepoint around each would hide a lost scope; so rows are removed after each test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import event
from werkzeug.routing import Rule

from app import create_app
from app.accounts.api_keys import Works, make_key
from app.accounts.invitations import invite
from app.businesses.queries import own_business
from app.config import Config
from app.customers.conditions.nodes import Condition, Group
from app.customers.saved_filters import Kept, keep
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.gateway_config import GatewayConfig
from app.lib.images import drawn
from app.local.embedded import APP, DATABASE, LOADER, OWNER, TEST_SETTINGS, Postgres, scratch_folder
from app.local.paths import PROJECT, data_dir
from app.loyalty.rules import PointsPercent
from app.loyalty.services.accounts import add_account
from app.messaging.gateways import close_gateways
from app.offers.services import issue_coupon
from app.offers.services.gift_cards import make_gift_card
from app.permissions import KeyScope, Role
from app.pictures import write as write_picture
from app.webhooks.services.endpoints import send_test
from tests.acts.papers import add_act
from tests.factories import (
    add_answer,
    add_batch,
    add_customer,
    add_duplicate,
    add_franchisee,
    add_good,
    add_good_group,
    add_import,
    add_message,
    add_offer,
    add_open_sale,
    add_points,
    add_question,
    add_rule,
    add_sale,
    add_segment,
    add_series,
    add_template,
    give_offer,
)
from tests.messaging.gateways.test_smtp import Mailbox, mail_server, settings
from tests.news.writing import add_news
from tests.people import PASSWORD, Town, open_town
from tests.pictures import two_colours
from tests.webhooks.receiving import add_endpoint

TEMPLATE = "template"


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder that the servers' user can enter, gone at the end."""
    with scratch_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres(scratch: Path) -> Iterator[Postgres]:
    """A server of this test process alone, with a migrated database to copy."""
    server = Postgres(scratch / "postgres", TEST_SETTINGS)
    server.start()
    try:
        server.create_database(TEMPLATE)
        migrate(config_for(server, TEMPLATE))
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def config(postgres: Postgres) -> Config:
    """The configuration of the database that most tests share."""
    postgres.create_database(DATABASE, TEMPLATE)
    return config_for(postgres, DATABASE)


@pytest.fixture(scope="session")
def shared_app(config: Config) -> Flask:
    return create_app(config)


@pytest.fixture(scope="session")
def janitor(config: Config, postgres: Postgres) -> Iterator[Janitor]:
    with postgres.connect(database=DATABASE) as connection:
        yield Janitor(connection)


@pytest.fixture(scope="session")
def remembered_town(shared_app: Flask, janitor: Janitor) -> Town:
    """The town made once, as making it takes longer than most tests."""
    janitor.remove()
    town = open_town(shared_app)
    janitor.keep()
    janitor.remove()
    return town


@pytest.fixture
def app(shared_app: Flask, janitor: Janitor) -> Iterator[Flask]:
    """The application over an empty database; no context is open in it, so each request has a session of its own."""
    yield shared_app
    janitor.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody signed in with."""
    return app.test_client()


@pytest.fixture
def town(app: Flask, remembered_town: Town, janitor: Janitor) -> Town:
    """Two businesses with places, programs and people (tests/people.py)."""
    janitor.put_back()
    return remembered_town


@pytest.fixture
def mailbox(town: Town) -> Iterator[Mailbox]:
    """E-mails leave the house."""
    before = town.app.config["REGULARS"]
    with mail_server() as (box, port):
        chosen = GatewayConfig().chosen | {"email": "smtp"}
        town.app.config["REGULARS"] = replace(before, gateways=GatewayConfig(chosen=chosen, smtp=settings(port)))
        yield box
        with town.app.app_context():
            close_gateways()
    town.app.config["REGULARS"] = before


@pytest.fixture
def stocked(town: Town) -> Town:
    """Both businesses with a customer who bought at every place of theirs, and one at the brand's own place alone;
    segments of the brand and of two franchisees, and a kept filter.
    """
    for shop in (town.kavalier, town.teremok):
        with shop.work():
            good = add_good(group_id=add_good_group())
            customer = add_customer("Iryna", "Melnyk", "+380671112233", cards=["7700"], tags=[("city", "Kyiv")])
            for terminal in (shop.own_terminal, shop.franchised_terminal):
                add_sale(customer, terminal, 12_345, goods=[good])
            add_points(customer, 5_000, days=10, terminal_id=shop.own_terminal)
            add_answer(customer, add_question("Favourite drink"), words="Flat white")
            stranger = add_customer("Petro", "Savchuk")
            add_sale(stranger, shop.own_terminal, 500)
            series = add_series()
            make_gift_card(10_000, None)
            for each in (customer, stranger):
                issue_coupon(series, each, "stocked")
                merge_customers(*hold_pair(each, add_customer("Iryna", email="i@k.ua")), set())
                add_duplicate(each, add_customer("Irena", email="i@k.ua"))
                add_message(each)
                give_offer(each, add_offer())
            add_rule(shop.program, PointsPercent(1000))
            picture = write_picture(drawn(two_colours(40, 30)))
            own_business().logo_id = picture
            add_news("Of the brand", shop.own_place, shop.franchised_place, picture=picture)
            add_account(shop.program, "Gift account", "")
            add_template()
            add_act()
            send_test(add_endpoint())
            add_segment("Regulars")
            invite("ivan@example.com", Role.ACCOUNTANT, None, "en")
            make_key("Web shop", list(KeyScope), Works())
            for franchisee in (shop.franchisee, add_franchisee("Obolon Partners")):
                add_segment("Its regulars", franchisee=franchisee)
                add_news("Of its own", shop.franchised_place, franchisee=franchisee)
            add_import(customer, town.anna.id if shop is town.kavalier else town.oleg.id)
            for franchisee in (None, shop.franchisee):
                add_batch(customer, town.anna.id if shop is town.kavalier else town.oleg.id, franchisee)
            keep(Kept(conditions=Group(members=(Condition("last_at", "exists"),))))
        with shop.work(town.sasha if shop is town.kavalier else town.oleg):
            add_open_sale(customer, shop.franchised_terminal)
    return town


@pytest.fixture(scope="session")
def rules(shared_app: Flask) -> list[Rule]:
    """Those of pages, which people see; the API has its own guards (tests/api/test_walls.py)."""
    return [rule for rule in shared_app.url_map.iter_rules() if not rule.rule.startswith("/api/")]


@pytest.fixture
def catalogue(postgres: Postgres, config: Config) -> Iterator[Callable[..., list[Any]]]:
    """Asks the catalogue: rows, or the values where a row has one."""
    with postgres.connect(database=DATABASE) as connection:

        def ask(query: str, *values: object) -> list[Any]:
            rows = connection.execute(query.encode(), values).fetchall()
            return [row[0] if len(row) == 1 else row for row in rows]

        yield ask


@pytest.fixture
def fresh_database(postgres: Postgres) -> Iterator[Callable[[str], Config]]:
    """Makes an empty database by name, for tests that fill a whole one; dropped after the test."""
    made: list[str] = []

    def make(name: str) -> Config:
        postgres.create_database(name, TEMPLATE)
        made.append(name)
        return config_for(postgres, name)

    yield make
    for name in made:
        postgres.drop_database(name)


@pytest.fixture
def superuser(postgres: Postgres, app: Flask) -> Iterator[psycopg.Connection]:
    """A connection that no policy binds, to look at what is really there; cleaned up like any test."""
    with postgres.connect(database=DATABASE) as connection:
        yield connection


@pytest.fixture
def count_statements(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Collects the statements that the application sends while the block runs."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            sent.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collect


def config_for(postgres: Postgres, database: str) -> Config:
    """A configuration for tests. Redis is away, as nothing may depend on it."""
    return Config(
        environment="test",
        host="127.0.0.1",
        port=8000,
        database_url=postgres.url(APP, database),
        migration_database_url=postgres.url(OWNER, database),
        loader_database_url=postgres.url(LOADER, database),
        redis_url="unix:///nowhere/valkey.sock?db=0",
        secret_key="tests" * 10,
        data=data_dir(),
        demo_password=PASSWORD,
        log_level="ERROR",
        proxies=0,
    )


def migrate(config: Config) -> None:
    """Brings the schema of the configured database up to date, and leaves no connection to it."""
    app = create_app(config)
    with app.app_context():
        upgrade(directory=str(PROJECT / "migrations"))
        db.engine.dispose()


class Janitor:
    """Removes and puts back rows as a superuser, with the role of a replica: it fires no trigger and checks no
    reference, so order does not matter. A few milliseconds, where TRUNCATE of all tables takes 120.
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        connection.execute("SET session_replication_role = replica")
        found = connection.execute(
            "SELECT format('%I', c.relname), string_agg(format('%I', a.attname), ', ') FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'"
            " GROUP BY c.relname"
        )
        self.tables = dict(found.fetchall())
        """With the columns of each that are written."""
        self.kept: list[str] = []

    def remove(self) -> None:
        """Empties every table."""
        self._run(f"DELETE FROM {table}" for table in self.tables)

    def keep(self) -> None:
        """Remembers all rows that there are."""
        tables = (f"CREATE TABLE kept.{each} AS SELECT {columns} FROM {each}" for each, columns in self.tables.items())
        self._run(["CREATE SCHEMA kept", *tables])
        self.kept = [each for each in self.tables if self.connection.execute(f"TABLE kept.{each} LIMIT 1").fetchone()]

    def put_back(self) -> None:
        """Fills the empty tables with the rows that are remembered."""
        self._run(f"INSERT INTO {each} ({self.tables[each]}) TABLE kept.{each}" for each in self.kept)

    def _run(self, statements: Iterable[str]) -> None:
        self.connection.execute("; ".join(statements).encode())
