"""Generated businesses of any size: made by several processes, each writing batches by COPY."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from psycopg import Connection

from app.config import Config
from app.demo import indexes, loading, references
from app.demo.batches import Batch, Maker
from app.demo.calendar import Calendar
from app.demo.charges import charge_past
from app.demo.coupons import write_coupons, write_holdings
from app.demo.filling import plan_batches
from app.demo.plans import BusinessPlan
from app.demo.shoppers import Shop
from app.demo.structure import Structure, write_structure

# One more than the cores of a small machine: while one process waits for the database, another generates.
_PROCESSES = 3


@dataclass(frozen=True)
class Task:
    """A batch of a business, for a process that knows neither yet."""

    url: str
    plan: BusinessPlan
    structure: Structure
    until: datetime
    batch: Batch


def generate(config: Config, plans: list[BusinessPlan], until: datetime) -> None:
    """Makes businesses with all their rows.

    Raises psycopg.errors.UniqueViolation when a slug is taken, and BrokenReferenceError.
    """
    loading.grant_rights(config)
    with loading.connect(config.loader_database_url) as connection:
        structures = [write_structure(connection, plan, until) for plan in plans]
        tasks = [
            Task(config.loader_database_url, plan, structure, until, batch)
            for plan, structure in zip(plans, structures, strict=True)
            for batch in plan_batches(connection, Shop(plan, structure, _calendar(plan.zone, until)))
        ]
    with indexes.dropped(config, sum(plan.sales for plan in plans)), ProcessPoolExecutor(_PROCESSES) as processes:
        for _ in processes.map(_load, tasks):
            pass
    _finish(config, plans, structures, until)
    loading.tidy(config)
    references.check(config, [structure.business for structure in structures])


def _finish(config: Config, plans: list[BusinessPlan], structures: list[Structure], until: datetime) -> None:
    """Each business in a transaction of its own."""
    with loading.connect(config.loader_database_url) as connection:
        loading.skip_triggers(connection)
        connection.commit()
        for plan, structure in zip(plans, structures, strict=True):
            with connection.transaction():
                since = _calendar(plan.zone, until).first
                charge_past(connection, structure.business, plan, since, until)
                write_coupons(connection, plan, structure, until)
                write_holdings(connection, structure.business)


def _load(task: Task) -> None:
    """Makes and writes one batch, in a process of the pool and a transaction of its own."""
    shop = Shop(task.plan, task.structure, _calendar(task.plan.zone, task.until))
    with (connection := _connection(task.url)).transaction():
        loading.copy(connection, Maker(shop, task.batch).rows())


@cache
def _calendar(zone: str, until: datetime) -> Calendar:
    return Calendar(zone, until)


@cache
def _connection(url: str) -> Connection:
    """The one connection of a process of the pool, which ends with it."""
    connection = loading.connect(url)
    loading.skip_triggers(connection)
    connection.commit()
    return connection
