"""Coupons are used once by whom they are for, and given back by a cancel (LP-8, TE-4, TE-5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.lib import dates
from app.offers.models import Coupon
from app.offers.services import (
    Refused,
    RefusedError,
    UsedMeanwhileError,
    find_code,
    generate_coupons,
    give_back_coupons,
    issue_coupon,
    redeem_coupon,
    remove_coupon,
    take_shared,
    usable_coupons,
)
from app.offers.services.holding import rehold
from tests.factories import add_customer, add_series
from tests.offers.couponing import issue, sale_of, use
from tests.offers.holding import coupon_of, held, nothing_differs, numbers
from tests.people import Shop
from tests.transactions.races import many_connections

NOW = dates.now


class TestUsing:
    def test_it_is_used_once(self, shop: Shop, series: int, olena: int) -> None:
        """TE-4: a used one is refused; in the same sale again it changes nothing."""
        coupon, sale = issue(shop, series, olena), sale_of(shop, olena)
        use(shop, coupon, olena, sale)
        use(shop, coupon, olena, sale)
        with pytest.raises(RefusedError) as refused:
            use(shop, coupon, olena, sale_of(shop, olena))
        assert refused.value.reason is Refused.USED
        assert refused.value.when is not None
        assert numbers(shop, series) == (1, 1)
        assert held(shop, olena) == (0, 0)
        nothing_differs(shop)

    def test_it_is_used_once_however_many_try(self, shop: Shop, series: int, olena: int) -> None:
        coupon, sales = issue(shop, series, olena), [sale_of(shop, olena) for _ in range(12)]

        def attempt(sale: int) -> str:
            try:
                use(shop, coupon, olena, sale)
            except RefusedError as refused:
                return refused.reason
            return "taken"

        with many_connections(shop, 12), ThreadPoolExecutor(12) as pool:
            assert Counter(pool.map(attempt, sales)) == {"taken": 1, Refused.USED: 11}
        nothing_differs(shop)

    @pytest.mark.parametrize(
        ("spoil", "reason"),
        [
            (lambda coupon: setattr(coupon, "expires_at", NOW() - timedelta(seconds=1)), Refused.EXPIRED),
            (lambda coupon: remove_coupon(coupon.id), Refused.REMOVED),
        ],
    )
    def test_what_does_not_hold_is_refused(
        self, shop: Shop, series: int, olena: int, spoil: Callable[..., object], reason: Refused
    ) -> None:
        """LP-8: past its date it is refused at once, whether or not it lapsed already."""
        coupon = issue(shop, series, olena)
        with shop.work():
            spoil(coupon_of(shop, coupon))
        with pytest.raises(RefusedError) as refused:
            use(shop, coupon, olena, sale_of(shop, olena))
        assert refused.value.reason is reason

    def test_it_does_not_hold_before_its_series_does(self, shop: Shop, olena: int) -> None:
        with shop.work():
            series = add_series(valid_from=NOW() + timedelta(days=2))
        coupon = issue(shop, series, olena)
        with pytest.raises(RefusedError) as refused:
            use(shop, coupon, olena, sale_of(shop, olena))
        assert refused.value.reason is Refused.NOT_YET
        with shop.work():
            assert usable_coupons(olena, NOW()) == []

    def test_another_customers_is_as_good_as_unknown(self, shop: Shop, series: int, olena: int) -> None:
        coupon = issue(shop, series, olena)
        with shop.work():
            taras = add_customer("Taras")
        with pytest.raises(RefusedError) as refused:
            use(shop, coupon, taras, sale_of(shop, taras))
        assert refused.value.reason is Refused.UNKNOWN

    def test_days_count_from_when_it_can_be_used(self, shop: Shop, olena: int) -> None:
        """LP-8: else one that is given well before would be over before it begins."""
        with shop.work():
            begins = NOW() + timedelta(days=20)
            coupon = issue_coupon(add_series(valid_from=begins, valid_days=7), olena, "early").done[olena]
            assert coupon_of(shop, coupon).expires_at == begins + timedelta(days=7)

    def test_the_merged_record_uses_what_either_was_given(self, shop: Shop, series: int, olena: int) -> None:
        """CP-9: and after the merge is undone, each has its own again."""
        with shop.work():
            other = add_customer("Olenka")
        mine, theirs = issue(shop, series, olena, "1"), issue(shop, series, other, "2")
        with shop.work():
            merge_customers(*hold_pair(olena, other), set())
            rehold([other], olena)
        assert held(shop, olena) == (2, 0)
        use(shop, theirs, olena, sale_of(shop, olena))
        with shop.work():
            rehold([other], other, was_with=olena)
        assert held(shop, olena) == (1, 0)
        assert held(shop, other) == (0, 0)
        with shop.work():
            assert coupon_of(shop, theirs).holder_id == other
            assert coupon_of(shop, mine).holder_id == olena
        nothing_differs(shop)


class TestGivingBack:
    def test_a_cancel_gives_back_what_was_used(self, shop: Shop, series: int, olena: int) -> None:
        """TE-5"""
        coupon, sale = issue(shop, series, olena), sale_of(shop, olena)
        use(shop, coupon, olena, sale)
        for _ in range(2):
            with shop.work():
                give_back_coupons(sale)
        assert numbers(shop, series) == (1, 0)
        assert held(shop, olena) == (1, 0)
        use(shop, coupon, olena, sale_of(shop, olena))
        nothing_differs(shop)

    def test_a_cancel_takes_back_what_the_sale_brought(self, shop: Shop, series: int, olena: int) -> None:
        """LP-2, TE-5: unless it is used, which the refusal names."""
        sale = sale_of(shop, olena)
        coupon = issue(shop, series, olena, "sale", source=sale)
        other = sale_of(shop, olena)
        use(shop, coupon, olena, other)
        with pytest.raises(UsedMeanwhileError) as refused, shop.work():
            give_back_coupons(sale)
        assert refused.value.titles == ["Ten percent off"]
        with shop.work():
            give_back_coupons(other)
            give_back_coupons(sale)
        assert numbers(shop, series) == (0, 0)
        assert held(shop, olena) == (0, 0)
        nothing_differs(shop)

    def test_a_bearers_coupon_is_nobodys_again(self, shop: Shop, series: int, olena: int) -> None:
        with shop.work():
            assert generate_coupons(series, 3, "print:1") == 3
            assert generate_coupons(series, 3, "print:1") == 0
            coupon = db.session.scalars(select(Coupon.id)).first()
            assert coupon is not None
        sale = sale_of(shop, olena)
        use(shop, coupon, olena, sale)
        assert numbers(shop, series) == (3, 1)
        with shop.work():
            give_back_coupons(sale)
            assert coupon_of(shop, coupon).holder_id is None
        nothing_differs(shop)


class TestSharedCode:
    @pytest.fixture
    def welcome(self, shop: Shop) -> int:
        with shop.work():
            return add_series(code_kind="shared", code="WELCOME10", code_key="WE1C0ME10", customer_limit=1)

    def test_who_shows_it_gets_one_with_the_sale(self, shop: Shop, welcome: int, olena: int) -> None:
        """LP-8: within the customer's limit, and gone with the sale when that is cancelled."""
        sale = sale_of(shop, olena)
        with shop.work():
            assert find_code(" welcome-10", olena, shop.own_terminal, NOW()).series is not None
            redeem_coupon(take_shared(welcome, olena, sale), olena, sale, shop.own_place, NOW())
        with pytest.raises(RefusedError) as refused, shop.work():
            find_code("WELCOME10", olena, shop.own_terminal, NOW())
        assert refused.value.reason is Refused.USED
        with shop.work():
            give_back_coupons(sale)
        assert numbers(shop, welcome) == (0, 0)
        with shop.work():
            assert find_code("WELCOME10", olena, shop.own_terminal, NOW()).series is not None
        nothing_differs(shop)

    def test_who_holds_one_uses_that(self, shop: Shop, welcome: int, olena: int) -> None:
        coupon = issue(shop, welcome, olena)
        with shop.work():
            found = find_code("WELCOME10", olena, shop.own_terminal, NOW())
            assert found.coupon is not None
            assert (found.coupon.id, found.coupon.code) == (coupon, "WELCOME10")

    def test_who_holds_one_past_its_date_too_uses_the_other(self, shop: Shop, olena: int) -> None:
        """LP-8: its date is asked, whether or not the job has set it aside."""
        with shop.work():
            welcome = add_series(code_kind="shared", code="WELCOME10", code_key="WE1C0ME10", customer_limit=2)
        over, good = issue(shop, welcome, olena, "1"), issue(shop, welcome, olena, "2")
        with shop.work():
            coupon_of(shop, over).expires_at = NOW() - timedelta(seconds=1)
        with shop.work():
            found = find_code("WELCOME10", olena, shop.own_terminal, NOW()).coupon
            assert found is not None
            assert found.id == good
