"""Whatever is issued, redeemed, refused, cancelled and merged, all that is held is what a plain model says (TE-5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from app.customers.models import CustomerMerge
from app.customers.services.merging import hold_pair, merge_customers
from app.customers.services.unmerging import merge_to_undo, undo_merge
from app.extensions import db
from app.ledger.models import Balance
from app.loyalty.models import ProgramRule
from app.loyalty.rules import CouponIssue
from app.offers.models import Coupon, CouponSeries, CouponStatus, CustomerHolding
from app.transactions.models import Transaction
from app.transactions.services import Brought, MissingError, RefusedError, cancel_sale, quote, sell
from tests.factories import add_customer, add_points, add_rule, add_series
from tests.people import Shop, Town
from tests.transactions.bringing import basket, coupon_for, gift_card, left_on, offer_for, redeemed
from tests.transactions.races import nothing_differs

STOCK, CHECK = 3, 1_000
NUMBERS = count()


@dataclass
class PlainThing:
    """A coupon or an offer: whose, what it costs in points, by which sale it was used and with which it came."""

    owner: int
    price: int = 0
    used_by: int | None = None
    came_with: int | None = None
    removed: bool = False

    @property
    def in_hand(self) -> bool:
        return self.used_by is None and not self.removed


@dataclass
class PlainSale:
    customer: int
    coupons: list[int]
    offers: list[int]
    paid: dict[int, int]
    points: int


@dataclass
class Plain:
    """What there is, by the ids that the database gave; points by customer, cards by what is on them."""

    coupons: dict[int, PlainThing] = field(default_factory=dict)
    offers: dict[int, PlainThing] = field(default_factory=dict)
    cards: dict[int, int] = field(default_factory=dict)
    points: dict[int, int] = field(default_factory=dict)
    sales: dict[int, PlainSale] = field(default_factory=dict)
    merged: bool = False

    @property
    def left(self) -> int:
        """Of the series that the rule gives."""
        return STOCK - sum(each.came_with is not None and not each.removed for each in self.coupons.values())


class Redeeming(RuleBasedStateMachine):
    """Two customers, of whom the second may be merged into the first; a rule gives coupons while there are any."""

    shop: Shop

    def __init__(self) -> None:
        super().__init__()
        self.plain = Plain()
        with self.shop.work():
            number = next(NUMBERS)
            self.people = [add_customer(f"A{number}"), add_customer(f"B{number}")]
            self.series = add_series(f"Next time {number}", kind="amount", value=10, number_limit=STOCK)
            self.rule = add_rule(self.shop.program, CouponIssue(self.series), name=f"Rule {number}")
            self.plain.points = dict.fromkeys(self.people, 0)

    def teardown(self) -> None:
        nothing_differs(self.shop)
        with self.shop.work():
            for each in db.session.scalars(select(ProgramRule)):
                each.active = False

    @rule(who=st.integers(0, 1), points=st.integers(1, 50))
    def credit(self, who: int, points: int) -> None:
        with self.shop.work():
            add_points(self.holder(who), points * 100)
        self.plain.points[self.holder(who)] += points * 100

    @rule(who=st.integers(0, 1), percent=st.booleans())
    def issue(self, who: int, percent: bool) -> None:
        with self.shop.work():
            kind = {"kind": "percent", "value": 1_000} if percent else {"kind": "amount", "value": 300}
            made = coupon_for(self.holder(who), **kind)
        self.plain.coupons[made] = PlainThing(self.holder(who))

    @rule(who=st.integers(0, 1), price=st.sampled_from([0, 500, 2_000]))
    def give(self, who: int, price: int) -> None:
        with self.shop.work():
            given = offer_for(self.holder(who), price)
        self.plain.offers[given] = PlainThing(self.holder(who), price)

    @rule(amount=st.integers(1, 3_000))
    def sell_card(self, amount: int) -> None:
        with self.shop.work():
            self.plain.cards[gift_card(amount)] = amount

    @rule(data=st.data(), who=st.integers(0, 1))
    def buy(self, data: st.DataObject, who: int) -> None:
        """With any of all things there are, others' and used ones too: then it is refused, and nothing happens."""
        plain, customer = self.plain, self.holder(who)
        coupons, offers = (self.some(data, each) for each in (plain.coupons, plain.offers))
        cards = {card: data.draw(st.integers(1, CHECK)) for card in self.some(data, dict.fromkeys(plain.cards))}
        cost = sum(plain.offers[each].price for each in offers)
        fits = (
            all(self.may(plain.coupons[each], customer) for each in coupons)
            and all(self.may(plain.offers[each], customer) for each in offers)
            and all(plain.cards[card] >= amount for card, amount in cards.items())
            and cost <= plain.points[customer]
        )
        sold = basket(self.shop, customer, CHECK, coupons=coupons, offers=offers, gift_cards=cards)
        try:
            with self.shop.work():
                fits = fits and sum(cards.values()) <= quote(sold).total
                number = sell(sold, pin_checked=True).transaction_id
        except RefusedError:
            assert not fits
            return
        assert fits
        self.keep(number, PlainSale(customer, list(coupons), list(offers), cards, cost))

    def keep(self, number: int, sale: PlainSale) -> None:
        for things, used in ((self.plain.coupons, sale.coupons), (self.plain.offers, sale.offers)):
            for each in used:
                things[each].used_by = number
        for card, amount in sale.paid.items():
            self.plain.cards[card] -= amount
        self.plain.points[sale.customer] -= sale.points
        self.plain.sales[number] = sale
        given = self.plain.left > 0
        with self.shop.work():
            came = list(db.session.scalars(select(Coupon.id).where(Coupon.source_transaction_id == number)))
        assert len(came) == given
        self.plain.coupons |= {each: PlainThing(sale.customer, came_with=number) for each in came}

    @rule(data=st.data(), leave=st.booleans())
    def cancel(self, data: st.DataObject, leave: bool) -> None:
        """All that it took comes back; what it gave goes, unless another sale used it: then an admin must agree."""
        if not self.plain.sales:
            return
        number = data.draw(st.sampled_from(sorted(self.plain.sales)))
        came = [each for each in self.plain.coupons.values() if each.came_with == number and not each.removed]
        used = [each for each in came if each.used_by is not None]
        try:
            with self.shop.work():
                cancel_sale(db.session.get_one(Transaction, (self.shop.id, number)), leave=len(used) if leave else 0)
        except MissingError as missing:
            told = len(missing.used), missing.missing, leave
            assert told == (len(used), {}, False)
            assert used
            return
        assert leave or not used
        sale = self.plain.sales.pop(number)
        for thing in (*self.plain.coupons.values(), *self.plain.offers.values()):
            thing.used_by = None if thing.used_by == number else thing.used_by
        for thing in came:
            thing.removed = thing.used_by is None
        for card, amount in sale.paid.items():
            self.plain.cards[card] += amount
        self.plain.points[self.holder(self.people.index(sale.customer))] += sale.points

    @rule()
    def merge(self) -> None:
        if not self.plain.merged:
            with self.shop.work():
                merge_customers(*hold_pair(*self.people), set())
            first, second = self.people
            self.plain.points[first] += self.plain.points[second]
            self.plain.points[second] = 0
            self.plain.merged = True

    @invariant()
    def agree(self) -> None:
        plain = self.plain
        with self.shop.work():
            rows = {each.id: each for each in db.session.scalars(select(Coupon).where(Coupon.id.in_(plain.coupons)))}
            for number, thing in plain.coupons.items():
                assert (rows[number].transaction_id, rows[number].holder_id) == (
                    thing.used_by,
                    self.now_of(thing.owner),
                )
                assert (rows[number].status is CouponStatus.REMOVED) == thing.removed
            for number, thing in plain.offers.items():
                assert redeemed(number) == (thing.used_by is not None)
            assert {card: left_on(card) for card in plain.cards} == plain.cards
            for customer, points in plain.points.items():
                balance = db.session.get(Balance, (self.shop.id, self.shop.wallet, customer), populate_existing=True)
                assert (balance.amount if balance else 0) == points
                assert self.held(customer) == self.in_hand(customer)
            series = db.session.get_one(CouponSeries, (self.shop.id, self.series), populate_existing=True)
            assert series.issued == STOCK - plain.left

    def held(self, customer: int) -> tuple[int, int]:
        row = db.session.get_one(CustomerHolding, (self.shop.id, customer), populate_existing=True)
        return row.coupons, row.offers

    def in_hand(self, customer: int) -> tuple[int, int]:
        numbers = [
            sum(each.in_hand and self.now_of(each.owner) == customer for each in things.values())
            for things in (self.plain.coupons, self.plain.offers)
        ]
        return numbers[0], numbers[1]

    def may(self, thing: PlainThing, customer: int) -> bool:
        return thing.in_hand and self.now_of(thing.owner) == customer

    def holder(self, who: int) -> int:
        """Who buys and is given things: of merged records the first."""
        return self.people[0 if self.plain.merged else who]

    def now_of(self, owner: int) -> int:
        return self.holder(self.people.index(owner))

    @staticmethod
    def some(data: st.DataObject, things: dict[int, object] | dict[int, PlainThing]) -> tuple[int, ...]:
        if not things:
            return ()
        return tuple(data.draw(st.lists(st.sampled_from(sorted(things)), unique=True, max_size=3)))


def run(town: Town, examples: int, steps: int) -> None:
    machine = type("RedeemingAtKavalier", (Redeeming,), {"shop": town.kavalier})
    asked = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=asked)


def test_what_is_held_is_what_the_model_says(town: Town) -> None:
    """TE-4, TE-5, LP-2, CP-9: stock, balances, what is used."""
    run(town, examples=3, steps=15)


@pytest.mark.long
def test_what_is_held_is_what_the_model_says_at_length(town: Town) -> None:
    run(town, examples=150, steps=50)


def test_merged_records_are_one_hand_and_two_again(town: Town) -> None:
    """CP-9: the survivor uses what both had; undone, each has its own, and what was used stays used."""
    shop = town.kavalier
    with shop.work():
        olena, twin = add_customer("Olena", phone="+380671112233"), add_customer("Olena", phone="+380671112244")
        mine, theirs, other = coupon_for(olena), coupon_for(twin), coupon_for(twin)
        offer = offer_for(twin)
        merge = merge_customers(*hold_pair(olena, twin), set())
    with shop.work():
        brought = Brought(coupons=(mine, theirs), offers=(offer,))
        sale = sell(basket(shop, olena, coupons=brought.coupons, offers=brought.offers)).transaction_id
    with shop.work():
        undo_merge(*merge_to_undo(olena, merge))
    with shop.work():
        found = {each.id: (each.holder_id, each.status) for each in db.session.scalars(select(Coupon))}
        held, used = CouponStatus.HELD, CouponStatus.USED
        assert found == {mine: (olena, used), theirs: (twin, used), other: (twin, held)}
        assert db.session.get_one(CustomerHolding, (shop.id, twin)).coupons == 1
        cancel_sale(db.session.get_one(Transaction, (shop.id, sale)))
    with shop.work():
        rows = {each.customer_id: each for each in db.session.scalars(select(CustomerHolding))}
        assert (rows[olena].coupons, rows[twin].coupons, rows[twin].offers) == (1, 2, 1)
        assert db.session.scalars(select(CustomerMerge)).one().undone_at is not None
    nothing_differs(shop)
