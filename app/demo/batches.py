"""A batch of customers with all their rows. Every batch is drawn by a seed of its own, so batches can be made in any
order and by several processes, and the same seed makes the same rows.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.demo.book import Numbers, Sale
from app.demo.chance import seeded
from app.demo.pages import Described, Enrolled, Pages
from app.demo.people import People
from app.demo.plans import FIRST_CATEGORY
from app.demo.rows import Rows
from app.demo.shoppers import Customer, Habit, Shop, Shopper, draw_habit
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
        # Drawn by a seed of its own, so that what is sold does not depend on what is written.
        self._pages = Pages(shop, batch.ids, seeded(shop.plan.seed, shop.plan.slug, "letters", batch.number))

    def rows(self) -> Rows:
        # Nothing here refers to itself in a circle; looking for circles in so many objects would take a third longer.
        gc.disable()
        try:
            return self._pages.rows(list(self._live()))
        finally:
            gc.enable()

    def _live(self) -> Iterator[Described]:
        batch, book = self._batch, self._pages.book
        for place, habit in enumerate(habits(self._shop, batch.number, len(batch.sales))):
            customer = self._customer(place, habit)
            began = len(book.sales)
            Shopper(self._shop, self._rng, customer, book).live(batch.sales[place])
            sales = book.sales[began:]
            enrolments = [self._enrolment(customer, number, sales) for number in customer.programs]
            yield Described(customer, sales, list(self._tags(customer)), enrolments)

    def _customer(self, place: int, habit: Habit) -> Customer:
        rng, shop, number = self._rng, self._shop, self._batch.first + place
        id_ = self._batch.ids.customer + place
        home = shop.place(rng)
        morning = rng.random() < 0.5
        app_installed = rng.random() < 0.4
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
            holdings=self._pages.holdings(id_),
        )

    def _enrolment(self, customer: Customer, number: int, sales: list[Sale]) -> Enrolled:
        """Access as a customer has it everywhere, or less in a further program; the category by turnover in it."""
        program = self._shop.structure.programs[number]
        access = Access.LIMITED if number and self._rng.random() < 0.04 else customer.access
        spent = sum(sale.gross - sale.discount for sale in sales if sale.program == program and not sale.cancelled_at)
        by_hand = self._rng.random() < 0.004
        name = "Gold" if spent >= _GOLD or by_hand else "Silver" if spent >= _SILVER else FIRST_CATEGORY
        if customer.office and not number:
            name, by_hand = "Office", True
        return Enrolled(program, self._shop.structure.categories[number][name], by_hand, access)

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
