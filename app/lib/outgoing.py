"""HTTPS calls to the world: only to public addresses, to the very one that was looked at, and without redirects."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import SHUT_RDWR, SOCK_STREAM, create_connection, getaddrinfo, socket
from ssl import SSLSocket
from threading import Timer
from urllib.parse import urlsplit

LONGEST_ANSWER = 65_536
_WORLD = ip_network("2000::/3")
"""Outside of it lie addresses that stand for others, of any network, such as those of NAT64."""
_CARRIERS = ip_network("2002::/16"), ip_network("3fff::/20")
"""What of it does so too, by 6to4; and what stands in books."""


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


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is of the world, and stands for no address that is not."""
    bare = getattr(address, "ipv4_mapped", None) or address
    if isinstance(bare, IPv6Address) and (bare not in _WORLD or any(bare in each for each in _CARRIERS)):
        return False
    return bare.is_global and not bare.is_multicast


@dataclass(frozen=True)
class Caller:
    """How calls are made; only tests and local runs let them stay on this machine, where they may go unencrypted."""

    connect: float = 3.0
    read: float = 10.0
    loopback: bool = False
    trust: ssl.SSLContext | None = None

    def call(self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """Raises NotReachedError and NoAnswerError."""
        try:
            parts = urlsplit(url)
            secured = parts.scheme != "http"
            host, port = parts.hostname or "", parts.port or (443 if secured else 80)
        except ValueError as error:
            raise NotPublicError(str(error)) from None
        line = self._connected(host, port, secured)
        # A peer that sends an octet now and then would outlast any time-out of a single read.
        patience = Timer(self.connect + self.read, socket.shutdown, (line, SHUT_RDWR))
        patience.start()
        try:
            self._shake_hands(line)
            path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            return _exchanged(line, host, port, (method, path, body, dict(headers or {})))
        finally:
            patience.cancel()
            line.close()

    def _connected(self, host: str, port: int, secured: bool) -> socket:
        try:
            plain = create_connection((self._address(host, port, secured), port), self.connect)
            if not secured:
                return plain
            trust = self.trust or ssl.create_default_context()
            return trust.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        except (OSError, ValueError) as error:
            raise NotReachedError(str(error)) from None

    def _shake_hands(self, line: socket) -> None:
        try:
            if isinstance(line, SSLSocket):
                line.do_handshake()
            line.settimeout(self.read)
        except (OSError, ValueError) as error:
            raise NotReachedError(str(error)) from None

    def _address(self, host: str, port: int, secured: bool) -> str:
        """The address that is called, so that no second look-up can tell another one."""
        for *_, found in getaddrinfo(host, port, type=SOCK_STREAM):
            address = ip_address(str(found[0]).partition("%")[0])
            if (secured and is_public(address)) or (self.loopback and address.is_loopback):
                return str(address)
        raise NotPublicError(f"{host} has no public address.")


def _exchanged(line: socket, host: str, port: int, request: tuple[str, str, bytes, dict[str, str]]) -> Reply:
    connection = http.client.HTTPSConnection(host, port)
    connection.sock = line
    try:
        connection.request(*request)
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, names, answer.read(LONGEST_ANSWER))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswerError(str(error) or type(error).__name__) from None
