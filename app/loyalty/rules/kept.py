"""Rules as JSON keeps them, and read again: what this does not know is refused, never left out (LP-2).

A condition that asks for nothing is not written. A rule has each kind of effect once; discounts in percent are taken
before fixed ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, time
from typing import Any

from app.loyalty.rules.nouns import (
    AccountAmount,
    Conditions,
    CouponIssue,
    DiscountFixed,
    DiscountPercent,
    Effect,
    Gift,
    PointsFixed,
    PointsPercent,
)

MOST_PERCENT = 100_000
"""1000%, in hundredths of a percent: of points; a discount is at most all."""
MOST_AMOUNT = 10**12


class UnreadableRuleError(ValueError):
    """What is kept of a rule is not what this program writes."""


def read_conditions(kept: object) -> Conditions:
    """Raises UnreadableRuleError."""
    values = _known(kept, _CONDITIONS)
    return Conditions(**{name: _CONDITIONS[name](value) for name, value in values.items()})


def written_conditions(conditions: Conditions) -> dict[str, Any]:
    said = {each.name: getattr(conditions, each.name) for each in fields(conditions)}
    return {name: _plain(value) for name, value in said.items() if value is not None and value != frozenset()}


def read_effects(kept: object) -> tuple[Effect, ...]:
    """The effects in the order in which they are taken. Raises UnreadableRuleError."""
    values = _known(kept, _EFFECTS)
    return tuple(_EFFECTS[name](values[name]) for name in _EFFECTS if name in values)


def written_effects(effects: tuple[Effect, ...]) -> dict[str, Any]:
    """Raises UnreadableRuleError for two of a kind, of which one would be lost."""
    written = dict(map(_effect_written, effects))
    if len(written) < len(effects):
        raise UnreadableRuleError("A rule has each kind of effect once.")
    return written


def _effect_written(effect: Effect) -> tuple[str, Any]:
    match effect:
        case PointsPercent(percent):
            return "points_percent", percent
        case PointsFixed(points):
            return "points_fixed", points
        case DiscountPercent(percent):
            return "discount_percent", percent
        case DiscountFixed(amount):
            return "discount_fixed", amount
        case AccountAmount(wallet_id, amount):
            return "account", {"wallet_id": wallet_id, "amount": amount}
        case Gift(good_id):
            return "gift", good_id
        case CouponIssue(series_id):
            return "coupon", series_id


def _known(kept: object, readers: Mapping[str, object]) -> dict[str, Any]:
    if not isinstance(kept, dict) or not kept.keys() <= readers.keys():
        raise UnreadableRuleError(f"This is no part of a rule: {kept!r}")
    return kept


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value.isoformat() if isinstance(value, date) else value


def _whole(most: int, least: int = 1) -> Callable[[object], int]:
    def read(value: object) -> int:
        if type(value) is not int or not least <= value <= most:
            raise UnreadableRuleError(f"This is no whole number from {least} to {most}: {value!r}")
        return value

    return read


_id = _whole(2**63 - 1)
_amount = _whole(MOST_AMOUNT)


def _set(read: Callable[[object], int]) -> Callable[[object], frozenset[int]]:
    def read_all(value: object) -> frozenset[int]:
        if not isinstance(value, list) or not value:
            raise UnreadableRuleError(f"This is no list: {value!r}")
        return frozenset(map(read, value))

    return read_all


def _by_iso(kind: type[date] | type[time]) -> Callable[[object], Any]:
    def read(value: object) -> Any:
        try:
            found = kind.fromisoformat(str(value))
        except ValueError:
            found = None
        if found is None or _plain(found) != value or getattr(found, "tzinfo", None):
            raise UnreadableRuleError(f"This is no {kind.__name__}: {value!r}")
        return found

    return read


def _account(value: object) -> AccountAmount:
    known = _known(value, {"wallet_id": _id, "amount": _amount})
    return AccountAmount(_id(known.get("wallet_id")), _amount(known.get("amount")))


_CONDITIONS: dict[str, Callable[[object], Any]] = {
    "weekdays": _set(_whole(7)),
    "from_time": _by_iso(time),
    "to_time": _by_iso(time),
    "from_day": _by_iso(date),
    "to_day": _by_iso(date),
    "points_of_sale": _set(_id),
    "categories": _set(_id),
    "least": _whole(MOST_AMOUNT, 0),
    "most": _whole(MOST_AMOUNT, 0),
    "goods": _set(_id),
    "groups": _set(_id),
    "but_goods": _set(_id),
    "but_groups": _set(_id),
}
_EFFECTS: dict[str, Callable[[object], Effect]] = {
    "discount_percent": lambda value: DiscountPercent(_whole(10_000)(value)),
    "discount_fixed": lambda value: DiscountFixed(_amount(value)),
    "points_percent": lambda value: PointsPercent(_whole(MOST_PERCENT)(value)),
    "points_fixed": lambda value: PointsFixed(_amount(value)),
    "account": _account,
    "gift": lambda value: Gift(_id(value)),
    "coupon": lambda value: CouponIssue(_id(value)),
}
