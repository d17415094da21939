"""Movements of many customers in a few statements leave what those of one by one would (RELIABILITY: money)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from app.ledger.models import EntryKind
from app.ledger.services import Many, Moved, credit_many, restore_many, spend_many, take_back_many
from tests.factories import add_customer
from tests.ledger.plain import MissingError, PlainWallet
from tests.ledger.test_state_machine import KeptBooks, amounts, days, run
from tests.people import Town


class ManyBooks(KeptBooks):
    """Beside the steps of one customer those of both, in one wallet of theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.acts: list[tuple[int, str, EntryKind, dict[int, int]]] = []
        """Purse, key, kind, and by wallet the number of its entry."""

    def many(self, purse: int, kind: EntryKind, move: Callable[[Many], list[Moved]]) -> tuple[str, list[Moved]]:
        key = self.key()
        with self.shop.work():
            return key, move(Many(self.purses[purse], self.customers, kind, key))

    def each(self, purse: int) -> list[tuple[int, PlainWallet]]:
        """Number and plain wallet of each customer; what is past its date goes out first."""
        pair = [(wallet, self.plain[wallet]) for wallet in (purse, 2 + purse)]
        for _wallet, plain in pair:
            plain.expire(self.now)
        return pair

    @rule(purse=st.integers(0, 1), amount=amounts, days=days)
    def credit_both(self, purse: int, amount: int, days: int | None) -> None:
        until, entered = self.until(days), {}
        for wallet, plain in self.each(purse):
            entered[wallet] = len(plain.entries)
            plain.credit(amount, until)
        key, moved = self.many(purse, EntryKind.ADDED, lambda many: credit_many(many, amount, [1, 2], expires_at=until))
        assert [(each.customer_id, each.amount) for each in moved] == [(each, amount) for each in self.customers]
        self.acts.append((purse, key, EntryKind.ADDED, entered))

    @rule(purse=st.integers(0, 1), first=amounts, second=amounts)
    def spend_of_both(self, purse: int, first: int, second: int) -> None:
        """Who has too little is left as it is."""
        entered = {}
        for (wallet, plain), amount in zip(self.each(purse), (first, second), strict=True):
            try:
                plain.spend(amount)
            except MissingError:
                continue
            entered[wallet] = len(plain.entries) - 1
        key, moved = self.many(purse, EntryKind.REMOVED, lambda many: spend_many(many, [first, second]))
        assert len(moved) == len(entered)
        self.acts.append((purse, key, EntryKind.REMOVED, entered))

    @rule(data=st.data())
    def undo_of_both(self, data: st.DataObject) -> None:
        """Of what was credited only what is left of it goes; what was spent comes back whole."""
        if not self.acts:
            return
        purse, undone, kind, entered = self.acts.pop(data.draw(st.integers(0, len(self.acts) - 1)))
        for wallet, plain in self.each(purse):
            if wallet not in entered or plain.entries[entered[wallet]].undone:
                continue
            if kind is EntryKind.REMOVED:
                plain.restore(entered[wallet])
            else:
                take_rest(plain, entered[wallet])
        move = restore_many if kind is EntryKind.REMOVED else take_back_many
        self.many(purse, EntryKind.REVERSED, lambda many: move(many, undone))


def take_rest(plain: PlainWallet, number: int) -> None:
    credited = plain.entries[number]
    lot = credited.made
    assert lot is not None
    if lot.remaining:
        credited.undone = lot.remaining == credited.amount
        plain._take(lot.remaining, [lot])


def many_books(town: Town) -> type[ManyBooks]:
    return type("ManyBooksOfKavalier", (ManyBooks,), {"shop": town.kavalier})


def test_many_at_once_follow_the_rules(town: Town) -> None:
    run(many_books(town), examples=4, steps=20)


@pytest.mark.long
def test_many_at_once_follow_the_rules_for_long(town: Town) -> None:
    run(many_books(town), examples=100, steps=40)


def test_a_key_moves_once(town: Town) -> None:
    """RELIABILITY: a commit whose answer was lost is run again; the keys decide."""
    shop = town.kavalier
    with shop.work():
        customer = add_customer()
        many = Many(shop.wallet, [customer], EntryKind.ADDED, "batch:1")
        assert [each.amount for each in credit_many(many, 500, [1])] == [500]
        assert credit_many(many, 500, [2]) == []
