"""What the rules of a program make of a purchase (LP-2): pure functions, without a database or a request.

Money is in the currency's smallest unit, points are in hundredths, percents in hundredths of a percent: all integers.
Rules are looked at by priority, 0 first, and by id where that is equal. One that does not combine, once it applied,
stops all later ones. Each discount is taken off what the earlier ones left of its lines, rounded half up line by line,
so no line is ever discounted below nothing and the discounts of the lines are the discount of the check.
"""

from app.loyalty.rules.nouns import (
    AccountAmount,
    Conditions,
    CouponIssue,
    DiscountFixed,
    DiscountPercent,
    Effect,
    Gift,
    Line,
    Looked,
    PointsFixed,
    PointsPercent,
    Purchase,
    Reason,
    Rule,
)
from app.loyalty.rules.reckoning import WHOLE_PERCENT, Outcome, Share, outcome
from app.loyalty.rules.rounding import Rounding

__all__ = [
    "WHOLE_PERCENT",
    "AccountAmount",
    "Conditions",
    "CouponIssue",
    "DiscountFixed",
    "DiscountPercent",
    "Effect",
    "Gift",
    "Line",
    "Looked",
    "Outcome",
    "PointsFixed",
    "PointsPercent",
    "Purchase",
    "Reason",
    "Rounding",
    "Rule",
    "Share",
    "outcome",
]
