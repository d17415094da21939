"""SMS by SMPP 3.4: one connection binds as transmitter and sends, another, of the listener, takes what comes in.

Many submissions wait for their answers at once, matched by sequence number. Whatever goes wrong, each message ends in
the fate that is known of it: not a byte of it left, answered, or unknown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import monotonic, sleep

import structlog
from smpplib.consts import SMPP_ESME_RX_P_APPN

from app.gateway_config import GatewayConfig, SmppSettings
from app.messaging.gateways.base import READ, Answer, Incoming, Outgoing, Receipt
from app.messaging.gateways.smpp_inbox import Inbox
from app.messaging.gateways.smpp_line import Dialler, Line, LineError, delivered
from app.messaging.gateways.smpp_parcel import AGAIN, UNKNOWN, Parcel, parcel_of
from app.messaging.models import Channel

BEGINS = 10.0
"""Seconds of a call after which no further message of it is begun."""
PAUSES = (0.5, 1.0, 2.0)
"""Before what was throttled of a message that was accepted in part goes again."""
LISTENS = 2.0
LISTENS_AT_ONCE = 200
SETTLES = 0.05
"""Seconds of silence that end a call of `listen` that has something to tell."""
_log = structlog.get_logger(__name__)


class SmppGateway:
    name = "smpp"
    channels = frozenset({Channel.SMS})
    one_server = True

    def __init__(self, settings: SmppSettings) -> None:
        self.window = settings.window
        self.rate = settings.rate
        self._settings = settings
        self._out = Dialler(settings, "transmitter")
        self._in = Dialler(settings, settings.listens_as)
        self._inbox = Inbox(settings)
        self._unacknowledged: list[tuple[Line, int, int]] = []

    @classmethod
    def made(cls, config: GatewayConfig) -> SmppGateway:
        assert config.smpp is not None  # noqa: S101 - asked before
        return cls(config.smpp)

    def send(self, batch: Sequence[Outgoing]) -> Sequence[Answer]:
        parcels = [parcel_of(each, self._settings) for each in batch]
        trouble, retry_after = "The gateway takes no more now.", 1.0
        try:
            Sending(self._out.line(), self.window).run(parcels)
        except LineError as error:
            self._out.lost()
            trouble, retry_after = error.reason, error.retry_after or 1.0
        return [each.answer(trouble, retry_after) for each in parcels]

    def listen(self) -> Iterator[Receipt | Incoming]:
        """What was yielded is acknowledged by the next call, when it has been kept."""
        try:
            line = self._listening()
        except LineError as error:
            self._unacknowledged = []
            sleep(min(error.retry_after or 0, LISTENS))
            yield from self._inbox.given_up()
            return
        yield from self._heard(line)
        yield from self._inbox.given_up()

    def query(self, reference: str) -> Receipt | None:
        """SMPP asks by the gateway's id, which is what an unknown message lacks."""
        return None

    def close(self) -> None:
        self._out.close()
        self._in.close()

    def _listening(self) -> Line:
        """The line, with what came before acknowledged on it; a new one will bring again what was not."""
        line = self._in.line()
        try:
            for told_on, sequence, status in self._unacknowledged:
                if told_on is line:
                    line.answer("deliver_sm_resp", sequence, status)
        except LineError:
            self._in.lost()
            raise
        finally:
            self._unacknowledged = []
        return line

    def _heard(self, line: Line) -> Iterator[Receipt | Incoming]:
        until, patience = monotonic() + LISTENS, LISTENS
        try:
            while len(self._unacknowledged) < LISTENS_AT_ONCE and monotonic() < until:
                pdu = line.read(patience)
                if pdu is None:
                    return
                if pdu.command != "deliver_sm":
                    continue
                patience, status = SETTLES, 0
                try:
                    item = self._inbox.opened(delivered(pdu))
                except ValueError as error:
                    item, status = None, SMPP_ESME_RX_P_APPN
                    _log.warning("what came in cannot be read", gateway=self.name, error=str(error))
                self._unacknowledged.append((line, pdu.sequence, status))
                if item:
                    yield item
        except LineError:
            self._in.lost()
            self._unacknowledged = []


class Sending:
    """One call's submissions on a line. What is begun of a message is told to it before it is written."""

    def __init__(self, line: Line, window: int) -> None:
        self._line, self._window = line, window
        self._waiting: dict[int, tuple[Parcel, int, float]] = {}
        self._begins_until = monotonic() + BEGINS
        self._throttled = False

    def run(self, parcels: Sequence[Parcel]) -> None:
        """Raises LineError; what became of the parcels stands in them."""
        self._pump([(parcel, part) for parcel in parcels for part in range(len(parcel.parts))])
        for pause in PAUSES:
            again = [(each, part) for each in parcels if each.accepted for part in each.throttled()]
            if not again or monotonic() > self._begins_until:
                return
            sleep(pause)
            self._pump(again)

    def _pump(self, parts: Sequence[tuple[Parcel, int]]) -> None:
        queue = deque(parts)
        while queue or self._waiting:
            while queue and len(self._waiting) < self._window:
                self._submit(*queue.popleft())
            if self._waiting:
                self._take()

    def _submit(self, parcel: Parcel, part: int) -> None:
        late = self._throttled or monotonic() > self._begins_until
        if parcel.refused or (late and not parcel.begun):
            return
        parcel.begun.add(part)
        parcel.answers.pop(part, None)
        sequence = self._line.write("submit_sm", **parcel.parts[part])
        self._waiting[sequence] = parcel, part, monotonic()

    def _take(self) -> None:
        _, _, asked = next(iter(self._waiting.values()))
        left = asked + READ - monotonic()
        pdu = self._line.read(left) if left > 0 else None
        if pdu is None:
            self._line.drop(f"A submission had no answer in {READ:.0f} s.")
        if pdu.command not in {"submit_sm_resp", "generic_nack"} or pdu.sequence not in self._waiting:
            return
        parcel, part, _ = self._waiting.pop(pdu.sequence)
        if pdu.command == "generic_nack" and not pdu.status:
            pdu = replace(pdu, status=UNKNOWN)
        parcel.answers[part] = pdu
        self._throttled = self._throttled or pdu.status in AGAIN
