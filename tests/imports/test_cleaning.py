"""What cells say by what their columns are (IM-1, LP-7)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.customers.search import national_digits
from app.imports.cleaning import Clean, Cleaner
from app.imports.lines import Line, lines, marks_of, told_once
from app.imports.parsing import Record
from app.loyalty.models import FieldKind
from app.loyalty.queries import Choice, Question

TODAY = date(2026, 11, 29)
QUESTIONS = [
    Question(1, "City", FieldKind.TEXT, False, None, ()),
    Question(2, "Height", FieldKind.NUMBER, False, None, ()),
    Question(3, "Wedding", FieldKind.DATE, False, None, ()),
    Question(4, "Has a dog", FieldKind.YES_NO, False, None, ()),
    Question(5, "Coffee", FieldKind.CHOICE, False, None, (Choice(7, "Flat white", False), Choice(8, "Filter", True))),
]


def clean(key: str, cell: str, country: str = "") -> Clean:
    """A cell of a kind, beside a phone that is right."""
    mapping = ["phone", key] if key != "phone" else ["phone"]
    cells = ["+380501112233", cell] if key != "phone" else [cell]
    return Cleaner(mapping, country, QUESTIONS, TODAY).clean(Record(cells))


@pytest.mark.parametrize(
    ("cell", "country"),
    [
        ("+380674120855", ""),
        ("+38 (067) 412-08-55", ""),
        (" '+380674120855", ""),
        ("＋380674120855", ""),
        ("067 412 08 55", "UA"),
        ("380674120855", "UA"),
        ("00380674120855", "UA"),
    ],
)
def test_a_phone_is_read_in_any_spelling(cell: str, country: str) -> None:
    """IM-1: with a +, or as dialled in the country that was chosen."""
    found = clean("phone", cell.strip(), country)
    assert (found.reason, found.phone, found.national) == ("", "+380674120855", "0674120855")
    assert found.national == national_digits(found.phone)


@pytest.mark.parametrize(
    ("cell", "country", "reason"),
    [
        ("0674120855", "", "no_plus"),
        ("+38067412085", "", "phone"),
        ("+1234", "", "phone"),
        ("+38067HELLO55", "", "phone"),
        ("3.80674E+11", "UA", "rounded"),
        ("3,80674E+11", "", "rounded"),
        ("+380674120855;+380674120856", "", "phone"),
        ("+380674120855 ext. 5", "", "phone"),
        ("+" + "9" * 4_000, "", "phone"),
    ],
)
def test_what_is_no_phone_is_refused(cell: str, country: str, reason: str) -> None:
    assert (clean("phone", cell, country).reason, clean("phone", cell, country).detail) == (reason, "phone")


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("first_name", "  Ольга   Марія ", "Ольга Марія"),
        ("last_name", "=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("email", "Olha@Example.COM", "olha@example.com"),
        ("birthday", "31.12.1990", date(1990, 12, 31)),
        ("birthday", "1990-12-31", date(1990, 12, 31)),
        ("birthday", "31/12/1990", date(1990, 12, 31)),
        ("language", "UK", "uk"),
        ("language", "ua", "uk"),
        ("language", "Русский", "ru"),
        ("points", "12,5", 1_250),
        ("points", "1 234.56", 123_456),
        ("points", "1,234,500", 123_450_000),
        ("points", "1,234.50", 123_450),
        ("points", "1234,500", 123_450),
        ("points", "0.500", 50),
        ("points", "0", 0),
    ],
)
def test_cells_become_values(key: str, cell: str, value: object) -> None:
    found = clean(key, cell)
    assert (found.reason, found.values) == ("", {key: value})


@pytest.mark.parametrize(
    ("number", "cell", "kept"),
    [
        (1, "Kyiv", {"words": "Kyiv", "words_key": "kyiv"}),
        (2, "1,75", {"number": 17_500}),
        (2, "0,125", {"number": 1_250}),
        (2, "1 234,567", {"number": 12_345_670}),
        (3, "05.06.2010", {"day": "2010-06-05"}),
        (4, "Так", {"yes": True}),
        (4, "no", {"yes": False}),
        (5, "flat WHITE", {"choice_id": 7}),
    ],
)
def test_answers_are_read_by_their_kind(number: int, cell: str, kept: dict[str, Any]) -> None:
    """LP-7."""
    found = clean(f"answer_{number}", cell)
    assert (found.reason, found.answers) == ("", [{"field_id": number, **kept}])


@pytest.mark.parametrize(
    ("key", "cell", "reason"),
    [
        ("first_name", "x" * 301, "long_name"),
        ("first_name", "Ol\ufffdha", "unreadable"),
        ("first_name", "Ol\x07ha", "unreadable"),
        ("email", "olha@", "email"),
        ("email", "x" * 400 + "@example.com", "email"),
        ("birthday", "30.02.1990", "day"),
        ("birthday", "2027-01-01", "birthday"),
        ("birthday", "1812-01-01", "birthday"),
        ("language", "ukr", "language"),
        ("language", "pl", "language"),
        ("points", "-5", "points"),
        ("points", "1.2345", "points"),
        ("points", "1.234", "doubtful"),
        ("points", "1,200", "doubtful"),
        ("points", "1.000", "doubtful"),
        ("points", "1e5", "points"),
        ("points", "9" * 30, "points"),
        ("cards", "7" * 65, "long_card"),
        ("cards", "2,21E+12", "rounded"),
        ("cards", "77001122; 2.21e+12", "rounded"),
        ("cards", ",".join(str(each) for each in range(21)), "many_cards"),
        ("answer_1", "x" * 1_001, "long_answer"),
        ("answer_2", "tall", "number"),
        ("answer_2", "1,200", "doubtful"),
        ("answer_2", "-120.500", "doubtful"),
        ("answer_3", "soon", "day"),
        ("answer_4", "perhaps", "yes_no"),
        ("answer_5", "Filter", "choice"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_column(key: str, cell: str, reason: str) -> None:
    """IM-2."""
    found = clean(key, cell)
    assert (found.reason, found.detail) == (reason, key)


def test_cards_stand_in_one_cell_or_in_several() -> None:
    cleaner = Cleaner(["cards", "cards"], "", [], TODAY)
    assert cleaner.clean(Record(["77 01-02; 7703|7703", "A1\nB2"])).cards == ["770102", "7703", "A1", "B2"]
    assert cleaner.clean(Record(["", " "])).reason == "nobody"


def test_who_is_told_of_twice_is_refused_the_second_time() -> None:
    told = [("+1", ()), ("", ("7",)), ("+2", ("7",)), ("+1", ("8",)), ("+3", ("+1",))]
    rows = [Line(number, "", marks=marks_of(phone, cards)) for number, (phone, cards) in enumerate(told, 1)]
    found = [(each.reason, each.detail) for each in told_once(rows, {})]
    assert found == [("", ""), ("", ""), ("double", "2"), ("double", "1"), ("", "")]


def test_a_line_is_one_line_of_the_copy() -> None:
    """Whatever stands in it."""
    wild = 'a\\b"c\u2028\x85{},\\N'
    cleaner = Cleaner(["phone", "first_name", "cards", "answer_1"], "", QUESTIONS, TODAY)
    record = Record(["+380674120855", "O'Hara \\N", 'x\\"y', 'back\\slash "q"'])
    (line,) = lines([record], 4, cleaner, 1)
    assert line.number == 5
    assert line.text.count("\n") == 1
    assert line.text.count("\t") == 15
    (refused,) = lines([Record([wild, "a\tb\nc"], "quotes")], 0, cleaner, 1)
    assert refused.text.count("\n") == 1
    assert refused.text.count("\t") == 15
