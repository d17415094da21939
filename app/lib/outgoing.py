"""HTTP calls to the world: only to public addresses, to the very one that was looked at, and without redirects."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from socket import SHUT_RDWR, SOCK_STREAM, create_connection, getaddrinfo, socket
from ssl import SSLSocket
from threading import Timer
from urllib.parse import urlsplit

LONGEST_ANSWER = 65_536


class NotReachedError(Exception):
    """Not a byte of the request left; its text says why."""


class NotPublicError(NotReachedError):
    """There is no public address behind a name."""


class NoAnswerError(Exception):
    """The request left, at least in part, and no answer came that can be read."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes

    @property
    def retry_after(self) -> float | None:
        """Seconds, where the other side says so in a number."""
        text = self.headers.get("retry-after", "")
        return float(min(int(text), 86_400)) if text.isascii() and text.isdigit() and len(text) < 10 else None


@dataclass(frozen=True)
class Caller:
    """How calls are made; only tests let them stay on this machine, or trust another authority."""

    connect: float = 3.0
    read: float = 10.0
    loopback: bool = False
    trust: ssl.SSLContext | None = None

    def call(self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """Raises NotReachedError and NoAnswerError."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or 443
        except ValueError as error:
            raise NotPublicError(str(error)) from None
        secured = self._connected(host, port)
        # A peer that sends an octet now and then would outlast any time-out of a single read.
        patience = Timer(self.connect + self.read, socket.shutdown, (secured, SHUT_RDWR))
        patience.start()
        try:
            self._shake_hands(secured)
            path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            return _exchanged(secured, host, port, (method, path, body, dict(headers or {})))
        finally:
            patience.cancel()
            secured.close()

    def _connected(self, host: str, port: int) -> SSLSocket:
        try:
            plain = create_connection((self._address(host, port), port), self.connect)
            trust = self.trust or ssl.create_default_context()
            return trust.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        except (OSError, ValueError) as error:
            raise NotReachedError(str(error)) from None

    def _shake_hands(self, secured: SSLSocket) -> None:
        try:
            secured.do_handshake()
            secured.settimeout(self.read)
        except (OSError, ValueError) as error:
            raise NotReachedError(str(error)) from None

    def _address(self, host: str, port: int) -> str:
        """The address that is called, so that no second look-up can tell another one."""
        for *_, found in getaddrinfo(host, port, type=SOCK_STREAM):
            address = ip_address(str(found[0]).partition("%")[0])
            mapped = getattr(address, "ipv4_mapped", None) or address
            if (mapped.is_global and not mapped.is_multicast) or (self.loopback and mapped.is_loopback):
                return str(address)
        raise NotPublicError(f"{host} has no public address.")


def _exchanged(secured: SSLSocket, host: str, port: int, request: tuple[str, str, bytes, dict[str, str]]) -> Reply:
    connection = http.client.HTTPSConnection(host, port)
    connection.sock = secured
    try:
        connection.request(*request)
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, names, answer.read(LONGEST_ANSWER))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswerError(str(error) or type(error).__name__) from None
