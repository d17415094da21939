"""What rules make of a purchase, one after the other (LP-1, LP-2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.loyalty.rules.nouns import (
    AccountAmount,
    CouponIssue,
    DiscountFixed,
    DiscountPercent,
    Effect,
    Gift,
    Looked,
    PointsFixed,
    PointsPercent,
    Purchase,
    Reason,
    Rule,
)
from app.loyalty.rules.rounding import Rounding, half_up, rounded, shared_out
from app.loyalty.rules.when import failed, lines_of

WHOLE_PERCENT = 10_000
"""100%, in hundredths of a percent."""


@dataclass(frozen=True)
class Share:
    """A percent of points, and the numbers of the lines it is earned on."""

    percent: int
    lines: frozenset[int]


@dataclass(frozen=True)
class Outcome:
    left: Mapping[int, int]
    """By the line's number: what is to be paid for it."""
    discounts: Mapping[int, int]
    """By the line's number, with 0 for one without a discount."""
    shares: tuple[Share, ...]
    points: int
    """The fixed part of what is earned."""
    accounts: tuple[tuple[int, int], ...]
    """Wallet and amount, each wallet once."""
    gifts: tuple[int, ...]
    """Goods, each as often as a rule or a coupon gives it."""
    coupons: tuple[int, ...]
    """Series of which the customer is to get a coupon, each once."""
    redeemed: tuple[int, ...]
    """What each coupon that the customer brought took off, in the order in which they were handed in."""
    looked: tuple[Looked, ...]
    digits: int

    def earned(self, paid: int, rounding: Rounding = Rounding.HUNDREDTHS) -> int:
        """Hundredths of points for what is paid in money after discounts and points (LP-1).

        The money is spread over the lines by what is left of each. Percents of several rules add up, and only their
        sum is rounded.
        """
        due = sum(self.left.values())
        parts = sum(share.percent * sum(self.left[number] for number in share.lines) for share in self.shares)
        whole = 10**self.digits * WHOLE_PERCENT * max(due, 1)
        return rounded(paid * parts * 100 + self.points * whole, whole, rounding)


def outcome(rules: Sequence[Rule], purchase: Purchase, brought: Sequence[Effect] = ()) -> Outcome:
    """What the rules, the active ones of the program, make of a purchase, and why each applied or did not.

    What coupons that the customer `brought` give comes after all rules, whatever stopped them, and is about the whole
    check: discounts in percent before fixed ones, as within a rule (LP-8).
    """
    reckoning = _Reckoning(purchase)
    for rule in sorted(rules, key=lambda each: (each.priority, each.id)):
        reckoning.look(rule)
    return reckoning.outcome(reckoning.redeem(brought))


@dataclass
class _Reckoning:
    """A purchase with what the rules so far have made of it."""

    purchase: Purchase
    left: dict[int, int] = field(init=False)
    shares: list[Share] = field(default_factory=list)
    points: int = 0
    accounts: dict[int, int] = field(default_factory=dict)
    gifts: list[int] = field(default_factory=list)
    coupons: dict[int, None] = field(default_factory=dict)
    looked: list[Looked] = field(default_factory=list)
    stopped_by: str | None = None

    def __post_init__(self) -> None:
        self.left = {line.number: line.gross for line in self.purchase.lines}

    def look(self, rule: Rule) -> None:
        why = Reason.STOPPED if self.stopped_by is not None else failed(rule.conditions, self.purchase)
        if why is not None:
            self.looked.append(Looked(rule.id, rule.name, False, why, self.stopped_by))
            return
        before = sum(self.left.values())
        for effect in rule.effects:
            self._take(effect, lines_of(rule.conditions, self.purchase))
        discount = before - sum(self.left.values())
        self.looked.append(Looked(rule.id, rule.name, True, Reason.APPLIED, discount=discount))
        if not rule.combines:
            self.stopped_by = rule.name

    def redeem(self, brought: Sequence[Effect]) -> tuple[int, ...]:
        """What each of these takes off."""
        taken = [0] * len(brought)
        for place in sorted(range(len(brought)), key=lambda each: isinstance(brought[each], DiscountFixed)):
            before = sum(self.left.values())
            self._take(brought[place], frozenset(self.left))
            taken[place] = before - sum(self.left.values())
        return tuple(taken)

    def outcome(self, redeemed: tuple[int, ...]) -> Outcome:
        discounts = {line.number: line.gross - self.left[line.number] for line in self.purchase.lines}
        return Outcome(
            left=self.left,
            discounts=discounts,
            shares=tuple(self.shares),
            points=self.points,
            accounts=tuple(self.accounts.items()),
            gifts=tuple(self.gifts),
            coupons=tuple(self.coupons),
            redeemed=redeemed,
            looked=tuple(self.looked),
            digits=self.purchase.digits,
        )

    def _take(self, effect: Effect, lines: frozenset[int]) -> None:
        match effect:
            case PointsPercent(percent):
                self.shares.append(Share(percent, lines))
            case PointsFixed(points):
                self.points += points
            case DiscountPercent(percent):
                self._discount({number: half_up(self.left[number] * percent, WHOLE_PERCENT) for number in lines})
            case DiscountFixed(amount):
                self._discount(shared_out(amount, {number: self.left[number] for number in lines}))
            case AccountAmount(wallet_id, amount):
                self.accounts[wallet_id] = self.accounts.get(wallet_id, 0) + amount
            case Gift(good_id):
                self.gifts.append(good_id)
            case CouponIssue(series_id):
                self.coupons[series_id] = None

    def _discount(self, taken: Mapping[int, int]) -> None:
        for number, amount in taken.items():
            self.left[number] -= min(amount, self.left[number])
