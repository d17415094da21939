"""Which gateways carry messages, and where they are: read from the environment, checked once at start.

Raises ValueError with one line that says what is wrong; no line tells a password or key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

Environ = Mapping[str, str]
Settings = TypeVar("Settings")
SENDER = re.compile(r"(?=.{1,11}$)[A-Za-z0-9._-]+(?: [A-Za-z0-9._-]+)*|\+?\d{3,15}")
"""A name of up to 11 characters, or a number."""
_ADDRESS = re.compile(r"[^@\s<>,;:\"()]+@[A-Za-z0-9.-]+")
CHOICES = {
    "sms": ("simulator", "smpp"),
    "email": ("simulator", "smtp"),
    "push": ("simulator", "webpush"),
    "viber": ("simulator", "viber"),
}
"""Channel → its gateways, the default first."""
NONE = "none"
"""The default in production, where nothing leaves that was not said: the simulator would tell that all arrived, and
businesses would pay for it."""

NEEDED = {"smpp": "SMPP_URL", "smtp": "SMTP_URL", "webpush": "VAPID_PRIVATE_KEY", "viber": "VIBER_URL"}
"""Gateway → the variable without which it cannot be used."""


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool
    """From the first byte on."""


@dataclass(frozen=True)
class SmppSettings:
    server: Server
    sender: str = "Regulars"
    """What an SMS without a sender of its own goes out under."""
    window: int = 10
    """How many PDUs wait for an answer at once."""
    rate: float | None = None
    listens_as: str = "receiver"
    receipt_ids: str = "same"
    """How receipts write an id: as the answer to a submission, or that one's hexadecimal number in decimal."""


@dataclass(frozen=True)
class SmtpSettings:
    server: Server
    sender: str


@dataclass(frozen=True)
class PushSettings:
    private_key: str = field(repr=False)
    subject: str


@dataclass(frozen=True)
class ViberSettings:
    url: str
    key: str = field(repr=False)
    sender: str


@dataclass(frozen=True)
class GatewayConfig:
    chosen: Mapping[str, str] = field(default_factory=lambda: {channel: names[0] for channel, names in CHOICES.items()})
    """Channel → the gateway of businesses that have none of their own."""
    smpp: SmppSettings | None = None
    smtp: SmtpSettings | None = None
    webpush: PushSettings | None = None
    viber: ViberSettings | None = None

    @classmethod
    def from_environ(cls, environ: Environ, *, production: bool = False) -> GatewayConfig:
        said = {channel: _one_of(environ, variable(channel), CHOICES[channel]) for channel in CHOICES}
        if production:
            said |= {channel: NONE for channel in CHOICES if not environ.get(variable(channel))}
        config = cls(
            chosen=said,
            smpp=_given(environ, "smpp", _smpp),
            smtp=_given(environ, "smtp", _smtp),
            webpush=_given(environ, "webpush", _push),
            viber=_given(environ, "viber", _viber),
        )
        for channel, name in config.chosen.items():
            if name != NONE and not config.has(name):
                raise ValueError(f"{variable(channel)} is {name}, which needs {NEEDED[name]}.")
        return config

    @property
    def unsaid(self) -> list[str]:
        """The channels that nothing carries until it is said what."""
        return [channel for channel, name in self.chosen.items() if name == NONE]

    def has(self, name: str) -> bool:
        """Whether a gateway can be used."""
        return name == "simulator" or getattr(self, name, None) is not None


def variable(channel: str) -> str:
    """What says which gateway carries a channel."""
    return f"GATEWAY_{channel.upper()}"


def _given(environ: Environ, name: str, read: Callable[[Environ], Settings]) -> Settings | None:
    return read(environ) if environ.get(NEEDED[name]) else None


def _smpp(environ: Environ) -> SmppSettings:
    server = _server(environ, "SMPP_URL", {"smpp": 2775, "smpps": 3550})
    if not 1 <= len(server.user) <= 15 or len(server.password) > 8 or not (server.user + server.password).isascii():
        raise ValueError("SMPP_URL needs a name of 1 to 15 characters and a password of up to 8, as SMPP has it.")
    return SmppSettings(
        server,
        sender=_matching(environ, "SMPP_SENDER", SENDER, "a name of up to 11 Latin characters or a number", "Regulars"),
        window=int(_number(environ, "SMPP_WINDOW", 1, 200) or 10),
        rate=_number(environ, "SMPP_RATE", 1, 100_000),
        listens_as=_one_of(environ, "SMPP_LISTENS_AS", ("receiver", "transceiver")),
        receipt_ids=_one_of(environ, "SMPP_RECEIPT_IDS", ("same", "decimal")),
    )


def _smtp(environ: Environ) -> SmtpSettings:
    server = _server(environ, "SMTP_URL", {"smtp": 587, "smtps": 465})
    return SmtpSettings(server, _matching(environ, "SMTP_FROM", _ADDRESS, "an address such as club@example.com"))


def _push(environ: Environ) -> PushSettings:
    key = environ["VAPID_PRIVATE_KEY"]
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", key):
        raise ValueError("VAPID_PRIVATE_KEY is no key that `flask push make-keys` made.")
    subject = re.compile(rf"mailto:{_ADDRESS.pattern}")
    return PushSettings(
        key, _matching(environ, "VAPID_SUBJECT", subject, "mailto: and an address where we are reached")
    )


def _viber(environ: Environ) -> ViberSettings:
    url, key = environ["VIBER_URL"].rstrip("/"), environ.get("VIBER_KEY", "")
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise ValueError("VIBER_URL is not an address of the form https://…")
    if not key or not key.isascii() or not key.isprintable():
        raise ValueError("VIBER_KEY is missing, or not of printable ASCII.")
    sender = re.compile(r"(?! ).{1,14}(?<! )")
    return ViberSettings(url, key, _matching(environ, "VIBER_SENDER", sender, "a name of up to 14 characters"))


def _server(environ: Environ, name: str, schemes: Mapping[str, int]) -> Server:
    first, secure = schemes
    wrong = ValueError(f"{name} is not an address of the form {first}://name:password@host:port, or {secure}://…")
    try:
        parts: SplitResult = urlsplit(environ[name])
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in schemes or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise wrong
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname, port or schemes[parts.scheme], user, password, parts.scheme == secure)


def _one_of(environ: Environ, name: str, allowed: tuple[str, ...]) -> str:
    value = environ.get(name) or allowed[0]
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")
    return value


def _number(environ: Environ, name: str, least: int, most: int) -> float | None:
    text = environ.get(name, "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise ValueError(f"{name} is {text!r}; it must be a number from {least} to {most}.")
    return float(text)


def _matching(environ: Environ, name: str, pattern: re.Pattern[str], wanted: str, default: str = "") -> str:
    value = environ.get(name) or default
    if not pattern.fullmatch(value):
        raise ValueError(f"{name} is {value!r}; it must be {wanted}.")
    return value
