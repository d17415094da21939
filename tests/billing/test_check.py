"""The proof of the charges finds each kind of difference, and none where all is well (BI-1, TE-6)."""

from __future__ import annotations

import psycopg
import pytest

from app.billing.models import ChargeKind
from app.billing.services import Prices, add_up, reserve_messages, set_tariff, top_up
from app.lib import dates
from tests.factories import add_customer, add_sale
from tests.people import Town

COME_TO, ONCE = "what charges come to", "each sale charged once"
DAMAGE = {
    "UPDATE charge_total SET quantity = quantity + 1 WHERE kind = 1": {COME_TO},
    "DELETE FROM charge_fresh": {COME_TO},
    "UPDATE charge SET rate = -13 WHERE kind = 1": {COME_TO},
    "DELETE FROM charge WHERE kind = 5": {COME_TO},
    "DELETE FROM charge WHERE kind = 1": {COME_TO, ONCE},
    "UPDATE charge SET subject = subject + 1000 WHERE kind = 1": {ONCE},
    "DELETE FROM transaction": {ONCE},
    "UPDATE charge_reserved SET kind = 5, subject = 1": {"nothing both reserved and charged"},
}


@pytest.fixture
def charged(town: Town) -> Town:
    """A sale before the tariff, one that a total has taken up, one that is fresh; the other business has one too."""
    with town.kavalier.work():
        customer = add_customer()
        add_sale(customer, town.kavalier.own_terminal, 500)
        set_tariff(Prices(0, 12, 79, 45))
        top_up(10_000, "first")
        add_sale(customer, town.kavalier.own_terminal, 500, dates.now())
        add_up()
        add_sale(customer, town.kavalier.own_terminal, 500, dates.now())
        reserve_messages(ChargeKind.SMS, {4: 1})
    with town.teremok.work():
        set_tariff(Prices(0, 1, 1, 1))
        add_sale(add_customer(), town.teremok.own_terminal, 500, dates.now())
    return town


@pytest.mark.parametrize("statement", DAMAGE)
def test_each_damage_breaks_its_rules(charged: Town, superuser: psycopg.Connection, statement: str) -> None:
    runner = charged.app.test_cli_runner()
    well = runner.invoke(args=["check", "charges"])
    assert (well.exit_code, well.output) == (0, "Charges of 2 businesses: no differences.\n")
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(
        f"{statement} {'AND' if 'WHERE' in statement else 'WHERE'} business_id = {charged.kavalier.id}".encode()
    )
    broken = runner.invoke(args=["check", "charges"])
    assert broken.exit_code == 1
    assert f"Business {charged.teremok.id}" not in broken.output
    begins = f"Business {charged.kavalier.id}, "
    lines = [line.removeprefix(begins) for line in broken.output.splitlines() if line.startswith(begins)]
    assert {line.split(":")[0] for line in lines} == DAMAGE[statement]


def test_sales_from_before_there_were_charges_need_none(charged: Town, superuser: psycopg.Connection) -> None:
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("DELETE FROM charge c USING transaction t WHERE c.kind = 1 AND c.rate = 0 AND t.id = c.subject")
    superuser.execute("UPDATE charge_total SET quantity = 0 WHERE rate = 0")
    result = charged.app.test_cli_runner().invoke(args=["check", "charges"])
    assert result.output == "Charges of 2 businesses: no differences.\n"
