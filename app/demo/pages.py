"""The rows of some customers: written down while they live, numbered by time at the end, and put in words.

Transactions, entries and lots are numbered by time and not by customer: as in a real business a customer's rows lie
scattered, and reading a history costs what it costs there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from random import Random

from app.demo.book import Book, Numbers, Sale
from app.demo.figures import Figures
from app.demo.letters import Letters
from app.demo.rows import Rows, Texts
from app.demo.shoppers import Customer, Shop
from app.demo.told import Told
from app.demo.wallets import Holding
from app.loyalty.models import Access


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A customer's place in a program."""

    program: int
    category: int
    by_hand: bool
    access: Access


@dataclass(frozen=True, slots=True)
class Described:
    """A customer after its life: its transactions, tags (key, value, moment) and programs."""

    customer: Customer
    sales: list[Sale]
    tags: list[tuple[str, str, int]]
    enrolled: list[Enrolled]


class Pages:
    """Keeps the book of some customers, and makes rows of it."""

    def __init__(self, shop: Shop, ids: Numbers, rng: Random) -> None:
        self.book = Book()
        self._shop = shop
        self._ids = ids
        self._texts = Texts(shop.structure, shop.calendar)
        self._figures = Figures(shop.structure, shop.calendar)
        self._last_day = shop.calendar.date(shop.calendar.end)
        self._letters = Letters(shop, rng, self._texts.rows)

    def holdings(self, customer: int) -> list[Holding]:
        """A customer's wallets, still empty: those of points, then the money account."""
        structure = self._shop.structure
        return [Holding(self.book, customer, wallet) for wallet in (*structure.wallets, structure.account)]

    def rows(self, described: Sequence[Described]) -> Rows:
        self._number()
        told = self._told(described[0].customer.number if described else 0)
        for each in described:
            self._describe(each)
            self._texts.told(each.customer, told)
        for sale in self.book.sales:
            self._texts.sale(sale)
        for movement in self.book.movements:
            self._texts.movement(movement)
        for portion in self.book.portions:
            self._texts.portion(portion)
        return {table: "".join(rows) for table, rows in self._texts.rows.items()}

    def _told(self, first: int) -> Told:
        plan, structure = self._shop.plan, self._shop.structure
        return Told(plan.seed, plan.slug, first, structure.questions, self._last_day)

    def _number(self) -> None:
        """Gives transactions, entries and lots their ids."""
        book, ids = self.book, self._ids
        book.sales.sort(key=attrgetter("at"))
        for number, sale in enumerate(book.sales, ids.transaction):
            sale.id = number
        book.movements.sort(key=attrgetter("at"))
        for number, movement in enumerate(book.movements, ids.entry):
            movement.id = number
        book.portions.sort(key=attrgetter("movement.id"))
        for number, portion in enumerate(book.portions, ids.lot):
            portion.id = number

    def _describe(self, described: Described) -> None:
        """The rows that a customer has one or a few of."""
        customer, texts, structure = described.customer, self._texts, self._shop.structure
        first_card = self._ids.card + 2 * (customer.id - self._ids.customer)
        texts.customer(customer, described.tags, first_card)
        for enrolled in described.enrolled:
            texts.enrolment(customer, enrolled.program, enrolled.category, enrolled.by_hand, enrolled.access)
        wallets = {structure.wallets[self._shop.plan.programs[number].wallet] for number in customer.programs}
        for holding in customer.holdings:
            # Whoever is in a program holds its points, if none; the money account only who was given money.
            if holding.wallet in wallets or holding.used:
                texts.balance(holding)
        registered_with = customer.registered_at.franchisee if customer.registered_at else None
        programs = [enrolled.program for enrolled in described.enrolled]
        self._letters.write(customer, described.sales)
        texts.rows["customer_stats"] += self._figures.rows(customer.id, described.sales, programs, registered_with)
        texts.rows["customer_good"] += self._figures.bought(customer.id, described.sales)
