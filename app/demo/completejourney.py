"""Real purchases as a business: the groceries of 2,469 households in 2017, published by 84.51° for research.

Households, stores, baskets, goods, quantities, prices, discounts and moments are real. Names, phones, e-mails, cards
and points are made up, as the data have none; phones are of the numbers set aside for fiction. A basket is a sale, a
household a customer, a store a point of sale with one Terminal. Manufacturers' coupons are left out: they pay the
shop, and change neither a price nor a basket's value.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from psycopg import Connection

from app.config import Config
from app.demo import loading, users
from app.demo.assortment import write_goods
from app.demo.batches import needed
from app.demo.book import Numbers, Sale
from app.demo.calendar import FOREVER, Calendar
from app.demo.chance import seeded
from app.demo.charges import charge_past
from app.demo.coupons import write_holdings
from app.demo.groceries import Groceries, Row, second
from app.demo.pages import Described, Enrolled, Pages
from app.demo.people import People
from app.demo.plans import FIRST_CATEGORY, BusinessPlan, PlacePlan, ProgramPlan
from app.demo.shoppers import Customer, Habit, Shop, points
from app.demo.structure import Place, add_member, write_structure
from app.ledger.models import EntryKind
from app.loyalty.models import Access
from app.permissions import Role
from app.transactions.models import Kind, Source

SLUG = "complete-journey"
_SEED = 84_51
_AT_ONCE = 300
"""Households that are held in memory together."""
_BEGAN = datetime(2017, 1, 1, tzinfo=UTC)
_ENDED = datetime(2018, 1, 2, tzinfo=UTC)
_PERCENT = 1
_TITLE = "Complete Journey Rewards"
_PROGRAM = ProgramPlan(_TITLE, {"en": _TITLE}, percent=_PERCENT, morning_percent=_PERCENT, whole=False, months=0)
_SILVER, _GOLD = 150_000, 400_000


def load(config: Config) -> bool:
    """Makes the business in one transaction; False when it is there already. Raises NotInstalledError."""
    loading.grant_rights(config)
    with loading.connect(config.loader_database_url) as connection:
        if connection.execute("SELECT 1 FROM business WHERE slug = %s", [SLUG]).fetchone():
            return False
        loading.skip_triggers(connection)
        _load(connection, Groceries())
    loading.tidy(config)
    return True


def _load(connection: Connection, groceries: Groceries) -> None:
    plan = plan_of(groceries)
    structure = write_structure(connection, plan, _ENDED)
    structure.goods = write_goods(connection, structure.business, groceries.assortment())
    admin = users.demonstration_admin()
    if admin is not None:
        add_member(connection, structure.business, admin, Role.ADMIN)
    # Moments are in UTC here, as the data have them, so that no hour of a clock change is lost.
    shop = Shop(plan, structure, Calendar("UTC", _ENDED, years=1))
    places = dict(zip(groceries.stores, structure.places, strict=True))
    ids = loading.reserve(connection, needed(plan.customers, plan.sales))
    for number in range(0, plan.customers, _AT_ONCE):
        batch = Batch(groceries, shop, places, ids, number)
        loading.copy(connection, batch.pages.rows(list(batch.live())))
        ids += batch.used()
    charge_past(connection, structure.business, plan, _BEGAN.date(), datetime.now(UTC))
    write_holdings(connection, structure.business)


def plan_of(groceries: Groceries) -> BusinessPlan:
    """Its stores and its program, for who makes the business of them."""
    return BusinessPlan(
        *("Complete Journey", SLUG, len(groceries.households), groceries.baskets),
        places=tuple(PlacePlan(f"Store {store}") for store in groceries.stores),
        programs=(_PROGRAM,),
        menu="",
        currency="USD",
        zone="America/New_York",
        country="US",
        seed=_SEED,
    )


class Batch:
    """Some households with all their baskets; points are earned, never expire, and pay now and then."""

    def __init__(self, groceries: Groceries, shop: Shop, places: dict[int, Place], ids: Numbers, first: int) -> None:
        self.pages = Pages(shop, ids, seeded(_SEED, "letters", first))
        self._groceries = groceries
        self._shop = shop
        self._places = places
        self._ids = ids
        self._first = first
        self._rng = seeded(_SEED, first)
        self._people = People(_SEED, "US")

    def live(self) -> Iterator[Described]:
        households = self._groceries.households[self._first : self._first + _AT_ONCE]
        for number, (household, first, lines) in enumerate(households):
            baskets = list(self._groceries.baskets_of(first, lines))
            customer = self._customer(number, baskets)
            sales = [self._sell(customer, basket) for basket in baskets]
            tags = [(*trait, customer.habit.registered) for trait in self._groceries.traits(household)]
            yield Described(customer, sales, tags, [self._enrolled(sales)])

    def used(self) -> Numbers:
        """The ids that the batch needed at most."""
        customers = len(self._groceries.households[self._first : self._first + _AT_ONCE])
        return needed(customers, len(self.pages.book.sales))

    def _customer(self, number: int, baskets: list[list[Row]]) -> Customer:
        rng, id_ = self._rng, self._ids.customer + number
        home = self._places[baskets[0][0]["store_id"]]
        return Customer(
            *(id_, self._first + number, self._people.draw(rng, self._first + number)),
            habit=Habit(_moment(baskets[0][0]), _moment(baskets[-1][0]), 1.0),
            home=home,
            registered_at=home,
            access=Access.FULL,
            office=False,
            morning=False,
            likes=[],
            programs=[0],
            birthday=None,
            app_installed=rng.random() < 0.3,
            confirmed=False,
            holdings=self.pages.holdings(id_),
        )

    def _sell(self, customer: Customer, basket: list[Row]) -> Sale:
        place = self._places[basket[0]["store_id"]]
        sale = Sale(
            *(_moment(basket[0]), customer.id, self._shop.structure.programs[0], place.id, place.terminals[0]),
            kind=Kind.SALE,
            source=Source.STORE,
            lines=self._groceries.lines(basket),
        )
        sale.gross = sum(line.gross for line in sale.lines)
        sale.discount = sum(line.discount for line in sale.lines)
        self.pages.book.sales.append(sale)
        due, holding = sale.gross - sale.discount, customer.holdings[0]
        if holding.balance >= 500 and self._rng.random() < 0.1:
            sale.points_paid = min(holding.balance, due) // 100 * 100
        if sale.points_paid:
            customer.confirmed = True
            holding.spend(sale.at, sale.points_paid, "sale:%:spent", sale)
        sale.points_earned = points(due - sale.points_paid, _PERCENT, whole=False)
        if sale.points_earned:
            holding.receive(sale.at, EntryKind.EARNED, sale.points_earned, "sale:%:earned", sale, FOREVER)
        return sale

    def _enrolled(self, sales: list[Sale]) -> Enrolled:
        spent = sum(sale.gross - sale.discount for sale in sales)
        name = "Gold" if spent >= _GOLD else "Silver" if spent >= _SILVER else FIRST_CATEGORY
        structure = self._shop.structure
        return Enrolled(structure.programs[0], structure.categories[0][name], by_hand=False, access=Access.FULL)


def _moment(row: Row) -> int:
    return second(row) - int(_BEGAN.timestamp())
