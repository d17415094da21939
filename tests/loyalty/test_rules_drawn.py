"""The rules engine under rules and purchases drawn by hypothesis (LP-1, LP-2)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import takewhile

from hypothesis import given
from hypothesis import strategies as st

from app.loyalty.rules import (
    AccountAmount,
    Conditions,
    CouponIssue,
    DiscountFixed,
    DiscountPercent,
    Effect,
    Line,
    PointsFixed,
    PointsPercent,
    Purchase,
    Reason,
    Rounding,
    Rule,
    outcome,
)
from tests.loyalty.purchases import KYIV, why

amounts = st.one_of(st.integers(0, 10), st.integers(0, 10**12))
few = st.frozensets(st.integers(1, 3), max_size=2)
times = st.none() | st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
moments = st.integers(0, 3 * 366 * 24 * 60).map(
    lambda minutes: (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(KYIV)
)
conditions = st.builds(
    Conditions,
    weekdays=st.frozensets(st.integers(1, 7)),
    from_time=times,
    to_time=times,
    points_of_sale=few,
    categories=few,
    least=st.none() | amounts,
    most=st.none() | amounts,
    goods=few,
    groups=few,
    but_goods=few,
    but_groups=few,
)
effects: st.SearchStrategy[Effect] = st.one_of(
    st.builds(PointsPercent, st.integers(1, 100_000)),
    st.builds(PointsFixed, amounts),
    st.builds(DiscountPercent, st.integers(1, 10_000)),
    st.builds(DiscountFixed, amounts),
    st.builds(AccountAmount, st.integers(1, 2), amounts),
    st.builds(CouponIssue, st.integers(1, 2)),
)


@st.composite
def rules(draw: st.DrawFn, asked: st.SearchStrategy[Conditions] = conditions) -> list[Rule]:
    return [
        Rule(id_, str(id_), draw(st.integers(0, 3)), draw(st.booleans()), draw(asked), tuple(draw(st.lists(effects))))
        for id_ in draw(st.lists(st.integers(1, 99), unique=True, max_size=6))
    ]


@st.composite
def purchases(draw: st.DrawFn) -> Purchase:
    goods = st.none() | st.integers(1, 3)
    lines = tuple(
        Line(number, draw(goods), draw(few), 1000, draw(amounts)) for number in range(draw(st.integers(1, 5)))
    )
    return Purchase(
        lines, draw(moments), draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.sampled_from([0, 2, 3]))
    )


anything = st.just(Conditions())


@given(rules(), purchases(), st.randoms())
def test_rules_are_looked_at_once_by_priority(drawn: list[Rule], bought: Purchase, random: object) -> None:
    """LP-2: in whatever order they are handed in; whoever does not combine is the last to apply."""
    found = outcome(drawn, bought)
    shuffled = list(drawn)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert outcome(shuffled, bought) == found
    by_id = {rule.id: rule for rule in drawn}
    ordered = [(by_id[each.rule_id].priority, each.rule_id) for each in found.looked]
    assert ordered == sorted((rule.priority, rule.id) for rule in drawn)
    stopped = [each.why is Reason.STOPPED for each in found.looked]
    assert stopped == sorted(stopped)
    before = list(takewhile(lambda each: each.why is not Reason.STOPPED, found.looked))
    stoppers = [each for each in before if each.applied and not by_id[each.rule_id].combines]
    assert len(stoppers) == (1 if any(stopped) else min(len(stoppers), 1))
    assert stoppers == [] or stoppers == before[-1:]
    assert {each.stopped_by for each in found.looked} <= {None, *(each.name for each in stoppers)}


@given(rules(), purchases())
def test_what_is_stopped_changes_nothing(drawn: list[Rule], bought: Purchase) -> None:
    """LP-2: without the rules that were stopped or did not apply, the outcome is the same."""
    found = outcome(drawn, bought)
    applied = {each.rule_id for each in found.looked if each.applied}
    alone = outcome([rule for rule in drawn if rule.id in applied], bought)
    assert (alone.left, alone.shares, alone.points, alone.accounts) == (
        found.left,
        found.shares,
        found.points,
        found.accounts,
    )
    assert [each for each in found.looked if each.applied] == list(alone.looked)


@given(rules(anything), purchases())
def test_no_discount_exceeds_its_line_and_sums_agree(drawn: list[Rule], bought: Purchase) -> None:
    """LP-2: to the smallest unit, in integers."""
    found = outcome(drawn, bought)
    for line in bought.lines:
        assert 0 <= found.discounts[line.number] <= line.gross
        assert found.left[line.number] + found.discounts[line.number] == line.gross
    assert sum(each.discount for each in found.looked) == sum(found.discounts.values())
    assert all(type(value) is int for value in (*found.left.values(), *found.discounts.values(), found.points))


@given(rules(), purchases(), st.lists(effects, max_size=4))
def test_coupons_take_what_they_say_off_what_rules_left(
    drawn: list[Rule], bought: Purchase, brought: list[Effect]
) -> None:
    """LP-8: the rules do the same with them as without, and sums agree."""
    alone, found = outcome(drawn, bought), outcome(drawn, bought, brought)
    assert found.looked == alone.looked
    assert sum(alone.left.values()) - sum(found.left.values()) == sum(found.redeemed)
    assert all(0 <= found.left[number] <= left for number, left in alone.left.items())


@given(purchases(), st.integers(1, 10**13))
def test_a_fixed_discount_is_taken_whole(bought: Purchase, amount: int) -> None:
    """LP-2: shared out over the lines, nothing of it is lost, unless the check is less."""
    found = outcome([Rule(1, "", 0, True, Conditions(), (DiscountFixed(amount),))], bought)
    assert sum(found.discounts.values()) == min(amount, sum(line.gross for line in bought.lines))


@given(rules(anything), purchases(), st.data())
def test_points_grow_with_what_is_paid(drawn: list[Rule], bought: Purchase, data: st.DataObject) -> None:
    """LP-1: integers, whole where points are whole, and never fewer for more money."""
    found = outcome(drawn, bought)
    more = data.draw(st.integers(0, sum(found.left.values())))
    less = data.draw(st.integers(0, more))
    for rounding in Rounding:
        earned = found.earned(more, rounding)
        assert type(earned) is int
        assert earned >= found.earned(less, rounding) >= 0
        assert rounding is Rounding.HUNDREDTHS or earned % 100 == 0
    down, half, up = (found.earned(more, each) for each in (Rounding.WHOLE_DOWN, Rounding.WHOLE, Rounding.WHOLE_UP))
    assert down <= half <= up <= down + 100
    assert down <= found.earned(more) <= up


@given(moments, times, times)
def test_a_window_and_the_rest_of_the_day_share_all_moments(
    at: datetime, first: time | None, last: time | None
) -> None:
    """LP-2: over midnight and on days when the clocks jump, every moment is in exactly one of the two."""
    if (first or time.min) == (last or time.min):
        assert why(Conditions(from_time=first, to_time=last), at=at) is Reason.APPLIED
        return
    inside = why(Conditions(from_time=first, to_time=last), at=at) is Reason.APPLIED
    outside = why(Conditions(from_time=last, to_time=first), at=at) is Reason.APPLIED
    assert inside is not outside


@given(moments, times, times)
def test_a_moment_is_of_one_weekday(at: datetime, first: time | None, last: time | None) -> None:
    """LP-2: that on which its window began."""
    days = [
        day
        for day in range(1, 8)
        if why(Conditions(frozenset({day}), from_time=first, to_time=last), at=at) is Reason.APPLIED
    ]
    everyday = why(Conditions(from_time=first, to_time=last), at=at) is Reason.APPLIED
    assert len(days) == everyday
    assert all(day in (at.isoweekday(), (at - timedelta(days=1)).isoweekday()) for day in days)
