"""E-mail by SMTP against aiosmtpd, which nobody here wrote, and rude servers of our own."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from flask import Flask

from app.gateway_config import Server, SmtpSettings
from app.messaging.gateways.base import Answer, Fate, Outgoing
from app.messaging.gateways.smtp import SmtpGateway
from app.messaging.models import Channel
from tests.messaging.gateways.certificates import certificate
from tests.messaging.gateways.messages import outgoing
from tests.messaging.gateways.smsc import free_port, rude

SENDER = "club@example.com"
LEAVE = "https://club.example.com/my/unsubscribe/abc"


class Mailbox:
    """What a server of aiosmtpd took; `answers` is what it says to each step instead of yes."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], EmailMessage]] = []
        self.raw: list[bytes] = []
        self.answers: dict[str, str] = {}

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        self.raw.append(envelope.content)
        read = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(read, EmailMessage)
        self.letters.append((list(envelope.rcpt_tos), read))
        return self.answers.get("DATA", "250 OK")


@contextmanager
def mail_server(**options: Any) -> Iterator[tuple[Mailbox, int]]:
    mailbox, port = Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()


@pytest.fixture
def mailbox(app: Flask) -> Iterator[tuple[Mailbox, SmtpGateway]]:
    with app.app_context(), mail_server() as (box, port):
        gateway = SmtpGateway(settings(port))
        yield box, gateway
        gateway.close()


def settings(port: int, user: str = "", password: str = "", host: str = "127.0.0.1") -> SmtpSettings:
    return SmtpSettings(Server(host, port, user, password, tls=False), SENDER)


def letter(**values: Any) -> Outgoing:
    standard = {"channel": Channel.EMAIL, "to": "olena@example.com", "sender": "Kavalier", "title": "A new bread"}
    return outgoing(**({"text": "Come and taste.", "unsubscribe_url": LEAVE} | standard | values))


def body(read: EmailMessage, kind: str) -> str:
    part = read.get_body(preferencelist=(kind,))
    assert part is not None
    return str(part.get_content())


def fates(answers: Sequence[Answer]) -> list[Fate]:
    return [each.fate for each in answers]


def test_a_letter_arrives_as_text_and_page(mailbox: tuple[Mailbox, SmtpGateway]) -> None:
    box, gateway = mailbox
    text = "Dear Olena,\n.a line that begins with a dot\n\nSee https://kavalier.example/?a=1&b=2 <b>soon</b>"
    assert gateway.send([letter(text=text)]) == [Answer(Fate.ACCEPTED)]
    ((to, read),) = box.letters
    assert to == ["olena@example.com"]
    assert (read["From"], read["To"]) == ("Kavalier <club@example.com>", "olena@example.com")
    assert (read["Subject"], read["Message-ID"]) == ("A new bread", "<3-7@example.com>")
    assert read["Auto-Submitted"] == "auto-generated"
    assert (read["List-Unsubscribe"], read["List-Unsubscribe-Post"]) == (f"<{LEAVE}>", "List-Unsubscribe=One-Click")
    assert read["Date"].datetime
    assert body(read, "plain").replace("\r", "").startswith(f"{text}\n\n-- \nUnsubscribe from e-mails: {LEAVE}")
    page = body(read, "html")
    assert '<a href="https://kavalier.example/?a=1&amp;b=2" rel="noopener">' in page
    assert "&lt;b&gt;soon&lt;/b&gt;" in page
    assert f'<a href="{LEAVE}">' in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Unsubscribe from e-mails"), ("uk", "Відписатися від листів"), ("ru", "Отписаться от писем")],
)
def test_a_letter_speaks_its_customers_language(
    mailbox: tuple[Mailbox, SmtpGateway], language: str, words: str
) -> None:
    """I18-1."""
    box, gateway = mailbox
    gateway.send([letter(language=language, title="Новий хліб", sender="Кавалер", text="Смачного! 😀" * 200)])
    ((_, read),) = box.letters
    assert (read["Subject"], read["From"].addresses[0].display_name) == ("Новий хліб", "Кавалер")
    assert words in body(read, "plain")
    assert words in body(read, "html")
    assert f'<html lang="{language}">' in body(read, "html")
    assert box.raw[0].isascii()
    assert max(map(len, box.raw[0].split(b"\r\n"))) <= 998


def test_one_click_is_offered_over_https_alone(mailbox: tuple[Mailbox, SmtpGateway]) -> None:
    """RFC 8058, 3.1."""
    box, gateway = mailbox
    assert gateway.send([letter(unsubscribe_url="http://127.0.0.1:8000/u/abc")]) == [Answer(Fate.ACCEPTED)]
    ((_, read),) = box.letters
    assert (read["List-Unsubscribe"], read["List-Unsubscribe-Post"]) == ("<http://127.0.0.1:8000/u/abc>", None)


def test_without_an_address_to_unsubscribe_at_none_is_offered(mailbox: tuple[Mailbox, SmtpGateway]) -> None:
    box, gateway = mailbox
    gateway.send([letter(unsubscribe_url="")])
    ((_, read),) = box.letters
    assert read["List-Unsubscribe"] is None
    assert "nsubscribe" not in box.raw[0].decode()


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Hi\r\nBcc: all@example.com"},
        {"title": "Hi\nBcc: all@example.com\n\nBody"},
        {"sender": "Club\r\nBcc: all@example.com"},
        {"sender": 'Club" <all@example.com>, "x'},
        {"title": "\u2028Bcc: all@example.com\x0bBcc: all@example.com\x85Bcc: all@example.com"},
    ],
)
def test_no_header_can_be_slipped_in(mailbox: tuple[Mailbox, SmtpGateway], values: dict[str, str]) -> None:
    box, gateway = mailbox
    assert fates(gateway.send([letter(**values)])) == [Fate.ACCEPTED]
    ((to, read),) = box.letters
    assert to == ["olena@example.com"]
    assert read["Bcc"] is None
    assert [each.addr_spec for each in read["From"].addresses] == [SENDER]


@pytest.mark.parametrize(
    "values",
    [
        {"to": "olena@example.com\r\nRCPT TO:<all@example.com>"},
        {"to": "olena@example.com> SIZE=1"},
        {"to": "a@b@c"},
        {"to": "a@b..c"},
        {"to": "(@b.c"},
        {"to": ""},
        {"to": "оленка@example.com"},
        {"unsubscribe_url": "https://x/>\r\nBcc: all@example.com"},
        {"unsubscribe_url": "javascript:alert(1)"},
    ],
)
def test_what_is_no_address_is_refused(mailbox: tuple[Mailbox, SmtpGateway], values: dict[str, str]) -> None:
    box, gateway = mailbox
    assert fates(gateway.send([letter(**values), letter()])) == [Fate.REFUSED, Fate.ACCEPTED]
    assert len(box.letters) == 1


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("said", "fate"),
    [
        ("451 try again", Fate.THROTTLED),
        ("421 going down", Fate.THROTTLED),
        ("550 no <olena@example.com> here", Fate.REFUSED),
        ("554 spam", Fate.REFUSED),
    ],
)
def test_a_refusal_is_for_now_or_for_good(
    mailbox: tuple[Mailbox, SmtpGateway], step: str, said: str, fate: Fate
) -> None:
    """And tells nobody's address; the next letter goes all the same."""
    box, gateway = mailbox
    box.answers = {step: said}
    (answer,) = gateway.send([letter()])
    assert answer.fate is fate
    assert answer.reason.startswith(said[:6])
    assert "olena" not in answer.reason
    box.answers = {}
    assert fates(gateway.send([letter()])) == [Fate.ACCEPTED]


def test_secured_and_signed_in(app: Flask, tmp_path: Path) -> None:
    """STARTTLS comes before the password; without a certificate that is trusted nothing leaves."""
    made = certificate(tmp_path)

    def authenticator(_server: Any, _session: Any, _envelope: Any, _way: str, told: LoginPassword) -> AuthResult:
        return AuthResult(success=(told.login, told.password) == (b"club", b"secret"))

    options = {"require_starttls": True, "auth_required": True, "authenticator": authenticator}
    with app.app_context(), mail_server(tls_context=made.server, **options) as (box, port):
        right = settings(port, "club", "secret", "localhost")
        for given, trust, fate in (
            (right, made.trust, Fate.ACCEPTED),
            (right, ssl.create_default_context(), Fate.FAILED_BEFORE),
            (replace(right, server=replace(right.server, password="wrong")), made.trust, Fate.FAILED_BEFORE),
            (settings(port, "club", "secret"), made.trust, Fate.FAILED_BEFORE),
        ):
            gateway = SmtpGateway(given, trust)
            (answer,) = gateway.send([letter()])
            gateway.close()
            assert answer.fate is fate
            assert "secret" not in answer.reason
    assert len(box.letters) == 1


def test_a_connection_that_was_closed_meanwhile_is_made_anew(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.messaging.gateways.smtp.IDLE", 0)
    with app.app_context():
        port = free_port()
        gateway = SmtpGateway(settings(port))
        for _ in range(2):
            controller = Controller(Mailbox(), hostname="127.0.0.1", port=port)
            controller.start()
            assert fates(gateway.send([letter(), letter()])) == [Fate.ACCEPTED] * 2
            controller.stop()
        assert fates(gateway.send([letter()])) == [Fate.FAILED_BEFORE]


def script(*replies: bytes, hangs: bool = False) -> Callable[[socket.socket], None]:
    """A server that says these, one a line of its client's, a letter being one; then it closes or hangs."""

    def behaviour(connection: socket.socket) -> None:
        connection.sendall(b"220 rude\r\n")
        ends = b"\r\n"
        for reply in replies:
            heard = b""
            while not heard.endswith(ends):
                more = connection.recv(4096)
                if not more:
                    return
                heard += more
            connection.sendall(reply)
            ends = b"\r\n.\r\n" if reply.startswith(b"354") else b"\r\n"
        while hangs and connection.recv(4096):
            pass

    return behaviour


OK, GO = b"250 OK\r\n", b"354 go\r\n"


@pytest.mark.parametrize("hangs", [True, False])
@pytest.mark.parametrize(
    ("replies", "fate"),
    [
        ([], Fate.FAILED_BEFORE),
        ([OK], Fate.FAILED_BEFORE),
        ([OK, OK], Fate.FAILED_BEFORE),
        ([OK, b"garbage\r\n"], Fate.FAILED_BEFORE),
        ([OK, OK, b"25"], Fate.FAILED_BEFORE),
        ([OK, OK, OK], Fate.UNKNOWN),
        ([OK, OK, OK, GO], Fate.UNKNOWN),
        ([OK, OK, OK, GO, b"25"], Fate.UNKNOWN),
        ([OK, OK, OK, GO, b"\xff\xff\xff\r\n"], Fate.UNKNOWN),
        ([OK, OK, OK, GO, b"x" * 20_000], Fate.UNKNOWN),
        ([OK, OK, OK, GO, b"399 what\r\n"], Fate.UNKNOWN),
        ([OK, OK, OK, b"451 later\r\n"], Fate.THROTTLED),
        ([OK, OK, OK, GO, b"552 full\r\n"], Fate.REFUSED),
        ([OK, OK, OK, GO, OK], Fate.ACCEPTED),
    ],
)
def test_where_a_server_dies_tells_what_is_known(
    app: Flask, monkeypatch: pytest.MonkeyPatch, replies: list[bytes], fate: Fate, hangs: bool
) -> None:
    """Before the text left it goes again; after it, nobody knows."""
    monkeypatch.setattr("app.messaging.gateways.smtp.READ", 0.3)
    monkeypatch.setattr("app.messaging.gateways.smtp.CONNECT", 0.3)
    with app.app_context(), rude(script(*replies, hangs=hangs)) as port:
        gateway = SmtpGateway(settings(port))
        assert fates(gateway.send([letter()])) == [fate]
