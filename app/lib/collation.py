"""Alphabetical order for Ukrainian, Russian and English, kept as keys that sort right byte by byte.

The database may have no ICU, and code points put і, ї, є, ґ and ё after я.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_ALPHABET = "абвгґдеёєжзиіїйклмнопрстуфхцчшщъыьэюя"
_APOSTROPHES = "'’ʼ`´"
_LONGEST = 200

# Cyrillic letters take a run of their own behind Latin; й and ї would otherwise lose their marks below.
_ORDER = {ord(letter): chr(0x0430 + place) for place, letter in enumerate(_ALPHABET)}
_ORDER |= {ord(mark): "" for mark in _APOSTROPHES}


@lru_cache(maxsize=2**14)
def sort_key(*words: str) -> str:
    """A key for ORDER BY … COLLATE "C": case and marks aside, words one after another; '' for no words."""
    joined = " ".join(word for word in words if word)
    letters = (_plain(letter) for letter in unicodedata.normalize("NFC", joined).lower())
    return "".join(letters)[:_LONGEST].strip()


def _plain(letter: str) -> str:
    placed = _ORDER.get(ord(letter))
    if placed is not None:
        return placed
    if letter == "\0":
        return ""
    return unicodedata.normalize("NFKD", letter)[0]
