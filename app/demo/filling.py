"""Fills a business with customers and what they did: the plan of batches, and their making."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import accumulate, pairwise
from multiprocessing import get_context

from psycopg import Connection

from app.demo import loading
from app.demo.batches import SIZE, Batch, Maker, habits, needed
from app.demo.book import Numbers
from app.demo.shoppers import Shop


def plan_batches(connection: Connection, shop: Shop) -> list[Batch]:
    """Divides customers and sales into batches, and takes their ids."""
    sales = _sales(shop)
    sizes = [needed(len(each), sum(each)) for each in _parts(sales)]
    first = loading.reserve(connection, sum(sizes, Numbers(0, 0, 0, 0, 0)))
    batches = []
    for number, (part, size) in enumerate(zip(_parts(sales), sizes, strict=True)):
        batches.append(Batch(number, number * SIZE, part, first))
        first += size
    return batches


def fill(connection: Connection, shop: Shop) -> None:
    """Makes all rows of a business in the connection's transaction; another process is a batch ahead of it."""
    batches = plan_batches(connection, shop)
    with ProcessPoolExecutor(1, get_context("fork")) as ahead:
        for rows in ahead.map(Maker.rows, (Maker(shop, batch) for batch in batches)):
            loading.copy(connection, rows)


def _sales(shop: Shop) -> array[int]:
    """How many sales each customer has; together exactly the plan's."""
    weights = array("d")
    for number in range(-(-shop.plan.customers // SIZE)):
        size = min(SIZE, shop.plan.customers - number * SIZE)
        weights.extend(habit.weight for habit in habits(shop, number, size))
    whole = sum(weights) or 1.0
    reached = [0, *(round(sum_ * shop.plan.sales / whole) for sum_ in accumulate(weights))]
    return array("l", (after - before for before, after in pairwise(reached)))


def _parts(sales: array[int]) -> Iterator[array[int]]:
    return (sales[start : start + SIZE] for start in range(0, len(sales), SIZE))
