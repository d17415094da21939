"""Coupons in bulk: never more than there are, set aside by the draft, withdrawn where nobody used them (BA-9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.bulk.check import faults
from app.bulk.models import Batch, BatchState
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.bulk.services.running import work
from app.extensions import db
from app.lib import dates
from app.offers.models import Coupon, CouponSeries, CouponStatus, CustomerHolding
from app.offers.services import TooFewLeftError, issue_coupon, redeem_coupon, remove_coupon
from tests.bulk.batches import became, confirm, do, foreseen, preview, run, state, tallied, undo
from tests.factories import add_customer, add_sale, add_series
from tests.offers.holding import held, nothing_differs, numbers
from tests.people import Shop, Town


@pytest.fixture
def customers(shop: Shop) -> list[int]:
    with shop.work():
        return [add_customer(f"C{number}") for number in range(5)]


def series(shop: Shop, **values: Any) -> dict[str, Any]:
    """What the form of the action says."""
    with shop.work():
        return {"program": shop.program, "series": add_series(**values), "texts": {}}


def reserved(shop: Shop, said: dict[str, Any]) -> int:
    """Of the series; the proof agrees."""
    with shop.work():
        assert faults() == []
        return db.session.get_one(CouponSeries, (shop.id, said["series"])).reserved


def coupons(shop: Shop, said: dict[str, Any]) -> dict[int, Coupon]:
    with shop.work():
        rows = db.session.scalars(select(Coupon).where(Coupon.series_id == said["series"])).all()
        db.session.expunge_all()
        return {each.customer_id or 0: each for each in rows}


def change(shop: Shop, said: dict[str, Any], **values: Any) -> None:
    with shop.work():
        db.session.execute(update(CouponSeries).where(CouponSeries.id == said["series"]).values(**values))


def test_each_gets_one_and_the_stock_is_set_aside_meanwhile(town: Town, shop: Shop, customers: list[int]) -> None:
    """BA-9, BA-13: nobody else issues what a draft needs."""
    said = series(shop, number_limit=6)
    number = preview(shop, town.anna, "coupons", said, customers)
    assert foreseen(shop, number) == {"done": 5}
    assert reserved(shop, said) == 5
    with shop.work():
        late = add_customer("Late")
        issue_coupon(said["series"], late, "the sixth")
    with shop.work(), pytest.raises(TooFewLeftError):
        issue_coupon(said["series"], customers[0], "a seventh")
    confirm(shop, town.anna, number)
    run(shop, number)
    assert became(shop, number) == tallied(shop, number) == {"done": 5}
    found = coupons(shop, said)
    assert found.keys() == {*customers, late}
    assert len({each.code_key for each in found.values()}) == 6
    assert found[customers[0]].user_id == town.anna.id
    assert [held(shop, each) for each in customers] == [(1, 0)] * 5
    assert (numbers(shop, said["series"]), reserved(shop, said)) == ((6, 0), 0)
    nothing_differs(shop)


def test_it_is_refused_before_the_first_where_fewer_are_left(town: Town, shop: Shop, customers: list[int]) -> None:
    """BA-9: the draft tells it, as it does where another action took what there was."""
    said = series(shop, number_limit=7)
    first = preview(shop, town.anna, "coupons", said, customers)
    second = preview(shop, town.olha, "coupons", said, customers)
    with shop.work():
        assert db.session.get_one(Batch, (shop.id, second)).foreseen["left"] == 2
    with shop.work(town.olha), pytest.raises(steering.ShortError):
        steering.confirm(held_batch(second), town.olha.role)
    assert state(shop, second) is BatchState.PREVIEWED
    assert (numbers(shop, said["series"]), reserved(shop, said)) == ((0, 0), 5)
    with shop.work(town.anna):
        steering.discard(held_batch(first))
    assert reserved(shop, said) == 0
    with shop.work(town.olha):
        steering.choose(held_batch(second), "coupons", said, 5)
    assert reserved(shop, said) == 5
    confirm(shop, town.olha, second)
    run(shop, second)
    assert became(shop, second) == {"done": 5}


def test_what_was_set_aside_is_given_back(town: Town, shop: Shop, customers: list[int]) -> None:
    """BA-9: when another action is chosen, by a cancel, after a day, and at the end where some were skipped."""
    said = series(shop, number_limit=20)
    chosen, cancelled, lapsed, ended = (preview(shop, town.anna, "coupons", said, customers) for _each in range(4))
    assert reserved(shop, said) == 20
    with shop.work(town.anna):
        steering.choose(held_batch(chosen), "access", {"program": shop.program, "given": 2}, 5)
    assert reserved(shop, said) == 15
    confirm(shop, town.anna, cancelled, start_at=dates.now() + timedelta(days=1))
    with shop.work(town.anna):
        steering.cancel(held_batch(cancelled))
    assert reserved(shop, said) == 10
    with shop.work():
        old = dates.now() - timedelta(hours=25)
        db.session.execute(update(Batch).where(Batch.id == lapsed).values(created_at=old))
    with shop.work():
        assert steering.forget_drafts() == 1
    assert reserved(shop, said) == 5
    change(shop, said, customer_limit=1)
    with shop.work():
        issue_coupon(said["series"], customers[0], "meanwhile")
    confirm(shop, town.anna, ended)
    run(shop, ended)
    assert became(shop, ended) == {"done": 4, "had_share": 1}
    assert (numbers(shop, said["series"]), reserved(shop, said)) == ((5, 0), 0)


def test_a_cancel_in_the_middle_gives_back_what_is_left(town: Town, shop: Shop, customers: list[int]) -> None:
    """BA-9, BA-12"""
    said = series(shop, number_limit=5)
    number = preview(shop, town.anna, "coupons", said, customers)
    confirm(shop, town.anna, number)
    with shop.work():
        db.session.execute(update(Batch).values(chunk=2))
    stops = iter([False, True])
    with shop.app.app_context():
        work(shop.id, number, lambda: next(stops))
    assert reserved(shop, said) == 3
    with shop.work(town.anna):
        steering.cancel(held_batch(number))
    assert (numbers(shop, said["series"]), reserved(shop, said)) == ((2, 0), 0)


@pytest.mark.parametrize("gone", [{"active": False}, {"archived_at": dates.NEVER}, {"issue_to": dates.now()}])
def test_a_series_that_issues_nothing_by_then(
    town: Town, shop: Shop, customers: list[int], gone: dict[str, object]
) -> None:
    """BA-11: all are skipped for that reason; the preview says so as well."""
    said = series(shop, number_limit=10)
    number = preview(shop, town.anna, "coupons", said, customers)
    change(shop, said, **gone)
    confirm(shop, town.anna, number)
    run(shop, number)
    assert became(shop, number) == tallied(shop, number) == {"not_issued": 5}
    assert reserved(shop, said) == 0
    assert foreseen(shop, preview(shop, town.anna, "coupons", said, customers)) == {"not_issued": 5}


def test_who_had_its_share_is_skipped(town: Town, shop: Shop, customers: list[int]) -> None:
    """LP-8: coupons used and lapsed count; no stock is set aside for those."""
    said = series(shop, number_limit=10, customer_limit=1)
    do(shop, town.anna, "coupons", said, customers[:2])
    number = preview(shop, town.anna, "coupons", said, customers)
    assert foreseen(shop, number) == {"done": 3, "had_share": 2}
    assert reserved(shop, said) == 3


def test_unused_ones_are_withdrawn_and_used_ones_named(town: Town, shop: Shop, customers: list[int]) -> None:
    """BA-9, BA-14"""
    said = series(shop, number_limit=5)
    number = do(shop, town.anna, "coupons", said, customers)
    found = coupons(shop, said)
    with shop.work():
        sale = add_sale(customers[0], shop.own_terminal, 10_000)
        redeem_coupon(found[customers[0]].id, customers[0], sale, shop.own_place, dates.now())
        remove_coupon(found[customers[1]].id)
        lapsed = update(Coupon).where(Coupon.customer_id == customers[2])
        db.session.execute(lapsed.values(status=CouponStatus.LAPSED))
        gone = update(CustomerHolding).where(CustomerHolding.customer_id == customers[2])
        db.session.execute(gone.values(coupons=0))
    undoing = undo(shop, town.anna, number)
    assert became(shop, undoing) == {"done": 2, "coupon_used": 1, "coupon_removed": 1, "coupon_lapsed": 1}
    assert state(shop, number) is BatchState.UNDONE
    assert [held(shop, each) for each in customers] == [(0, 0)] * 5
    assert numbers(shop, said["series"]) == (2, 1)
    nothing_differs(shop)
    again = preview(shop, town.anna, "coupons", said, customers[:3])
    assert (foreseen(shop, again), reserved(shop, said)) == ({"done": 3}, 3)
