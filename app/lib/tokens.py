"""Short signed names of rows, for links that people get: whoever holds one may do what it names, nothing else."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

SEAL = 9
"""Bytes of the signature: 72 bits, which nobody guesses by asking."""
LONGEST = 64


class ForgedError(ValueError):
    """Nobody here made this token, or it was made for something else."""


def sign(key: bytes, purpose: str, *numbers: int) -> str:
    """A token for these numbers and this purpose: a dozen characters more than they need, fit for an address."""
    content = b"".join(map(_written, numbers))
    return base64.urlsafe_b64encode(content + _seal(key, purpose, content)).rstrip(b"=").decode()


def read(key: bytes, purpose: str, token: str) -> tuple[int, ...]:
    """The numbers that a token was made for. Raises ForgedError."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True) if len(token) <= LONGEST else b""
    except (binascii.Error, ValueError):
        raise ForgedError from None
    content, seal = raw[:-SEAL], raw[-SEAL:]
    if not content or not hmac.compare_digest(seal, _seal(key, purpose, content)):
        raise ForgedError
    numbers = _numbers(content)
    if not hmac.compare_digest(sign(key, purpose, *numbers), token):
        raise ForgedError  # The same bytes can be spelled in several ways; one of them is ours.
    return numbers


def in_digits(token: str) -> str:
    """A token as a number: a scanner types it alike on every keyboard, and a QR code of digits is a small one."""
    return str(int.from_bytes(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))))


def out_of_digits(number: str) -> str:
    """The token again. Raises ForgedError."""
    if not (number.isascii() and number.isdigit() and len(number) <= 2 * LONGEST):
        raise ForgedError
    value = int(number)
    if str(value) != number:
        raise ForgedError  # One spelling of it is ours.
    raw = value.to_bytes((value.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _seal(key: bytes, purpose: str, content: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + content, hashlib.sha256)[:SEAL]


def _written(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the highest bit says that more follow."""
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def _numbers(content: bytes) -> tuple[int, ...]:
    found, number, shift = [], 0, 0
    for byte in content:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte <= 0x7F:
            found.append(number)
            number, shift = 0, 0
    return tuple(found)
