"""HTTP calls to the world: only to public addresses, to the very one that was looked at, and without redirects."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from socket import SOCK_STREAM, create_connection, getaddrinfo, socket
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
        parts = urlsplit(url)
        connection = http.client.HTTPSConnection(parts.hostname or "", parts.port or 443)
        connection.sock = self._secured(parts.hostname or "", parts.port or 443)
        try:
            path = parts.path or "/"
            connection.request(method, f"{path}?{parts.query}" if parts.query else path, body, dict(headers or {}))
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, names, answer.read(LONGEST_ANSWER))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoAnswerError(str(error) or type(error).__name__) from None
        finally:
            connection.close()

    def _secured(self, host: str, port: int) -> socket:
        try:
            plain = create_connection((self._address(host, port), port), self.connect)
        except (OSError, UnicodeError) as error:
            raise NotReachedError(str(error)) from None
        try:
            secured = (self.trust or ssl.create_default_context()).wrap_socket(plain, server_hostname=host)
            secured.settimeout(self.read)
        except (OSError, ValueError) as error:
            plain.close()
            raise NotReachedError(str(error)) from None
        return secured

    def _address(self, host: str, port: int) -> str:
        """The address that is called, so that no second look-up can tell another one."""
        for *_, found in getaddrinfo(host, port, type=SOCK_STREAM):
            address = ip_address(str(found[0]).partition("%")[0])
            mapped = getattr(address, "ipv4_mapped", None) or address
            if (mapped.is_global and not mapped.is_multicast) or (self.loopback and mapped.is_loopback):
                return str(address)
        raise NotPublicError(f"{host} has no public address.")
