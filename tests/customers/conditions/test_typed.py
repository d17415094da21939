"""What people type into conditions is kept as machines write it, and shown as they do: it is never lost (CT-7)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.customers.conditions.kinds import Days, Kind, Moment
from app.customers.conditions.nodes import Operator
from app.lib.texts import one_line
from tests.customers.conditions.every_kind import ASKED, LANGUAGES, MONEY, POINTS, numbers, setting

NBSP = "\u00a0"
some = settings(max_examples=300, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("language", "typed", "kept", "shown"),
    [
        ("en", "1,234.5", "1234.5", "1,234.5"),
        ("en", " 1 234.50 ", "1234.5", "1,234.5"),
        ("en", "-0.05", "-0.05", "−0.05"),
        ("en", "+7", "7", "7"),
        ("en", "007", "7", "7"),
        ("uk", "1 234,5", "1234.5", f"1{NBSP}234,5"),
        ("uk", f"1{NBSP}234,5", "1234.5", f"1{NBSP}234,5"),
        ("uk", "1,234", "1.234", "1,234"),
        ("uk", "1234.5", "1234.5", f"1{NBSP}234,5"),
        ("ru", "1’234’567", "1234567", f"1{NBSP}234{NBSP}567"),
        ("ru", "−3,25", "-3.25", "−3,25"),
        ("ru", "99999999999999,9999", "99999999999999.9999", f"99{NBSP}999{NBSP}999{NBSP}999{NBSP}999,9999"),
        # What is no number in this language stays as it was typed.
        ("en", "1 234,5", "1 234,5", "1 234,5"),
        ("en", "1,23", "1,23", "1,23"),
        ("uk", "1,234.5", "1,234.5", "1,234.5"),
        ("ru", "a  lot", "a lot", "a lot"),
        ("en", "1.23456", "1.23456", "1.23456"),
        ("en", "123456789012345", "123456789012345", "123456789012345"),
        ("uk", "", "", ""),
    ],
)
@pytest.mark.parametrize(
    ("kind", "operator"),
    [(MONEY, Operator.EQUALS), (POINTS, Operator.MORE), (Days(), Operator.LESS), (Moment(), Operator.LAST)],
)
def test_numbers_are_typed_and_shown_as_the_language_writes_them(
    kind: Kind, operator: Operator, language: str, typed: str, kept: str, shown: str
) -> None:
    here = setting(language)
    assert kind.typed(typed, operator, here) == kept
    assert kind.shown(kept, operator, here) == shown
    assert kind.typed(shown, operator, here) == kept


anything = st.text(max_size=40) | numbers | st.sampled_from(["1 234,5", "067 111-22-33", "2026-02-30", "yes"])


@some
@given(st.sampled_from(ASKED), st.sampled_from(LANGUAGES), anything)
def test_what_is_typed_is_never_lost(asked: tuple[Kind, Operator], language: str, text: str) -> None:
    """Shown again it is what was typed, and typed again it is kept as the same, whether it can be read or not."""
    (kind, operator), here = asked, setting(language)
    kept = kind.typed(text, operator, here)
    shown = kind.shown(kept, operator, here)
    assert kind.typed(shown, operator, here) == kept
    assert bare(shown) == bare(text)


def bare(text: str) -> str:
    """A text without what a number may be written with or without."""
    number = "".join(letter for letter in text if letter not in " \u00a0\u2009\u202f'’,.+-−")
    if number.isascii() and number.isdigit():
        return number.strip("0")
    return one_line(text)
