"""A shop whose till is a client that is not ours, beside a Terminal that sells and a bulk credit that runs (AP-1)."""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.ledger.models import Entry, EntryKind
from app.loyalty.models import Program
from app.loyalty.rules import PointsPercent
from app.transactions.models import Source, Status, Transaction
from app.transactions.services import Basket, BasketLine, sell
from tests.api.calling import program
from tests.api.foreign import Foreign, generate, listening
from tests.bulk.batches import confirm, preview
from tests.bulk.hands import batches_worked
from tests.factories import add_customer, add_good, add_points, add_rule
from tests.people import Town
from tests.terminal import counter
from tests.transactions.races import many_connections, nothing_differs

CUSTOMERS, TILLS, CREDIT = 12, 3, 100
PHONE = "+3806711122{:02d}"
_PAGES = 10
"""Sales that Sasha makes by the pages: nobody looks up more than twenty customers a minute."""


@dataclass
class Day:
    """What the shop, the Terminal and the bulk action did."""

    customers: list[int]
    goods: list[str]
    sold: dict[int, int] = field(default_factory=dict)
    """Sale of the API → what it came to."""
    cancelled: set[int] = field(default_factory=set)
    told: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Till:
    """One of the shop's: quotes, sells what was agreed to, sends some of it twice, cancels some."""

    def __init__(self, shop: Foreign, day: Day, seed: int) -> None:
        self._shop, self._day, self._chance = shop, day, random.Random(seed)

    def sell(self) -> None:
        basket = self._basket()
        status, quote = self._shop.call("sales", "quote_basket", body=self._shop.model("BasketGiven", **basket))
        if status != 200:
            self._note(quote.type_)
            return
        agreed = self._shop.model("Agreed", **quote.agreed.to_dict())
        body, key = self._shop.model("NewSale", **basket, agreed=agreed), str(uuid.uuid4())
        status, sale = self._shop.call("sales", "create_sale", body=body, idempotency_key=key)
        if status != 201:
            self._note(sale.type_)
            return
        if self._chance.random() < 0.3:
            assert self._shop.call("sales", "create_sale", body=body, idempotency_key=key) == (201, sale)
            self._note("twice")
        with self._day.lock:
            self._day.sold[sale.id] = sale.total
        self._note("sold")
        if self._chance.random() < 0.2:
            self._cancel(sale.id)

    def _cancel(self, sale: int) -> None:
        status, told = self._shop.call("sales", "cancel_made_sale", sale, idempotency_key=str(uuid.uuid4()))
        if status == 200:
            self._day.cancelled.add(sale)
        self._note("cancelled" if status == 200 else told.type_)

    def _basket(self) -> dict[str, object]:
        lines = [
            self._shop.model("LineGiven", code=self._chance.choice(self._day.goods), quantity=1_000)
            for _ in range(self._chance.randrange(1, 4))
        ]
        points = self._chance.choice((0, 0, 500, 2_000))
        return {"customer_id": self._chance.choice(self._day.customers), "lines": lines, "points": points}

    def _note(self, what: str) -> None:
        with self._day.lock:
            self._day.told[what.rpartition(":")[2]] += 1


@pytest.fixture
def day(town: Town) -> Day:
    shop = town.kavalier
    with shop.work():
        add_rule(shop.program, PointsPercent(1_000), name="Ten")
        db.session.get_one(Program, (shop.id, shop.program)).pin_limit = 10_000
        goods = [f"K-{number}" for number in range(5)]
        for number, code in enumerate(goods):
            add_good(f"Good {number}", code=code, price=1_000 + 500 * number)
        customers = [add_customer(f"C{number}", phone=PHONE.format(number)) for number in range(CUSTOMERS)]
        for each in customers:
            add_points(each, 5_000)
    return Day(customers, goods)


@pytest.fixture
def foreign(town: Town, tmp_path: Path) -> Iterator[list[Foreign]]:
    shop = town.kavalier
    package = generate(town.app, tmp_path)
    with listening(town.app) as port:
        yield [Foreign(package, port, program(shop, terminal_id=shop.own_terminal).secret) for _each in range(TILLS)]


@pytest.mark.parametrize(
    ("sales", "batches"), [(8, 2), pytest.param(150, 12, marks=pytest.mark.long)], ids=["short", "long"]
)
def test_whoever_sells_the_books_agree(town: Town, day: Day, foreign: list[Foreign], sales: int, batches: int) -> None:
    """AP-1, RELIABILITY: three tills, a Terminal and a bulk credit over the same few customers."""
    shop = town.kavalier
    tills = [Till(each, day, seed) for seed, each in enumerate(foreign)]

    def shift(till: Till) -> None:
        for _each in range(sales):
            till.sell()

    with many_connections(shop, 20), batches_worked(shop, 1), ThreadPoolExecutor(TILLS + 2) as hands:
        at_work = [hands.submit(shift, till) for till in tills]
        at_work += [hands.submit(_at_terminal, town, day, sales), hands.submit(_credit, town, day, batches)]
        for each in at_work:
            each.result()
    _agrees(town, day, batches)
    assert day.told["sold"] > sales
    assert day.told["twice"]
    assert day.told["at the Terminal"] >= min(sales, _PAGES)
    known = {"sold", "twice", "cancelled", "at the Terminal", "too-many-points", "quote-changed", "spent-meanwhile"}
    assert set(day.told) <= known


def _at_terminal(town: Town, day: Day, sales: int) -> None:
    """Sasha, by the pages as long as look-ups last, then by what they do."""
    sasha, chance, shop = town.browser(town.sasha), random.Random(99), town.kavalier
    for number in range(sales):
        if number < _PAGES:
            page = counter.sell(sasha, PHONE.format(chance.randrange(CUSTOMERS)), "25")
            assert counter.follow(sasha, page, "/confirmation").status_code == 200
        else:
            with shop.work(town.sasha):
                line = BasketLine("Check", chance.randrange(100, 9_999))
                sell(Basket(chance.choice(day.customers), shop.program, shop.franchised_terminal, (line,)))
        with day.lock:
            day.told["at the Terminal"] += 1


def _credit(town: Town, day: Day, batches: int) -> None:
    shop = town.kavalier
    values = {"program": shop.program, "terminal": shop.own_terminal, "note": "Thank you", "amount": CREDIT}
    for _each in range(batches):
        confirm(shop, town.anna, preview(shop, town.anna, "credit", {**values, "special": False}, day.customers))


def _agrees(town: Town, day: Day, batches: int) -> None:
    """Each sale that was answered is there once, as it was answered; everyone has each credit; the books add up."""
    shop = town.kavalier
    with shop.work():
        kept = db.session.scalars(select(Transaction).where(Transaction.source == Source.API)).all()
        assert {each.id: each.amount for each in kept} == day.sold
        assert {each.id for each in kept if each.status is Status.CANCELLED} == day.cancelled
        added = select(Entry.customer_id, func.count()).where(Entry.kind == EntryKind.ADDED, Entry.amount == CREDIT)
        counted = db.session.execute(added.group_by(Entry.customer_id)).all()
        assert dict(map(tuple, counted)) == dict.fromkeys(day.customers, batches)
    nothing_differs(shop)
