"""How texts become SMS: their alphabet, and the segments that they take (3GPP TS 23.038 and 23.040; BA-1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "\f^{}\\[~]|€"
"""These are two septets: an escape comes before them."""
_GSM7 = dict.fromkeys(BASIC, 1) | dict.fromkeys(EXTENDED, 2)


@dataclass(frozen=True)
class Alphabet:
    """Units are septets, or code units of UTF-16; `alone` of them fit into one SMS, `joined` into each of several."""

    name: str
    alone: int
    joined: int
    units_of: Callable[[str], int]
    """Of one character; it always stands in one segment whole."""


GSM7 = Alphabet("GSM-7", 160, 153, lambda character: _GSM7[character])
UCS2 = Alphabet("UCS-2", 70, 67, lambda character: 2 if ord(character) > 0xFFFF else 1)


_OUTSIDE = re.compile(f"[^{re.escape(BASIC + EXTENDED)}]")


def alphabet_of(text: str) -> Alphabet:
    """One character outside GSM-7 makes the whole text UCS-2."""
    return UCS2 if _OUTSIDE.search(text) else GSM7


def units(text: str) -> int:
    """What a text takes in its alphabet."""
    return sum(map(alphabet_of(text).units_of, text))


def segment_count(text: str) -> int:
    """How many parts a text is sent in, without making them where that is plain."""
    alphabet = alphabet_of(text)
    taken = len(text) + sum(map(text.count, EXTENDED)) if alphabet is GSM7 else len(text.encode("utf-16-le")) // 2
    if taken <= alphabet.alone:
        return min(taken, 1)
    # A character of two units may not fit into what a part has left.
    return -(-taken // alphabet.joined) if taken == len(text) else len(segments(text))


def segments(text: str) -> list[str]:
    """The parts that a text is sent in; none for an empty one."""
    alphabet = alphabet_of(text)
    if units(text) <= alphabet.alone:
        return [text] if text else []
    parts, taken = [""], 0
    for character in text:
        needed = alphabet.units_of(character)
        if taken + needed > alphabet.joined:
            parts.append("")
            taken = 0
        parts[-1] += character
        taken += needed
    return parts
