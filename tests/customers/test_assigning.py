"""Categories by the program's assignment rules: at sales, at cancels, and over everyone after a change (AC-3)."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.customers.models import Enrolment
from app.customers.services.assigning import assign_categories, assign_chunk
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.lib import dates
from app.loyalty.models import CategoryRun
from app.loyalty.queries import categories_of
from app.loyalty.services import create_program
from app.loyalty.services.categories import add_category, change_category, make_default, order_categories
from app.transactions.models import Transaction
from app.transactions.services import cancel_sale
from jobs.categories import assign_all_categories
from tests.customers.assigning import buy, rule, run_to_the_end, set_by_hand, standing
from tests.customers.editing import audit_lines
from tests.factories import add_customer, add_sale
from tests.people import Shop, Town

DAY = timedelta(days=1)
YEAR_AND_A_BIT = timedelta(days=370)


@pytest.fixture
def shop(town: Town) -> Shop:
    """Kavalier gives Silver from a turnover of 100.00, and Gold from 1,000.00."""
    shop = town.kavalier
    with shop.work(town.anna):
        add_category(shop.program, "Silver", rule(10_000))
        add_category(shop.program, "Gold", rule(100_000))
    return shop


class TestSales:
    def test_a_sale_gives_what_its_turnover_reaches_and_a_cancel_takes_it(self, shop: Shop) -> None:
        """AC-3: in the sale's own unit of work, from the very amount on."""
        with shop.work():
            customer = add_customer()
            buy(shop, customer, 9_999)
        assert standing(shop, customer) == "New Customers"
        with shop.work():
            buy(shop, customer, 1)
        assert standing(shop, customer) == "Silver"
        with shop.work():
            large = buy(shop, customer, 90_000)
        assert standing(shop, customer) == "Gold"
        with shop.work():
            cancel_sale(db.session.get_one(Transaction, (shop.id, large)))
        assert standing(shop, customer) == "Silver"

    def test_the_number_of_sales_counts_too_and_both_are_needed_where_both_are_said(self, shop: Shop) -> None:
        """AC-3."""
        with shop.work():
            add_category(shop.program, "Often", rule(sales=2))
            add_category(shop.program, "Often and much", rule(2_000, 3))
            customer = add_customer()
        seen = []
        for amount in (100, 100, 100, 1_700):
            with shop.work():
                buy(shop, customer, amount)
            seen.append(standing(shop, customer))
        assert seen == ["New Customers", "Often", "Often", "Often and much"]

    @pytest.mark.parametrize("months", [None, 12])
    def test_sales_of_a_merged_record_count(self, town: Town, months: int | None) -> None:
        """AC-3, CP-9: also those within the months of a rule."""
        shop = town.kavalier
        with shop.work(town.anna):
            add_category(shop.program, "Silver", rule(10_000, months=months))
            survivor, other = add_customer(), add_customer()
            buy(shop, other, 9_000)
            merge_customers(*hold_pair(survivor, other), set())
            buy(shop, survivor, 999)
        assert standing(shop, survivor) == "New Customers"
        with shop.work():
            buy(shop, survivor, 1)
        assert standing(shop, survivor) == "Silver"

    def test_one_set_by_hand_stays(self, shop: Shop) -> None:
        """AC-3: whatever it buys."""
        with shop.work():
            customer = add_customer()
            set_by_hand(shop, customer, "Silver")
            buy(shop, customer, 500_000)
        assert standing(shop, customer) == "Silver"
        with shop.work():
            assert db.session.get_one(Enrolment, (shop.id, shop.program, customer)).category_by_hand

    def test_each_program_counts_its_own_sales(self, shop: Shop) -> None:
        """AC-2, AC-3."""
        with shop.work():
            other = create_program("Beans", {"en": "Beans"})
            add_category(other, "Regulars", rule(sales=1))
            customer = add_customer()
            buy(shop, customer, 500_000, other)
        assert (standing(shop, customer), standing(shop, customer, other)) == ("New Customers", "Regulars")

    def test_of_those_that_hold_the_last_in_the_list_is_given(self, shop: Shop, town: Town) -> None:
        """AC-3: the order of the list is an admin's, and a new one is applied to everyone."""
        with shop.work():
            customer = add_customer()
            buy(shop, customer, 500_000)
        with shop.work(town.anna):
            order_categories(shop.program, [each.id for each in categories_of(shop.program)][::-1])
        assert run_to_the_end(shop) == 1
        assert standing(shop, customer) == "Silver"

    def test_a_category_without_a_rule_is_left_alone(self, shop: Shop) -> None:
        """AC-3: until a rule holds."""
        with shop.work():
            partners = add_category(shop.program, "Partners")
            customer = add_customer()
            db.session.execute(update(Enrolment).values(category_id=partners))
            buy(shop, customer, 100)
        assert standing(shop, customer) == "Partners"
        with shop.work():
            buy(shop, customer, 10_000)
        assert standing(shop, customer) == "Silver"


class TestMonths:
    def test_only_sales_of_the_last_months_count(self, town: Town) -> None:
        """AC-3: when they are over the customer goes down, by the daily run, without anyone doing anything."""
        shop = town.kavalier
        with shop.work():
            add_category(shop.program, "Active", rule(sales=2, months=12))
            customer, gone = add_customer(), add_customer()
            for when in (3 * DAY, YEAR_AND_A_BIT):
                add_sale(customer, shop.own_terminal, 100, dates.now() - when)
            add_sale(gone, shop.own_terminal, 100, dates.now() - YEAR_AND_A_BIT)
            buy(shop, gone, 100)
        run_to_the_end(shop)
        assert (standing(shop, customer), standing(shop, gone)) == ("New Customers", "New Customers")
        with shop.work():
            buy(shop, customer, 100)
        assert standing(shop, customer) == "Active"
        with shop.work():
            bought = update(Transaction).where(Transaction.customer_id == customer)
            db.session.execute(bought.values(at=Transaction.at - YEAR_AND_A_BIT))
        assert self.a_day_later(town, 23) == "Active"
        assert self.a_day_later(town, 25) == "New Customers"

    def a_day_later(self, town: Town, hours: int) -> str:
        shop = town.kavalier
        with shop.work():
            ended = dates.now() - timedelta(hours=hours)
            db.session.execute(update(CategoryRun).values(started_at=ended, finished_at=ended))
            customer = db.session.scalars(select(Enrolment.customer_id).order_by(Enrolment.customer_id)).first()
        with town.app.app_context():
            assign_all_categories()
        assert customer is not None
        return standing(shop, customer)


class KilledError(Exception):
    """The worker is gone in the middle of its unit of work."""


class TestRuns:
    def test_a_changed_rule_is_applied_to_everyone_however_often_it_is_killed(self, town: Town, shop: Shop) -> None:
        """AC-3, PR-4: each customer is looked at once, and the audit log tells how many moved."""
        chance = random.Random(1)
        with shop.work():
            customers = [add_customer() for _ in range(23)]
            for number, customer in enumerate(customers):
                add_sale(customer, shop.own_terminal, 1_000 * number + 1)
            set_by_hand(shop, customers[-1], "Gold")
        run_to_the_end(shop)
        with shop.work(town.anna):
            silver = next(each for each in categories_of(shop.program) if each.name == "Silver")
            change_category(silver, "Silver", rule(5_000))
        while True:
            with contextlib.suppress(KilledError), shop.work():
                chunk = assign_chunk(3)
                if chunk and chance.random() < 0.4:
                    raise KilledError
                if not chunk:
                    break
        names = [standing(shop, customer) for customer in customers]
        assert names == ["New Customers"] * 5 + ["Silver"] * 17 + ["Gold"]
        action, told = audit_lines(shop, "program", shop.program)[0]
        assert (action, told) == ("category.assign", {"looked": (None, 23), "moved": (None, 5)})

    def test_who_had_a_rule_that_is_gone_stays(self, shop: Shop, town: Town) -> None:
        """AC-3: rules only take back what a rule gives."""
        with shop.work():
            customer = add_customer()
            buy(shop, customer, 500_000)
        with shop.work(town.anna):
            for each in categories_of(shop.program):
                change_category(each, each.name)
        run_to_the_end(shop)
        assert standing(shop, customer) == "Gold"

    def test_the_default_category_has_no_rule(self, shop: Shop, town: Town) -> None:
        """AC-3: it is what customers get for whom none holds."""
        with shop.work():
            customer = add_customer()
            buy(shop, customer, 500_000)
        with shop.work(town.anna):
            gold = categories_of(shop.program)[-1]
            make_default(gold)
            assert not gold.has_rule
            number = gold.id
        assert audit_lines(shop, "category", number)[0][1]["from_amount"] == (100_000, None)
        run_to_the_end(shop)
        assert standing(shop, customer) == "Silver"

    def test_another_business_is_not_touched(self, shop: Shop, town: Town) -> None:
        """PR-1."""
        with shop.work():
            customer = add_customer()
            add_sale(customer, shop.own_terminal, 500_000)
        with town.teremok.work():
            assert assign_chunk() == 0
            assert assign_categories(shop.program, [customer]) == 0
        assert standing(shop, customer) == "New Customers"


Drawn = tuple[list[tuple[int | None, int | None]], list[int], bool]
thresholds = st.tuples(st.none() | st.integers(1, 5), st.none() | st.integers(1, 4))
drawn_rules = st.tuples(st.lists(thresholds, max_size=4), st.lists(st.integers(0, 3), max_size=4), st.booleans())


def expected(rules: Iterable[tuple[int | None, int | None]], sales: list[int]) -> int | None:
    """The number of the rule that gives: what the database is to say, in Python."""
    said = [number for number, each in enumerate(rules) if any(each) and holds(each, sales)]
    return said[-1] if said else None


def holds(each: tuple[int | None, int | None], sales: list[int]) -> bool:
    return sum(sales) >= (each[0] or 0) and len(sales) >= (each[1] or 0)


class DoneError(Exception):
    """Nothing of this is to be kept."""


def test_drawn_rules_give_what_they_say(town: Town) -> None:
    """AC-3: with sales of all time, and with those of the last months, which are the same ones here."""
    shop = town.kavalier

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(drawn_rules)
    def proof(drawn: Drawn) -> None:
        rules, sales, windowed = drawn
        with contextlib.suppress(DoneError), shop.work():
            given = [
                add_category(shop.program, f"C{number}", rule(*each, months=12 if windowed and any(each) else None))
                for number, each in enumerate(rules)
            ]
            customer = add_customer()
            enrolled = select(Enrolment.category_id).where(Enrolment.customer_id == customer)
            first = db.session.scalars(enrolled).one()
            for amount in sales:
                add_sale(customer, shop.own_terminal, amount)
            assign_categories(shop.program, [customer])
            number = expected(rules, sales)
            assert db.session.scalars(enrolled).one() == (first if number is None else given[number])
            raise DoneError

    proof()
