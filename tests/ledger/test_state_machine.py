"""Whatever is credited, spent, undone and expired, the ledger holds what its rules say (RELIABILITY: state machine)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, Entry, EntryKind, Lot
from app.ledger.services import (
    AlreadyReversedError,
    Credit,
    Holding,
    Move,
    Restore,
    ShortfallError,
    Spend,
    TakeBack,
    expire_lots,
    post,
)
from app.ledger.services.moving import Lot as HeldLot
from app.ledger.services.moving import Undone
from app.lib import dates
from app.loyalty.models import Wallet
from tests.factories import add_account, add_customer
from tests.ledger.plain import MissingError, PlainWallet
from tests.people import Shop, Town

BEGIN = datetime(2027, 1, 1, tzinfo=UTC)
State = tuple[list[int], list[tuple[int, datetime | None]], int, tuple[datetime | None, int]]
"""Of a wallet: entries; what remains of lots, and until when; balance; what expires soonest, and when."""

amounts = st.integers(1, 60)
days = st.none() | st.integers(0, 9)


class LostError(Exception):
    """A unit of work is lost."""


class Books(RuleBasedStateMachine):
    """Steps over wallets, beside the plain ones. Where the wallets really are, a subclass knows."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.number = 0
        self.plain = [PlainWallet() for _each in range(self.wallets)]

    wallets = 1

    def post(self, wallet: int, moves: Sequence[Move]) -> None:
        raise NotImplementedError

    def state(self, wallet: int) -> State:
        raise NotImplementedError

    def entry_id(self, wallet: int, number: int) -> int:
        """Of the entry with this number among those of the wallet."""
        raise NotImplementedError

    def wallet_id(self, wallet: int) -> int:
        return 1

    def steps(self, wallet: int, moves: Sequence[Move], *plain: Callable[[PlainWallet], object]) -> None:
        """The same steps here and there: both go, or both lack the same, and then nothing has happened."""
        tried, missing, told = deepcopy(self.plain[wallet]), 0, 0
        try:
            for step in plain:
                tried.expire(self.now)
                step(tried)
            self.plain[wallet] = tried
        except MissingError as error:
            missing = error.missing
        try:
            self.post(wallet, moves)
        except ShortfallError as error:
            told = error.missing
        assert told == missing

    def credit_of(self, wallet: int, amount: int, until: datetime | None) -> Credit:
        return Credit(self.wallet_id(wallet), EntryKind.EARNED, self.key(), amount=amount, expires_at=until)

    def spend_of(self, wallet: int, amount: int) -> Spend:
        return Spend(self.wallet_id(wallet), EntryKind.SPENT, self.key(), amount=amount)

    def undo_of(self, kind: type[Restore] | type[TakeBack], wallet: int, number: int) -> Move:
        return kind(self.wallet_id(wallet), EntryKind.REVERSED, self.key(), entry_id=self.entry_id(wallet, number))

    def key(self) -> str:
        self.number += 1
        return f"step:{self.number}"

    def until(self, days: int | None) -> datetime | None:
        return None if days is None else self.now + timedelta(days)

    def chosen(self, data: st.DataObject, *, brought: bool) -> tuple[int, int] | None:
        """A wallet, and the number of one of its entries that can be undone."""
        found = [(w, n) for w, plain in enumerate(self.plain) for n in plain.to_undo(brought=brought)]
        return data.draw(st.sampled_from(found)) if found else None

    @rule(data=st.data(), amount=amounts, days=days)
    def credit(self, data: st.DataObject, amount: int, days: int | None) -> None:
        wallet, until = self.any(data), self.until(days)
        self.steps(wallet, [self.credit_of(wallet, amount, until)], lambda plain: plain.credit(amount, until))

    @rule(data=st.data(), amount=amounts)
    def spend(self, data: st.DataObject, amount: int) -> None:
        wallet = self.any(data)
        self.steps(wallet, [self.spend_of(wallet, amount)], lambda plain: plain.spend(amount))

    @rule(data=st.data(), amount=amounts, more=amounts, days=days)
    def spend_and_earn(self, data: st.DataObject, amount: int, more: int, days: int | None) -> None:
        """As a sale does, and then it pays with what it has just brought."""
        wallet, until = self.any(data), self.until(days or 1)
        moves = [self.credit_of(wallet, more, until), self.spend_of(wallet, amount)]
        self.steps(wallet, moves, lambda plain: plain.credit(more, until), lambda plain: plain.spend(amount))

    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        if found := self.chosen(data, brought=False):
            wallet, number = found
            self.steps(wallet, [self.undo_of(Restore, wallet, number)], lambda plain: plain.restore(number))

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        if found := self.chosen(data, brought=True):
            wallet, number = found
            self.steps(wallet, [self.undo_of(TakeBack, wallet, number)], lambda plain: plain.take_back(number))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """What was paid comes back, and what was earned goes, in one step."""
        wallet = self.any(data)
        spent, earned = (self.plain[wallet].to_undo(brought=each) for each in (False, True))
        if spent and earned:
            paid, brought = data.draw(st.sampled_from(spent)), data.draw(st.sampled_from(earned))
            moves = [self.undo_of(Restore, wallet, paid), self.undo_of(TakeBack, wallet, brought)]
            self.steps(wallet, moves, lambda plain: plain.restore(paid), lambda plain: plain.take_back(brought))

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def agree(self) -> None:
        for wallet, plain in enumerate(self.plain):
            entries = [entry.amount for entry in plain.entries]
            lots = [(lot.remaining, lot.expires_at) for lot in plain.lots]
            assert self.state(wallet) == (entries, lots, plain.balance, plain.soonest)

    def any(self, data: st.DataObject) -> int:
        return data.draw(st.integers(0, self.wallets - 1))


class HeldBooks(Books):
    """Over what `post` holds, without a database: each step holds what remains anew, as a unit of work does."""

    def __init__(self) -> None:
        super().__init__()
        self.lots: dict[int, HeldLot] = {}
        self.entries: list[Undone] = []

    def post(self, wallet: int, moves: Sequence[Move]) -> None:
        undone = [self.entries[move.entry_id - 1] if isinstance(move, Restore | TakeBack) else None for move in moves]
        reached = {lot for each in undone if each for lot, _taken in each.taken}
        held = {number: lot for number, lot in self.lots.items() if lot.remaining or number in reached}
        holding = Holding(1, sum(lot.remaining for lot in held.values()), held)
        for move, each in zip(moves, undone, strict=True):
            holding.apply(move, self.now, each)
        self._keep(holding)

    def _keep(self, holding: Holding) -> None:
        """Gives new lots and entries their numbers, as writing them does."""
        numbers: dict[int, int] = {}
        for line in holding.lines:
            for made in line.made:
                numbers[made.id] = number = len(self.lots) + 1
                self.lots[number] = replace(holding.lots[made.id], id=number, entry_id=len(self.entries) + 1)
            uses = tuple((numbers.get(lot, lot), amount) for lot, amount in line.uses)
            self.entries.append(Undone(line.amount, uses))
            if line.move.kind is EntryKind.EXPIRED:
                brought = self.lots[uses[0][0]].entry_id - 1
                entry = self.entries[brought]
                self.entries[brought] = replace(entry, expired=entry.expired + uses[0][1])
            assert line.balance_after == sum(entry.amount for entry in self.entries)
        self.lots |= {number: lot for number, lot in holding.lots.items() if number > 0}

    def state(self, wallet: int) -> State:
        balance = sum(lot.remaining for lot in self.lots.values())
        lots = [(self.lots[number].remaining, self.lots[number].expires_at) for number in sorted(self.lots)]
        return [entry.amount for entry in self.entries], lots, balance, Holding(1, balance, self.lots).soonest

    def entry_id(self, wallet: int, number: int) -> int:
        return number + 1


class KeptBooks(Books):
    """Over the database: two customers, each with points and a money account."""

    shop: Shop
    wallets = 4

    def __init__(self) -> None:
        super().__init__()
        self.clock = pytest.MonkeyPatch()
        self.clock.setattr(dates, "now", lambda: self.now)
        with self.shop.work():
            number = db.session.scalar(select(func.count()).select_from(Wallet))
            self.purses = [self.shop.wallet, add_account(f"Account {number}")]
            self.customers = [add_customer("Olena"), add_customer("Petro")]
            self.prefix = str(self.customers[0])

    def teardown(self) -> None:
        """Nothing is left that could expire in the steps of the next run, which begin earlier."""
        self.now += timedelta(1_000)
        self.the_job_expires(5_000)
        with self.shop.work():
            assert faults() == []
        self.clock.undo()

    def post(self, wallet: int, moves: Sequence[Move]) -> None:
        with self.shop.work():
            post(self.customer(wallet), moves)

    @rule(data=st.data(), customer=st.integers(0, 1), points=amounts, money=amounts)
    def pay_with_both(self, data: st.DataObject, customer: int, points: int, money: int) -> None:
        """Points and money go together or not at all."""
        pair = (2 * customer, points), (2 * customer + 1, money)
        tried = {wallet: deepcopy(self.plain[wallet]) for wallet, _amount in pair}
        lacking: list[tuple[int, int]] = []
        for wallet, amount in pair:
            tried[wallet].expire(self.now)
            try:
                tried[wallet].spend(amount)
            except MissingError as error:
                lacking.append((self.wallet_id(wallet), error.missing))
        told: list[tuple[int, int]] = []
        try:
            self.post(2 * customer, [self.spend_of(wallet, amount) for wallet, amount in pair])
        except ShortfallError as error:
            told = [(error.wallet_id, error.missing)]
        assert told == lacking[:1]
        for wallet, plain in tried.items():
            self.plain[wallet] = self.plain[wallet] if lacking else plain

    @rule(most=st.sampled_from([1, 2, 5_000]))
    def the_job_expires(self, most: int) -> None:
        gone = sum(plain.expire(self.now) for plain in self.plain)
        sizes = []
        while not sizes or sizes[-1]:
            with self.shop.work():
                sizes.append(expire_lots(most))
        assert sum(sizes) == gone

    @rule(data=st.data(), amount=amounts)
    def work_is_lost(self, data: st.DataObject, amount: int) -> None:
        wallet = self.any(data)
        moves = [self.credit_of(wallet, amount, None), self.spend_of(wallet, amount)]
        with contextlib.suppress(LostError), self.shop.work():
            post(self.customer(wallet), moves)
            expire_lots()
            raise LostError

    @rule(data=st.data())
    def undo_again(self, data: st.DataObject) -> None:
        wallet = self.any(data)
        undone = [number for number, entry in enumerate(self.plain[wallet].entries) if entry.undone]
        if undone:
            move = self.undo_of(Restore, wallet, data.draw(st.sampled_from(undone)))
            with pytest.raises(AlreadyReversedError):
                self.post(wallet, [move])

    def state(self, wallet: int) -> State:
        mine = {"wallet_id": self.wallet_id(wallet), "customer_id": self.customer(wallet)}
        with self.shop.work():
            entries = db.session.scalars(select(Entry).filter_by(**mine).order_by(Entry.id)).all()
            assert [each.balance_after for each in entries] == list(accumulate(each.amount for each in entries))
            lots = db.session.execute(select(Lot.remaining, Lot.expires_at).filter_by(**mine).order_by(Lot.id)).all()
            held = db.session.scalars(select(Balance).filter_by(**mine)).one_or_none()
            balance, expiring_at, expiring = (held.amount, held.expiring_at, held.expiring) if held else (0, None, 0)
            soonest = (None if expiring_at == dates.NEVER else expiring_at, expiring)
            return [each.amount for each in entries], [(each[0], each[1]) for each in lots], balance, soonest

    def entry_id(self, wallet: int, number: int) -> int:
        mine = select(Entry.id).filter_by(wallet_id=self.wallet_id(wallet), customer_id=self.customer(wallet))
        with self.shop.work():
            return db.session.scalars(mine.order_by(Entry.id).offset(number).limit(1)).one()

    def key(self) -> str:
        return f"{self.prefix}:{super().key()}"

    def customer(self, wallet: int) -> int:
        return self.customers[wallet // 2]

    def wallet_id(self, wallet: int) -> int:
        return self.purses[wallet % 2]


def run(books: type[Books], examples: int, steps: int) -> None:
    asked = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(books, settings=asked)


def kept_books(town: Town) -> type[Books]:
    return type("KeptBooksOfKavalier", (KeptBooks,), {"shop": town.kavalier})


def test_what_is_held_follows_the_rules() -> None:
    run(HeldBooks, examples=40, steps=40)


def test_what_is_kept_follows_the_rules(town: Town) -> None:
    run(kept_books(town), examples=4, steps=15)


@pytest.mark.long
def test_what_is_held_follows_the_rules_for_long() -> None:
    run(HeldBooks, examples=1_000, steps=60)


@pytest.mark.long
def test_what_is_kept_follows_the_rules_for_long(town: Town) -> None:
    run(kept_books(town), examples=100, steps=40)


@pytest.mark.faults
def test_what_is_kept_follows_the_rules_for_a_night(town: Town) -> None:
    run(kept_books(town), examples=2_000, steps=50)
