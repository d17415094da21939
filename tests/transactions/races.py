"""Many hands at one shop at once: each act in a thread and a unit of work of its own, as requests are."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from flask import redirect
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound

from app import form_keys
from app.bulk.services.steering import NothingToDoError
from app.customers.details import details_of
from app.customers.models import CustomerMerge
from app.customers.queries import customer_to_change, customer_to_erase
from app.customers.registry import CannotUndoError
from app.customers.services import change_customer
from app.customers.services.erasing import confirmation, erase_customer
from app.customers.services.merging import GoneError, hold_pair, merge_customers
from app.customers.services.unmerging import merge_to_undo, undo_merge
from app.customers.stats import differences
from app.db import unit_of_work
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import EntryKind
from app.ledger.services import Credit, ShortfallError, expire_lots, post
from app.lib import dates
from app.loyalty.rules import Conditions, CouponIssue, PointsPercent
from app.loyalty.services.programs import create_program
from app.loyalty.services.rules import RuleSaid, add_rule
from app.offers import check as offers_check
from app.offers.services import give_offer as give
from app.offers.services import redeemable_offers, usable_coupons
from app.offers.services.gift_cards import make_gift_card
from app.transactions import bought
from app.transactions.models import Kind, Transaction
from app.transactions.services import (
    AlreadyCancelledError,
    Basket,
    BasketLine,
    Brought,
    MissingError,
    RefusedError,
    cancel_sale,
    sell,
)
from tests.bulk.hands import batches_worked, begin_bulk, reports_add_up
from tests.factories import add_customer, add_good, add_offer, add_points, add_series
from tests.people import Person, Shop

POINT, PATIENCE = 100, 60
TOLD = (
    RefusedError,
    ShortfallError,
    MissingError,
    AlreadyCancelledError,
    GoneError,
    CannotUndoError,
    NotFound,
    NothingToDoError,
)
"""What a person may be told; anything else is a fault, a deadlock above all."""


def nothing_differs(shop: Shop) -> None:
    """Balances, figures and goods bought are what entries, lots and sales say."""
    with shop.work():
        assert faults() == []
        assert differences().first == []
        assert bought.differences() == 0
        assert offers_check.faults() == []
    reports_add_up(shop)


@contextmanager
def many_connections(shop: Shop, number: int) -> Iterator[None]:
    """Lets so many threads be in the database at once, where a process has fifteen connections at most."""
    with shop.app.app_context(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(db.engine.pool, "_max_overflow", number)
        yield
        db.engine.dispose()


def redeem_with_twins(shop: Shop, person: Person, balance: int, keys: int, threads: int, seed: int) -> Counter[str]:
    """Sends each key twice, in any order: a sale that a point pays. Answers with what became of how many."""
    with shop.work():
        customer = add_customer()
        add_points(customer, balance * POINT)
    basket = Basket(customer, shop.program, shop.own_terminal, (BasketLine("Coffee", POINT),), points=POINT)
    sent = [uuid.UUID(int=number + 1 + (seed << 64)) for number in range(keys)] * 2
    random.Random(seed).shuffle(sent)

    def redeem(key: uuid.UUID) -> str:
        form = {form_keys.FIELD: str(key)}
        with shop.app.test_request_context("/sale", method="POST", data=form):
            try:
                with unit_of_work(person.scope):
                    if form_keys.answered_before():
                        return "again"
                    sale = sell(basket, pin_checked=True)
                    form_keys.remember(redirect(f"/sale/{sale.transaction_id}"))
            except RefusedError as error:
                return error.refusal.value
        return "sold"

    with ThreadPoolExecutor(threads) as pool:
        return Counter(pool.map(redeem, sent))


@dataclass
class Crowd:
    """Threads that do whatever people and jobs do to a few customers, for some seconds."""

    shop: Shop
    person: Person
    seed: int
    customers: list[int] = field(default_factory=list)
    programs: list[int] = field(default_factory=list)
    wallets: list[int] = field(default_factory=list)
    goods: list[int | None] = field(default_factory=list)
    cards: list[int] = field(default_factory=list)
    offer: int = 0
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Two programs with points of their own: a sale in one does not hold the balance of the other."""
        with self.shop.work():
            other = create_program("Bakery club", {"en": "Bakery club"})
            self.programs = [self.shop.program, other]
            for program in self.programs:
                add_rule(program, RuleSaid("Ten", True, 0, True, Conditions(), (PointsPercent(1_000),)))
            self.cards = [make_gift_card(10**6, None).id for _each in range(2)]
            self.offer = add_offer(price=1)
            for series in (add_series("One"), add_series("Other", customer_limit=50)):
                said = RuleSaid(f"Coupon {series}", True, 1, True, Conditions(least=5_000), (CouponIssue(series),))
                add_rule(self.shop.program, said)
            self.customers = [add_customer(f"C{number}") for number in range(3)]
            self.goods = [None, add_good("Flat white"), add_good("Cake")]

    def run(self, threads: int, seconds: float, wanted: frozenset[str] = frozenset()) -> Counter[str]:
        """Goes on for a while where what is wanted was not done yet: the machine may be busy."""
        until = time.monotonic() + seconds
        acts: tuple[Callable[[random.Random], None], ...] = (
            *(self.sell, self.sell, self.redeem, self.cancel, self.credit, self.expire, self.edit, self.bring),
            *(self.merge, self.undo, self.erase, self.bulk),
        )
        lock = threading.Lock()

        def work(number: int) -> None:
            chance = random.Random(f"{self.seed}:{number}")
            while (now := time.monotonic()) < until or (wanted - self.done.keys() and now < until + PATIENCE):
                act = chance.choice(acts)
                outcome = self._outcome(act, chance)
                with lock:
                    self.done[f"{act.__name__} {outcome}"] += 1

        with batches_worked(self.shop, 2), ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))
        return self.done

    def _outcome(self, act: Callable[[random.Random], None], chance: random.Random) -> str:
        """What a person is told."""
        try:
            with self.shop.work(self.person):
                act(chance)
        except TOLD as error:
            return type(error).__name__
        return "done"

    def bring(self, chance: random.Random) -> None:
        """Coupons, offers and gift cards, whatever of them the customer has."""
        customer = chance.choice(self.customers)
        give(self.offer, [customer], f"crowd:{chance.random()}")
        at = dates.now()
        coupons = [each.id for each in usable_coupons(customer, at)]
        brought = Brought(
            coupons=tuple(chance.sample(coupons, min(len(coupons), chance.randrange(3)))),
            offers=tuple(each.id for each in redeemable_offers(customer, at)),
            gift_cards={card: chance.randrange(1, 50) for card in self.cards},
        )
        line = BasketLine("Thing", chance.randrange(5_000, 9_999))
        sell(Basket(customer, self.shop.program, self.shop.own_terminal, (line,), brought=brought), pin_checked=True)

    def sell(self, chance: random.Random, points: int = 0) -> None:
        terminal = chance.choice((self.shop.own_terminal, self.shop.franchised_terminal))
        lines = tuple(
            BasketLine("Thing", chance.randrange(1, 9_999), good_id=chance.choice(self.goods))
            for _each in range(chance.randrange(1, 4))
        )
        basket = Basket(chance.choice(self.customers), chance.choice(self.programs), terminal, lines)
        sell(replace(basket, points=min(points, basket.gross)), pin_checked=True)

    def redeem(self, chance: random.Random) -> None:
        self.sell(chance, chance.randrange(1, 2_000))

    def cancel(self, chance: random.Random) -> None:
        sales: Sequence[Transaction] = db.session.scalars(
            select(Transaction)
            .where(Transaction.customer_id == chance.choice(self.customers), Transaction.kind == Kind.SALE)
            .order_by(func.hashint8(Transaction.id + chance.randrange(10**6)))
            .limit(1)
        ).all()
        for sale in sales:
            try:
                cancel_sale(sale)
            except MissingError as short:
                if chance.random() < 0.7:
                    raise
                cancel_sale(sale, reason="A wrong check", credit=short.missing)

    def credit(self, chance: random.Random) -> None:
        soon = dates.now() + timedelta(milliseconds=chance.randrange(1, 500))
        key = f"credit:{chance.random()}:{uuid.uuid4()}"
        move = Credit(self.shop.wallet, EntryKind.ADDED, key, amount=chance.randrange(1, 999), expires_at=soon)
        post(customer_to_change(chance.choice(self.customers)).id, [move])

    def expire(self, chance: random.Random) -> None:
        expire_lots(chance.choice((1, 5, 5_000)))

    def merge(self, chance: random.Random) -> None:
        merge_customers(*hold_pair(*chance.sample(self.customers, 2)), set())

    def undo(self, chance: random.Random) -> None:
        standing = select(CustomerMerge).where(CustomerMerge.undone_at.is_(None)).order_by(CustomerMerge.id.desc())
        if merged := db.session.scalars(standing.limit(1)).first():
            undo_merge(*merge_to_undo(merged.survivor_id, merged.id))

    def erase(self, chance: random.Random) -> None:
        """Seldom, and another customer comes."""
        if chance.random() < 0.1:
            customer = customer_to_erase(chance.choice(self.customers))
            erase_customer(customer, confirmation(customer), None)
            self.customers.append(add_customer("New", phone=f"+3805{chance.randrange(10**8):08d}"))

    def bulk(self, chance: random.Random) -> None:
        """Seldom, as it is many acts in one."""
        if chance.random() < 0.2:
            begin_bulk(self.shop, self.customers, chance)

    def edit(self, chance: random.Random) -> None:
        customer = customer_to_change(chance.choice(self.customers))
        change_customer(customer, replace(details_of(customer), first_name=f"Name {chance.randrange(10**6)}"))
