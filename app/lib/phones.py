"""Phones: what people type, in any spelling, becomes E.164."""

from __future__ import annotations

import phonenumbers


def e164(text: str, country: str) -> str:
    """+380674120855 out of 067 412 08 55; without a + it is read as dialled in `country` (ISO 3166-1).

    Raises ValueError for what no telephone of the world can have: too short or long, letters, an extension.
    """
    if any(letter.isalpha() for letter in text):
        raise ValueError("A phone has no letters.")
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise ValueError("This is no phone.") from error
    if parsed.extension or not phonenumbers.is_valid_number(parsed):
        raise ValueError("There is no such phone.")
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
