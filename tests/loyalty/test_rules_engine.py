"""The rules engine by examples: conditions, effects, priority, combination, explanation (LP-2)."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from app.loyalty.rules import (
    AccountAmount,
    Conditions,
    CouponIssue,
    DiscountFixed,
    DiscountPercent,
    Effect,
    Gift,
    Line,
    PointsFixed,
    PointsPercent,
    Reason,
    Rounding,
    outcome,
)
from tests.loyalty.purchases import (
    BAKERY,
    BEANS,
    CAKE,
    CATEGORY,
    COFFEE,
    DRINKS,
    KYIV,
    MORNING,
    PLACE,
    at,
    line,
    purchase,
    rule,
    why,
)

TUTORIAL = [
    rule(PointsPercent(1000), id_=2, priority=1),
    rule(PointsPercent(2000), id_=1, priority=0, combines=False, conditions=MORNING),
]


class TestTutorial:
    @pytest.mark.parametrize(("hour", "percent"), [(10, 20), (17, 10)])
    def test_of_points(self, hour: int, percent: int) -> None:
        """LP-2: 20% from 9 to 11, priority 0, not combined; 10% always, priority 1."""
        assert outcome(TUTORIAL, purchase(at=at(hour))).earned(10_000) == percent * 100

    @pytest.mark.parametrize(("hour", "percent"), [(10, 20), (17, 10)])
    def test_of_discounts(self, hour: int, percent: int) -> None:
        """LP-2: the same with discounts."""
        rules = [
            rule(DiscountPercent(1000), id_=2, priority=1),
            rule(DiscountPercent(2000), id_=1, priority=0, combines=False, conditions=MORNING),
        ]
        assert outcome(rules, purchase(at=at(hour))).discounts == {1: percent * 100}

    def test_says_why(self) -> None:
        """LP-2: every rule is told of, in the order it was looked at, applied or not."""
        morning, always = outcome(TUTORIAL, purchase(at=at(10))).looked
        assert (morning.rule_id, morning.applied, morning.why) == (1, True, Reason.APPLIED)
        assert (always.rule_id, always.applied, always.why, always.stopped_by) == (2, False, Reason.STOPPED, "Rule 1")
        morning, always = outcome(TUTORIAL, purchase(at=at(17))).looked
        assert (morning.applied, morning.why) == (False, Reason.TIME)
        assert (always.applied, always.why, always.stopped_by) == (True, Reason.APPLIED, None)


class TestConditions:
    """LP-2: each by itself; the first that fails is the reason."""

    @pytest.mark.parametrize(
        ("hour", "minute", "reason"),
        [(8, 59, Reason.TIME), (9, 0, Reason.APPLIED), (10, 59, Reason.APPLIED), (11, 0, Reason.TIME)],
    )
    def test_a_window_begins_with_its_first_minute(self, hour: int, minute: int, reason: Reason) -> None:
        assert why(MORNING, at=at(hour, minute)) is reason

    @pytest.mark.parametrize(
        ("window", "hour", "reason"),
        [
            ({"from_time": time(9)}, 23, Reason.APPLIED),
            ({"from_time": time(9)}, 8, Reason.TIME),
            ({"to_time": time(9)}, 0, Reason.APPLIED),
            ({"to_time": time(9)}, 9, Reason.TIME),
            ({"from_time": time(5), "to_time": time(5)}, 4, Reason.APPLIED),
            ({"from_time": time(22), "to_time": time(2)}, 23, Reason.APPLIED),
            ({"from_time": time(22), "to_time": time(2)}, 1, Reason.APPLIED),
            ({"from_time": time(22), "to_time": time(2)}, 2, Reason.TIME),
            ({"from_time": time(22), "to_time": time(2)}, 12, Reason.TIME),
        ],
    )
    def test_windows_without_an_end_and_over_midnight(self, window: dict[str, time], hour: int, reason: Reason) -> None:
        assert why(Conditions(**window), at=at(hour)) is reason  # type: ignore[arg-type]

    def test_weekdays(self) -> None:
        assert why(Conditions(weekdays=frozenset({3, 6}))) is Reason.APPLIED
        assert why(Conditions(weekdays=frozenset({4}))) is Reason.WEEKDAY

    @pytest.mark.parametrize(("day", "hour"), [(24, 1), (25, 23), (26, 1)])
    def test_what_begins_on_a_day_belongs_to_it(self, day: int, hour: int) -> None:
        """A window over midnight holds after the midnight of its day, not before the one of the next."""
        asked = Conditions(weekdays=frozenset({3}), from_time=time(22), to_time=time(2))
        assert why(asked, at=at(hour, day=day)) is (Reason.WEEKDAY if day == 24 else Reason.APPLIED)
        dated = Conditions(from_day=date(2026, 11, 25), to_day=date(2026, 11, 25), from_time=time(22), to_time=time(2))
        assert why(dated, at=at(hour, day=day)) is (Reason.DAYS if day == 24 else Reason.APPLIED)

    @pytest.mark.parametrize(
        ("first", "last", "reason"),
        [
            (date(2026, 11, 25), date(2026, 11, 25), Reason.APPLIED),
            (date(2026, 11, 26), None, Reason.DAYS),
            (None, date(2026, 11, 24), Reason.DAYS),
            (None, date(2026, 12, 1), Reason.APPLIED),
        ],
    )
    def test_days_include_the_last(self, first: date | None, last: date | None, reason: Reason) -> None:
        assert why(Conditions(from_day=first, to_day=last)) is reason

    def test_places_and_categories(self) -> None:
        assert why(Conditions(points_of_sale=frozenset({PLACE, 2}))) is Reason.APPLIED
        assert why(Conditions(points_of_sale=frozenset({2}))) is Reason.PLACE
        assert why(Conditions(categories=frozenset({CATEGORY}))) is Reason.APPLIED
        assert why(Conditions(categories=frozenset({11}))) is Reason.CATEGORY

    @pytest.mark.parametrize(
        ("least", "most", "reason"),
        [
            (10_000, 10_000, Reason.APPLIED),
            (10_001, None, Reason.TOO_LITTLE),
            (None, 9_999, Reason.TOO_MUCH),
            (None, None, Reason.APPLIED),
        ],
    )
    def test_the_amount_is_of_the_whole_check(self, least: int | None, most: int | None, reason: Reason) -> None:
        assert why(Conditions(least=least, most=most), purchase(line(1, 4_000), line(2, 6_000))) is reason

    def test_the_amount_is_before_discounts(self) -> None:
        """A discount of an earlier rule takes no other one away."""
        rules = [
            rule(DiscountPercent(5000)),
            rule(PointsFixed(100), id_=2, conditions=Conditions(least=10_000)),
        ]
        assert [each.applied for each in outcome(rules, purchase()).looked] == [True, True]

    @pytest.mark.parametrize(
        ("asked", "numbers"),
        [
            (Conditions(), {1, 2, 3}),
            (Conditions(goods=frozenset({CAKE})), {2}),
            (Conditions(groups=frozenset({DRINKS})), {1}),
            (Conditions(goods=frozenset({CAKE}), groups=frozenset({DRINKS})), {1, 2}),
            (Conditions(but_goods=frozenset({CAKE})), {1, 3}),
            (Conditions(but_groups=frozenset({DRINKS})), {2, 3}),
            (Conditions(groups=frozenset({DRINKS, BAKERY}), but_goods=frozenset({COFFEE})), {2}),
            (Conditions(goods=frozenset({BEANS})), set()),
            (Conditions(groups=frozenset({BAKERY}), but_groups=frozenset({BAKERY})), set()),
        ],
    )
    def test_goods_narrow_the_lines(self, asked: Conditions, numbers: set[int]) -> None:
        """A line of the check's amount alone is no good, so it is left to rules about any."""
        bought = purchase(line(1, 1_000, COFFEE, DRINKS), line(2, 1_000, CAKE, BAKERY), line(3, 1_000))
        found = outcome([rule(DiscountPercent(1000), conditions=asked)], bought)
        assert {number for number, amount in found.discounts.items() if amount} == numbers
        assert found.looked[0].why is (Reason.APPLIED if numbers else Reason.GOODS)

    def test_clocks_that_jump(self) -> None:
        """The wall clock counts on days when it is put forward or back."""
        night = Conditions(from_time=time(2), to_time=time(5))
        assert why(night, at=datetime(2026, 3, 29, 4, 30, tzinfo=KYIV)) is Reason.APPLIED
        for fold in (0, 1):
            assert why(night, at=datetime(2026, 10, 25, 3, 30, tzinfo=KYIV, fold=fold)) is Reason.APPLIED
            over = Conditions(from_time=time(22), to_time=time(3), weekdays=frozenset({6}))
            assert why(over, at=datetime(2026, 10, 25, 3, 30, tzinfo=KYIV, fold=fold)) is not Reason.APPLIED
            assert why(over, at=datetime(2026, 10, 25, 2, 59, tzinfo=KYIV, fold=fold)) is Reason.APPLIED


class TestEffects:
    """LP-2."""

    @pytest.mark.parametrize(
        ("effect", "left"),
        [
            (DiscountPercent(1000), {1: 9_000, 2: 4_500}),
            (DiscountPercent(3333), {1: 6_667, 2: 3_333}),  # 1666.5 off 5000 is rounded half up
            (DiscountPercent(10_000), {1: 0, 2: 0}),
            (DiscountFixed(300), {1: 9_800, 2: 4_900}),
            (DiscountFixed(100), {1: 9_933, 2: 4_967}),
            (DiscountFixed(20_000), {1: 0, 2: 0}),
        ],
    )
    def test_discounts(self, effect: Effect, left: dict[int, int]) -> None:
        bought = purchase(line(1, 10_000), line(2, 5_000))
        found = outcome([rule(effect)], bought)
        assert found.left == left
        assert found.looked[0].discount == sum(found.discounts.values()) == 15_000 - sum(left.values())

    def test_each_discount_is_off_what_is_left(self) -> None:
        """LP-2: 10% and then 20% leave 72 of 100, and an amount comes off what percents left."""
        rules = [rule(DiscountPercent(1000)), rule(DiscountPercent(2000), id_=2), rule(DiscountFixed(200), id_=3)]
        found = outcome(rules, purchase())
        assert found.left == {1: 7_000}
        assert [each.discount for each in found.looked] == [1_000, 1_800, 200]

    def test_points_are_of_what_is_paid_in_money(self) -> None:
        """LP-1: after discounts and points."""
        found = outcome([rule(DiscountPercent(1000), PointsPercent(1000))], purchase())
        assert found.earned(9_000) == 900
        assert found.earned(4_000) == 400
        assert found.earned(0) == 0

    def test_points_of_some_goods_are_of_their_part(self) -> None:
        """LP-1: half of what is due is paid by points, so half of the cake's price is paid in money."""
        asked = Conditions(goods=frozenset({CAKE}))
        found = outcome([rule(PointsPercent(1000), conditions=asked)], purchase(line(1, 6_000), line(2, 4_000, CAKE)))
        assert found.earned(10_000) == 400
        assert found.earned(5_000) == 200

    def test_points_of_several_rules_add_up(self) -> None:
        rules = [rule(PointsPercent(1000)), rule(PointsPercent(500), PointsFixed(2500), id_=2)]
        assert outcome(rules, purchase()).earned(10_000) == 1_500 + 2_500

    @pytest.mark.parametrize(
        ("rounding", "points"),
        [
            (Rounding.HUNDREDTHS, 1_235),
            (Rounding.WHOLE, 1_200),
            (Rounding.WHOLE_DOWN, 1_200),
            (Rounding.WHOLE_UP, 1_300),
        ],
    )
    def test_rounding(self, rounding: Rounding, points: int) -> None:
        """LP-1: once, for the sum; halves go up: 12.345 points."""
        assert outcome([rule(PointsPercent(1000))], purchase(line(1, 12_345))).earned(12_345, rounding) == points

    @pytest.mark.parametrize(("amount", "points"), [(149, 100), (150, 200), (0, 0)])
    def test_halves_go_up(self, amount: int, points: int) -> None:
        found = outcome([rule(PointsPercent(10_000))], purchase(line(1, amount)))
        assert found.earned(amount, Rounding.WHOLE) == points

    @pytest.mark.parametrize(("digits", "paid"), [(0, 100), (2, 10_000), (3, 100_000)])
    def test_a_point_pays_one_unit_of_any_currency(self, digits: int, paid: int) -> None:
        """LP-1."""
        found = outcome([rule(PointsPercent(1000))], purchase(line(1, paid), digits=digits))
        assert found.earned(paid) == 1_000

    def test_accounts_and_gifts(self) -> None:
        rules = [
            rule(AccountAmount(5, 1_000), Gift(CAKE)),
            rule(AccountAmount(5, 500), AccountAmount(6, 1), Gift(CAKE), id_=2),
        ]
        found = outcome(rules, purchase())
        assert found.accounts == ((5, 1_500), (6, 1))
        assert found.gifts == (CAKE, CAKE)

    def test_a_check_of_nothing(self) -> None:
        """Its fixed points are earned all the same."""
        rules = [rule(DiscountPercent(1000), DiscountFixed(100), PointsPercent(1000), PointsFixed(100))]
        for lines in ((line(1, 0),), (line(1, 0), line(2, 0))):
            found = outcome(rules, purchase(*lines))
            assert set(found.left.values()) == {0}
            assert found.earned(0) == 100


class TestPriority:
    """LP-2: 0 first; one that does not combine, once applied, stops the later ones."""

    def test_ties_go_by_id(self) -> None:
        rules = [rule(DiscountFixed(1), id_=number) for number in (3, 1, 2)]
        assert [each.rule_id for each in outcome(rules, purchase()).looked] == [1, 2, 3]

    def test_one_that_does_not_apply_stops_nobody(self) -> None:
        rules = [rule(combines=False, conditions=Conditions(least=99_999)), rule(PointsFixed(1), id_=2)]
        assert [each.applied for each in outcome(rules, purchase()).looked] == [False, True]

    def test_one_that_does_not_combine_applies_after_those_that_do(self) -> None:
        rules = [
            rule(PointsFixed(100)),
            rule(PointsFixed(20), id_=2, priority=1, combines=False),
            rule(PointsFixed(3), id_=3, priority=2),
            rule(PointsFixed(4), id_=4, priority=3, combines=False),
        ]
        found = outcome(rules, purchase())
        assert found.points == 120
        assert [each.why for each in found.looked[2:]] == [Reason.STOPPED] * 2
        assert [each.stopped_by for each in found.looked] == [None, None, "Rule 2", "Rule 2"]

    def test_without_rules_nothing_happens(self) -> None:
        found = outcome([], purchase(Line(1, None, frozenset(), 1000, 500)))
        assert (found.left, found.discounts, found.looked, found.earned(500)) == ({1: 500}, {1: 0}, (), 0)


class TestCoupons:
    """LP-8: what the customer brought comes after the rules, and is about the whole check."""

    def test_percent_comes_before_fixed_and_both_after_rules(self) -> None:
        rules = [rule(DiscountPercent(1_000), combines=False)]
        found = outcome(rules, purchase(), [DiscountFixed(500), DiscountPercent(2_000)])
        assert (found.left, found.redeemed) == ({1: 6_700}, (500, 1_800))
        assert found.looked[0].discount == 1_000

    def test_each_line_is_rounded_and_none_falls_below_nothing(self) -> None:
        lines = purchase(line(1, 333), line(2, 1))
        assert outcome([], lines, [DiscountPercent(5_000)]).discounts == {1: 167, 2: 1}
        found = outcome([], lines, [DiscountFixed(300), DiscountFixed(100)])
        assert (sum(found.left.values()), found.redeemed) == (0, (300, 34))

    def test_points_and_gifts_are_added(self) -> None:
        found = outcome([rule(PointsPercent(1_000), Gift(CAKE))], purchase(), [PointsFixed(500), Gift(CAKE)])
        assert (found.earned(10_000), found.gifts) == (1_500, (CAKE, CAKE))

    def test_a_series_is_given_once_for_a_check(self) -> None:
        """LP-2."""
        given = [rule(CouponIssue(7)), rule(CouponIssue(7), CouponIssue(5), id_=2)]
        assert outcome(given, purchase()).coupons == (7, 5)
