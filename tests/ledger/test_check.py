"""The proof of the ledger finds each kind of difference, and none where all is well (RELIABILITY: money and points)."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from app.ledger.check import faults
from app.proofs import SHOWN, Fault
from tests.factories import add_customer, add_points
from tests.people import Town

Break = Callable[..., None]

# What is done to the rows of a customer with two lots, of 500 and 300, and the rules that it breaks.
DAMAGE = {
    "UPDATE balance SET amount = amount + 1": {"balance, sum of entries and sum of lots"},
    "DELETE FROM balance": {"balance, sum of entries and sum of lots"},
    "UPDATE lot SET remaining = remaining - 1 WHERE amount = 500": {
        "balance, sum of entries and sum of lots",
        "what remains of each lot",
        "the lots that expire soonest",
    },
    "DELETE FROM lot WHERE amount = 300": {
        "balance, sum of entries and sum of lots",
        "what each entry brought or took",
    },
    "UPDATE ledger_entry SET balance_after = 799 WHERE balance_after = 800": {"balance after each entry"},
    "DELETE FROM ledger_entry WHERE amount = 500": {
        "balance, sum of entries and sum of lots",
        "balance after each entry",
    },
    "INSERT INTO lot_use SELECT business_id, entry_id, id, 1 FROM lot WHERE amount = 300": {
        "what remains of each lot",
        "what each entry brought or took",
    },
    "UPDATE balance SET expiring = expiring - 1": {"the lots that expire soonest"},
    "UPDATE balance SET expiring_at = expiring_at + interval '1 day'": {"the lots that expire soonest"},
    "UPDATE lot SET amount = amount + 1, remaining = remaining + 1 WHERE amount = 300": {
        "balance, sum of entries and sum of lots",
        "what each entry brought or took",
    },
}

# A spending of 600 that takes the lot of 500 and a part of the other, and its reversal.
SPEND = """
    INSERT INTO ledger_entry (business_id, customer_id, wallet_id, kind, amount, balance_after, at, key)
        SELECT business_id, customer_id, wallet_id, 2, -600, 200, now(), 'spend' FROM balance WHERE amount = 800;
    INSERT INTO lot_use SELECT e.business_id, e.id, l.id, CASE l.amount WHEN 500 THEN 500 ELSE 100 END
        FROM ledger_entry e JOIN lot l USING (business_id) WHERE e.key = 'spend' AND l.amount > 100;
    UPDATE lot SET remaining = CASE amount WHEN 500 THEN 0 ELSE 200 END WHERE amount > 100;
    UPDATE balance SET amount = 200, expiring = 0, expiring_at = '0001-01-01 00:00:00+00' WHERE amount = 800;
"""
REVERSE = """
    INSERT INTO ledger_entry
        (business_id, customer_id, wallet_id, kind, amount, balance_after, at, key, reverses_id)
        SELECT business_id, customer_id, wallet_id, 6, 600, 800, now(), 'reverse', id
        FROM ledger_entry WHERE key = 'spend';
    UPDATE lot SET remaining = amount WHERE amount > 100;
    UPDATE balance b SET amount = 800, expiring = 500, expiring_at =
        (SELECT expires_at FROM lot WHERE amount = 500) WHERE amount = 200;
"""


@pytest.fixture
def holder(town: Town) -> Town:
    """A town where one customer has points in two lots, of which one expires; the other business has a customer too."""
    with town.kavalier.work():
        customer = add_customer()
        add_points(customer, 500, days=30)
        add_points(customer, 300)
    with town.teremok.work():
        add_points(add_customer(), 70)
    return town


@pytest.fixture
def damage(superuser: psycopg.Connection) -> Callable[[str], None]:
    """Does to rows what triggers and references would refuse."""

    def do(statement: str) -> None:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(statement.encode())

    return do


def test_nothing_is_wrong_with_what_the_application_wrote(holder: Town) -> None:
    assert kavaliers(holder) == []


@pytest.mark.parametrize("statement", DAMAGE)
def test_each_damage_breaks_its_rules(holder: Town, damage: Break, statement: str) -> None:
    damage(statement)
    assert {fault.rule for fault in kavaliers(holder)} == DAMAGE[statement]


def test_a_spending_and_its_reversal_balance(holder: Town, damage: Break) -> None:
    damage(SPEND)
    assert kavaliers(holder) == []
    damage(REVERSE)
    assert kavaliers(holder) == []
    damage("UPDATE ledger_entry SET amount = 599 WHERE key = 'reverse'")
    assert "what each entry brought or took" in {fault.rule for fault in kavaliers(holder)}


def test_a_fault_counts_all_and_tells_some_in_words(town: Town, damage: Break) -> None:
    with town.kavalier.work():
        customers = [add_customer() for _ in range(SHOWN + 3)]
        for customer in customers:
            add_points(customer, 100)
    damage("UPDATE balance SET amount = 101")
    (fault,) = kavaliers(town)
    assert fault.number == SHOWN + 3
    assert len(fault.first) == SHOWN
    assert f"wallet {town.kavalier.wallet}, customer" in fault.first[0]
    assert fault.first[0].endswith("balance 101, entries 100, lots 100")


def test_the_command_goes_through_every_business(holder: Town, damage: Break) -> None:
    runner = holder.app.test_cli_runner()
    well = runner.invoke(args=["check", "ledger"])
    assert (well.exit_code, well.output) == (0, "Ledger of 2 businesses: no differences.\n")
    damage("UPDATE balance SET amount = amount + 1")
    broken = runner.invoke(args=["check", "ledger"])
    assert broken.exit_code == 1
    assert f"Business {holder.kavalier.id}, balance, sum of entries and sum of lots: 1 differences." in broken.output
    assert f"Business {holder.teremok.id}, balance" in broken.output
    assert broken.output.endswith("Ledger of 2 businesses: 2 differences.\n")


def kavaliers(town: Town) -> list[Fault]:
    with town.kavalier.work():
        return faults()
