"""What the demonstration shows of messages: unread ones, those that wait and why, phones (MS-1)."""

from __future__ import annotations

from collections.abc import Callable

from app import create_app
from app.billing.queries import spendable
from app.config import Config
from app.db import unit_of_work
from app.demo import loading
from app.demo.ensuring import ensure
from app.extensions import db
from app.messaging.models import MessageStatus
from app.scope import Scope
from tests.demo.test_ensuring import PLANS, UNTIL


def test_a_rich_business_waits_for_the_morning_and_a_poor_one_for_money(
    fresh_database: Callable[[str], Config],
) -> None:
    """MS-1, BI-1: and each has something unread and phones to look at."""
    app = create_app(fresh_database("inbox"))
    config = app.config["REGULARS"]
    with app.app_context():
        ensure(config, UNTIL, PLANS)
        with loading.connect(config.loader_database_url) as connection:
            waiting = connection.execute(
                "SELECT DISTINCT business_id, status FROM message m JOIN message_outbox o USING (business_id)"
                " WHERE o.message_id = m.id ORDER BY business_id"
            ).fetchall()
            unread = connection.execute(
                "SELECT count(DISTINCT business_id) FROM message WHERE direction = 2 AND read_at IS NULL"
            ).fetchall()
            shown = connection.execute("SELECT count(DISTINCT business_id) FROM simulated_message").fetchall()
        (rich, held), (poor, unpaid) = waiting
        with unit_of_work(Scope(rich)):
            assert spendable() > 0
        with unit_of_work(Scope(poor)):
            assert spendable() < 0
        db.engine.dispose()
    assert (held, unpaid) == (MessageStatus.HELD, MessageStatus.UNPAID)
    assert unread == shown == [(2,)]
