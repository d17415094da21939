"""Panels as they are served, and a client that asks them as a browser does."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from app.local import processes
from app.local.paths import PROJECT
from app.local.processes import LocalError

_PATIENCE = 60  # seconds until the first answer


@dataclass
class Answer:
    status: int
    body: bytes
    location: str = ""


@dataclass
class Client:
    """Keeps its connection and its cookies, as a browser does."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None

    def get(self, address: str) -> Answer:
        """A page. Raises RuntimeError unless it is there: a quick error is no quick page."""
        answer = self.ask("GET", address)
        if answer.status != 200:
            raise RuntimeError(f"{address} answers {answer.status}.")
        return answer

    def post(self, address: str, form: Mapping[str, str], more: Mapping[str, str] | None = None) -> Answer:
        """What a sent form is answered with; `more` are headers that a script adds."""
        return self.ask("POST", address, form, more)

    def ask(
        self, verb: str, address: str, form: Mapping[str, str] | None = None, more: Mapping[str, str] | None = None
    ) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        headers = {"Accept": "text/html", "Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items())}
        headers |= more or {}
        body = urlencode(form) if form is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(verb, address, body, headers)
        response = self._connection.getresponse()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, response.read(), response.headers.get("Location", ""))


@contextmanager
def served(
    python: Path | str, application: str, env: Mapping[str, str], log: Path, settings: str = "benchmarks.gunicorn_conf"
) -> Iterator[int]:
    """The port of a panel that is served until the end of the block. Raises LocalError when it does not start."""
    port = _free_port()
    command = [str(python), "-m", "gunicorn", "-c", f"python:{settings}"]
    command += ["--bind", f"127.0.0.1:{port}", application]
    with log.open("wb") as output:
        child = processes.spawn(command, env=env, output=output, cwd=PROJECT)
        try:
            _wait(port, log)
            yield port
        finally:
            child.terminate()
            processes.wait_or_kill(child, 20)


def _wait(port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            Client(port).ask("GET", "/")
            return
        except OSError:
            time.sleep(0.1)
    raise LocalError(f"A panel to measure did not start: see {log}.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
