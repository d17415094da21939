"""E-mail by SMTP: plain text with a simple page beside it, and a way to unsubscribe that mail programs know (RFC 8058).

A server that dies after the text has left may have taken it: such a message is unknown. Whatever it refuses before is
known: 4xx is worth another try, 5xx is for good.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import ip_address
from time import monotonic

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from app.gateway_config import GatewayConfig, SmtpSettings
from app.lib import dates
from app.lib.colours import LIGHT, shades
from app.lib.texts import one_line
from app.messaging.gateways.base import CONNECT, READ, Answer, Fate, Incoming, Outgoing, Receipt
from app.messaging.models import Channel

IDLE = 20.0
"""Seconds after which a connection is asked whether it lives, before it is used."""
_ADDRESS = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,255}")
"""Printable ASCII: an address in other letters needs SMTPUTF8, which few servers have."""


class SmtpGateway:
    name = "smtp"
    channels = frozenset({Channel.EMAIL})
    window = 1
    rate: float | None = None
    one_server = True

    def __init__(self, settings: SmtpSettings, trust: ssl.SSLContext | None = None) -> None:
        self._settings, self._trust = settings, trust
        self._server: smtplib.SMTP | None = None
        self._used = 0.0

    @classmethod
    def made(cls, config: GatewayConfig) -> SmtpGateway:
        assert config.smtp is not None  # noqa: S101 - asked before
        return cls(config.smtp)

    def send(self, batch: Sequence[Outgoing]) -> Sequence[Answer]:
        return [self._sent(each) for each in batch]

    def listen(self) -> Iterator[Receipt | Incoming]:
        return iter(())

    def query(self, reference: str) -> Receipt | None:
        return None

    def close(self) -> None:
        if self._server:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._server.quit()
        self._server = None

    def _sent(self, message: Outgoing) -> Answer:
        try:
            letter = letter_of(message, self._settings.sender).as_bytes(policy=SMTP)
        except (ValueError, MessageError) as error:
            return Answer(Fate.REFUSED, reason=_nobody(str(error)))
        try:
            server = self._open()
            for code, words in (server.mail(self._settings.sender), server.rcpt(message.to)):
                if not 200 <= code < 300:
                    return self._refused(code, words, otherwise=Fate.FAILED_BEFORE)
        except smtplib.SMTPResponseException as error:
            return self._lost(Fate.FAILED_BEFORE, f"The mail server refused us: {error.smtp_code}")
        except (OSError, smtplib.SMTPException) as error:
            return self._lost(Fate.FAILED_BEFORE, f"The mail server is out of reach: {error}")
        return self._handed_over(server, letter)

    def _handed_over(self, server: smtplib.SMTP, letter: bytes) -> Answer:
        """From here on the text may have arrived, unless the server says that it has not."""
        try:
            code, words = server.data(letter)
        except smtplib.SMTPDataError as error:
            return self._refused(error.smtp_code, error.smtp_error, otherwise=Fate.UNKNOWN)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            return self._lost(Fate.UNKNOWN, f"The mail server was lost: {error}")
        if not 200 <= code < 300:
            return self._refused(code, words, otherwise=Fate.UNKNOWN)
        self._used = monotonic()
        return Answer(Fate.ACCEPTED)

    def _refused(self, code: int, words: bytes | str, otherwise: Fate) -> Answer:
        """`otherwise` is what an answer means that is none of SMTP."""
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        reason = f"{code} {_nobody(text)}"
        if not 400 <= code < 600:
            return self._lost(otherwise, reason)
        try:
            if self._server:
                self._server.rset()
        except (OSError, smtplib.SMTPException):
            self._server = None
        return Answer(Fate.THROTTLED if code < 500 else Fate.REFUSED, reason=reason)

    def _lost(self, fate: Fate, reason: str) -> Answer:
        if self._server:
            self._server.close()
        self._server = None
        return Answer(fate, reason=_nobody(reason))

    def _open(self) -> smtplib.SMTP:
        """The connection, known to live. Raises OSError and SMTPException."""
        if self._server and monotonic() - self._used > IDLE:
            try:
                alive = self._server.noop()[0] == 250
            except (OSError, smtplib.SMTPException):
                alive = False
            if not alive:
                self.close()
        if self._server is None:
            self._server = self._connected()
        self._used = monotonic()
        return self._server

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings.server
        trust = self._trust or ssl.create_default_context()
        name = self._settings.sender.partition("@")[2]
        if settings.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(timeout=CONNECT, context=trust, local_hostname=name)
        else:
            server = smtplib.SMTP(timeout=CONNECT, local_hostname=name)
        try:
            # smtplib takes the name that a certificate is checked for from where it was made, not connected.
            server._host = settings.host  # type: ignore[attr-defined]
            server.connect(settings.host, settings.port)
            _wait(server)
            if not settings.tls and not (_is_here(settings.host) and not self._trust):
                server.starttls(context=trust)
            server.ehlo_or_helo_if_needed()
            if settings.user:
                server.login(settings.user, settings.password)
        except BaseException:
            server.close()
            raise
        return server


def letter_of(message: Outgoing, sender: str) -> EmailMessage:
    """Raises ValueError and MessageError for what no letter can be sent to, or come from."""
    if not _ADDRESS.fullmatch(message.to):
        raise ValueError("This is no address of e-mail.")
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address(one_line(message.sender), addr_spec=sender)
    letter["To"] = Address(addr_spec=message.to)
    letter["Subject"] = one_line(message.title)[:200]
    letter["Date"] = format_datetime(dates.now())
    letter["Message-ID"] = f"<{message.reference}@{sender.partition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe_url:
        letter["List-Unsubscribe"] = f"<{_plain(message.unsubscribe_url)}>"
    # One click is for HTTPS alone (RFC 8058, 3.1); a house that is tried out without it has the address to open.
    if message.unsubscribe_url.startswith("https://"):
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    with force_locale(message.language or "en"):
        letter.set_content(_text(message), cte="quoted-printable")
        letter.add_alternative(_page(message), subtype="html", cte="quoted-printable")
    return letter


def _text(message: Outgoing) -> str:
    foot = [f"{message.look.name}, {message.look.address}"] if message.look and message.look.address else []
    if message.unsubscribe_url:
        foot.append(f"{_('Unsubscribe from e-mails')}: {message.unsubscribe_url}")
    return "\n".join((f"{message.text}\n\n-- ", *foot)) if foot else message.text


def _page(message: Outgoing) -> str:
    paragraphs = [part.split("\n") for part in re.split(r"\n{2,}", message.text.strip())]
    return current_app.jinja_env.get_template("messaging/email.html").render(
        language=message.language or "en",
        title=message.title,
        paragraphs=paragraphs,
        unsubscribe_url=message.unsubscribe_url,
        look=message.look,
        accent=shades(message.look.colour, LIGHT)["accent"] if message.look else "",
    )


def _plain(url: str) -> str:
    if not re.fullmatch(r"https?://[!-;=?-~]+", url):
        raise ValueError("The address to unsubscribe at is none of the web.")
    return url


def _nobody(words: str) -> str:
    """What a server said, without the addresses in it."""
    return re.sub(r"\S+@\S+", "…", one_line(words))[:200]


def _wait(server: smtplib.SMTP) -> None:
    """Connected, an answer may take longer than a connection."""
    if server.sock:
        server.sock.settimeout(READ)


def _is_here(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
