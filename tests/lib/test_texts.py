"""What people type into a line, and what is made of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.texts import has_control_characters, preview


@pytest.mark.parametrize("text", ["a\x00", "\x07", "\ud800", "\ufffe", "\ufdd0", "\U0010ffff"])
def test_what_nobody_sees_is_found(text: str) -> None:
    assert has_control_characters(text)


@pytest.mark.parametrize("text", ["", "Ольга", "🙂", "👩‍👩‍👧", "\U0001fae8", "\U0001fac6", "ﷺ", "\ue000"])
def test_letters_and_emoji_of_any_age_are_not(text: str) -> None:
    """U+1FAE8 and U+1FAC6 are younger than Python 3.11."""
    assert not has_control_characters(text)


@given(st.text(max_size=300))
def test_a_preview_is_one_short_line_that_begins_the_text(text: str) -> None:
    shown = preview(text)
    assert len(shown) <= 80
    assert "\n" not in shown
    assert " ".join(text.split()).startswith(shown.removesuffix("…"))


def test_a_preview_says_that_a_text_goes_on() -> None:
    assert preview("word " * 16) == ("word " * 16).strip()
    assert preview("word " * 17) == ("word " * 16).strip()[:79].rstrip() + "…"
