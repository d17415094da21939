"""Countries as people choose them: those that have telephones, by name."""

from __future__ import annotations

import phonenumbers
from babel import Locale

from app.lib.collation import sort_key


def countries(language: str) -> list[tuple[str, str]]:
    """Code (ISO 3166-1) and name in a language, by its alphabet."""
    names = Locale.parse(language).territories
    known = [(code, names[code]) for code in phonenumbers.SUPPORTED_REGIONS if code in names]
    return sorted(known, key=lambda country: sort_key(country[1]))
