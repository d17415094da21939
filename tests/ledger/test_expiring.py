"""The job that takes out what is past its date (RELIABILITY: money and points)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, Entry, EntryKind
from app.ledger.services import Credit, Restore, Spend, expire_lots, hold, post
from app.lib import dates
from jobs import housekeeping
from tests.customers.records import merge, undo
from tests.factories import add_customer, add_points, default_program
from tests.people import Shop, Town


def fill(shop: Shop, *lots: Sequence[int | None]) -> list[int]:
    """A customer for each, with lots of 10 that expire in so many days."""
    with shop.work():
        customers = [add_customer(f"C{number}") for number in range(len(lots))]
        for customer, days in zip(customers, lots, strict=True):
            for each in days:
                add_points(customer, 10, days=each)
    return customers


def balances(shop: Shop, customers: Sequence[int]) -> list[tuple[int, int]]:
    with shop.work():
        wallet = default_program().wallet_id
        held = [db.session.get_one(Balance, (shop.id, wallet, customer)) for customer in customers]
        return [(each.amount, each.expiring) for each in held]


def test_what_is_past_its_date_goes_once_and_the_rest_stays(town: Town) -> None:
    shop = town.kavalier
    customers = fill(shop, (-1, -3, 5), (None, -2), (4, 4), ())
    with shop.work():
        assert expire_lots() == 3
    with shop.work():
        assert expire_lots() == 0
        assert faults() == []
    assert balances(shop, customers) == [(10, 10), (10, 0), (20, 10), (0, 0)]
    with shop.work():
        expired = select(Entry.amount, Entry.balance_after).where(Entry.kind == EntryKind.EXPIRED).order_by(Entry.id)
        assert [tuple(row) for row in db.session.execute(expired)] == [(-10, 20), (-10, 10), (-10, 10)]


def test_what_waited_for_another_movement_is_written_at_a_later_moment_than_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RELIABILITY: by moment and by id a wallet's entries stand in the same order."""
    shop = town.kavalier
    (customer,) = fill(shop, (1, 2))
    with shop.work():
        (spent,) = post(customer, [Spend(shop.wallet, EntryKind.SPENT, "spent", amount=10)])
    monkeypatch.setattr(dates, "now", lambda: datetime.now(UTC) + timedelta(days=3))

    def expire() -> int:
        with shop.work():
            return expire_lots()

    with ThreadPoolExecutor(1) as pool:
        with shop.work():
            hold(customer, {shop.wallet})
            waiting = pool.submit(expire)
            assert not wait([waiting], timeout=1).done
            post(customer, [Restore(shop.wallet, EntryKind.REVERSED, "back", entry_id=spent.entry_id)])
        # That let the other lot expire already.
        assert waiting.result(timeout=10) == 1
    in_order(shop)


def test_what_a_merge_gives_back_too(town: Town) -> None:
    """CP-9: whoever else moved points of one of the two meanwhile comes before it."""
    shop = town.kavalier
    first, second = fill(shop, (50,), (40,))
    with shop.work(town.anna):
        number = merge(first, second)

    def give_back() -> None:
        with shop.work(town.anna):
            undo(first, number)

    with ThreadPoolExecutor(1) as pool:
        with shop.work():
            hold(first, {shop.wallet}, fills=True)
            waiting = pool.submit(give_back)
            assert not wait([waiting], timeout=1).done
            post(first, [Credit(shop.wallet, EntryKind.ADDED, "meanwhile", amount=10)])
        waiting.result(timeout=10)
    in_order(shop)


def in_order(shop: Shop) -> None:
    with shop.work():
        by_id = db.session.scalars(select(Entry.id).order_by(Entry.id)).all()
        assert db.session.scalars(select(Entry.id).order_by(Entry.at, Entry.id)).all() == by_id
        assert faults() == []


def test_it_goes_on_in_chunks_after_a_kill(town: Town) -> None:
    shop = town.kavalier
    customers = fill(shop, *[(-1, -2)] * 6)
    sizes = []
    for _each in range(10):
        with shop.work():
            sizes.append(expire_lots(3))
    assert sum(sizes) == 12
    assert sizes[-1] == 0
    assert balances(shop, customers) == [(0, 0)] * 6


def test_the_job_goes_through_every_business(town: Town) -> None:
    held = [(shop, fill(shop, (-1,), (1,))) for shop in (town.kavalier, town.teremok)]
    with town.app.app_context():
        housekeeping.expire_points()
    for shop, customers in held:
        assert balances(shop, customers) == [(0, 0), (10, 10)]
        with shop.work():
            assert db.session.scalar(select(func.count()).select_from(Entry)) == 3
            assert faults() == []
