"""Figures and phones as people read them: ours must be what Babel writes."""

from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from app.lib.formats import MINUS, initials, minor, money, number, phone, points

languages = st.sampled_from(["en", "uk", "ru"])
amounts = st.integers(min_value=-(10**15), max_value=10**15)


def _as_babel(text: str) -> str:
    return text.replace(" ", "\u00a0").replace("-", MINUS)


@given(amounts, languages)
def test_whole_numbers_are_written_as_babel_does(value: int, language: str) -> None:
    """I18-1: numbers by the person's language."""
    assert number(value, language) == _as_babel(format_decimal(value, locale=language))


@given(amounts, languages)
def test_amounts_are_written_as_babel_does(value: int, language: str) -> None:
    """I18-1: money by the person's language, to the last kopeck."""
    sign = "-" if value < 0 else ""
    exact = f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}"
    from_babel = _as_babel(format_decimal(exact, "#,##0.00", locale=language))
    assert "".join(minor(value, language)) == (from_babel if value else from_babel.replace(MINUS, ""))


def test_fraction_stands_apart_so_that_it_can_be_set_lighter() -> None:
    assert money(2314850, "en", "UAH") == '23,148<span class="minor">.50</span>'
    assert money(-50, "en", "UAH", symbol=True) == '−₴0<span class="minor">.50</span>'
    assert money(-50, "uk", "UAH", symbol=True) == '−0<span class="minor">,50\u00a0₴</span>'
    assert money(1500, "en", "JPY") == '1,500<span class="minor"></span>'


def test_points_show_hundredths_only_where_there_are_any() -> None:
    assert points(128400, "en") == "1,284"
    assert points(128450, "uk") == "1\u00a0284,50"


def test_phones_are_grouped_by_their_country() -> None:
    assert phone("+380674120855") == "+380 67 412 0855"
    assert phone("") == ""
    assert phone("not a phone") == "not a phone"


def test_initials_are_of_the_first_and_the_last_word() -> None:
    assert initials("Соломія Марія Яремчук") == "СЯ"
    assert initials("Madonna") == "M"
    assert initials(" ") == ""
