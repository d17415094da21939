"""A bound connection of SMPP 3.4: PDUs by smpplib; framing, deadlines and the house-keeping of a link by us.

smpplib's own client waits for one answer at a time and reads whatever length it is told; a window of submissions
and a peer that is broken or rude need neither.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from collections import deque
from dataclasses import dataclass
from random import uniform
from time import monotonic
from typing import Any, NoReturn

from smpplib import consts, smpp
from smpplib.command import DeliverSM, SubmitSM
from smpplib.command_codes import get_command_name
from smpplib.consts import OPTIONAL_PARAMS
from smpplib.exceptions import UnknownCommandError

from app.gateway_config import SmppSettings
from app.messaging.gateways.base import CONNECT, READ

LONGEST_PDU = 65_536
IDLE = 30.0
"""Seconds of silence after which a link is asked whether it lives."""
LONGEST_PAUSE = 60.0
MOST_KEPT = 1000
_HEADER = struct.Struct(">LLLL")


class LineError(Exception):
    """A connection that cannot be made, or is of no use any more; its text says why."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


@dataclass(frozen=True)
class Pdu:
    command: str
    """'' for one that nobody knows."""
    status: int
    sequence: int
    raw: bytes

    @property
    def message_id(self) -> str:
        """Of an answer to a submission."""
        return self.raw[16:].split(b"\0", 1)[0].decode("ascii", "replace")

    @property
    def words(self) -> str:
        """What its status means."""
        return f"{consts.DESCRIPTIONS.get(self.status, 'Error of the gateway')} (0x{self.status:02X})"


class Delivered(DeliverSM):  # type: ignore[misc]
    """A deliver_sm whose optional fields are kept as they came, as peers add ones that smpplib does not know."""

    def parse_optional_params(self, data: bytes) -> None:
        self.optional: dict[int, bytes] = {}
        while len(data) >= 4:
            tag, length = struct.unpack(">HH", data[:4])
            self.optional[tag] = data[4 : 4 + length]
            data = data[4 + length :]


class Submitted(SubmitSM):  # type: ignore[misc]
    """A submit_sm of the fields that we write: going through all the others took most of the time of one."""

    params_order = (*[name for name in SubmitSM.params_order if name not in OPTIONAL_PARAMS], "user_message_reference")
    params = {name: SubmitSM.params[name] for name in params_order}


def delivered(pdu: Pdu) -> Delivered:
    """Raises ValueError for what cannot be read."""
    read = Delivered("deliver_sm", sequence=pdu.sequence)
    read.optional = {}
    try:
        read.parse(pdu.raw)
    except Exception as error:  # smpplib has no error of its own for this
        raise ValueError(f"A deliver_sm that cannot be read: {error}") from None
    return read


def plain_id(number: str, settings: SmppSettings) -> str:
    """An id as an answer or an optional field writes it, without what peers write now so and now otherwise."""
    if settings.receipt_ids == "decimal":
        return number.lower().lstrip("0")
    return number


class Line:
    """One connection. Whatever raises LineError leaves it closed."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._buffer = bytearray()
        self._kept: deque[Pdu] = deque()
        self._sequence = 0
        self.heard = monotonic()
        """When something came last."""

    def bind(self, settings: SmppSettings, role: str) -> None:
        server = settings.server
        self.write(f"bind_{role}", system_id=server.user, password=server.password, system_type="")
        answer = self.read(READ)
        if answer is None or answer.command != f"bind_{role}_resp" or answer.status:
            self.drop(f"The bind was refused: {answer.words}" if answer else "The bind was not answered.")

    def write(self, command: str, **fields: Any) -> int:
        """Sends a request; answers with its sequence number."""
        self._sequence = self._sequence % 0x7FFFFFFF + 1
        self._send(_encoded(command, self._sequence, **fields))
        return self._sequence

    def answer(self, command: str, sequence: int, status: int = 0) -> None:
        self._send(_encoded(command, sequence, status=status))

    def read(self, seconds: float) -> Pdu | None:
        """The next PDU that is about messages; None when none came in time."""
        return self._kept.popleft() if self._kept else self._next(seconds)

    def check(self) -> None:
        """Raises LineError for a link that was ended or does not live; what else it said meanwhile is kept."""
        while len(self._kept) < MOST_KEPT and (pdu := self._next(0)):
            self._kept.append(pdu)
        if monotonic() - self.heard < IDLE:
            return
        asked = monotonic()
        self.write("enquire_link")
        while self.heard < asked:
            if pdu := self._next(READ):
                self._kept.append(pdu)
            elif self.heard < asked:
                self.drop("The link does not answer.")

    def _next(self, seconds: float) -> Pdu | None:
        until, looked = monotonic() + seconds, False
        while True:
            pdu = self._framed()
            if pdu is None:
                # What has come is read even when there is no time to wait, but not for as long as a peer chatters.
                if (looked and monotonic() > until) or not self._receive(until):
                    return None
                looked = True
            elif not self._kept_house(pdu):
                return pdu

    def drop(self, reason: str) -> NoReturn:
        with contextlib.suppress(OSError):
            self._socket.close()
        raise LineError(reason)

    def close(self) -> None:
        with contextlib.suppress(LineError, OSError):
            self.write("unbind")
        with contextlib.suppress(OSError):
            self._socket.close()

    def _send(self, octets: bytes) -> None:
        try:
            self._socket.settimeout(READ)
            self._socket.sendall(octets)
        except OSError as error:
            self.drop(f"The connection broke: {error}")

    def _receive(self, until: float) -> bool:
        try:
            self._socket.settimeout(max(until - monotonic(), 0.001))
            octets = self._socket.recv(LONGEST_PDU)
        except TimeoutError:
            return False
        except OSError as error:
            self.drop(f"The connection broke: {error}")
        if not octets:
            self.drop("The other side closed the connection.")
        self._buffer += octets
        return True

    def _framed(self) -> Pdu | None:
        if len(self._buffer) < _HEADER.size:
            return None
        length, code, status, sequence = _HEADER.unpack_from(self._buffer)
        if not _HEADER.size <= length <= LONGEST_PDU:
            self.drop("What came is no SMPP.")
        if len(self._buffer) < length:
            return None
        raw = bytes(self._buffer[:length])
        del self._buffer[:length]
        self.heard = monotonic()
        return Pdu(_name(code), status, sequence, raw)

    def _kept_house(self, pdu: Pdu) -> bool:
        """Whether a PDU was about the link alone, and has been answered."""
        if pdu.command == "enquire_link":
            self.answer("enquire_link_resp", pdu.sequence)
        elif pdu.command == "unbind":
            self.answer("unbind_resp", pdu.sequence)
            self.drop("The other side unbound.")
        elif not pdu.command:
            self.answer("generic_nack", pdu.sequence, consts.SMPP_ESME_RINVCMDID)
        return pdu.command in {"enquire_link", "enquire_link_resp", ""}


class Dialler:
    """Keeps a line bound in a role, and after failures waits longer and longer before it dials again."""

    def __init__(self, settings: SmppSettings, role: str) -> None:
        self._settings, self._role = settings, role
        self._line: Line | None = None
        self._failures, self._not_before = 0, 0.0

    def line(self) -> Line:
        """The bound line, known to live. Raises LineError, with the seconds in which to try again."""
        if self._line:
            try:
                self._line.check()
            except LineError:
                self._line = None
        if self._line is None:
            self._line = self._dialled()
        return self._line

    def lost(self) -> None:
        """The line turned out to be of no use."""
        self._line = None

    def close(self) -> None:
        if self._line:
            self._line.close()
        self._line = None

    def _dialled(self) -> Line:
        if (wait := self._not_before - monotonic()) > 0:
            raise LineError("The gateway was out of reach a moment ago.", wait)
        try:
            line = Line(_connected(self._settings))
            line.bind(self._settings, self._role)
        except LineError as error:
            self._failures += 1
            pause = min(2.0 ** (self._failures - 1), LONGEST_PAUSE) * uniform(0.75, 1.0)  # noqa: S311
            self._not_before = monotonic() + pause
            raise LineError(error.reason, pause) from None
        self._failures = 0
        return line


def _connected(settings: SmppSettings) -> socket.socket:
    server = settings.server
    try:
        plain = socket.create_connection((server.host, server.port), CONNECT)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not server.tls:
            return plain
        with contextlib.ExitStack() as undo:
            undo.callback(plain.close)
            secured = ssl.create_default_context().wrap_socket(plain, server_hostname=server.host)
            undo.pop_all()
        return secured
    except OSError as error:
        raise LineError(f"The gateway cannot be reached: {error}") from None


def _encoded(command: str, sequence: int, **fields: Any) -> bytes:
    make = Submitted if command == "submit_sm" else smpp.make_pdu
    pdu = make(command, sequence=sequence, **fields)
    pdu.sequence = sequence
    octets: bytes = pdu.generate()
    return octets


def _name(code: int) -> str:
    try:
        return str(get_command_name(code))
    except UnknownCommandError:
        return ""
