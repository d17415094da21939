"""Messages that were written before anything sent them: those of the last day go out, the others are too late."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from flask_migrate import upgrade

from app import create_app
from app.extensions import db
from app.local.embedded import Postgres
from app.local.paths import PROJECT
from tests.conftest import config_for

NAME = "before_the_outbox"
_FILL = """
    INSERT INTO business (name, slug, currency, time_zone, country) VALUES ('K', 'k', 'UAH', 'Europe/Kyiv', 'UA');
    INSERT INTO customer (business_id, registered_at) SELECT id, now() FROM business;
    INSERT INTO message
        (business_id, customer_id, direction, kind, channel, status, dedupe_key, created_at, valid_until)
    SELECT business_id, id, direction, kind, 1, status, key, now() - age, until FROM customer, (VALUES
        (1, 1, 1, 'sale', interval '1 hour', NULL), (1, 5, 1, 'bulk', interval '1 hour', NULL),
        (1, 1, 1, 'old', interval '2 days', NULL), (1, 3, 1, 'pin', interval '1 minute', NULL),
        (1, 1, 2, 'over', interval '1 hour', now()), (1, 1, 6, 'delivered', interval '2 days', NULL),
        (2, 7, 1, 'in', interval '2 days', NULL)
    ) m (direction, kind, status, key, age, until)
"""


@pytest.fixture
def database(postgres: Postgres) -> Iterator[psycopg.Connection]:
    """A database of the version before, upgraded with messages in it."""
    postgres.create_database(NAME)
    app = create_app(config_for(postgres, NAME))
    try:
        with app.app_context(), postgres.connect(database=NAME) as connection:
            upgrade(directory=str(PROJECT / "migrations"), revision="0033")
            connection.execute(_FILL.encode())
            upgrade(directory=str(PROJECT / "migrations"))
            yield connection
            db.engine.dispose()
    finally:
        postgres.drop_database(NAME)


def test_what_waited_goes_or_fails(database: psycopg.Connection) -> None:
    found = database.execute("SELECT dedupe_key, status, reason FROM message ORDER BY id").fetchall()
    assert found == [
        ("sale", 1, ""),
        ("bulk", 1, ""),
        ("old", 7, "late"),
        ("pin", 7, "late"),
        ("over", 7, "late"),
        ("delivered", 6, ""),
        ("in", 1, ""),
    ]
    queued = database.execute(
        "SELECT m.dedupe_key, o.priority, o.step, m.valid_until > now() FROM message_outbox o"
        " JOIN message m ON m.id = o.message_id ORDER BY m.id"
    )
    assert queued.fetchall() == [("sale", 1, 1, True), ("bulk", 2, 1, True)]
