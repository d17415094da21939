"""Codes of coupons and gift cards: ten characters that nobody mixes up, and one that shows a slip of the finger."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L and O, that look like 1 and 0, and without U."""
LENGTH = 11
_SAME = str.maketrans({"O": "0", "I": "1", "L": "1"} | dict.fromkeys("\0 -\u2010\u2011\u2013", None))
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}


def new_code() -> str:
    """A code that was never guessed: fifty random bits and their check character."""
    return with_check("".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1)))


def with_check(drawn: str) -> str:
    """Ten characters and the one that checks them."""
    return drawn + ALPHABET[_twice(_remainder([_VALUES[letter] for letter in drawn]))]


def key_of(typed: str) -> str:
    """What a code is compared by: however it is spelt, with blanks, in small letters, O for 0."""
    return typed.upper().translate(_SAME)


def is_whole(key: str) -> bool:
    """Whether this can be a code that was made here; one wrong character or two exchanged ones are always found."""
    values = [_VALUES.get(letter, -1) for letter in key]
    return len(key) == LENGTH and -1 not in values and _remainder(values) == 0


def spelt(code: str) -> str:
    """In groups, as people read it."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}" if is_whole(code) else code


def masked(code: str) -> str:
    """All but its end, as it may be shown to whoever only has to tell codes apart."""
    return f"••••{code[-3:]}"


def _remainder(values: list[int]) -> int:
    """Of the polynomial with these coefficients, in the field of 32 elements: 0 where the last one checks the rest."""
    sum_ = 0
    for value in values:
        sum_ = _twice(sum_) ^ value
    return sum_


def _twice(value: int) -> int:
    return value << 1 ^ (0b100101 if value & 16 else 0)
