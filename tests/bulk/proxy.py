"""A proxy between the application and PostgreSQL that loses answers to COMMIT.

It listens on TCP and speaks to the server's socket. It reads the frontend's messages just far enough to know a COMMIT:
that is handed on, its answer is held for a while, and now and then the connection is reset instead of answering it.
"""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

QUERY, COMMIT = b"Q", b"COMMIT\0"
AT_ONCE = 65_536


@dataclass
class Proxy:
    """Serves each connection by two threads, until the process ends or it is closed."""

    socket_path: Path
    seed: int
    resets: int
    """So many at most, half of them before the server got the COMMIT, half after it had done it."""
    delay: float
    """Seconds for which each answer to a COMMIT is held."""
    share: float = 0.3
    """Of all commits, how many lose their answers."""
    lost: int = 0
    refused: int = 0
    commits: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def done(self) -> int:
        return self.lost + self.refused

    def close(self) -> None:
        self.listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self.listener.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with contextlib.suppress(OSError), server, client:
            server.connect(str(self.socket_path))
            Wire(self, client, server).carry()

    def fate(self) -> str:
        """What becomes of a COMMIT: answered, or its connection reset, before or after it was done."""
        with self.lock:
            self.commits += 1
            if self.done >= self.resets or self.chance.random() > self.share:
                return "answered"
            if self.chance.random() < 0.5:
                self.refused += 1
                return "refused"
            self.lost += 1
            return "lost"


@dataclass
class Wire:
    """A connection: what comes back waits while an answer is held."""

    proxy: Proxy
    client: socket.socket
    server: socket.socket
    free: threading.Event = field(default_factory=threading.Event)

    def carry(self) -> None:
        self.free.set()
        threading.Thread(target=self._back, daemon=True).start()
        try:
            self.server.sendall(_startup(self.client))
            while (message := _message(self.client)) and self._hand_on(message):
                pass
        finally:
            # What is only closed stays open as long as the other thread reads from it.
            with contextlib.suppress(OSError):
                self.server.shutdown(socket.SHUT_RDWR)
            self.free.set()

    def _hand_on(self, message: bytes) -> bool:
        """Whether the connection is still there."""
        if message[:1] == QUERY and message[5:] == COMMIT:
            return self._commit(message)
        self.server.sendall(message)
        return True

    def _commit(self, message: bytes) -> bool:
        fate = self.proxy.fate()
        if fate != "refused":
            self.free.clear()
            self.server.sendall(message)
        time.sleep(self.proxy.delay)
        if fate == "answered":
            self.free.set()
            return True
        # With nothing to linger for it is a reset; what the server answered is never told.
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.client.close()
        return False

    def _back(self) -> None:
        with contextlib.suppress(OSError):
            while answer := self.server.recv(AT_ONCE):
                self.free.wait()
                self.client.sendall(answer)
        with contextlib.suppress(OSError):
            self.client.shutdown(socket.SHUT_RDWR)


def _startup(client: socket.socket) -> bytes:
    """The first message has no letter before its length."""
    head = _exactly(client, 4)
    return head + _exactly(client, int.from_bytes(head, "big") - 4)


def _message(client: socket.socket) -> bytes:
    """Letter, length, body; nothing at the end."""
    head = _exactly(client, 5)
    return head + _exactly(client, int.from_bytes(head[1:], "big") - 4) if head else b""


def _exactly(client: socket.socket, number: int) -> bytes:
    got = bytearray()
    while len(got) < number:
        part = client.recv(number - len(got))
        if not part:
            return b""
        got += part
    return bytes(got)
