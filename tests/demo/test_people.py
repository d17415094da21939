"""Made-up people look real, and no two of a business share a phone or a card."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import phonenumbers
import pytest

from app.demo.calendar import DAY, Calendar, end_of
from app.demo.chance import seeded
from app.demo.people import People
from app.demo.plans import slug_of


@pytest.mark.parametrize(("country", "count", "prefix"), [("UA", 20_000, "+380"), ("US", 3_200, "+1")])
def test_phones_are_valid_and_nobody_elses(country: str, count: int, prefix: str) -> None:
    people = People(5, country)
    rng = seeded("people")
    drawn = [people.draw(rng, number) for number in range(count)]
    assert len({person.phone for person in drawn}) == count
    for person in drawn[::50]:
        assert person.phone.startswith(prefix)
        assert phonenumbers.is_valid_number(phonenumbers.parse(person.phone))
    cards = [card for person in drawn for card in person.cards]
    assert len(set(cards)) == len(cards) > count / 5
    assert {len(card) for card in cards} == {8}


def test_names_are_ukrainian_russian_and_english_and_families_of_women_end_as_theirs() -> None:
    people, rng = People(5), seeded("names")
    drawn = [people.draw(rng, number) for number in range(3_000)]
    languages = Counter(person.language for person in drawn)
    assert languages["uk"] > languages["ru"] > languages["en"] > 200
    families = {person.last_name for person in drawn}
    assert {"Новиков", "Новикова"} <= families
    assert any(family.endswith("ський") for family in families)
    assert any(family.endswith("ська") for family in families)
    emails = [person.email for person in drawn if person.email]
    assert all(email.isascii() and email.count("@") == 1 for email in emails)
    assert 0.4 < len(emails) / len(drawn) < 0.5


def test_moments_keep_the_clock_of_their_zone() -> None:
    calendar = Calendar("Europe/Kyiv", datetime(2026, 11, 20, 15, 30, tzinfo=UTC))
    summer = calendar.moment(date(2026, 7, 1)) + 9 * 3600 + 61
    assert calendar.text(summer) == "2026-07-01 09:01:01+03:00"
    assert calendar.text(calendar.end) == "2026-11-20 17:30:00+02:00"
    assert calendar.text(calendar.month_end(summer, 6)) == "2027-01-31 23:59:59+02:00"
    assert calendar.text(calendar.month_end(summer, 5)) == "2026-12-31 23:59:59+02:00"


def test_people_buy_in_opening_hours_more_in_december_than_in_july() -> None:
    calendar = Calendar("Europe/Kyiv", datetime(2026, 1, 31, 20, tzinfo=UTC))
    rng = seeded("draws")
    drawn = [calendar.draw(rng, 0, calendar.end) for _ in range(5_000)]
    assert all(0 <= moment <= calendar.end and 7 <= moment % DAY // 3600 < 21 for moment in drawn)
    months = Counter((calendar.date(moment).year, calendar.date(moment).month) for moment in drawn)
    assert months[2025, 12] > 1.4 * months[2025, 7]


def test_a_draw_stays_between_its_moments_whatever_they_are() -> None:
    calendar = Calendar("Europe/Kyiv", datetime(2026, 11, 20, 3, tzinfo=UTC))
    rng = seeded("edges")
    for since, until in (
        (0, 0),
        (calendar.end, calendar.end),
        (calendar.end - 60, calendar.end),
        (5 * DAY, 5 * DAY + 1),
    ):
        assert all(since <= calendar.draw(rng, since, until) <= until for _ in range(200))


def test_the_end_is_a_past_days_last_second_and_never_later_than_now() -> None:
    assert end_of(date(2026, 1, 31), "Europe/Kyiv") == datetime(2026, 1, 31, 21, 59, 59, tzinfo=UTC)
    assert end_of(date(2999, 1, 1), "Europe/Kyiv") <= datetime.now(UTC)
    assert end_of(None, "Europe/Kyiv") <= datetime.now(UTC)


def test_slugs_are_of_latin_letters_and_digits() -> None:
    assert slug_of("Standard 10k!") == "standard-10k"
