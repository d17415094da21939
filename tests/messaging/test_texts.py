"""Texts with variables: filled once out of an allowlist, dressed by the program, held to ten SMS (BA-1, LP-1, LP-3)."""

from __future__ import annotations

import unicodedata

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.lib.sms import segments
from app.messaging.models import Channel
from app.messaging.texts import (
    OF_COUPON,
    VARIABLES,
    Voice,
    clean,
    dress,
    empty_for,
    fill,
    in_language,
    refusal,
    too_long,
    unknown_variables,
)

VOICE = Voice({"en": "Kavalier", "uk": "Кавалер"}, "Kavalier, internal", "Stay warm")
NAMES = st.sampled_from([*VARIABLES, *OF_COUPON])


@given(st.text(), st.dictionaries(NAMES, st.text()))
def test_whatever_is_written_and_filled_in_a_text_comes_of_it(text: str, values: dict[str, str]) -> None:
    assert isinstance(fill(text, values), str)
    assert set(empty_for(text, values)) <= set(values)


@given(st.dictionaries(NAMES, st.text(), min_size=1))
def test_a_value_brings_no_variable_in(values: dict[str, str]) -> None:
    """BA-1: it is filled once, and braces of a name stay what they are."""
    smuggled = {name: f"{{{other}}}" for name, other in zip(values, ["last_name", "points", "card"] * 5, strict=False)}
    for name, value in smuggled.items():
        assert fill(f"<{{{name}}}>", smuggled) == f"<{value}>"


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi {first_name}!", "Hi Olena!"),
        ("{first_name}{first_name}", "OlenaOlena"),
        ("{{first_name}}", "{Olena}"),
        ("{first_name", "{first_name"),
        ("{first_name!r} {first_name:>20} {first_name.__class__} {0} {}",) * 2,
        ("{{ config }} {% if 1 %}x{% endif %} ${first_name} %(first_name)s", None),
        ("a smile :{ and }: one more",) * 2,
    ],
)
def test_only_a_plain_name_in_braces_is_a_variable(text: str, filled: str | None) -> None:
    """RELIABILITY: never a template of Jinja, never str.format."""
    if filled is None:
        filled = text.replace("{first_name}", "Olena")
    assert fill(text, {"first_name": "Olena"}) == filled


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("{first_name} {points}", []),
        ("{name} {First_name} {name}", ["name", "First_name"]),
        ("{ points }", [" points "]),
        ("{first_name!r}", ["first_name!r"]),
        ("{coupon}", ["coupon"]),
        ("plain {} text { and }", [" and "]),
    ],
)
def test_what_nobody_gives_a_value_is_named(text: str, unknown: list[str]) -> None:
    assert unknown_variables(text) == unknown


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ("  Olena \n Koval\t", "Olena Koval"),
        ("Ol\x07e\x1bna", "Olena"),
        ("Olena\u202e\u2066\u200f", "Olena"),
        ("1\u00a0234\u202f5", "1 234 5"),
        ("{points}", "{points}"),
        ("👩\u200d🍳", "👩\u200d🍳"),
        ("\u202e", ""),
    ],
)
def test_a_value_is_one_line_of_what_can_be_seen(value: str, cleaned: str) -> None:
    assert clean(value) == cleaned


@given(st.text())
def test_a_value_never_has_what_would_turn_or_break_a_text(value: str) -> None:
    kept = clean(value)
    assert not any(unicodedata.category(each) == "Cc" for each in kept)
    assert not set(kept) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u00a0")


class TestDress:
    """LP-1, LP-3: the public name begins an SMS, the signature ends whatever goes out."""

    def test_by_the_customers_language(self) -> None:
        assert dress("Coffee waits.", VOICE, "en") == "Kavalier: Coffee waits.\nStay warm"
        assert dress("Кава чекає.", VOICE, "uk") == "Кавалер: Кава чекає.\nStay warm"

    def test_another_language_gets_the_first_name_that_is_there(self) -> None:
        assert dress("Кофе ждёт.", VOICE, "ru").startswith("Kavalier: ")
        assert dress("Hi", Voice({}, "Coffee", ""), "en") == "Coffee: Hi"

    def test_a_push_or_an_e_mail_has_the_name_elsewhere(self) -> None:
        assert dress("Coffee waits.", VOICE, "en", Channel.PUSH) == "Coffee waits.\nStay warm"

    def test_who_wrote_the_name_does_not_get_it_twice(self) -> None:
        assert dress("KAVALIER: hello", VOICE, "en") == "KAVALIER: hello\nStay warm"


def test_who_reads_another_language_gets_the_first_that_was_written() -> None:
    texts = {"uk": "Кава", "en": ""}
    assert in_language(texts, "uk") == ("uk", "Кава")
    assert in_language(texts, "en") == ("uk", "Кава")
    assert in_language({}, "en") == ("en", "")


class TestRefusal:
    def test_what_is_unknown_is_named(self, app: Flask) -> None:
        """The bad input of the issue: before saving, all of it at once."""
        with app.test_request_context():
            assert refusal("{first_name} {nickname} {x}", VARIABLES) == "There is no such variable: {nickname}, {x}."
            assert refusal("{coupon}", {**VARIABLES, **OF_COUPON}) == ""

    @pytest.mark.parametrize(
        ("text", "taken"),
        [("a" * 1530, 0), ("a" * 1531, 11), ("я" * 670, 0), ("я" * 671, 11), ("€" * 766, 11), ("👋" * 336, 11)],
    )
    def test_over_ten_segments_is_told_with_the_count(self, app: Flask, text: str, taken: int) -> None:
        """BA-1: to the code unit; extension characters count two."""
        assert too_long(text) == taken
        with app.test_request_context():
            assert refusal(text, VARIABLES) == (f"This takes {taken} SMS; at most 10 are sent." if taken else "")

    def test_a_variable_counts_by_what_it_brings(self, app: Flask) -> None:
        with app.test_request_context():
            assert refusal("a" * 1530 + "{first_name}" * 9, VARIABLES) == ""

    @given(st.text(max_size=3000))
    def test_it_agrees_with_what_is_sent(self, text: str) -> None:
        assert bool(too_long(text)) == (len(segments(text)) > 10)
