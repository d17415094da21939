"""Phones: what people type, in any spelling, becomes E.164."""

from __future__ import annotations

import re
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone

from app.lib import numbering


def e164(text: str, country: str) -> str:
    """+380674120855 out of 067 412 08 55; without a + it is read as dialled in `country` (ISO 3166-1).

    Raises ValueError for what no telephone of the world can have: too short or long, letters, an extension.
    """
    return str(phonenumbers.format_number(_parsed(text, country), phonenumbers.PhoneNumberFormat.E164))


def read(text: str, country: str) -> tuple[str, str]:
    """The same, with its digits as dialled within its country, such as 0674120855. Raises ValueError."""
    if (dialled := numbering.national(text)) is not None:
        return text, dialled
    parsed = _parsed(text, country)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return f"+{parsed.country_code}{phonenumbers.national_significant_number(parsed)}", _NO_DIGIT.sub("", national)


_NO_DIGIT = re.compile(r"\D")


def _parsed(text: str, country: str) -> phonenumbers.PhoneNumber:
    if any(map(str.isalpha, text)):
        raise ValueError("A phone has no letters.")
    try:
        parsed = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException as error:
        raise ValueError("This is no phone.") from error
    if parsed.extension or not phonenumbers.is_valid_number(parsed):
        raise ValueError("There is no such phone.")
    return parsed


def zone_of(phone: str, home: ZoneInfo) -> ZoneInfo:
    """The time zone of a phone in E.164; `home` where its country has several and that is one, or where none is known.

    Other countries with several zones are taken by their first one.
    """
    zones = _zones(phone)
    if not zones or home.key in zones:
        return home
    try:
        return ZoneInfo(zones[0])
    except (ZoneInfoNotFoundError, ValueError):
        return home


@lru_cache(maxsize=10_000)
def _zones(phone: str) -> tuple[str, ...]:
    try:
        found = timezone.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(each for each in found if each != timezone.UNKNOWN_TIMEZONE)
