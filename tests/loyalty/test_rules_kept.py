"""Rules as JSON keeps them: written and read again, and refused where they say what nobody knows (LP-2)."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.loyalty.rules import AccountAmount, Conditions, DiscountFixed, Effect, Gift, PointsPercent
from app.loyalty.rules.kept import (
    UnreadableRuleError,
    read_conditions,
    read_effects,
    written_conditions,
    written_effects,
)
from tests.loyalty.test_rules_drawn import conditions, effects

days = st.none() | st.dates(date(2020, 1, 1), date(2100, 1, 1))
said = st.lists(effects, unique_by=type).filter(
    lambda drawn: all(getattr(each, "amount", getattr(each, "points", 1)) for each in drawn)
)


@given(conditions, days, days)
def test_conditions_are_read_as_they_were_written(drawn: Conditions, first: date | None, last: date | None) -> None:
    """LP-2."""
    whole = Conditions(**{**drawn.__dict__, "from_day": first, "to_day": last})
    assert read_conditions(json.loads(json.dumps(written_conditions(whole)))) == whole


@given(said)
def test_effects_are_read_as_they_were_written(drawn: list[Effect]) -> None:
    """LP-2: in the order in which they are taken."""
    assert set(read_effects(json.loads(json.dumps(written_effects(tuple(drawn)))))) == set(drawn)


def test_what_asks_for_nothing_is_not_written() -> None:
    assert written_conditions(Conditions()) == {}
    assert written_conditions(Conditions(least=0)) == {"least": 0}


def test_discounts_in_percent_come_first() -> None:
    kept = {"gift": 1, "account": {"wallet_id": 2, "amount": 3}, "discount_fixed": 5, "discount_percent": 10}
    assert [type(each).__name__ for each in read_effects(kept)] == [
        "DiscountPercent",
        "DiscountFixed",
        "AccountAmount",
        "Gift",
    ]
    assert read_effects(kept)[1:] == (DiscountFixed(5), AccountAmount(2, 3), Gift(1))


@pytest.mark.parametrize(
    "kept",
    [
        None,
        [],
        "{}",
        {"birthday": True},
        {"weekdays": []},
        {"weekdays": [0]},
        {"weekdays": [8]},
        {"weekdays": ["1"]},
        {"weekdays": [True]},
        {"weekdays": None},
        {"from_time": "9"},
        {"from_time": "25:00"},
        {"from_time": "09:00:30"},
        {"from_time": "09:00+02:00"},
        {"from_time": 9},
        {"from_day": "2026-02-30"},
        {"from_day": "20260228"},
        {"least": -1},
        {"least": 1.5},
        {"most": "100"},
        {"most": 10**13},
        {"goods": [2**63]},
    ],
)
def test_conditions_that_nobody_wrote_are_refused(kept: object) -> None:
    """LP-2: never left out, which would apply the rule where it does not."""
    with pytest.raises(UnreadableRuleError):
        read_conditions(kept)


@pytest.mark.parametrize(
    "kept",
    [
        None,
        {"points": 5},
        {"points_percent": 0},
        {"points_percent": 100_001},
        {"points_fixed": 0},
        {"discount_percent": 10_001},
        {"discount_fixed": -5},
        {"discount_fixed": 1.0},
        {"account": 5},
        {"account": {"wallet_id": 5}},
        {"account": {"wallet_id": 5, "amount": 5, "unit": "cups"}},
        {"gift": "cake"},
        {"coupon": 0},
        {"coupon": [7]},
    ],
)
def test_effects_that_nobody_wrote_are_refused(kept: object) -> None:
    with pytest.raises(UnreadableRuleError):
        read_effects(kept)


def test_two_effects_of_a_kind_are_refused() -> None:
    with pytest.raises(UnreadableRuleError):
        written_effects((PointsPercent(5), PointsPercent(6)))
