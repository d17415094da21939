"""Numbers that people answer with: kept exactly, in ten-thousandths, typed and shown as their language writes them."""

from __future__ import annotations

import re

from app.lib.formats import minor

DIGITS = 4
"""Digits behind the decimal sign."""
MOST_WHOLE = 14
"""Digits before it: with the others they fit a bigint."""

_BLANKS = re.compile("[ \u00a0\u2009\u202f'’]")
_WITH_COMMA = re.compile(r"([+\-−]?)([0-9]+)(?:[.,]([0-9]+))?")
_ENGLISH = re.compile(r"([+\-−]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?")


def parse(text: str, language: str) -> int:
    """“1 234,5” as 12345000. In English commas part thousands, elsewhere they begin the fraction.

    Raises ValueError for what is no number, is too large, or has more digits than are kept: none is rounded away.
    """
    found = (_ENGLISH if language == "en" else _WITH_COMMA).fullmatch(_BLANKS.sub("", text))
    if not found:
        raise ValueError("This is no number.")
    sign, whole, fraction = found[1], found[2].replace(",", ""), (found[3] or "").rstrip("0")
    if len(whole.lstrip("0")) > MOST_WHOLE or len(fraction) > DIGITS:
        raise ValueError("This number has too many digits.")
    value = int(whole + fraction.ljust(DIGITS, "0"))
    return -value if sign in ("-", "−") else value


def written(value: int, language: str) -> str:
    """12345000 as 1,234.5 or 1 234,5: as `parse` reads it again."""
    whole, fraction = minor(value, language, DIGITS)
    return whole + fraction.rstrip("0") if value % 10**DIGITS else whole


def plain(value: int) -> str:
    """12345000 as 1234.5, for machines."""
    return fixed(value, DIGITS).rstrip("0").rstrip(".")


def fixed(value: int, digits: int) -> str:
    """An amount in the smallest unit for machines: 12345 of a currency with two digits as 123.45."""
    whole, part = divmod(abs(value), 10**digits)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"
