"""Phones in any spelling become E.164 (CP-7)."""

from __future__ import annotations

import pytest

from app.lib.phones import e164


@pytest.mark.parametrize(
    ("text", "country", "phone"),
    [
        ("067 412 08 55", "UA", "+380674120855"),
        ("(067) 412-08-55", "UA", "+380674120855"),
        ("380674120855", "UA", "+380674120855"),
        ("00380674120855", "UA", "+380674120855"),
        ("+380 67 412 08 55", "US", "+380674120855"),
        ("212 555 0123", "US", "+12125550123"),
        ("٠٦٧٤١٢٠٨٥٥", "UA", "+380674120855"),
    ],
)
def test_any_spelling_is_read_by_its_country(text: str, country: str, phone: str) -> None:
    """CP-7: E.164, however it is typed."""
    assert e164(text, country) == phone


@pytest.mark.parametrize(
    "text",
    ["", "067", "067 412 08 5", "+999 123", "067 FLOWERS", "067 412 08 55 ext. 5", "067 412 08 55 #5", "9" * 300],
)
def test_what_is_no_phone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"phone|letters"):
        e164(text, "UA")
