"""Sales of a merged record are cancelled: who gets back what, and who lends it (CP-9)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest

from app.customers.family import hold_customers
from app.extensions import db
from app.lib import dates
from app.loyalty.models import Access, Program
from app.loyalty.services import create_program
from app.transactions.models import Transaction
from app.transactions.services import (
    AlreadyCancelledError,
    MissingError,
    Refusal,
    RefusedError,
    cancel_sale,
)
from tests.customers.records import cancel, lots, merge, nothing_differs, sold, spend, ten_percent, undo
from tests.factories import enrol
from tests.people import Town


def test_a_sale_that_waited_for_a_merge_goes_by_the_access_that_it_brought(town: Town, pair: tuple[int, int]) -> None:
    """AC-1, CP-9: the survivor was in no such program before, and the other is blacklisted there."""
    first, second = pair
    shop = town.kavalier
    with shop.work(town.anna):
        program = create_program("Tea Club", {"en": "Tea Club"})
        enrol(second, db.session.get_one(Program, (shop.id, program)), Access.BLACKLISTED)

    def sell_tea() -> None:
        with shop.work(town.anna):
            sold(shop, first, 1_000, program_id=program)

    with ThreadPoolExecutor(1) as pool:
        with shop.work(town.anna):
            hold_customers(pair)
            waiting = pool.submit(sell_tea)
            assert not wait([waiting], timeout=1).done
            merge(first, second)
        with pytest.raises(RefusedError) as refused:
            waiting.result(timeout=10)
    assert refused.value.refusal is Refusal.BLACKLISTED


class TestCancelling:
    def test_points_of_an_absorbed_sale_come_back_on_the_survivor(self, town: Town, pair: tuple[int, int]) -> None:
        """CP-9, TE-5: what was paid is the survivor's, what was earned is taken from it, each with its date."""
        first, second = pair
        shop = town.kavalier
        with shop.work(town.anna):
            ten_percent(shop.program)
            sale = sold(shop, second, 900, points=400)
            merge(first, second)
            assert lots(first) == [(100, 5), (1_000, 30), (250, None)]
            cancel(shop, sale)
            assert lots(first) == [(500, 5), (1_000, 30), (200, None)]
            assert lots(second) == []
            with pytest.raises(AlreadyCancelledError):
                cancel(shop, sale)
            nothing_differs()

    def test_what_both_lack_is_told_exactly(self, town: Town, pair: tuple[int, int]) -> None:
        first, second = pair
        shop = town.kavalier
        with shop.work(town.anna):
            ten_percent(shop.program)
            sale = sold(shop, second, 3_000, points=100)
            merge(first, second)
            spend(shop, first, 1_800)
        with pytest.raises(MissingError) as short, shop.work(town.anna):
            cancel(shop, sale)
        missing = short.value.missing
        assert missing == {shop.wallet: 100}
        with shop.work(town.anna):
            cancel_sale(db.session.get_one(Transaction, (shop.id, sale)), reason="A wrong check", credit=missing)
            assert lots(first) == []
            nothing_differs()

    @pytest.mark.parametrize("undone", [False, True])
    def test_what_expired_with_the_survivor_is_taken_from_nobody(
        self, town: Town, pair: tuple[int, int], monkeypatch: pytest.MonkeyPatch, undone: bool
    ) -> None:
        """TE-5, CP-9: whether both are one person still or two again."""
        first, second = pair
        shop = town.kavalier
        with shop.work(town.anna):
            ten_percent(shop.program)
            db.session.get_one(Program, (shop.id, shop.program)).points_days = 3
            db.session.flush()
            sale = sold(shop, second, 3_000)
            number = merge(first, second)
            if not undone:
                spend(shop, first, 100)
        later = dates.now() + timedelta(days=4)
        monkeypatch.setattr(dates, "now", lambda: later)
        with shop.work(town.anna):
            if undone:
                undo(first, number)
            cancel(shop, sale)
            assert lots(first) == ([(1_000, 26)] if undone else [(400, 1), (1_000, 26), (200, None)])
            assert lots(second) == ([(500, 1), (200, None)] if undone else [])
            nothing_differs()

    def test_once_both_are_two_again_the_very_lot_goes(self, town: Town, pair: tuple[int, int]) -> None:
        """TE-5, CP-9: not the special points that expire sooner."""
        first, second = pair
        shop = town.kavalier
        with shop.work(town.anna):
            ten_percent(shop.program)
            sale = sold(shop, second, 3_000)
            for _twice in range(2):
                undo(first, merge(first, second))
            cancel(shop, sale)
            assert lots(second) == [(500, 5), (200, None)]
            assert lots(first) == [(1_000, 30)]
            nothing_differs()

    def test_undone_after_that_each_has_its_own(self, town: Town, pair: tuple[int, int]) -> None:
        """CP-9: what the survivor gave for a cancelled sale of the other is not returned once more."""
        first, second = pair
        shop = town.kavalier
        with shop.work(town.anna):
            ten_percent(shop.program)
            sale = sold(shop, second, 500)
            number = merge(first, second)
            spend(shop, first, 750)  # the other's lots that expire first, and a part of the survivor's own
            cancel(shop, sale)
            undo(first, number)
            assert lots(second) == [(500, 5), (200, None)]
            assert lots(first) == [(250, 30)]
            nothing_differs()
