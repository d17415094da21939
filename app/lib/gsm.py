"""Texts of SMS as SMPP carries them, and back: GSM-7 with an octet a septet, or UCS-2 (3GPP TS 23.038)."""

from __future__ import annotations

from app.lib.sms import BASIC, EXTENDED

_ESCAPE = 0x1B
_CODES = {character: bytes([code]) for code, character in enumerate(BASIC[:_ESCAPE] + "\x1b" + BASIC[_ESCAPE:])}
_ESCAPED = dict(zip(EXTENDED, bytes.fromhex("0a 14 28 29 2f 3c 3d 3e 40 65"), strict=True))
_OCTETS = _CODES | {character: bytes([_ESCAPE, code]) for character, code in _ESCAPED.items()}
_CHARACTERS = {code[0]: character for character, code in _CODES.items()}
_AFTER_ESCAPE = {code: character for character, code in _ESCAPED.items()}


def to_gsm(text: str) -> bytes:
    """Needs a text that is in the alphabet whole."""
    return b"".join(_OCTETS[each] for each in text)


def from_gsm(octets: bytes) -> str:
    """What has no character is “?”; what is escaped and unknown shows as it would unescaped, as phones do."""
    text, escaped = "", False
    for octet in octets:
        if octet == _ESCAPE:
            escaped = not escaped
            continue
        plain = _CHARACTERS.get(octet, "?")
        text += _AFTER_ESCAPE.get(octet, plain) if escaped else plain
        escaped = False
    return text


def to_ucs2(text: str) -> bytes:
    return text.encode("utf-16-be", "replace")


def from_ucs2(octets: bytes) -> str:
    return octets.decode("utf-16-be", "replace")
