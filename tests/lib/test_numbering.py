"""Phones that are told by the plans of phonenumbers are what phonenumbers makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from app.lib import numbering


def test_numbers_of_all_countries_are_what_phonenumbers_makes_of_them() -> None:
    """CP-7: right ones and those that differ from such by a few digits; of most right ones the plans are sure."""
    chance, valid, sure = Random(7), 0, 0
    for phone in _examples():
        for written in (phone, *(_marred(phone, chance) for _each in range(4))):
            wanted, found = _by_the_library(written), numbering.national(written)
            assert found in (None, wanted), written
            valid, sure = valid + (wanted is not None), sure + (found is not None)
    assert sure > valid * 0.9


def test_what_is_not_written_whole_is_left_alone() -> None:
    for text in (
        "",
        "+",
        "+380",
        "0674120855",
        "+380 67 412 08 55",
        "+38067412085\u0665",
        "+3800674120855",
        "+999123456",
    ):
        assert numbering.national(text) is None


def _examples() -> Iterator[str]:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in PhoneNumberType.values():
            if (example := phonenumbers.example_number_for_type(region, kind)) is not None:
                yield phonenumbers.format_number(example, PhoneNumberFormat.E164)


def _marred(phone: str, chance: Random) -> str:
    digits, digit = list(phone), str(chance.randrange(10))
    place = chance.randrange(1, len(digits))
    match chance.randrange(4):
        case 0:
            digits[place] = digit
        case 1:
            digits[place:] = [str(chance.randrange(10)) for _each in digits[place:]]
        case 2:
            digits.insert(place, digit)
        case _:
            del digits[place]
    return "".join(digits)


def _by_the_library(text: str) -> str | None:
    """What it is dialled as within its country, where it stands as it is written; None for what is no phone."""
    try:
        parsed = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    whole = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if whole != text or not phonenumbers.is_valid_number(parsed):
        return None
    return re.sub(r"\D", "", phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL))
