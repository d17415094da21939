"""Coupons are issued within every limit, and lapse (LP-8)."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.customers.services.merging import hold_pair, merge_customers
from app.lib import dates
from app.offers.models import CouponStatus
from app.offers.services import (
    NotIssued,
    NotIssuedError,
    Skip,
    TooFewLeftError,
    give_back_coupons,
    issue_coupon,
    issue_coupons,
    lapse_coupons,
    remove_coupon,
)
from tests.factories import add_customer, add_sale, add_series
from tests.offers.couponing import issue, sale_of, use
from tests.offers.holding import coupon_of, held, nothing_differs, numbers
from tests.people import Shop, Town
from tests.transactions.races import many_connections

NOW = dates.now


class TestIssuing:
    def test_each_customer_gets_one_with_a_code_of_its_own(self, shop: Shop, series: int, olena: int) -> None:
        with shop.work():
            taras = add_customer("Taras")
            issued = issue_coupons(series, [olena, taras], "batch:1")
            codes = {coupon_of(shop, each).code for each in issued.done.values()}
        assert issued.done.keys() == {olena, taras}
        assert len(codes) == 2
        assert numbers(shop, series) == (2, 0)
        assert held(shop, olena) == (1, 0)
        nothing_differs(shop)

    def test_the_same_key_issues_nothing_twice(self, shop: Shop, series: int, olena: int) -> None:
        """BA-13: whatever is repeated, the first one stands, even after it was removed."""
        first = issue(shop, series, olena)
        assert issue(shop, series, olena) == first
        with shop.work():
            assert remove_coupon(first)
        assert issue(shop, series, olena) == first
        assert numbers(shop, series) == (0, 0)
        nothing_differs(shop)

    def test_fewer_left_than_customers_is_refused_before_anything(self, shop: Shop, olena: int) -> None:
        """BA-9"""
        with shop.work():
            series, others = add_series(number_limit=2), [add_customer(f"N{each}") for each in range(2)]
        with pytest.raises(TooFewLeftError) as refused, shop.work():
            issue_coupons(series, [olena, *others], "batch")
        assert (refused.value.left, refused.value.needed) == (2, 3)
        assert numbers(shop, series) == (0, 0)
        with shop.work():
            assert len(issue_coupons(series, others, "batch").done) == 2

    def test_a_customer_has_no_more_than_it_may(self, shop: Shop, olena: int) -> None:
        """LP-8: used and lapsed ones count, removed ones do not."""
        with shop.work():
            series = add_series(customer_limit=1)
        first = issue(shop, series, olena, "1")
        use(shop, first, olena, sale_of(shop, olena))
        with shop.work():
            assert issue_coupon(series, olena, "2").skipped == {olena: Skip.LIMIT}
        with shop.work():
            taras = add_customer("Taras")
        removed = issue(shop, series, taras, "1")
        with shop.work():
            remove_coupon(removed)
        assert issue(shop, series, taras, "2") != removed
        nothing_differs(shop)

    def test_what_was_used_elsewhere_counts_for_a_location_operator_too(self, town: Town, shop: Shop) -> None:
        """PR-3: it does not see that coupon, and gives no second one."""
        with shop.work():
            series, customer = add_series(customer_limit=1), add_customer(point_of_sale=shop.franchised_place)
            add_sale(customer, shop.franchised_terminal, 100)
        use(shop, issue(shop, series, customer, "1"), customer, sale_of(shop, customer))
        with shop.work(town.boris):
            assert issue_coupon(series, customer, "2").skipped == {customer: Skip.LIMIT}
            assert issue_coupon(series, customer, "1").done == {}

    @pytest.mark.parametrize(
        ("values", "reason"),
        [
            ({"active": False}, NotIssued.OFF),
            ({"archived_at": -1}, NotIssued.OFF),
            ({"issue_from": 1}, NotIssued.NOT_YET),
            ({"issue_to": -1}, NotIssued.OVER),
            ({"valid_until": -1}, NotIssued.OVER),
        ],
    )
    def test_outside_its_period_nothing_is_issued(
        self, shop: Shop, olena: int, values: dict[str, int], reason: NotIssued
    ) -> None:
        """LP-8: emission period, and what is archived or off."""
        moments = {
            name: value if isinstance(value, bool) else NOW() + timedelta(days=value) for name, value in values.items()
        }
        with shop.work():
            series = add_series(**moments)
        with pytest.raises(NotIssuedError) as refused, shop.work():
            issue_coupon(series, olena, "1")
        assert refused.value.reason is reason

    def test_it_holds_for_its_days_but_not_past_the_series(self, shop: Shop, olena: int) -> None:
        ends = NOW() + timedelta(days=20)
        with shop.work():
            short, long = add_series(valid_days=10, valid_until=ends), add_series(valid_days=30, valid_until=ends)
            first, second = (issue_coupon(each, olena, f"{each}").done[olena] for each in (short, long))
            expires = coupon_of(shop, first).expires_at
            assert expires is not None
            assert abs(expires - NOW() - timedelta(days=10)) < timedelta(minutes=1)
            assert coupon_of(shop, second).expires_at == ends

    def test_who_is_merged_or_erased_gets_none(self, shop: Shop, series: int, olena: int) -> None:
        with shop.work():
            other = add_customer("Olenka")
            merge_customers(*hold_pair(olena, other), set())
        with shop.work():
            assert issue_coupons(series, [other, 10**9], "1").skipped == {other: Skip.GONE, 10**9: Skip.GONE}

    def test_the_last_ones_are_given_once_however_many_ask(self, shop: Shop) -> None:
        """LP-8: 40 threads, 25 coupons, 25 customers with one each."""
        with shop.work():
            series, customers = add_series(number_limit=25), [add_customer(f"N{each}") for each in range(40)]

        def ask(customer: int) -> str:
            try:
                issue(shop, series, customer)
            except TooFewLeftError:
                return "none left"
            return "issued"

        with many_connections(shop, 40), ThreadPoolExecutor(40) as pool:
            assert Counter(pool.map(ask, customers)) == {"issued": 25, "none left": 15}
        assert numbers(shop, series) == (25, 0)
        nothing_differs(shop)

    def test_a_customers_limit_holds_however_many_ask(self, shop: Shop, olena: int) -> None:
        with shop.work():
            series = add_series(customer_limit=3)

        def ask(key: int) -> int:
            with shop.work():
                return len(issue_coupon(series, olena, f"{key}").done)

        with many_connections(shop, 20), ThreadPoolExecutor(20) as pool:
            assert sum(pool.map(ask, range(20))) == 3
        nothing_differs(shop)


class TestTime:
    def test_what_is_over_lapses(self, shop: Shop, olena: int) -> None:
        """CT-1: what is counted as held is in hand; a cancel afterwards gives back, and it lapses again."""
        with shop.work():
            series = add_series(valid_until=NOW() + timedelta(milliseconds=300))
        coupon = issue(shop, series, olena)
        other = issue(shop, series, olena, "2")
        sale = sale_of(shop, olena)
        use(shop, other, olena, sale)
        time.sleep(0.35)
        with shop.work():
            assert lapse_coupons() == 1
        with shop.work():
            assert lapse_coupons() == 0
            assert coupon_of(shop, coupon).status is CouponStatus.LAPSED
        assert held(shop, olena) == (0, 0)
        with shop.work():
            give_back_coupons(sale)
        assert held(shop, olena) == (1, 0)
        with shop.work():
            assert lapse_coupons() == 1
        nothing_differs(shop)
