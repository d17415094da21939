"""A batch of customers with all their rows. Every batch is drawn by a seed of its own, so batches can be made in any
order and by several processes, and the same seed makes the same rows.

Inside a batch, transactions, entries and lots are numbered by time, not by customer: as in a real business a
customer's rows lie scattered, and reading a history costs what it costs there.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from app.demo.book import Book, Sale
from app.demo.chance import seeded
from app.demo.figures import Figures
from app.demo.people import People
from app.demo.rows import Rows, Texts
from app.demo.shoppers import Customer, Habit, Shop, Shopper, draw_habit
from app.demo.wallets import Holding
from app.loyalty.models import Access

SIZE = 2_000
"""Customers in a batch."""
_MOST_CREDITS = 20
_MOVES = 7
"""A sale earns, spends points and money, is reversed in all three, and its points expire: at most."""

_ACCESS = (Access.FULL,) * 930 + (Access.LIMITED,) * 32 + (Access.NONE,) * 28 + (Access.BLACKLISTED,) * 10
_SILVER, _GOLD = 150_000, 800_000

_TAGS = {
    "milk": ("oat", "oat", "almond", "lactose-free", "soy", "coconut"),
    "allergy": ("walnuts", "gluten", "lactose", "eggs", "honey"),
    "order": ("cakes to order", "office catering", "wholesale beans"),
    "source": ("friend", "friend", "Instagram", "street", "Google Maps", "event"),
}
_TAG_SHARES = {"milk": 0.12, "allergy": 0.03, "order": 0.02, "source": 0.16}


@dataclass(frozen=True)
class Numbers:
    """The first id of each kind that a batch may use."""

    customer: int
    card: int
    transaction: int
    entry: int
    lot: int


def needed(customers: int, sales: int) -> Numbers:
    """How many ids of each kind a batch may need at most."""
    transactions = sales + _MOST_CREDITS * customers
    return Numbers(customers, 2 * customers, transactions, _MOVES * transactions, transactions)


@dataclass(frozen=True)
class Batch:
    number: int
    first: int
    """The first customer's number in the business."""
    sales: Sequence[int]
    """Sales of each customer."""
    ids: Numbers


def habits(shop: Shop, number: int, size: int) -> Iterator[Habit]:
    """When the customers of a batch came and how much they buy."""
    rng = seeded(shop.plan.seed, shop.plan.slug, "habits", number)
    mean = shop.plan.sales / shop.plan.customers
    return (draw_habit(rng, shop.calendar, mean) for _ in range(size))


class Maker:
    """Makes the rows of one batch."""

    def __init__(self, shop: Shop, batch: Batch) -> None:
        self._shop = shop
        self._batch = batch
        self._rng = seeded(shop.plan.seed, shop.plan.slug, batch.number)
        self._people = People(shop.plan.seed, shop.plan.country)
        self._texts = Texts(shop.structure.business, shop.calendar)
        self._figures = Figures(shop.structure, shop.calendar)
        self._book = Book()

    def rows(self) -> Rows:
        # Nothing here refers to itself in a circle; looking for circles in so many objects would take a third longer.
        gc.disable()
        try:
            return self._rows()
        finally:
            gc.enable()

    def _rows(self) -> Rows:
        spans = list(self._live())
        self._number()
        for customer, sales in spans:
            self._describe(customer, sales)
        for sale in self._book.sales:
            self._texts.sale(sale)
        for movement in self._book.movements:
            self._texts.movement(movement)
        for portion in self._book.portions:
            self._texts.portion(portion)
        return self._texts.rows

    def _live(self) -> Iterator[tuple[Customer, list[Sale]]]:
        batch = self._batch
        for place, habit in enumerate(habits(self._shop, batch.number, len(batch.sales))):
            customer = self._customer(place, habit)
            began = len(self._book.sales)
            Shopper(self._shop, self._rng, customer, self._book).live(batch.sales[place])
            yield customer, self._book.sales[began:]

    def _customer(self, place: int, habit: Habit) -> Customer:
        rng, shop, number = self._rng, self._shop, self._batch.first + place
        id_ = self._batch.ids.customer + place
        home = shop.place(rng)
        morning = rng.random() < 0.5
        app_installed = rng.random() < 0.4
        wallets = (*shop.structure.wallets, shop.structure.account)
        return Customer(
            *(id_, number, self._people.draw(rng, number), habit, home),
            registered_at=home if rng.random() < 0.95 else None,
            access=_ACCESS[int(rng.random() * len(_ACCESS))],
            office=rng.random() < 0.012,
            morning=morning,
            likes=shop.menus[0].favourites(rng, morning),
            programs=[number for number, plan in enumerate(shop.plan.programs) if rng.random() < plan.share],
            birthday=(rng.randrange(1950, 2009), rng.randrange(1, 13), rng.randrange(1, 29))
            if rng.random() < 0.3
            else None,
            app_installed=app_installed,
            confirmed=app_installed or rng.random() < 0.3,
            holdings=[Holding(self._book, id_, wallet) for wallet in wallets],
        )

    def _number(self) -> None:
        """Gives transactions, entries and lots their ids, by time."""
        book, ids = self._book, self._batch.ids
        book.sales.sort(key=attrgetter("at"))
        for number, sale in enumerate(book.sales, ids.transaction):
            sale.id = number
        book.movements.sort(key=attrgetter("at"))
        for number, movement in enumerate(book.movements, ids.entry):
            movement.id = number
        book.portions.sort(key=attrgetter("movement.id"))
        for number, portion in enumerate(book.portions, ids.lot):
            portion.id = number

    def _describe(self, customer: Customer, sales: list[Sale]) -> None:
        """The rows that a customer has one or a few of."""
        shop, texts = self._shop, self._texts
        programs = [shop.structure.programs[number] for number in customer.programs]
        registered_with = customer.registered_at.franchisee if customer.registered_at else None
        place = customer.number - self._batch.first
        texts.customer(customer, list(self._tags(customer)), self._batch.ids.card + 2 * place)
        for number in customer.programs:
            category, by_hand = self._category(customer, number, sales)
            texts.enrolment(customer, shop.structure.programs[number], category, by_hand)
        wallets = {shop.structure.wallets[shop.plan.programs[number].wallet] for number in customer.programs}
        for holding in customer.holdings:
            # Whoever is in a program holds its points, if none; the money account only who was given money.
            if holding.wallet in wallets or holding.used:
                texts.balance(holding)
        texts.rows["customer_stats"] += self._figures.rows(customer.id, sales, programs, registered_with)

    def _category(self, customer: Customer, number: int, sales: list[Sale]) -> tuple[int, bool]:
        """The category by turnover in the program, and whether it was set by hand."""
        categories = self._shop.structure.categories[number]
        if customer.office and not number:
            return categories["Office"], True
        program = self._shop.structure.programs[number]
        spent = sum(sale.gross - sale.discount for sale in sales if sale.program == program and not sale.cancelled_at)
        by_hand = self._rng.random() < 0.004
        name = "Gold" if spent >= _GOLD or by_hand else "Silver" if spent >= _SILVER else "New Customers"
        return categories[name], by_hand

    def _tags(self, customer: Customer) -> Iterator[tuple[str, str, int]]:
        """Key, value and when it was put."""
        rng = self._rng
        at = self._shop.calendar.draw(rng, customer.habit.registered, customer.habit.last)
        for key, values in _TAGS.items():
            if rng.random() < _TAG_SHARES[key]:
                yield key, values[int(rng.random() * len(values))], at
        if rng.random() < 0.1:
            yield "likes", customer.likes[0].name.partition(",")[0].lower(), at
        if rng.random() < 0.08:
            yield "branch", customer.home.name, at
        if rng.random() < 0.09:
            yield "visits", "morning" if customer.morning else "evening", at
