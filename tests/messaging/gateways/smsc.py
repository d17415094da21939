"""The other side of SMPP: a server of the package smpp34, which nobody here wrote, and rude ones of our own."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread
from typing import Any

import smpp34

from app.gateway_config import Server, SmppSettings

Verdict = Callable[[Any], str | int]
"""A submission → the id that it is accepted under, or the status that it is refused with."""


class Smsc:
    """smpp34's server in a thread of its own; it keeps what was submitted and delivers when told to."""

    def __init__(self, verdict: Verdict | None = None, port: int | None = None) -> None:
        self.port = port or free_port()
        self.submitted: list[Any] = []
        self.sessions: list[Any] = []
        self._verdict = verdict or (lambda _submitted: f"id{len(self.submitted)}")
        self._loop = asyncio.new_event_loop()
        self._ready = Event()
        self._thread = Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    def __enter__(self) -> Smsc:
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._ask(lambda: self._server.stop()).result(5)
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(5)

    def deliver(self, text: bytes = b"", **fields: Any) -> Future[Any]:
        """Delivers to who bound last; answers with what it was acknowledged by."""
        address = {"source_addr": "380671112233", "source_addr_ton": 1}
        return self._ask(lambda: self.sessions[-1].deliver_sm("Regulars", text, **address, **fields))

    def _ask(self, begin: Callable[[], Any]) -> Future[Any]:
        async def asked() -> Any:
            return await begin()

        return asyncio.run_coroutine_threadsafe(asked(), self._loop)

    async def _serve(self) -> None:
        self._server = smpp34.Server("127.0.0.1", self.port, system_id="SMSC")
        await self._server.start()
        self._task = asyncio.ensure_future(self._answer())
        self._ready.set()
        await asyncio.wait([self._task])
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _answer(self) -> None:
        while True:
            event = await self._server.next()
            if isinstance(event, smpp34.Esme):
                self.sessions.append(event)
            elif isinstance(event, smpp34.SubmitSmEvent):
                self.submitted.append(event)
                verdict = self._verdict(event)
                event.accept(verdict) if isinstance(verdict, str) else event.reject(verdict)


Behaviour = Callable[[socket.socket], None]
"""What a rude server does with a connection."""


@contextmanager
def rude(behaviour: Behaviour) -> Iterator[int]:
    """The port of a server that treats each connection so."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        Thread(target=_treat, args=(listening, behaviour), daemon=True).start()
        yield listening.getsockname()[1]


def _treat(listening: socket.socket, behaviour: Behaviour) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        Thread(target=_treat_one, args=(connection, behaviour), daemon=True).start()


def _treat_one(connection: socket.socket, behaviour: Behaviour) -> None:
    with closing(connection), suppress(OSError, EOFError):
        behaviour(connection)


def bound(connection: socket.socket) -> None:
    """Answers the bind, as politely as any."""
    code, sequence, _ = take(connection)
    connection.sendall(pdu(code | 0x80000000, sequence, body=b"RUDE\0"))


def take(connection: socket.socket) -> tuple[int, int, bytes]:
    """The next PDU: its command, number and body. Raises EOFError."""
    length, code, _, sequence = struct.unpack(">LLLL", _exactly(connection, 16))
    return code, sequence, _exactly(connection, length - 16)


def pdu(code: int, sequence: int, status: int = 0, body: bytes = b"") -> bytes:
    return struct.pack(">LLLL", 16 + len(body), code, status, sequence) + body


def _exactly(connection: socket.socket, count: int) -> bytes:
    octets = b""
    while len(octets) < count:
        more = connection.recv(count - len(octets))
        if not more:
            raise EOFError
        octets += more
    return octets


def settings(port: int, **more: Any) -> SmppSettings:
    return SmppSettings(Server("127.0.0.1", port, "club", "secret", tls=False), **more)


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as held:
        port: int = held.getsockname()[1]
        return port
