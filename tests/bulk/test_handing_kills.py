"""Whatever dies meanwhile, each customer gets one coupon, and what was set aside is neither lost nor given twice."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import func, select

from app.bulk.check import faults
from app.extensions import db
from app.offers.models import Coupon, CouponSeries
from tests.bulk.batches import became, confirm, preview
from tests.bulk.kills import crowd, slowed, work_through_kills
from tests.factories import add_series
from tests.offers.holding import nothing_differs
from tests.people import Town


@pytest.mark.parametrize(
    ("customers", "kills", "seed"), [(400, 3, 1), pytest.param(5_000, 40, 2, marks=pytest.mark.long)]
)
def test_workers_are_killed(town: Town, superuser: psycopg.Connection, customers: int, kills: int, seed: int) -> None:
    """BA-9, BA-13: two actions out of one series that has just enough for both."""
    shop = town.kavalier
    people = crowd(shop, customers)
    with shop.work():
        series = add_series(number_limit=2 * customers)
    said = {"program": shop.program, "series": series, "texts": {}}
    batches = [preview(shop, town.anna, "coupons", said, people) for _each in range(2)]
    for each in batches:
        confirm(shop, town.anna, each)
    with slowed(superuser, 0.2):
        work_through_kills(shop, batches, kills, seed)
    assert [became(shop, each) for each in batches] == [{"done": customers}] * 2
    with shop.work():
        assert faults() == []
        row = db.session.get_one(CouponSeries, (shop.id, series))
        assert (row.issued, row.reserved) == (2 * customers, 0)
        of_each = select(func.count()).where(Coupon.series_id == series).group_by(Coupon.customer_id)
        assert set(db.session.scalars(of_each)) == {2}
    nothing_differs(shop)
