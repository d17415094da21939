"""Kept figures are compared with the transactions, and mended from them (CT-2, PR-3)."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from app.customers import stats
from app.customers.stats import Differences
from app.lib import dates
from tests.factories import add_customer, add_sale
from tests.people import Town


@pytest.fixture
def bought(town: Town) -> dict[str, int]:
    """Customers: with sales at two places, registered at the franchisee's without a sale, registered nowhere."""
    shop = town.kavalier
    with shop.work():
        both = add_customer(point_of_sale=shop.own_place)
        registered = add_customer(point_of_sale=shop.franchised_place)
        nowhere = add_customer()
        for days, amount in ((3, 1001), (2, 1000)):
            add_sale(both, shop.own_terminal, amount, dates.now() - timedelta(days=days))
        add_sale(both, shop.franchised_terminal, 5000)
    with town.teremok.work():
        add_sale(add_customer(), town.teremok.own_terminal, 700)
    return {"both": both, "registered": registered, "nowhere": nowhere}


def test_figures_kept_with_each_sale_are_those_of_the_transactions(town: Town, bought: dict[str, int]) -> None:
    assert kavaliers(town) == Differences(0, [])


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("UPDATE customer_stats SET sales_count = sales_count + 1 WHERE amount = 2001", 4),
        ("UPDATE customer_stats SET amount = amount - 1 WHERE amount = 7001", 2),
        # 2001 / 2 is rounded half up.
        ("UPDATE customer_stats SET average = 1000 WHERE average = 1001", 4),
        ("UPDATE customer_stats SET first_at = last_at WHERE amount = 2001", 4),
        ("UPDATE customer_stats SET last_at = first_at WHERE amount = 7001", 2),
        ("DELETE FROM customer_stats WHERE amount = 5000", 6),
        ("DELETE FROM customer_stats WHERE sales_count = 0", 6),
        ("DELETE FROM customer_stats", 18),
        ("UPDATE transaction SET status = 2, cancelled_at = now() WHERE gross = 5000", 8),
        ("UPDATE transaction SET kind = 2 WHERE gross = 5000", 8),
        ("UPDATE transaction SET discount = 1 WHERE gross = 5000", 8),
        ("UPDATE customer SET erased_at = now() WHERE registered_point_of_sale_id IS NULL", 2),
    ],
)
def test_each_difference_is_counted_and_mended(
    town: Town, bought: dict[str, int], superuser: psycopg.Connection, statement: str, number: int
) -> None:
    # The other business's rows do not count: only this one is looked at.
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(statement.encode())
    found = kavaliers(town)
    assert found.number == number
    assert len(found.first) == number
    with town.kavalier.work():
        assert stats.rebuild() == number
        assert stats.differences().number == 0


def test_a_difference_names_scope_customer_and_both_rows(
    town: Town, bought: dict[str, int], superuser: psycopg.Connection
) -> None:
    superuser.execute("UPDATE customer_stats SET amount = 7002 WHERE amount = 7001")
    superuser.execute("DELETE FROM customer_stats WHERE customer_id = %s", [bought["nowhere"]])
    first = kavaliers(town).first
    assert {row.customer_id for row in first} == {bought["both"], bought["nowhere"]}
    changed = [row for row in first if row.customer_id == bought["both"]]
    assert all("7002" in (row.kept or "") and "7001" in (row.rebuilt or "") for row in changed)
    assert all(row.kept is None for row in first if row.customer_id == bought["nowhere"])


def test_a_business_is_mended_alone(town: Town, bought: dict[str, int], superuser: psycopg.Connection) -> None:
    superuser.execute("UPDATE customer_stats SET amount = amount + 1")
    with town.kavalier.work():
        stats.rebuild()
    assert kavaliers(town).number == 0
    with town.teremok.work():
        assert stats.differences().number > 0


def test_the_commands_go_through_every_business(
    town: Town, bought: dict[str, int], superuser: psycopg.Connection
) -> None:
    runner = town.app.test_cli_runner()
    assert runner.invoke(args=["stats", "check"]).output == "0 rows of figures differ from the transactions.\n"
    superuser.execute("UPDATE customer_stats SET amount = amount + 1 WHERE amount IN (7001, 700)")
    broken = runner.invoke(args=["stats", "check"])
    assert broken.exit_code == 1
    assert broken.output.endswith("8 rows of figures differ from the transactions.\n")
    one = runner.invoke(args=["stats", "rebuild", "--business", str(town.teremok.id)])
    assert one.output == f"Business {town.teremok.id}: 6 rows of figures were mended.\n"
    every = runner.invoke(args=["stats", "rebuild"])
    assert f"Business {town.kavalier.id}: 2 rows" in every.output
    assert f"Business {town.teremok.id}: 0 rows" in every.output
    assert runner.invoke(args=["stats", "check"]).exit_code == 0
    assert "There is no business 0." in runner.invoke(args=["stats", "check", "--business", "0"]).output


def kavaliers(town: Town) -> Differences:
    with town.kavalier.work():
        return stats.differences()
