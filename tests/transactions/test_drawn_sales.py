"""Sales drawn by hypothesis: quote and sale agree, amounts add up, a cancel returns everything (TE-2, TE-5, LP-1)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.businesses.models import Business
from app.customers.models import CustomerStats
from app.customers.stats import differences
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, EntryKind, Lot
from app.ledger.services import Credit, hold, post
from app.lib import dates
from app.loyalty.models import Access, Program
from app.loyalty.rules import (
    AccountAmount,
    Conditions,
    DiscountFixed,
    DiscountPercent,
    Effect,
    PointsFixed,
    PointsPercent,
    Rounding,
)
from app.loyalty.services.accounts import add_account
from app.loyalty.services.rules import RuleSaid, add_rule
from app.transactions import bought
from app.transactions.models import Transaction, TransactionLine
from app.transactions.services import Basket, BasketLine, Quote, Refusal, RefusedError, cancel_sale, quote, sell
from tests.factories import add_customer, add_good
from tests.people import Shop, Town


class DoneError(Exception):
    """Nothing of an example is kept."""


@dataclass(frozen=True)
class Drawn:
    """A program with its rules, who buys what, and what pays: accounts and goods by their number here."""

    currency: str
    rounding: Rounding
    points_share: int
    points_days: int | None
    rules: list[tuple[int, bool, tuple[Effect, ...], tuple[int | None, bool]]]
    """Priority, whether it combines, effects, and conditions: least amount, and whether it is about the good."""
    access: Access
    lines: list[tuple[int, int, bool]]
    """Gross, quantity, and whether it is the good."""
    held: list[tuple[int, int | None]]
    """Lots of points, and the days until they expire."""
    points: int
    money: list[int]
    pays: list[int]


amounts = st.one_of(st.integers(0, 300), st.integers(0, 10**6), st.integers(0, 100).map(lambda whole: whole * 100))
effects = st.tuples(
    st.none() | st.builds(DiscountPercent, st.integers(1, 10_000)),
    st.none() | st.builds(DiscountFixed, st.integers(1, 10_000)),
    st.none() | st.builds(PointsPercent, st.integers(1, 30_000)),
    st.none() | st.builds(PointsFixed, st.integers(1, 5_000)),
    st.none() | st.builds(AccountAmount, st.integers(0, 1), st.integers(1, 5_000)),
).map(lambda drawn: tuple(each for each in drawn if each is not None))
conditions = st.tuples(st.none() | st.integers(0, 50_000), st.booleans())
drawn_sales = st.builds(
    Drawn,
    currency=st.sampled_from(["UAH", "UAH", "JPY", "KWD"]),
    rounding=st.sampled_from(Rounding),
    points_share=st.sampled_from([10_000, 10_000, 5_000, 3_333, 0]),
    points_days=st.none() | st.integers(1, 400),
    rules=st.lists(st.tuples(st.integers(0, 3), st.booleans(), effects, conditions), max_size=4),
    access=st.sampled_from([Access.FULL, Access.FULL, Access.FULL, Access.LIMITED, Access.NONE, Access.BLACKLISTED]),
    lines=st.lists(st.tuples(amounts, st.integers(1, 5_000), st.booleans()), max_size=4),
    held=st.lists(st.tuples(st.integers(1, 50_000), st.none() | st.integers(-3, 30)), max_size=3),
    points=st.just(0) | amounts,
    money=st.lists(st.integers(0, 20_000), min_size=2, max_size=2),
    pays=st.just([0, 0]) | st.lists(st.just(0) | st.integers(0, 20_000), min_size=2, max_size=2),
)


def check(shop: Shop, drawn: Drawn) -> None:
    basket = prepared(shop, drawn)
    before = belongings(basket.customer_id)
    try:
        asked = quote(basket)
        sale = sell(basket, asked.figures, pin_checked=True)
    except RefusedError as error:
        refused_with_reason(drawn, basket, error)
        assert belongings(basket.customer_id) == before
        return
    assert sale.quote.figures == asked.figures
    adds_up(drawn, asked)
    kept = db.session.get_one(Transaction, (shop.id, sale.transaction_id))
    kept_as_quoted(kept, asked)
    after = belongings(basket.customer_id)
    for wallet, amount in movements(asked).items():
        assert after.balances[wallet] == before.balances[wallet] + amount
    assert sale.balance == after.balances[shop.wallet]
    nothing_differs()
    cancel_sale(kept)
    assert belongings(basket.customer_id) == before
    nothing_differs()


def prepared(shop: Shop, drawn: Drawn) -> Basket:
    db.session.get_one(Business, shop.id).currency = drawn.currency
    program = db.session.get_one(Program, (shop.id, shop.program))
    program.rounding, program.points_share, program.points_days = drawn.rounding, drawn.points_share, drawn.points_days
    accounts, good = [add_account(shop.program, name, "UAH") for name in ("Gift", "Bonus")], add_good()
    for number, (priority, combines, brought, (least, of_good)) in enumerate(drawn.rules):
        real = tuple(
            AccountAmount(accounts[each.wallet_id], each.amount) if isinstance(each, AccountAmount) else each
            for each in brought
        )
        asked = Conditions(least=least, goods=frozenset({good} if of_good else ()))
        add_rule(shop.program, RuleSaid(f"Rule {number}", True, priority, combines, asked, real))
    customer = add_customer(access=drawn.access)
    hold(customer, [shop.wallet, *accounts])
    lots = [(shop.wallet, amount, days) for amount, days in drawn.held]
    lots += [(wallet, amount, None) for wallet, amount in zip(accounts, drawn.money, strict=True) if amount]
    for number, (wallet, amount, days) in enumerate(lots):
        until = None if days is None else dates.now() + timedelta(days)
        key = f"held:{customer}:{number}"
        post(customer, [Credit(wallet, EntryKind.ADDED, key, amount=amount, expires_at=until)], at=dates.NEVER)
    lines = tuple(
        BasketLine(f"Line {number}", gross, quantity, good if of_good else None)
        for number, (gross, quantity, of_good) in enumerate(drawn.lines)
    )
    pays = {wallet: amount for wallet, amount in zip(accounts, drawn.pays, strict=True) if amount}
    return Basket(customer, shop.program, shop.own_terminal, lines, drawn.points, pays)


@dataclass(frozen=True)
class Belongings:
    """What can be spent of each wallet, the lots it lies in, figures, and goods bought."""

    balances: dict[int, int]
    lots: list[tuple[int, int]]
    figures: list[tuple[object, ...]]


def belongings(customer: int) -> Belongings:
    mine = select(Lot).where(Lot.customer_id == customer, Lot.remaining > 0).order_by(Lot.id)
    now = dates.now()
    lots = list(db.session.scalars(mine.execution_options(populate_existing=True)))
    good = [each for each in lots if each.expires_at is None or each.expires_at > now]
    held = db.session.scalars(select(Balance.wallet_id).where(Balance.customer_id == customer))
    balances = {wallet: sum(each.remaining for each in good if each.wallet_id == wallet) for wallet in held}
    rows = select(*CustomerStats.__table__.columns).where(CustomerStats.customer_id == customer)
    figures = [tuple(row) for row in db.session.execute(rows.order_by(CustomerStats.scope_id))]
    return Belongings(balances, [(each.id, each.remaining) for each in good], figures)


def refused_with_reason(drawn: Drawn, basket: Basket, error: RefusedError) -> None:
    """What was refused may not be, and the most that is told would be accepted."""
    blacklisted = drawn.access is Access.BLACKLISTED
    assert (error.refusal is Refusal.BLACKLISTED) == (blacklisted and basket.gross > 0)
    if error.refusal is Refusal.NO_REDEEMING:
        assert drawn.access in (Access.LIMITED, Access.NONE)
        assert basket.points or basket.accounts
    if error.refusal is Refusal.TOO_MANY_POINTS:
        assert error.most is not None
        assert 0 <= error.most < basket.points
        fewer = Basket(basket.customer_id, basket.program_id, basket.terminal_id, basket.lines, error.most)
        assert quote(fewer).due >= 0
        with db.session.begin_nested() as part:
            sell(fewer, pin_checked=True)
            part.rollback()


def adds_up(drawn: Drawn, asked: Quote) -> None:
    basket = asked.basket
    paid = asked.paid_by_points + sum(basket.accounts.values())
    whole = (asked.total, asked.discount, asked.due, asked.earned, asked.paid_by_points)
    assert all(type(each) is int and each >= 0 for each in whole)
    assert asked.total == basket.gross - asked.discount
    assert asked.due + paid == asked.total
    assert asked.paid_by_points <= asked.total * drawn.points_share // 10_000
    assert paid == 0 or drawn.access is Access.FULL
    if drawn.access is Access.NONE:
        assert not any(amount > 0 for amount in movements(asked).values())
    assert drawn.rounding is Rounding.HUNDREDTHS or asked.earned % 100 == 0


def movements(asked: Quote) -> dict[int, int]:
    """What the sale does to each wallet."""
    moved = {asked.wallet_id: asked.earned - asked.basket.points}
    for wallet, amount in asked.basket.accounts.items():
        moved[wallet] = -amount
    for wallet, amount in asked.bonuses:
        moved[wallet] = moved.get(wallet, 0) + amount
    return moved


def kept_as_quoted(kept: Transaction, asked: Quote) -> None:
    assert (kept.gross, kept.discount, kept.points_earned) == (asked.basket.gross, asked.discount, asked.earned)
    assert (kept.points_paid, kept.account_paid) == (asked.basket.points, sum(asked.basket.accounts.values()))
    lines = db.session.scalars(select(TransactionLine).where(TransactionLine.transaction_id == kept.id)).all()
    assert len(lines) == len(asked.basket.lines)
    assert sum(line.discount for line in lines) == kept.discount
    assert all(0 <= line.discount <= line.gross for line in lines)


def nothing_differs() -> None:
    assert faults() == []
    assert differences().first == []
    assert bought.differences() == 0


def prove(town: Town, examples: int) -> None:
    shop = town.kavalier

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(drawn_sales)
    def proof(drawn: Drawn) -> None:
        with contextlib.suppress(DoneError), shop.work():
            check(shop, drawn)
            raise DoneError

    proof()


def test_drawn_sales_add_up_and_are_cancelled_without_a_trace(town: Town) -> None:
    """TE-2, TE-5, LP-1, AC-1."""
    prove(town, examples=20)


@pytest.mark.long
def test_many_drawn_sales_add_up_and_are_cancelled_without_a_trace(town: Town) -> None:
    prove(town, examples=600)
