"""How one customer buys over the years: where, when, what, and what becomes of its points and money account."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from app.demo.book import Book, Sale
from app.demo.calendar import DAY, FOREVER, Calendar
from app.demo.goods import Good, Menu, discount
from app.demo.people import Person
from app.demo.plans import BusinessPlan, ProgramPlan
from app.demo.structure import Place, Structure
from app.demo.wallets import Holding
from app.ledger.models import EntryKind
from app.loyalty.models import Access
from app.transactions.models import Kind, Source

_SHARE_NEVER = 0.12
_SHARE_STAYS = 0.58
# Customers who joined in the first months, when the program was new.
_SHARE_LAUNCH = 0.25
_LAUNCH = 150 * DAY
_SPREAD = 1.35
_MOST_A_DAY = 1.1
_CLOSING = 20 * 3600

# A bonus of the house: month and day it is given, title, days it is valid.
_BONUSES = (
    (3, 1, "Spring bonus", 45),
    (6, 1, "Summer bonus", 30),
    (10, 15, "Autumn special bonus", 46),
    (12, 12, "New Year gift", 40),
)
_SHARE_BONUS = 0.05
_BIRTHDAY_VALID = 14


@dataclass(slots=True)
class Habit:
    """When a customer came, when it was last seen, and how much of all sales is its."""

    registered: int
    last: int
    weight: float


def draw_habit(rng: Random, calendar: Calendar, sales_a_customer: float) -> Habit:
    """Few buy much, most little, some never; who came lately or left early bought less."""
    launch = min(_LAUNCH, calendar.end) if rng.random() < _SHARE_LAUNCH else calendar.end
    registered = calendar.draw(rng, 0, launch)
    stays = rng.random() < _SHARE_STAYS
    left = registered + int((calendar.end - registered) * rng.random() ** 1.3)
    last = calendar.end if stays else min(calendar.end, max(registered, left // DAY * DAY + _CLOSING))
    weight = rng.lognormvariate(0, _SPREAD) * (0.03 + calendar.share(registered, last))
    most = (0.5 + _MOST_A_DAY * (last - registered) / DAY) / sales_a_customer
    return Habit(registered, last, 0.0 if rng.random() < _SHARE_NEVER else min(weight, most))


@dataclass(slots=True)
class Customer:
    """A customer with all that was drawn for it; `number` counts from 0 in the business."""

    id: int
    number: int
    person: Person
    habit: Habit
    home: Place
    registered_at: Place | None
    access: Access
    office: bool
    morning: bool
    likes: list[Good]
    programs: list[int]
    """Which of the business's programs it is in, by their place in the plan."""
    birthday: tuple[int, int, int] | None
    app_installed: bool
    confirmed: bool
    holdings: list[Holding]
    """By points wallet; the money account is the last."""


class Shop:
    """All that customers of one business have in common."""

    def __init__(
        self, plan: BusinessPlan, structure: Structure, calendar: Calendar, operator: int | None = None
    ) -> None:
        self.plan = plan
        self.structure = structure
        self.calendar = calendar
        self.operator = operator
        """The user who gave bonuses by hand, if known."""
        self.menus = [Menu(program.menu or plan.menu, calendar.end) for program in plan.programs]
        self._reached = list(accumulate(place.weight for place in structure.places))
        self.bonuses = sorted(
            (calendar.moment(day.replace(month=month, day=number)) + 12 * 3600, title, valid)
            for month, number, title, valid in _BONUSES
            for year in range(calendar.first.year, calendar.first.year + 4)
            for day in (calendar.first.replace(year=year, day=1),)
        )

    def place(self, rng: Random) -> Place:
        return self.structure.places[bisect(self._reached, rng.random() * self._reached[-1])]


class Shopper:
    """Walks one customer through its sales and credits, and writes them into the book."""

    def __init__(self, shop: Shop, rng: Random, customer: Customer, book: Book) -> None:
        self._shop = shop
        self._rng = rng
        self._customer = customer
        self._book = book
        chance = rng.random()
        others = 0 if chance < 0.45 else 1 if chance < 0.8 else 3
        self._places = [customer.home] * (8 if others else 1) + [shop.place(rng) for _ in range(others)]
        self._redeems = rng.random() ** 2 * 0.5 if customer.access == Access.FULL else 0.0
        self._discounted = 0.1 * rng.random() + 0.04

    def live(self, sales: int) -> None:
        """All that happens to the customer, up to the calendar's end."""
        free = 0
        for moment, what in self._diary(sales):
            free = (self._buy if what is None else self._credit)(max(moment, free), what) + 1
        for holding in self._customer.holdings:
            holding.expire(self._shop.calendar.end)

    def _diary(self, sales: int) -> list[tuple[int, tuple[str, int, int] | None]]:
        """Moments of sales, and of credits with title, amount and days of validity."""
        habit, draw, rng = self._customer.habit, self._shop.calendar.draw, self._rng
        diary: list[tuple[int, tuple[str, int, int] | None]] = [
            (draw(rng, habit.registered, habit.last), None) for _ in range(sales)
        ]
        if self._customer.access in (Access.FULL, Access.LIMITED):
            diary += (entry for entry in self._credits() if entry[0] <= self._shop.calendar.end)
        diary.sort(key=_moment)
        return diary

    def _credits(self) -> Iterator[tuple[int, tuple[str, int, int]]]:
        rng, habit, calendar = self._rng, self._customer.habit, self._shop.calendar
        for moment, title, valid in self._shop.bonuses:
            if habit.registered < moment < habit.last + 60 * DAY and rng.random() < _SHARE_BONUS:
                yield moment + int(rng.random() * 900), (title, 500 * rng.randrange(5, 50), valid)
        if self._customer.birthday and rng.random() < 0.25:
            _, month, day = self._customer.birthday
            for year in range(calendar.first.year, calendar.first.year + 4):
                moment = calendar.moment(calendar.first.replace(year=year, month=month, day=min(day, 28)))
                if habit.registered < moment < habit.last + 90 * DAY:
                    yield moment + 9 * 3600, ("Birthday", 10_000, _BIRTHDAY_VALID)
        if rng.random() < 0.03:
            for _ in range(rng.randrange(1, 3)):
                yield calendar.draw(rng, habit.registered, habit.last), ("", 5000 * rng.randrange(2, 20), 0)

    def _credit(self, at: int, what: tuple[str, int, int] | None) -> int:
        """Points with a date for a title; money without, when the title is empty."""
        title, amount, valid = what or ("", 0, 0)
        customer, shop = self._customer, self._shop
        place = customer.home
        sale = Sale(
            *(at, customer.id, shop.structure.programs[0], place.id, place.terminals[0]),
            kind=Kind.CREDIT,
            source=Source.PANEL,
            points_earned=amount if title else 0,
            user=shop.operator,
        )
        self._book.sales.append(sale)
        holding = customer.holdings[shop.plan.programs[0].wallet if title else -1]
        expires = at // DAY * DAY + (valid + 1) * DAY - 1 if valid else FOREVER
        holding.receive(at, EntryKind.ADDED, amount, "credit:%", sale, expires, title)
        return at

    def _buy(self, at: int, _: object) -> int:
        """One sale; answers with the moment when it was over, cancelled or not."""
        rng, customer, shop = self._rng, self._customer, self._shop
        number = self._program()
        program = shop.plan.programs[number]
        place = self._places[int(rng.random() * len(self._places))]
        terminal = place.terminals[int(rng.random() * len(place.terminals))]
        lines = shop.menus[number].basket(rng, at, customer.likes, rng.randrange(2, 7) if customer.office else 1)
        discount(rng, lines, self._discounted)
        source = Source.API if place.online else Source.STORE
        sale = Sale(at, customer.id, shop.structure.programs[number], place.id, terminal, Kind.SALE, source, lines)
        sale.gross = sum(line.gross for line in lines)
        sale.discount = sum(line.discount for line in lines)
        self._book.sales.append(sale)
        began = len(self._book.movements)
        if customer.access in (Access.FULL, Access.LIMITED, Access.BLACKLISTED):
            self._settle(sale, program, customer.holdings[program.wallet])
        if rng.random() < 0.009 and at + 1800 < shop.calendar.end:
            return self._cancel(sale, began)
        return at

    def _program(self) -> int:
        for number in self._customer.programs[1:]:
            if self._rng.random() < self._shop.plan.programs[number].use:
                return number
        return 0

    def _settle(self, sale: Sale, program: ProgramPlan, holding: Holding) -> None:
        """Pays with points and from the account, then earns on what was paid in money."""
        holding.expire(sale.at)
        due = sale.gross - sale.discount
        if holding.balance >= 2000 and self._rng.random() < self._redeems:
            sale.points_paid = min(holding.balance, due // 2) // 100 * 100
            due -= sale.points_paid
        if sale.points_paid:
            self._customer.confirmed = True
            holding.spend(sale.at, sale.points_paid, "sale:%:spent", sale)
        account = self._customer.holdings[-1]
        if account.balance and self._rng.random() < 0.5:
            sale.account_paid = min(account.balance, due)
            due -= sale.account_paid
            account.spend(sale.at, sale.account_paid, "sale:%:paid", sale)
        morning = 9 * 3600 <= sale.at % DAY < 11 * 3600
        percent = program.morning_percent if morning else program.percent
        sale.points_earned = points(due, percent, program.whole)
        if sale.points_earned:
            expires = self._shop.calendar.month_end(sale.at, program.months)
            holding.receive(sale.at, EntryKind.EARNED, sale.points_earned, "sale:%:earned", sale, expires)

    def _cancel(self, sale: Sale, began: int) -> int:
        """Undoes the sale's movements within half an hour, the last first."""
        sale.cancelled_at = sale.at + 120 + int(self._rng.random() * 1200)
        own = [movement for movement in self._book.movements[began:] if movement.sale is sale]
        for movement in reversed(own):
            holding = next(each for each in self._customer.holdings if each.wallet == movement.wallet)
            holding.reverse(sale.cancelled_at, movement)
        return sale.cancelled_at


def points(paid: int, percent: int, whole: bool) -> int:
    """Hundredths of a point for money paid, rounded half up to whole points or to hundredths."""
    return (paid * percent + 5000) // 10000 * 100 if whole else (paid * percent + 50) // 100


def _moment(entry: tuple[int, object]) -> int:
    return entry[0]
