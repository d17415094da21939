"""Every kind of field with what can be asked of it, and what it is read by."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from app.customers.conditions.kinds import (
    CardNumber,
    Choice,
    Day,
    Days,
    Kind,
    Moment,
    Number,
    Phone,
    Setting,
    Words,
    YesNo,
)
from app.customers.conditions.nodes import NEEDS_NOTHING

MONEY, POINTS, COUNT, DECIMAL = Number(drawn="money"), Number(drawn="points"), Number(), Number(drawn="decimal")
KINDS: list[Kind] = [
    *(Words(), CardNumber(), Phone(), Choice(), Choice(numbered=False), YesNo(), Day(), Moment(), Days()),
    *(MONEY, POINTS, COUNT, DECIMAL),
]
ASKED = [(kind, operator) for kind in KINDS for operator in kind.operators if operator not in NEEDS_NOTHING]
LANGUAGES = ["en", "uk", "ru"]
numbers = st.from_regex(r"[+\-−]?[0-9]{1,16}([.,][0-9]{1,6})?", fullmatch=True)


def setting(language: str = "en", currency: str = "UAH", country: str = "UA") -> Setting:
    return Setting(language, "Europe/Kyiv", country, currency, date(2026, 3, 29))
