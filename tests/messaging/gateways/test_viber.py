"""Viber through BSG's HTTP interface, as its public pages describe it, against a server of ours that speaks so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from app.gateway_config import ViberSettings
from app.lib import dates
from app.lib.outgoing import Caller
from app.messaging.gateways.base import Answer, Fate, Receipt
from app.messaging.gateways.viber import ViberGateway
from app.messaging.models import Channel, MessageStatus
from tests.messaging.gateways.certificates import certificate
from tests.messaging.gateways.messages import outgoing


@dataclass
class Bsg:
    gateway: ViberGateway
    status: int = 200
    answer: str = '{"result": [{"error": 0, "errorDescription": "No errors", "reference": "3m7", "id": "217"}]}'
    asked: list[tuple[str, str, str, Any]] = field(default_factory=list)


@pytest.fixture
def bsg(tmp_path: Path) -> Iterator[Bsg]:
    made = certificate(tmp_path)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told = json.loads(body) if body else None
            running.asked.append((self.command, self.path, self.headers["X-API-KEY"], told))
            self.send_response(running.status)
            self.end_headers()
            self.wfile.write(running.answer.encode())

        do_GET = do_POST  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = made.server.wrap_socket(server.socket, server_side=True)
    caller = Caller(connect=1, read=1, loopback=True, trust=made.trust)
    address = f"https://localhost:{server.server_address[1]}/rest"
    running = Bsg(ViberGateway(ViberSettings(address, "key", "Regulars"), caller))
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield running
    server.shutdown()
    server.server_close()


def test_a_message_is_handed_over_with_our_reference(bsg: Bsg) -> None:
    message = outgoing("Дякуємо!", channel=Channel.VIBER, sender="Kavalier")
    assert bsg.gateway.send([message]) == [Answer(Fate.ACCEPTED, ("217",))]
    ((method, path, key, told),) = bsg.asked
    assert (method, path, key) == ("POST", "/rest/viber/create", "key")
    assert 3590 < int(told.pop("validity")) <= 3600
    sent = {"text": "Дякуємо!", "alpha_name": "Kavalier", "is_promotional": False}
    assert told == {"messages": [{"to": [{"msisdn": "380671112233", "reference": "3m7"}], **sent}]}


@pytest.mark.parametrize(
    ("status", "answer", "fate"),
    [
        (200, '{"result": [{"error": "0", "id": 5}]}', Fate.ACCEPTED),
        (200, '{"result": {"error": 0, "id": 5}}', Fate.ACCEPTED),
        (200, '{"result": [{"error": 41, "errorDescription": "invalid phone number"}]}', Fate.REFUSED),
        (400, '{"error": 45, "errorDescription": "Sender not registered"}', Fate.REFUSED),
        (401, '{"error": "1", "errorDescription": "invalid key"}', Fate.REFUSED),
        (200, '{"error": 8, "errorDescription": "not enough funds"}', Fate.THROTTLED),
        (200, '{"error": 11}', Fate.THROTTLED),
        (429, "", Fate.THROTTLED),
        (503, "<html>", Fate.THROTTLED),
        # It was sent before, by an attempt that nobody heard the end of.
        (200, '{"result": [{"error": 43, "errorDescription": "External ID already exists"}]}', Fate.UNKNOWN),
        (200, '{"error": 5}', Fate.UNKNOWN),
        (500, '{"error": 3}', Fate.UNKNOWN),
        (502, "<html>", Fate.UNKNOWN),
        (200, "", Fate.UNKNOWN),
        (200, "[]", Fate.UNKNOWN),
        (200, '{"result": []}', Fate.UNKNOWN),
        (200, '{"result": [7]}', Fate.UNKNOWN),
        (200, '{"result": [{"error": "what"}]}', Fate.UNKNOWN),
        (500, '{"result": [{"error": 0}]}', Fate.UNKNOWN),
    ],
)
def test_an_answer_means_what_it_says(bsg: Bsg, status: int, answer: str, fate: Fate) -> None:
    bsg.status, bsg.answer = status, answer
    assert [each.fate for each in bsg.gateway.send([outgoing(channel=Channel.VIBER)])] == [fate]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ('{"error": 0, "status": "read"}', MessageStatus.DELIVERED),
        ('{"error": "0", "status": "delivered"}', MessageStatus.DELIVERED),
        ('{"error": 0, "status": "sent"}', MessageStatus.SENT),
        ('{"error": 0, "status": "expired"}', MessageStatus.FAILED),
        ('{"error": 40, "errorDescription": "Message not found"}', MessageStatus.FAILED),
        ('{"error": 0, "status": "unknown"}', None),
        ('{"error": 1}', None),
        ("<html>", None),
    ],
)
def test_an_unknown_message_is_asked_about_by_our_reference(
    bsg: Bsg, answer: str, status: MessageStatus | None
) -> None:
    """RELIABILITY: resolved by a status query."""
    bsg.answer = answer
    assert bsg.gateway.query("3-7") == (Receipt(status=status, reference="3-7") if status else None)
    assert bsg.asked[0][:3] == ("GET", "/rest/viber/reference/3m7", "key")


def test_what_is_over_or_finds_nobody_is_not_sent(bsg: Bsg) -> None:
    late = outgoing(channel=Channel.VIBER, valid_until=dates.now() - timedelta(seconds=1))
    away = ViberGateway(ViberSettings("https://localhost:9", "key", "Regulars"), Caller(1, 1, loopback=True))
    assert [each.fate for each in bsg.gateway.send([late])] == [Fate.REFUSED]
    assert [each.fate for each in away.send([outgoing(channel=Channel.VIBER)])] == [Fate.FAILED_BEFORE]
    assert away.query("3-7") is None
    assert bsg.asked == []
