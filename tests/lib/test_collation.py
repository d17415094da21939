"""Alphabetical order of three languages, by keys that are compared byte by byte."""

from hypothesis import given
from hypothesis import strategies as st

from app.lib.collation import sort_key

UKRAINIAN = ["Адам", "Гудзь", "Ґудзь", "Єфремов", "Жук", "Зінченко", "Іванова", "Їжак", "Йосип", "Шевченко", "Яна"]
RUSSIAN = ["Ежов", "Ёлкин", "Жуков", "Эдуард", "Юрий", "Яков"]


def test_letters_stand_where_the_alphabet_has_them() -> None:
    for names in (UKRAINIAN, RUSSIAN):
        assert sorted(set(names), key=sort_key) == names


def test_case_marks_and_apostrophes_do_not_count() -> None:
    assert sort_key("Éclair") == sort_key("eclair")
    assert sort_key("Дем’яненко") == sort_key("ДЕМЯНЕНКО")


@given(st.text(max_size=400))
def test_any_text_has_a_key_that_postgres_can_keep(text: str) -> None:
    key = sort_key(text)
    assert "\0" not in key
    assert len(key) <= 200
    key.encode()
