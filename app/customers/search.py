"""What customers are found by (CT-6): lexemes that begin with the business and the field, and queries over them.

A lexeme reads `<business>:<field>:<word>`, so one index serves all businesses and each criterion, and a search by
the beginning of a word is a range of it. Phones stand in three spellings: international digits, national digits,
and reversed, by whose beginning a phone's last digits are found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

import phonenumbers

_LONGEST = 200
_APOSTROPHES = re.compile("['’ʼ`´]")
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"[\d\s()+\-.]+")


class Criterion(StrEnum):
    """Where to search: everywhere, or in one field."""

    ALL = "all"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    PHONE = "phone"
    EMAIL = "email"
    CARD = "card"


_PHONE_FIELDS = ("p", "n", "r")
_FIELDS = {
    Criterion.FIRST_NAME: ("f",),
    Criterion.LAST_NAME: ("l",),
    Criterion.PHONE: _PHONE_FIELDS,
    Criterion.EMAIL: ("e",),
    Criterion.CARD: ("c",),
}


def document(
    business_id: int,
    *,
    first_name: str,
    last_name: str,
    phone: str,
    email: str,
    cards: Iterable[str],
    national: str = "",
) -> str:
    """The customer's lexemes as the text of a tsvector. `phone` is E.164; who knows its `national` digits says them."""
    lexemes = {f"f:{word}" for word in words(first_name)} | {f"l:{word}" for word in words(last_name)}
    lexemes |= {f"e:{word}" for word in _email_words(email)} | {f"c:{_card(card)}" for card in cards}
    lexemes |= set(_phone_lexemes(phone, national or national_digits(phone))) if phone else set()
    return " ".join(sorted(_quoted(f"{business_id}:{lexeme}") for lexeme in lexemes))


def query(business_id: int, criterion: Criterion, text: str) -> str | None:
    """The text of a tsquery for what a person typed: every word must begin a word of the field; None for nothing."""
    parts = [_any_of(business_id, _alternatives(criterion, word)) for word in typed_words(text)]
    return " & ".join(parts) if parts and all(parts) else None


def words(text: str) -> list[str]:
    """The words of a name, folded; a hyphen parts words, an apostrophe does not."""
    return list(_words(text))


@lru_cache(maxsize=2**14)
def _words(text: str) -> tuple[str, ...]:
    # Of a million customers many have the same names.
    return tuple(word[:_LONGEST] for word in _WORD.findall(_folded(_APOSTROPHES.sub("", text))))


def typed_words(text: str) -> list[str]:
    """The words of what a person typed; a number is one, however it is parted."""
    text = " ".join(text.replace("\0", " ").split())
    if _DIGITS.fullmatch(text):
        # Signs alone are no number, and every e-mail would begin with nothing.
        return [digits] if (digits := re.sub(r"\D", "", text)) else []
    return text.split()


def _alternatives(criterion: Criterion, word: str) -> list[str]:
    wanted = [criterion] if criterion is not Criterion.ALL else list(_FIELDS)
    return [f"{field}:{value}" for each in wanted for field in _FIELDS[each] for value in _values(field, word)]


def _values(field: str, word: str) -> list[str]:
    """How a typed word reads in a field; several when the field would part it into several words."""
    if field in _PHONE_FIELDS:
        digits = re.sub(r"[\s()+\-.]", "", word)
        if not (digits.isascii() and digits.isdigit()):
            return []
        return [digits[::-1] if field == "r" else digits]
    if field == "e":
        return [_folded(word)]
    if field == "c":
        return [_card(word)] if _card(word) else []
    return [" ".join(words(word))] if words(word) else []


def _any_of(business_id: int, alternatives: list[str]) -> str:
    return "(" + " | ".join(_prefixes(business_id, each) for each in alternatives) + ")" if alternatives else ""


def _prefixes(business_id: int, lexeme: str) -> str:
    field, _, value = lexeme.partition(":")
    each = value.split(" ")
    return "(" + " & ".join(f"{_quoted(f'{business_id}:{field}:{word}')}:*" for word in each) + ")"


def _folded(text: str) -> str:
    lower = unicodedata.normalize("NFC", text.replace("\0", "")).casefold().replace("ё", "е").replace("ґ", "г")
    if lower.isascii():
        return lower[:_LONGEST]
    return "".join(letter if "\u0400" <= letter <= "\u04ff" else _unmarked(letter) for letter in lower)[:_LONGEST]


def _unmarked(letter: str) -> str:
    return letter if letter.isascii() else unicodedata.normalize("NFKD", letter)[0]


def _card(number: str) -> str:
    return re.sub(r"[\s\-]", "", _folded(number))


def _email_words(email: str) -> list[str]:
    whole = _folded(email)
    local, _, domain = whole.partition("@")
    return [whole, domain, *re.split(r"[._+\-]", local)[1:]] if domain else []


def _phone_lexemes(phone: str, national: str) -> list[str]:
    digits = re.sub(r"\D", "", phone)
    return [f"p:{digits}", f"n:{national}", f"r:{digits[::-1]}"]


def national_digits(phone: str) -> str:
    """The digits as dialled within the country, such as 0674120855; all digits when the phone reads as none."""
    try:
        parsed = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return re.sub(r"\D", "", phone)
    return re.sub(r"\D", "", phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
