"""What people type into a line."""

from __future__ import annotations

import pytest

from app.lib.texts import has_control_characters


@pytest.mark.parametrize("text", ["a\x00", "\x07", "\ud800", "\ufffe", "\ufdd0", "\U0010ffff"])
def test_what_nobody_sees_is_found(text: str) -> None:
    assert has_control_characters(text)


@pytest.mark.parametrize("text", ["", "Ольга", "🙂", "👩‍👩‍👧", "\U0001fae8", "\U0001fac6", "ﷺ", "\ue000"])
def test_letters_and_emoji_of_any_age_are_not(text: str) -> None:
    """U+1FAE8 and U+1FAC6 are younger than Python 3.11."""
    assert not has_control_characters(text)
