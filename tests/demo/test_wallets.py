"""A generated wallet keeps the rules of the ledger: soonest-expiring first, nothing spent past its date."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.demo.book import Book, Movement, Sale
from app.demo.calendar import FOREVER
from app.demo.wallets import Holding
from app.ledger.models import EntryKind


def sale(at: int) -> Sale:
    return Sale(at, customer=1, program=1, place=1, terminal=1, kind=1, source=1)


def earn(holding: Holding, at: int, amount: int, expires: int) -> Movement:
    return holding.receive(at, EntryKind.EARNED, amount, "sale:%:earned", sale(at), expires)


def spend(holding: Holding, at: int, amount: int) -> Movement:
    holding.expire(at)
    return holding.spend(at, amount, "sale:%:spent", sale(at))


def test_points_that_expire_sooner_are_spent_first_and_those_that_never_do_last() -> None:
    holding = Holding(Book(), 1, 1)
    for amount, expires in ((100, FOREVER), (200, 500), (300, 400)):
        earn(holding, 10, amount, expires)
    movement = spend(holding, 20, 550)
    assert [(lot.expires, taken) for lot, taken in movement.takings or ()] == [(400, 300), (500, 200), (FOREVER, 50)]
    assert holding.balance == 50


def test_points_past_their_date_expire_a_second_later_and_are_not_spent() -> None:
    book = Book()
    holding = Holding(book, 1, 1)
    earn(holding, 10, 100, 50)
    earn(holding, 10, 30, 90)
    holding.expire(50)
    assert holding.balance == 130
    movement = spend(holding, 51, 30)
    assert [(lot.expires, taken) for lot, taken in movement.takings or ()] == [(90, 30)]
    assert [(each.kind, each.at, each.amount, each.key) for each in book.movements[2:3]] == [
        (EntryKind.EXPIRED, 51, -100, "expire:%")
    ]


def test_a_reversal_gives_the_same_lots_back_and_takes_what_was_earned() -> None:
    holding = Holding(Book(), 1, 1)
    earn(holding, 10, 100, 500)
    earn(holding, 11, 100, 400)
    spent = spend(holding, 20, 150)
    earned = earn(holding, 20, 7, 600)
    holding.reverse(30, earned)
    holding.reverse(30, spent)
    assert holding.balance == 200
    assert [(lot.expires, lot.remaining) for lot in holding.open] == [(400, 100), (500, 100)]
    assert holding.soonest() == (400, 100)


def test_lots_of_one_date_expire_as_one_sum() -> None:
    holding = Holding(Book(), 1, 1)
    assert holding.soonest() == (FOREVER, 0)
    for amount, expires in ((5, FOREVER), (7, 400), (8, 400), (9, 900)):
        earn(holding, 10, amount, expires)
    assert holding.soonest() == (400, 15)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 90), st.integers(1, 500), st.integers(0, 300), st.booleans()), max_size=30))
def test_whatever_happens_the_sums_agree(days: list[tuple[int, int, int, bool]]) -> None:
    book = Book()
    holding = Holding(book, 1, 1)
    now = 0
    for wait, amount, validity, undone in days:
        now += wait
        holding.expire(now)
        movement = spend(holding, now, amount) if amount <= holding.balance else None
        movement = movement or earn(holding, now, amount, now + validity if validity else FOREVER)
        if undone:
            holding.reverse(now, movement)
    assert holding.balance == sum(each.amount for each in book.movements)
    assert holding.balance == sum(lot.remaining for lot in book.portions)
    assert all(each.balance_after >= 0 for each in book.movements)
    assert [each.at for each in book.movements] == sorted(each.at for each in book.movements)
