"""Signed names in addresses: short, unguessable, good for one purpose, spelled in one way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.tokens import ForgedError, read, sign

KEY = b"k" * 32
NUMBERS = st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=3)


@given(NUMBERS)
def test_it_is_read_as_it_was_signed(numbers: list[int]) -> None:
    assert read(KEY, "stop", sign(KEY, "stop", *numbers)) == tuple(numbers)


def test_it_is_short_enough_for_an_sms() -> None:
    assert len(sign(KEY, "leave", 9_999, 20_000_000, 999)) <= 24


@pytest.mark.parametrize(("key", "purpose"), [(b"x" * 32, "stop"), (KEY, "leave")])
def test_another_key_or_purpose_makes_another_token(key: bytes, purpose: str) -> None:
    with pytest.raises(ForgedError):
        read(key, purpose, sign(KEY, "stop", 1, 2))


@given(NUMBERS, st.data())
def test_no_letter_of_it_can_be_another(numbers: list[int], data: st.DataObject) -> None:
    token = sign(KEY, "stop", *numbers)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_=+/ ").filter(lambda each: each != token[place]))
    with pytest.raises(ForgedError):
        read(KEY, "stop", token[:place] + letter + token[place + 1 :])


@given(st.text(max_size=80))
def test_anything_else_is_forged(text: str) -> None:
    with pytest.raises(ForgedError):
        read(KEY, "stop", text)
