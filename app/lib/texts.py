"""What people type into a line of a form."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping


def one_line(text: str) -> str:
    """The text composed (NFC), without blanks at its ends and with one between its words."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def has_control_characters(text: str) -> bool:
    """Whether there are characters in it that nobody sees and PostgreSQL or a page may refuse, such as NUL.

    A letter or emoji newer than Python's tables is none of them, though those know no category for it.
    """
    return any(unicodedata.category(letter) in ("Cc", "Cs") or _is_no_character(ord(letter)) for letter in text)


def preview(text: str, most: int = 80) -> str:
    """How a text begins, in one line: at most so many characters, the last of them … where it goes on."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _is_no_character(code: int) -> bool:
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in a language; in another where it is not written in that one, and '' where it is in none."""
    return texts.get(language) or next((text for text in texts.values() if text), "")
