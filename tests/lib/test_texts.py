"""What is made of texts that people typed."""

from hypothesis import given
from hypothesis import strategies as st

from app.lib.texts import preview


@given(st.text(max_size=300))
def test_a_preview_is_one_short_line_that_begins_the_text(text: str) -> None:
    shown = preview(text)
    assert len(shown) <= 80
    assert "\n" not in shown
    assert " ".join(text.split()).startswith(shown.removesuffix("…"))


def test_a_preview_says_that_a_text_goes_on() -> None:
    assert preview("word " * 16) == ("word " * 16).strip()
    assert preview("word " * 17) == ("word " * 16).strip()[:79].rstrip() + "…"
