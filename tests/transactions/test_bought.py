"""Who bought which good: kept with sales and cancels, proved against their lines, mended (CT-7)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from app.extensions import db
from app.transactions.bought import add_bought, differences, rebuild, take_back_bought
from app.transactions.models import CustomerGood, Status, Transaction
from tests.factories import add_customer, add_good, add_sale
from tests.people import Town


@pytest.fixture
def sold(town: Town) -> dict[str, int]:
    """Tea twice at one Terminal and once at another, rye once; what no list knows in between."""
    shop = town.kavalier
    with shop.work():
        customer, tea, rye = add_customer(), add_good("Tea"), add_good("Rye")
        first = add_sale(customer, shop.own_terminal, 100, goods=[tea, None, tea, rye])
        add_sale(customer, shop.own_terminal, 100, goods=[tea])
        add_sale(customer, shop.franchised_terminal, 100, goods=[tea])
        add_sale(customer, shop.franchised_terminal, 100)
    return {"customer": customer, "tea": tea, "rye": rye, "first": first}


def counts(town: Town) -> list[tuple[Any, ...]]:
    with town.kavalier.work():
        scope = text("(SELECT terminal_id FROM stats_scope s WHERE s.id = scope_id)")
        rows = select(CustomerGood.good_id, scope, CustomerGood.sales_count).order_by(CustomerGood.good_id, scope)
        return [tuple(row) for row in db.session.execute(rows)]


def cancel(town: Town, sale: int) -> None:
    with town.kavalier.work():
        take_back_bought(sale)
        db.session.execute(update(Transaction).where(Transaction.id == sale).values(status=Status.CANCELLED))


def test_sales_are_counted_by_good_and_leaf(town: Town, sold: dict[str, int]) -> None:
    """A good that stands in two lines of a sale was bought in one sale."""
    shop = town.kavalier
    assert counts(town) == [
        (sold["tea"], shop.own_terminal, 2),
        (sold["tea"], shop.franchised_terminal, 1),
        (sold["rye"], shop.own_terminal, 1),
    ]
    with shop.work():
        assert differences() == 0


def test_a_cancel_takes_it_back(town: Town, sold: dict[str, int]) -> None:
    """TE-5: a good that no completed sale is left of was not bought."""
    shop = town.kavalier
    cancel(town, sold["first"])
    assert counts(town) == [(sold["tea"], shop.own_terminal, 1), (sold["tea"], shop.franchised_terminal, 1)]
    with shop.work():
        assert differences() == 0


def test_what_is_wrong_is_found_and_mended(town: Town, sold: dict[str, int]) -> None:
    before = counts(town)
    with town.kavalier.work():
        db.session.execute(delete(CustomerGood).where(CustomerGood.good_id == sold["rye"]))
        add_bought(sold["first"])
        assert differences() == 1
        assert rebuild() == 1
        assert differences() == 0
    assert counts(town) == before
    with town.teremok.work():
        assert differences() == 0


def test_the_commands(town: Town, sold: dict[str, int]) -> None:
    with town.kavalier.work():
        db.session.execute(update(CustomerGood).values(sales_count=7))
    runner = town.app.test_cli_runner()
    assert runner.invoke(args=["bought", "check"]).exit_code == 1
    assert "3 rows were mended" in runner.invoke(args=["bought", "rebuild"]).output
    assert runner.invoke(args=["bought", "check"]).exit_code == 0
