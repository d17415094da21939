"""Figures and phones as people read them: ours must be what Babel writes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from app.lib.formats import MINUS, date_time, initials, minor, money, number, phone, points, quantity

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


def test_quantities_show_as_many_decimals_as_there_are() -> None:
    assert [quantity(each, "en") for each in (1000, 1200, 1250, 375, 1_234_500, 0)] == [
        *("1", "1.2", "1.25", "0.375", "1,234.5", "0"),
    ]
    assert quantity(1250, "uk") == "1,25"


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds it
    languages,
    st.sampled_from(["Europe/Kyiv", "America/New_York", "UTC", "Asia/Kolkata"]),
)
def test_moments_are_written_as_babel_does(moment: datetime, language: str, zone: str) -> None:
    """I18-1: the day by the person's language, the hour in the business's zone, with how far it is from UTC."""
    local = moment.astimezone(ZoneInfo(zone))
    assert date_time(moment, language, zone) == format_datetime(local, "d MMMM y, HH:mm xxx", locale=language)


def test_phones_are_grouped_by_their_country() -> None:
    assert phone("+380674120855") == "+380 67 412 0855"
    assert phone("") == ""
    assert phone("not a phone") == "not a phone"


def test_initials_are_of_the_first_and_the_last_word() -> None:
    assert initials("Соломія Марія Яремчук") == "СЯ"
    assert initials("Madonna") == "M"
    assert initials(" ") == ""
