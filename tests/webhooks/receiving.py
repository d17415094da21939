"""What tests of webhooks share: a receiver on this machine, addresses that listen, deliveries made as a worker does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import psycopg
from sqlalchemy import select

from app.extensions import db
from app.scope import Scope
from app.webhooks.events import CHOSEN
from app.webhooks.models import Delivery, Endpoint, Event, Happened
from app.webhooks.services import deliver_due
from app.webhooks.services.endpoints import add_endpoint as add
from tests.people import Shop

BAD = {"status": 500, "body": b"Oops"}

Pass = Callable[[timedelta], None]
"""Lets so much time pass."""


@dataclass
class Call:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Takes calls by HTTP on this machine, and answers as it is told."""

    port: int = 0
    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    answer: Callable[[Call], int] | None = None
    """The status for a call, where that is not always the same."""
    calls: list[Call] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def types(self) -> list[str]:
        return [call.said["type"] for call in self.calls]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return  # Who called was killed in the middle of it.
            call = Call(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            receiver.calls.append(call)
            self.send_response(receiver.answer(call) if receiver.answer else receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(receiver.body)))
            self.end_headers()
            self.wfile.write(receiver.body)

        def do_GET(self) -> None:
            receiver.calls.append(Call(self.path, {}, b"null"))
            self.send_error(418)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Who called was killed: nothing to tell."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def add_endpoint(url: str = "https://example.com/webhooks", *events: Event, label: str = "") -> Endpoint:
    """An address that listens, to everything unless events are named."""
    endpoint, _secret = add({"url": url, "label": label, "events": [int(each) for each in events or CHOSEN]})
    return endpoint


def told(*events: Event) -> list[Happened]:
    """What was written for addresses of this business, oldest first."""
    found = db.session.scalars(select(Happened).order_by(Happened.id))
    return [each for each in found if not events or each.event in events]


def items(event: Event) -> list[dict[str, Any]]:
    """All things that events of this kind tell of."""
    return [item for happened in told(event) for item in happened.items]


def deliver(shop: Shop, endpoint: int) -> None:
    """All that is due now, as the deliverer does."""
    with shop.app.app_context():
        deliver_due(Scope(shop.id), endpoint, lambda: False)


def delivery_of(shop: Shop) -> Delivery:
    """The only one."""
    with shop.work():
        (found,) = db.session.scalars(select(Delivery)).all()
        db.session.expunge(found)
    return found


def endpoint_row(shop: Shop, number: int) -> Endpoint:
    with shop.work():
        found = db.session.get_one(Endpoint, (shop.id, number))
        db.session.expunge(found)
    return found


def let_pass(superuser: psycopg.Connection, time: timedelta) -> None:
    """Moves what is waited for into the past, as if that much time had passed."""
    for table, columns in (
        ("webhook_endpoint", ("failing_since", "rest_until", "old_until")),
        ("webhook_delivery", ("due_at", "begun_at")),
    ):
        moved = ", ".join(f"{each} = {each} - %(time)s" for each in columns)
        superuser.execute(f"UPDATE {table} SET {moved}".encode(), {"time": time})
