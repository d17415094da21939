"""The proof of messages finds each kind of difference, and none where all is well (BI-1, MS-1)."""

from __future__ import annotations

import psycopg
import pytest

from app.billing.services import Prices, set_tariff, top_up
from app.messaging.check import faults
from app.messaging.models import Channel
from tests.factories import add_customer
from tests.messaging.pipeline import PHONE, behave, letter, send, write
from tests.people import Shop, Town

IN_OUTBOX, STEP = "each message that waits is in the outbox", "each message in the outbox waits for what its step says"
RESERVED = "what is reserved is for messages on their way"
CHARGED = "each message that left is charged once, and no other"
DAMAGE = {
    "DELETE FROM message_outbox WHERE step = 1": {IN_OUTBOX},
    "DELETE FROM message_outbox WHERE step = 4": {IN_OUTBOX},
    "UPDATE message_outbox SET step = 5 WHERE step = 1": {STEP},
    "UPDATE message SET status = 6 WHERE status = 1": {STEP},
    "UPDATE charge_reserved SET quantity = 2": {RESERVED},
    "UPDATE charge_reserved SET subject = subject + 1000": {RESERVED},
    "UPDATE message SET status = 7 WHERE status = 5": {RESERVED, STEP},
    "UPDATE charge SET quantity = 9 WHERE kind = 2": {CHARGED},
    "DELETE FROM charge WHERE kind = 2": {CHARGED},
    "UPDATE message SET status = 8 WHERE status = 4 AND channel = 1": {CHARGED},
}


@pytest.fixture
def shop(town: Town) -> Shop:
    """A message of each fate: sent, unknown, refused, unpaid, new, and a push that waits for its delivery."""
    shop = town.kavalier
    with shop.work():
        set_tariff(Prices(0, 0, 80, 50))
        top_up(200, "first")
        olena = add_customer(phone=PHONE, app_installed=True)
        write(olena, letter("sent"))
    send(shop)
    for habit in ("timed_out", "refused"):
        with shop.work():
            behave(**{habit: 1000})
            write(olena, letter(habit))
        send(shop, 0)
        with shop.work():
            behave(**{habit: 0}, delay=3600)
    with shop.work():
        write(olena, letter("unpaid"), letter("push", channel=Channel.PUSH, smart=True))
    send(shop)
    with shop.work():
        write(olena, letter("new"))
    return shop


def test_where_all_is_well_nothing_is_found(shop: Shop) -> None:
    with shop.work():
        assert faults() == []


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_wrong_is_found(shop: Shop, superuser: psycopg.Connection, damage: str) -> None:
    superuser.execute("SET session_replication_role = replica")
    assert superuser.execute(damage.encode()).rowcount, "nothing was damaged"
    superuser.execute("SET session_replication_role = DEFAULT")
    with shop.work():
        assert {fault.rule for fault in faults()} == DAMAGE[damage]


def test_the_command_tells(shop: Shop) -> None:
    result = shop.app.test_cli_runner().invoke(args=["check", "messages"])
    assert result.exit_code == 0, result.output
    assert "no differences" in result.output
