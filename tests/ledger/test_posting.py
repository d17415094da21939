"""Movements as they are written: lots, balances, shortfalls, reversals, expiry (RELIABILITY: money and points)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, Entry, EntryKind, Lot
from app.ledger.services import (
    AlreadyReversedError,
    Credit,
    Occasion,
    Posted,
    Restore,
    ShortfallError,
    Spend,
    TakeBack,
    hold,
    post,
)
from app.lib import dates
from tests.factories import add_account, add_customer
from tests.people import Shop, Town

DAY = timedelta(days=1)


class Holder:
    """A customer of Kavalier with movements by short words."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.number = 0
        with shop.work():
            self.id = add_customer()

    def credit(self, amount: int, days: int | None = None) -> Posted:
        expires_at = dates.now() + days * DAY if days is not None else None
        return self.post(Credit(self.shop.wallet, EntryKind.EARNED, self.key(), amount=amount, expires_at=expires_at))

    def spend(self, amount: int) -> Posted:
        return self.post(Spend(self.shop.wallet, EntryKind.SPENT, self.key(), amount=amount))

    def take_back(self, posted: Posted) -> Posted:
        return self.post(TakeBack(self.shop.wallet, EntryKind.REVERSED, self.key(), entry_id=posted.entry_id))

    def restore(self, posted: Posted) -> Posted:
        return self.post(Restore(self.shop.wallet, EntryKind.REVERSED, self.key(), entry_id=posted.entry_id))

    def post(self, *moves: Credit | Spend | TakeBack | Restore) -> Posted:
        with self.shop.work():
            return post(self.id, moves)[-1]

    def key(self) -> str:
        self.number += 1
        return f"test:{self.number}"

    def pass_days(self, days: int) -> None:
        """Moves the dates of all lots into the past, as if days had gone by, and those that balances tell."""
        with self.shop.work():
            db.session.execute(
                update(Balance)
                .where(Balance.expiring_at != dates.NEVER)
                .values(expiring_at=Balance.expiring_at - days * DAY)
            )
            for lot in db.session.scalars(select(Lot).where(Lot.expires_at.is_not(None))):
                lot.expires_at -= days * DAY  # type: ignore[operator]

    @property
    def balance(self) -> int:
        with self.shop.work():
            return db.session.get_one(Balance, (self.shop.id, self.shop.wallet, self.id)).amount

    @property
    def lots(self) -> list[int]:
        """What remains of each, in the order in which they came."""
        with self.shop.work():
            return list(db.session.scalars(select(Lot.remaining).order_by(Lot.id)))

    @property
    def soonest(self) -> tuple[int, int]:
        """Days until what expires soonest does, and how much it is."""
        with self.shop.work():
            held = db.session.execute(select(Balance)).scalar_one()
            return round((held.expiring_at - dates.now()) / DAY), held.expiring

    @property
    def entries(self) -> list[tuple[int, int]]:
        with self.shop.work():
            rows = db.session.execute(select(Entry.amount, Entry.balance_after).order_by(Entry.id))
            return [(row.amount, row.balance_after) for row in rows]


@pytest.fixture
def holder(town: Town) -> Holder:
    return Holder(town.kavalier)


@pytest.fixture(autouse=True)
def _adds_up(town: Town) -> Iterator[None]:
    """After each of these tests the proof of the ledger finds nothing."""
    yield
    with town.kavalier.work():
        assert faults() == []


def test_soonest_expiring_lots_are_spent_first_and_never_expiring_ones_last(holder: Holder) -> None:
    for amount, days in ((100, None), (200, 30), (300, 10)):
        holder.credit(amount, days)
    holder.spend(350)
    assert holder.lots == [100, 150, 0]
    holder.spend(200)
    assert holder.lots == [50, 0, 0]
    assert holder.balance == 50


def test_a_shortfall_is_exact_and_changes_nothing(holder: Holder) -> None:
    holder.credit(100)
    with pytest.raises(ShortfallError) as raised:
        holder.spend(250)
    assert raised.value.missing == 150
    assert (holder.balance, holder.lots, len(holder.entries)) == (100, [100], 1)


def test_a_reversed_spend_gives_back_the_same_lots_with_their_dates(holder: Holder) -> None:
    holder.credit(100, 5)
    holder.credit(100, 50)
    spent = holder.spend(150)
    holder.credit(10, 1)
    holder.restore(spent)
    assert holder.lots == [100, 100, 10]
    assert holder.balance == 210


def test_a_reversed_credit_takes_its_own_lot_first(holder: Holder) -> None:
    holder.credit(100, 5)
    earned = holder.credit(60, 90)
    holder.take_back(earned)
    assert holder.lots == [100, 0]


def test_a_reversed_credit_that_was_spent_takes_what_else_there_is_or_says_what_is_missing(holder: Holder) -> None:
    earned = holder.credit(60, 5)
    holder.credit(40)
    holder.spend(80)
    with pytest.raises(ShortfallError) as raised:
        holder.take_back(earned)
    assert raised.value.missing == 40
    holder.credit(50)
    holder.take_back(earned)
    assert holder.balance == 10


@pytest.mark.parametrize("ran", [True, False])
def test_a_reversed_credit_takes_nothing_for_what_of_it_expired(holder: Holder, ran: bool) -> None:
    """TE-5: that is back already, whether the job ran or not; what was spent of it is still taken."""
    gone, partly = holder.credit(100, 5), holder.credit(50, 6)
    holder.credit(200, 90)
    holder.spend(130)
    holder.pass_days(7)
    if ran:
        holder.credit(1)
    before = holder.balance - (0 if ran else 20)
    holder.take_back(partly)
    assert holder.balance == before - 30
    holder.take_back(gone)
    assert holder.balance == before - 130


def test_a_credit_that_expired_whole_is_reversed_by_no_entry(holder: Holder) -> None:
    earned, _other = holder.credit(100, 5), holder.credit(40)
    holder.pass_days(6)
    with holder.shop.work():
        assert post(holder.id, [TakeBack(holder.shop.wallet, EntryKind.REVERSED, "x", entry_id=earned.entry_id)]) == []
    with holder.shop.work():
        assert post(holder.id, [TakeBack(holder.shop.wallet, EntryKind.REVERSED, "y", entry_id=earned.entry_id)]) == []
    assert holder.entries == [(100, 100), (40, 140), (-100, 40)]


def test_nothing_is_reversed_twice(holder: Holder) -> None:
    spent = (holder.credit(100), holder.spend(30))[1]
    holder.restore(spent)
    with pytest.raises(AlreadyReversedError):
        holder.restore(spent)
    with pytest.raises(LookupError):
        holder.restore(Posted(spent.entry_id + 999, 0, 0, 0))
    assert holder.balance == 100


def test_what_is_past_its_date_is_not_spent_even_before_the_job_ran(holder: Holder) -> None:
    holder.credit(100, 5)
    holder.credit(50)
    holder.pass_days(6)
    with pytest.raises(ShortfallError) as raised:
        holder.spend(60)
    assert raised.value.missing == 10
    holder.spend(50)
    assert holder.entries == [(100, 100), (50, 150), (-100, 50), (-50, 0)]


def test_what_expires_on_the_way_is_of_no_sale_place_or_person(town: Town, holder: Holder) -> None:
    """PR-3, CP-2: a date did it. A location operator would be told what another place had given."""
    shop = holder.shop
    holder.credit(100, 5)
    holder.pass_days(6)
    with shop.work(town.sasha):
        credit = Credit(shop.wallet, EntryKind.EARNED, "sale:1", amount=7)
        post(holder.id, [credit], Occasion(shop.franchised_place, 1))
    of_what = select(Entry.point_of_sale_id, Entry.transaction_id, Entry.user_id)
    with shop.work():
        expired = db.session.execute(of_what.where(Entry.kind == EntryKind.EXPIRED)).all()
        earned = db.session.execute(of_what.where(Entry.key == "sale:1")).all()
    assert expired == [(None, None, None)]
    assert earned == [(shop.franchised_place, 1, town.sasha.id)]


def test_what_came_back_after_its_date_expires_once_more(holder: Holder) -> None:
    holder.credit(100, 5)
    spent = holder.spend(40)
    holder.pass_days(6)
    holder.credit(1)
    holder.restore(spent)
    holder.credit(1)
    assert holder.balance == 2
    assert [amount for amount, _after in holder.entries] == [100, -40, -60, 1, 40, -40, 1]


def test_a_key_is_used_once(holder: Holder) -> None:
    move = Credit(holder.shop.wallet, EntryKind.ADDED, "once", amount=5)
    holder.post(move)
    with pytest.raises(IntegrityError):
        holder.post(move)
    assert holder.balance == 5


def test_points_and_money_move_together_or_not_at_all(holder: Holder) -> None:
    with holder.shop.work():
        account = add_account("Gift account")
    holder.credit(100)
    moves = (
        Spend(holder.shop.wallet, EntryKind.SPENT, "a", amount=100),
        Credit(account, EntryKind.ADDED, "b", amount=70),
        Spend(account, EntryKind.SPENT, "c", amount=71),
    )
    with pytest.raises(ShortfallError) as raised:
        holder.post(*moves)
    assert (raised.value.wallet_id, raised.value.missing) == (account, 1)
    assert holder.balance == 100
    holder.post(*moves[:2])
    assert holder.balance == 0


def test_a_movement_is_written_in_three_statements(
    holder: Holder, count_statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    holder.credit(100, 5)
    with holder.shop.work():
        db.session.execute(select(1))
        with count_statements() as sent:
            post(holder.id, [Spend(holder.shop.wallet, EntryKind.SPENT, "x", amount=10)])
    assert len(sent) == 3


def test_a_credit_reads_no_lots_but_where_one_is_due(
    holder: Holder, count_statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """However many lots there are, and what expires soonest stands in the balance all the same."""
    first = holder.credit(100, 5)
    for days, soonest in ((9, (5, 100)), (None, (5, 100)), (3, (3, 10))):
        with count_statements() as sent:
            holder.credit(10, days)
        assert not any("FROM lot" in each for each in sent)
        assert holder.soonest == soonest
    holder.take_back(first)
    holder.pass_days(4)
    holder.credit(1, 30)
    assert holder.entries[-2:] == [(-10, 20), (1, 21)]


def test_what_was_held_for_credits_takes_nothing_else(holder: Holder) -> None:
    holder.credit(100, 5)
    with holder.shop.work():
        held = hold(holder.id, {holder.shop.wallet}, fills=True)
        with pytest.raises(TypeError):
            post(holder.id, [Spend(holder.shop.wallet, EntryKind.SPENT, "x", amount=10)], held=held)


def test_what_comes_back_past_its_date_helps_to_take_nothing_back(holder: Holder) -> None:
    holder.credit(100, 5)
    spent, earned = holder.spend(100), holder.credit(10)
    holder.spend(10)
    holder.pass_days(6)
    undone = (
        Restore(holder.shop.wallet, EntryKind.REVERSED, "back", entry_id=spent.entry_id),
        TakeBack(holder.shop.wallet, EntryKind.REVERSED, "gone", entry_id=earned.entry_id),
    )
    with pytest.raises(ShortfallError) as raised:
        holder.post(*undone)
    assert raised.value.missing == 10
    holder.credit(10)
    assert holder.post(*undone).amount == -10
    assert holder.balance == 0


def test_of_lots_of_one_moment_the_oldest_is_spent_first(holder: Holder) -> None:
    until = dates.now() + DAY
    lots = [Credit(holder.shop.wallet, EntryKind.ADDED, key, amount=5, expires_at=until) for key in "abc"]
    holder.post(lots[0])
    holder.post(*lots[1:], Spend(holder.shop.wallet, EntryKind.SPENT, "spent", amount=7))
    assert holder.lots == [0, 3, 5]
