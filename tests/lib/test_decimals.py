"""Numbers are kept exactly, and read as they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.decimals import fixed, parse, plain, written


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("42", "en", 420000),
        ("1,234.5", "en", 12345000),
        ("1 234,5", "uk", 12345000),
        ("1234.5", "uk", 12345000),
        ("-0.0001", "en", -1),
        ("−7", "ru", -70000),
        ("0007", "en", 70000),
        ("1.50000", "en", 15000),
    ],
)
def test_reads_numbers_as_the_language_writes_them(text: str, language: str, value: int) -> None:
    assert parse(text, language) == value


@pytest.mark.parametrize(
    "text", ["", "-", "one", "1,5", "1,23,456", "1.2.3", "1e5", "²", "٣", "1" * 15, "0.00001", "NaN"]
)
def test_what_is_no_number_or_would_be_rounded_is_refused(text: str) -> None:
    """Nothing is kept other than it was typed."""
    with pytest.raises(ValueError, match="number"):
        parse(text, "en")


@given(st.integers(-(10**18) + 1, 10**18 - 1), st.sampled_from(["en", "uk", "ru"]))
def test_what_is_written_is_read_again(value: int, language: str) -> None:
    assert parse(written(value, language), language) == value
    assert parse(plain(value), "en") == value


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(12345, 2, "123.45"), (-5, 2, "-0.05"), (100, 2, "1.00"), (7, 0, "7"), (1500, 3, "1.500")],
)
def test_amounts_for_machines_keep_their_digits(value: int, digits: int, text: str) -> None:
    assert fixed(value, digits) == text
