"""Messages through SMPP to a local server: the gateway alone, and the whole pipeline with receipts heard meanwhile.

`python -m benchmarks.messages` measures these rows alone.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from sqlalchemy import func, select

from app import create_app
from app.config import Config
from app.customers.models import Customer
from app.db import unit_of_work
from app.extensions import db
from app.gateway_config import Server, SmppSettings
from app.local.embedded import ADMIN, LOADER, Postgres
from app.local.paths import PROJECT
from app.messaging.gateways.base import Fate, Outgoing
from app.messaging.gateways.smpp import SmppGateway
from app.messaging.models import Channel, Message, MessageKind, MessageStatus
from app.messaging.services import Addressed, Letter, hear, send_due, write_to_many
from app.scope import Scope
from benchmarks.report import Result, screen_table
from benchmarks.sizes import Size, flask, make, serving_environment
from benchmarks.subject import row, subject

SIZE = Size("messages", 10_000, 20_000)
MESSAGES, WINDOW, LEAST = 20_000, 50, 500
_TEXT = "Kavalier Club: 12 points for your purchase, 340 in all. Thank you!"
_MIB = 2**20


@dataclass(frozen=True)
class Run:
    rate: float
    """Messages a second, of those that were accepted."""
    accepted: int
    delivered: int
    """After the listener has had the time to hear the last receipts."""
    before: float
    after: float
    """Memory of the process that sends, in MiB, when a fifth was sent and at the end."""


def rows(postgres: Postgres) -> list[Result]:
    make(postgres, SIZE)
    alone, whole = gateway_alone(), pipeline(postgres)
    return [
        Result("messages by SMPP to a local server: the gateway alone", f"{alone:,.0f} a second"),
        Result(
            "… the whole pipeline, receipts heard meanwhile",
            f"{whole.rate:,.0f} a second",
            goal=f"≥ {LEAST} a second",
            reached=whole.rate >= LEAST and whole.delivered == whole.accepted > 0,
        ),
        Result(
            "… memory of what sends, at the end beside after a fifth",
            f"{whole.after:.0f} MiB",
            f"{whole.before:.0f} MiB",
            whole.after / whole.before,
            "≤ 1.05",
            whole.after <= whole.before * 1.05,
        ),
    ]


def gateway_alone() -> float:
    with smsc() as port:
        gateway = SmppGateway(SmppSettings(Server("127.0.0.1", port, "club", "secret", tls=False), window=WINDOW))
        began = time.monotonic()
        for first in range(0, MESSAGES, WINDOW):
            answers = gateway.send([_outgoing(first + place) for place in range(WINDOW)])
            assert all(each.fate is Fate.ACCEPTED for each in answers), answers
        gateway.close()
        return MESSAGES / (time.monotonic() - began)


def pipeline(postgres: Postgres) -> Run:
    """A worker and a listener as in production, each a process of its own."""
    with postgres.connect(LOADER, SIZE.database) as loader:
        business = subject(loader).business
        (slug,) = row(loader, "SELECT slug FROM business WHERE id = %s", business)
    with postgres.connect(ADMIN, SIZE.database) as admin:
        admin.execute("UPDATE program SET quiet_from = NULL, quiet_to = NULL WHERE business_id = %s", [business])
    paid = ["--business", slug, "--reference", f"messages {time.time():.0f}"]
    flask(postgres, SIZE.database, "support", "top-up", "1000000", *paid)
    with smsc() as port:
        env = serving_environment(postgres, SIZE.database) | {
            "REDIS_URL": "redis://127.0.0.1:9",  # nobody is to be woken
            "LOG_LEVEL": "ERROR",
            "GATEWAY_SMS": "smpp",
            "SMPP_URL": f"smpp://club:secret@127.0.0.1:{port}",
            "SMPP_WINDOW": str(WINDOW),
            # smpp34 loses what a receiver acknowledges.
            "SMPP_LISTENS_AS": "transceiver",
        }
        with process("listen", env=env):
            command = [sys.executable, "-m", "benchmarks.messages", "send", str(business)]
            done = subprocess.run(command, env=env, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def send(business: int) -> Run:
    scope = Scope(business)
    stamp = f"bench:{time.time():.0f}:"
    _write(scope, stamp)
    memory: list[float] = []
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(memory, done), daemon=True)
    watch.start()
    began = time.monotonic()
    while send_due(scope, 600):
        pass
    seconds = time.monotonic() - began
    done.set()
    watch.join()
    accepted, delivered = _outcome(scope, stamp)
    return Run(accepted / seconds, accepted, delivered, memory[len(memory) // 5], memory[-1])


def listen() -> None:
    while True:
        hear("smpp")


def _write(scope: Scope, stamp: str) -> None:
    with unit_of_work(scope):
        phones = select(Customer.id).where(Customer.business_id == scope.business_id, Customer.phone.is_not(None))
        known = list(db.session.scalars(phones.order_by(Customer.id)))
    for first in range(0, MESSAGES, 1000):
        with unit_of_work(scope):
            write_to_many(
                [
                    Addressed(known[number % len(known)], _letter(f"{stamp}{number}"))
                    for number in range(first, first + 1000)
                ]
            )


def _letter(key: str) -> Letter:
    return Letter(kind=MessageKind.TRANSACTION, channel=Channel.SMS, text=_TEXT, language="en", dedupe_key=key)


def _outcome(scope: Scope, stamp: str) -> tuple[int, int]:
    """How many were accepted, the rest being rejected for their customers' wishes; and how many of them delivered."""
    for _ in range(60):
        with unit_of_work(scope):
            mine = select(Message.status, func.count()).where(Message.dedupe_key.startswith(stamp))
            counts = {row[0]: row[1] for row in db.session.execute(mine.group_by(Message.status))}
        accepted = MESSAGES - counts.get(MessageStatus.REJECTED, 0)
        delivered = counts.get(MessageStatus.DELIVERED, 0)
        if delivered == accepted:
            break
        time.sleep(1)
    return accepted, delivered


def _watch(memory: list[float], done: threading.Event) -> None:
    page = os.sysconf("SC_PAGE_SIZE")
    while not done.wait(0.5):
        with open("/proc/self/statm") as file:
            memory.append(int(file.read().split()[1]) * page / _MIB)


def _outgoing(number: int) -> Outgoing:
    standard = {"sender": "", "title": "", "language": "en", "valid_until": None}
    return Outgoing(f"1-{number}", Channel.SMS, f"+38067{number:07}", (), text=_TEXT, **standard)


@contextmanager
def smsc() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as held:
        port: int = held.getsockname()[1]
    with process(str(port), module="benchmarks.smsc"):
        for _ in range(300):
            with closing(socket.socket()) as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port


@contextmanager
def process(*words: str, module: str = "benchmarks.messages", env: dict[str, str] | None = None) -> Iterator[None]:
    running = subprocess.Popen([sys.executable, "-m", module, *words], env=env, cwd=PROJECT)
    try:
        yield
    finally:
        running.terminate()
        running.wait()


def main() -> None:
    if sys.argv[1:2] == ["send"] or sys.argv[1:2] == ["listen"]:
        with create_app().app_context():
            if sys.argv[1] == "listen":
                listen()
            print(json.dumps(send(int(sys.argv[2])).__dict__))
        return
    folder = Config.from_environ(os.environ).data / "benchmarks"
    postgres = Postgres(folder / "postgres")
    postgres.start()
    try:
        print(screen_table(rows(postgres)))
    finally:
        postgres.stop()


if __name__ == "__main__":
    main()
