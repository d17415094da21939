"""Segments of SMS, to the code unit (BA-1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.sms import GSM7, UCS2, alphabet_of, segment_count, segments, units


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("a" * 160, [160]),
        ("a" * 161, [153, 8]),
        ("a" * 306, [153, 153]),
        ("a" * 307, [153, 153, 1]),
        ("€" * 80, [80]),
        # An escape and what it escapes stay together: 76 of them fill 152 of 153 septets.
        ("€" * 81, [76, 5]),
        ("a" * 152 + "€" * 5, [152, 5]),
        ("ї" * 70, [70]),
        ("ї" * 71, [67, 4]),
        # A surrogate pair stays together too.
        ("😀" * 35, [35]),
        ("😀" * 36, [33, 3]),
        ("ї" * 66 + "😀" * 3, [66, 3]),
        ("a" * 150 + "–", [67, 67, 17]),
    ],
)
def test_a_text_takes_segments(text: str, parts: list[int]) -> None:
    assert [len(each) for each in segments(text)] == parts


@pytest.mark.parametrize("text", ["Kavalier Club: 10% за покупку", "e\u0301", "`", "ç", "\t", "–", "’"])
def test_what_gsm_has_not_is_ucs2(text: str) -> None:
    assert alphabet_of(text) is UCS2


@pytest.mark.parametrize("text", ["", "Ça va? ÄÖÜ @£$ {5€} ~[x]|^\\", "Δ_ΦΓΛΩΠΨΣΘΞ", "line\nline"])
def test_what_gsm_has_is_gsm7(text: str) -> None:
    assert alphabet_of(text) is GSM7


@given(st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("aї€{😀")), max_size=400))
def test_parts_hold_the_text_and_none_is_too_long(text: str) -> None:
    assert segment_count(text) == len(segments(text))
    parts, alphabet = segments(text), alphabet_of(text)
    assert "".join(parts) == text
    most = alphabet.alone if len(parts) < 2 else alphabet.joined
    sizes = [sum(map(alphabet.units_of, part)) for part in parts]
    assert all(0 < size <= most for size in sizes)
    # Filled as full as they can be: what begins a part did not fit into the one before.
    for size, following in zip(sizes, parts[1:], strict=False):
        assert size + alphabet.units_of(following[0]) > most
    if alphabet is UCS2:
        assert units(text) == len(text.encode("utf-16-le")) // 2
