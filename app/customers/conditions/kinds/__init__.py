"""Kinds of fields: how their values are typed, kept, shown and compared (CT-7).

A value is kept as machines write it. What a person typed and nobody can read is kept as typed, so that it can be
mended where it stands.
"""

from __future__ import annotations

from app.customers.conditions.kinds.base import Kind, Setting, UnreadableError
from app.customers.conditions.kinds.choices import Choice, Member, YesNo
from app.customers.conditions.kinds.days import Day, Days, Moment, Yearly
from app.customers.conditions.kinds.numbers import Number
from app.customers.conditions.kinds.words import CardNumber, Phone, Words

__all__ = [
    "CardNumber",
    "Choice",
    "Day",
    "Days",
    "Kind",
    "Member",
    "Moment",
    "Number",
    "Phone",
    "Setting",
    "UnreadableError",
    "Words",
    "Yearly",
    "YesNo",
]
