"""What a gateway delivers by SMPP: receipts, in either form that the standard knows, and messages to us.

A long message comes in parts. They are kept here until all have come, for ten minutes; then what came is told as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from uuid import uuid4

from smpplib import consts

from app.gateway_config import SmppSettings
from app.lib.gsm import from_gsm, from_ucs2
from app.messaging.gateways.base import Incoming, Receipt
from app.messaging.gateways.smpp_line import Delivered, plain_id
from app.messaging.models import MessageStatus

WAITS = 600.0
MOST_WAITING = 1000
_RECEIPT, _KIND = 0x04, 0x3C
"""Of the field esm_class."""
_RECEIPTED_ID, _STATE, _PAYLOAD = 0x001E, 0x0427, 0x0424
_SAR = (0x020C, 0x020E, 0x020F)
_SENT, _DELIVERED, _FAILED = MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.FAILED
_STATES = {
    **dict.fromkeys((0, consts.SMPP_MESSAGE_STATE_ENROUTE, consts.SMPP_MESSAGE_STATE_ACCEPTED), _SENT),
    consts.SMPP_MESSAGE_STATE_DELIVERED: _DELIVERED,
    consts.SMPP_MESSAGE_STATE_EXPIRED: _FAILED,
    consts.SMPP_MESSAGE_STATE_DELETED: _FAILED,
    consts.SMPP_MESSAGE_STATE_UNDELIVERABLE: _FAILED,
    consts.SMPP_MESSAGE_STATE_REJECTED: _FAILED,
}
_WORDS = {
    **dict.fromkeys(("ENROUTE", "ACCEPTD"), _SENT),
    "DELIVRD": _DELIVERED,
    **dict.fromkeys(("EXPIRED", "DELETED", "UNDELIV", "REJECTD"), _FAILED),
}
"""A state that is not here tells nothing, such as UNKNOWN."""
Part = tuple[int, int, int]
"""The message's number, how many parts it has, which this is."""
Whole = tuple[str, str, int, int]


@dataclass
class _Long:
    coding: int
    parts: dict[int, bytes] = field(default_factory=dict)
    since: float = field(default_factory=monotonic)


class Inbox:
    def __init__(self, settings: SmppSettings) -> None:
        self._settings = settings
        self._waiting: dict[Whole, _Long] = {}

    def opened(self, delivered: Delivered) -> Receipt | Incoming | None:
        """None for a part whose message is not whole yet, and for a receipt that tells nothing.

        Raises ValueError for what cannot be read.
        """
        octets = bytes(delivered.optional.get(_PAYLOAD) or delivered.short_message or b"")
        if delivered.esm_class & _KIND == _RECEIPT or _RECEIPTED_ID in delivered.optional:
            return self._receipt(delivered, octets.decode("latin-1"))
        part, octets = _parted(delivered, octets)
        to = _address(delivered.destination_addr, delivered.dest_addr_ton)
        address = _address(delivered.source_addr, delivered.source_addr_ton)
        if part is None:
            return _incoming(address, to, _text(octets, delivered.data_coding))
        return self._joined((address, to, *part[:2]), part[2], octets, delivered.data_coding)

    def given_up(self) -> Iterator[Incoming]:
        """Messages whose missing parts are not waited for any more, as far as they came."""
        over = monotonic() - WAITS
        for whole, long in list(self._waiting.items()):
            if long.since < over or len(self._waiting) > MOST_WAITING:
                yield self._whole(whole)

    def _receipt(self, delivered: Delivered, text: str) -> Receipt | None:
        told = re.search(r"\bid:\s*(\S+)", text, re.IGNORECASE)
        known = delivered.optional.get(_RECEIPTED_ID, b"").rstrip(b"\0").decode("ascii", "replace")
        if not known and not told:
            raise ValueError("A receipt without an id.")
        status = _status(delivered.optional.get(_STATE, b""), text)
        if status is None:
            return None
        number = plain_id(known, self._settings) or self._as_answered(told[1] if told else "")
        return Receipt(status=status, gateway_id=number)

    def _as_answered(self, number: str) -> str:
        """An id out of a receipt's text, as the answer to the submission wrote it."""
        if self._settings.receipt_ids == "decimal" and number.isascii() and number.isdigit():
            return f"{int(number):x}"
        return number

    def _joined(self, whole: Whole, place: int, octets: bytes, coding: int) -> Incoming | None:
        long = self._waiting.setdefault(whole, _Long(coding))
        long.parts[place] = octets
        return self._whole(whole) if len(long.parts) == whole[3] else None

    def _whole(self, whole: Whole) -> Incoming:
        address, to, _, total = whole
        long = self._waiting.pop(whole)
        if len(long.parts) == total:
            octets = b"".join(long.parts[place] for place in range(1, total + 1))
            return _incoming(address, to, _text(octets, long.coding))
        texts = (_text(long.parts[place], long.coding) if place in long.parts else "…" for place in range(1, total + 1))
        return _incoming(address, to, "".join(texts))


def _incoming(address: str, to: str, text: str) -> Incoming:
    """SMPP gives such a message no id, and the same text may be meant twice: better told twice than not at all."""
    return Incoming(address=address, to=to, text=text, gateway_id=uuid4().hex)


def _status(state: bytes, text: str) -> MessageStatus | None:
    if len(state) == 1:
        return _STATES.get(state[0])
    told = re.search(r"\bstat:\s*([A-Z]+)", text, re.IGNORECASE)
    return _WORDS.get(told[1].upper()[:7]) if told else None


def _parted(delivered: Delivered, octets: bytes) -> tuple[Part | None, bytes]:
    """Which part of a long message this is, and the text's octets without the header."""
    sar = [int.from_bytes(delivered.optional[tag], "big") for tag in _SAR if tag in delivered.optional]
    part = (sar[0], sar[1], sar[2]) if len(sar) == len(_SAR) else None
    if delivered.esm_class & consts.SMPP_GSMFEAT_UDHI:
        header, octets = octets[1 : 1 + octets[0]] if octets else b"", octets[1 + octets[0] :] if octets else b""
        part = _concatenated(header) or part
    if part and not 1 <= part[2] <= part[1] <= 255:
        raise ValueError("A part of a long message that cannot be.")
    return part if part and part[1] > 1 else None, octets


def _concatenated(header: bytes) -> Part | None:
    while len(header) >= 2:
        kind, size = header[0], header[1]
        value, header = header[2 : 2 + size], header[2 + size :]
        if (kind, len(value)) in {(consts.SMPP_UDHIEIE_CONCATENATED, 3), (consts.SMPP_UDHIEIE_CONCATENATED16, 4)}:
            return int.from_bytes(value[:-2], "big"), value[-2], value[-1]
    return None


def _text(octets: bytes, coding: int) -> str:
    if coding == consts.SMPP_ENCODING_ISO10646:
        return from_ucs2(octets)
    if coding in {consts.SMPP_ENCODING_IA5, consts.SMPP_ENCODING_ISO88591}:
        return octets.decode("latin-1")
    if coding in {consts.SMPP_ENCODING_BINARY, consts.SMPP_ENCODING_BINARY2}:
        raise ValueError("A message that is no text.")
    return from_gsm(octets)


def _address(octets: bytes | None, ton: int) -> str:
    """E.164 where it is a number of the world."""
    text = (octets or b"").decode("ascii", "replace")
    international = ton == consts.SMPP_TON_INTL or (ton == consts.SMPP_TON_UNK and len(text) >= 10)
    return f"+{text}" if text.isdigit() and international else text
