"""Kinds of fields (CT-7): what is typed is never lost, what cannot be read says why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from app.customers.conditions.kinds import (
    CardNumber,
    Choice,
    Day,
    Days,
    Kind,
    Moment,
    Phone,
    Setting,
    UnreadableError,
    Words,
    YesNo,
)
from app.customers.conditions.nodes import Operator
from tests.customers.conditions.every_kind import (
    ASKED,
    COUNT,
    DECIMAL,
    KINDS,
    LANGUAGES,
    MONEY,
    POINTS,
    numbers,
    setting,
)

EXISTS, MISSING, EQUALS, DIFFERS, IN = Operator.EXISTS, Operator.MISSING, Operator.EQUALS, Operator.DIFFERS, Operator.IN
CONTAINS, BEGINS, BETWEEN, MORE, LESS = (
    *(Operator.CONTAINS, Operator.BEGINS, Operator.BETWEEN),
    *(Operator.MORE, Operator.LESS),
)
LAST, OLDER, NEXT = Operator.LAST, Operator.OLDER, Operator.NEXT
READ = "It was read."
some = settings(max_examples=300, deadline=None, derandomize=True)


@pytest.fixture(autouse=True)
def _request(shared_app: Flask) -> Iterator[None]:
    """Words are translated into the language of a request."""
    with shared_app.test_request_context():
        yield


@some
@given(st.sampled_from(ASKED), st.sampled_from(LANGUAGES), st.text(max_size=30) | numbers)
def test_a_value_is_read_or_says_why_not(asked: tuple[Kind, Operator], language: str, text: str) -> None:
    kind, operator = asked
    texts = [text, text] if operator is BETWEEN else [text]
    assert tried(kind, operator, texts, setting(language)).endswith(".")


@pytest.mark.parametrize(
    ("kind", "operator", "texts", "words"),
    [
        (COUNT, EQUALS, ["12a"], "Enter a number."),
        (COUNT, EQUALS, ["1 2"], "Enter a number."),
        (COUNT, EQUALS, ["1,5"], "Enter a number."),
        (COUNT, EQUALS, ["٣"], "Enter a number."),
        (COUNT, EQUALS, ["1e3"], "Enter a number."),
        (COUNT, EQUALS, ["-"], "Enter a number."),
        (COUNT, EQUALS, ["NaN"], "Enter a number."),
        (COUNT, EQUALS, ["1" * 15], "Enter a number."),
        (COUNT, EQUALS, ["1.5"], "Enter a whole number."),
        (MONEY, MORE, ["1.005"], "Enter a number with at most 2 digits behind the decimal sign."),
        (POINTS, MORE, ["1.005"], "Enter a number with at most 2 digits behind the decimal sign."),
        (DECIMAL, MORE, ["1.00005"], "Enter a number."),
        (Day(), EQUALS, ["2026-02-30"], "Enter a day such as 2026-11-30."),
        (Moment(), EQUALS, ["30.11.2026"], "Enter a day such as 2026-11-30."),
        (Moment(), LESS, ["yesterday"], "Enter a day such as 2026-11-30."),
        (Moment(), MORE, ["9999-12-31"], "Enter a day between 1800 and 2200."),
        (Day(), EQUALS, ["2201-01-01"], "Enter a day between 1800 and 2200."),
        (Day(), EQUALS, ["1799-12-31"], "Enter a day between 1800 and 2200."),
        (Day(), LAST, ["36501"], "Enter a number of days from 0 to 36,500."),
        (Moment(), OLDER, ["99999999999999"], "Enter a number of days from 0 to 36,500."),
        (Moment(), NEXT, ["-1"], "Enter a number of days from 0 to 36,500."),
        (Moment(), NEXT, ["1.5"], "Enter a whole number."),
        (Moment(), LAST, ["2026-11-30"], "Enter a number."),
        (Days(), EQUALS, ["36501"], "Enter a number of days from 0 to 36,500."),
        (Days(), LESS, ["-3"], "Enter a number of days from 0 to 36,500."),
        (Days(), BETWEEN, ["1", "40000"], "Enter a number of days from 0 to 36,500."),
        (Phone(), EQUALS, ["067 CALL ME"], "There is no such phone."),
        (Phone(), EQUALS, ["067"], "There is no such phone."),
        (Phone(), IN, ["0671112233", "12"], "There is no such phone."),
        (Phone(), CONTAINS, ["11a"], "Enter digits of a phone."),
        (Phone(), CONTAINS, ["+"], "Enter digits of a phone."),
        (Phone(), BEGINS, ["(-)"], "Enter digits of a phone."),
        (Phone(), BEGINS, ["٠٦٧"], "Enter digits of a phone."),
        (Choice(), EQUALS, ["gold"], "This is not in the list."),
        (Choice(), EQUALS, ["-1"], "This is not in the list."),
        (Choice(), IN, ["1", "9" * 19], "This is not in the list."),
        (YesNo(), EQUALS, ["maybe"], "Choose Yes or No."),
        (YesNo(), EQUALS, ["Yes"], "Choose Yes or No."),
        (CardNumber(), EQUALS, ["- -"], "Enter a value."),
    ],
)
def test_what_cannot_be_read_says_why(kind: Kind, operator: Operator, texts: list[str], words: str) -> None:
    assert refusal(kind, operator, texts) == words


def test_a_currency_has_its_own_digits() -> None:
    assert refusal(MONEY, EQUALS, ["1.5"], setting(currency="JPY")) == "Enter a whole number."
    assert MONEY.values(["15.00"], EQUALS, setting(currency="JPY")) == [15]
    assert MONEY.values(["1.5"], EQUALS, setting(currency="UAH")) == [150]
    assert MONEY.values(["1.555"], EQUALS, setting(currency="KWD")) == [1555]
    assert refusal(MONEY, EQUALS, ["1.5555"], setting(currency="KWD"))


@pytest.mark.parametrize(("kind", "operator"), ASKED)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Enter a value."),
        (" \t\u00a0\n", "Enter a value."),
        ("a\0b", "Remove the characters that cannot be seen."),
        ("a\x1bb", "Remove the characters that cannot be seen."),
        ("a\ud83db", "Remove the characters that cannot be seen."),
        ("1" * 1001, "Shorten this value: it has over 1,000 characters."),
    ],
)
def test_what_no_kind_reads(kind: Kind, operator: Operator, text: str, words: str) -> None:
    assert refusal(kind, operator, [text, text] if operator is BETWEEN else [text]) == words


@pytest.mark.parametrize("kind", [MONEY, POINTS, COUNT, DECIMAL, Days(), Day(), Moment()])
def test_both_ends_are_needed_in_their_order(kind: Kind) -> None:
    low, high = ("2026-01-01", "2026-01-02") if isinstance(kind, Day) else ("9", "10")
    assert len(kind.values([low, high], BETWEEN, setting())) == 2
    assert kind.values([low, low], BETWEEN, setting())
    assert refusal(kind, BETWEEN, [high, low]) == "The first value is beyond the second."
    assert refusal(kind, BETWEEN, [low]) == "Enter both ends."
    assert refusal(kind, BETWEEN, [low, low, high]) == "Enter both ends."
    assert refusal(kind, BETWEEN, [low, ""]) == refusal(kind, BETWEEN, ["", high]) == "Enter a value."
    assert refusal(kind, BETWEEN, []) == "Enter a value."


@pytest.mark.parametrize(("kind", "operator"), ASKED)
def test_as_many_values_as_the_operator_takes(kind: Kind, operator: Operator) -> None:
    assert refusal(kind, operator, []) == "Enter a value."
    if operator not in (BETWEEN, IN):
        good = good_value(kind, operator)
        assert len(kind.values([good], operator, setting())) == 1
        assert refusal(kind, operator, [good, good]) == "Enter one value."


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("operator", [EXISTS, MISSING])
def test_whether_there_is_a_value_needs_none(kind: Kind, operator: Operator) -> None:
    """What stands there from another operator is left aside."""
    assert kind.values(["left over"], operator, setting()) == []


@pytest.mark.parametrize(("kind", "operator"), [each for each in ASKED if each[1] is not BETWEEN])
def test_outer_blanks_mean_nothing(kind: Kind, operator: Operator) -> None:
    good = good_value(kind, operator)
    assert kind.values([f" {good}\u00a0"], operator, setting()) == kind.values([good], operator, setting())


def good_value(kind: Kind, operator: Operator) -> str:
    if isinstance(kind, Day):
        return "7" if kind.control_of(operator) == "days" else "2026-03-29"
    return {Phone: "0671112233", YesNo: "yes"}.get(type(kind), "7")


@pytest.mark.parametrize("text", ["😀", "👨‍👩‍👧", "%_\\'\"", "Ґанна", "a" * 1000, "<b>", "\u202eabc"])
def test_words_are_anything_that_can_be_seen(text: str) -> None:
    assert Words().values([f"  {text} "], EQUALS, setting()) == [text]


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("067 111-22-33", "+380671112233"),
        ("+38 (067) 111 22 33", "+380671112233"),
        ("+49 30 901820", "+4930901820"),
    ],
)
def test_a_phone_is_read_however_it_is_typed(text: str, phone: str) -> None:
    assert Phone().values([text], EQUALS, setting()) == [phone]


@pytest.mark.parametrize(
    ("country", "text", "beginnings"),
    [
        ("UA", "067", ("+38067",)),
        ("UA", "+38067", ("+38067",)),
        ("UA", "67", ("+67", "+38067")),
        ("UA", "(0", ("+380",)),
        ("IT", "06", ("+06", "+3906")),
        ("US", "415", ("+415", "+1415")),
    ],
)
def test_how_a_phone_begins(country: str, text: str, beginnings: tuple[str, ...]) -> None:
    assert Phone().values([text], BEGINS, setting(country=country)) == [beginnings]


def test_a_card_is_read_without_what_is_for_the_eye() -> None:
    assert CardNumber().values([" 77-00 12\u00a034 "], EQUALS, setting()) == ["77001234"]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Kyiv", "2026-03-29"),
        ("Europe/Kyiv", "2026-10-25"),
        ("Europe/Kyiv", "1800-01-01"),
        ("Europe/Kyiv", "2200-12-31"),
        ("America/Santiago", "2026-09-06"),
        ("America/Havana", "2026-11-01"),
    ],
)
def test_a_day_begins_at_its_first_moment_in_the_business_s_zone(zone: str, day: str) -> None:
    """Days of 23 and of 25 hours too, and those whose midnight is skipped or comes twice."""
    begun = replace(setting(), zone=zone).begin(date.fromisoformat(day)).astimezone(UTC)
    assert begun.astimezone(ZoneInfo(zone)).date().isoformat() == day
    assert (begun - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date().isoformat() < day


def refusal(kind: Kind, operator: Operator, texts: list[str], here: Setting | None = None) -> str:
    refused = tried(kind, operator, texts, here or setting())
    assert refused != READ
    return refused


def tried(kind: Kind, operator: Operator, texts: list[str], here: Setting) -> str:
    """Why values cannot be read, or that they can."""
    try:
        kind.values(texts, operator, here)
    except UnreadableError as error:
        return str(error.words)
    return READ
