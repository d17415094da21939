"""All that the length of a text depends on, of each customer, in SQL: those of one shape take as many SMS (BA-1).

Of a name that is its number of letters, and whether all of them are in GSM-7; of a number its digits. So one text of
each shape is composed, and none of the others. What cannot be told so has no shape, and each is composed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from functools import cache, reduce
from typing import Any

from sqlalchemy import BigInteger, Text, case, cast, extract, func, literal, null
from sqlalchemy.dialects.postgresql import ARRAY

from app.customers.models import Customer
from app.lib.sms import BASIC, EXTENDED
from app.messaging.texts import clean
from app.messaging.values import Column, Setting, columns_of

_RANGES = ((0x20, 0x17F), (0x2BC, 0x2BC), (0x400, 0x52F), (0x2013, 0x201E), (0x2026, 0x2026), (0x2116, 0x2116))
_FIGURES = "0123456789−-"
_OF_LINKS = [128**power for power in range(1, 9)]
"""From these numbers on a link is longer."""


@cache
def plain() -> str:
    """Letters that stay as they are in a message, and take one unit there, in either alphabet."""
    letters = (chr(code) for first, last in _RANGES for code in range(first, last + 1))
    return "".join(each for each in letters if each not in EXTENDED and _stays(each))


def _stays(letter: str) -> bool:
    return clean(f"a{letter}a") == f"a{letter}a" and letter != " " and not unicodedata.combining(letter)


def measured(names: Collection[str], setting: Setting) -> dict[str, Column]:
    """Variable → where it is read, of table `customer`; of those whose values differ."""
    own: Mapping[str, Any] = {
        "first_name": Customer.first_name,
        "last_name": Customer.last_name,
        "unsubscribe": Customer.id,
    }
    asked = [name for name in _SHAPES if name in names]
    read = {name: [own[name]] if name in own else columns_of(name, setting) for name in asked}
    return {name: columns[0] for name, columns in read.items() if columns}


def shape_of(columns: Mapping[str, Any], openings: Mapping[str, str]) -> Column:
    """The shape of what was read of a customer; NULL for who is composed for itself.

    `openings` are the letters with which the value of a variable might let a text begin as the program's name does.
    """
    parts = [_SHAPES[name](column, openings.get(name, "")) for name, column in columns.items()]
    return reduce(lambda whole, part: whole.op("||")(part).op("||")(","), parts, cast(literal(""), Text))


def _words(column: Any, opening: str) -> Column:
    first = "".join(each for each in plain() if each.casefold()[0] not in opening)
    value = func.coalesce(column, "").collate("C")
    known = f"^([{_class(first)}][{_class(plain())}]*( [{_class(plain())}]+)*)?$"
    outside = f"[^{_class(BASIC)}]"
    return case((value.regexp_match(known), _sized(value, outside)))


def _sized(value: Any, outside: str) -> Column:
    return cast(func.char_length(value), Text).op("||")(case((value.regexp_match(outside), "u"), else_=""))


def _class(letters: str) -> str:
    """As it stands in brackets: runs of letters by their ends."""
    runs: list[list[str]] = []
    for each in sorted(letters):
        if runs and ord(each) == ord(runs[-1][1]) + 1:
            runs[-1][1] = each
        else:
            runs.append([each, each])
    return "".join(f"{re.escape(first)}-{re.escape(last)}" for first, last in runs)


def _number(column: Any, opening: str) -> Column:
    """Its sign, its digits, and whether there are any behind the separator."""
    whole = cast(func.coalesce(column, 0), BigInteger)
    digits = func.translate(cast(whole, Text), "123456789", "000000000").op("||")(
        case((whole % 100 == 0, ""), else_=".")
    )
    return _told(digits, not set(opening) & set(_FIGURES))


def _moment(column: Any, opening: str) -> Column:
    """A quarter of an hour is in one day, whatever the zone."""
    quarter = func.floor(extract("epoch", column) / 900)
    return _told(func.coalesce(cast(quarter, Text), ""), not set(opening) & set(_FIGURES))


def _link(column: Any, opening: str) -> Column:
    return _told(cast(func.width_bucket(column, cast(_OF_LINKS, ARRAY(BigInteger))), Text), not opening)


def _told(shape: Column, safe: bool) -> Column:
    return shape if safe else cast(null(), Text)


_SHAPES: Mapping[str, Callable[[Any, str], Column]] = {
    **dict.fromkeys(("first_name", "last_name", "card", "category"), _words),
    **dict.fromkeys(("points", "expiring_points", "balance", "account"), _number),
    "expires_on": _moment,
    "unsubscribe": _link,
}
