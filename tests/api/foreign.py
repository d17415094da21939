"""A client of the API that is not ours: generated out of its document, as a shop's own programmers would."""

from __future__ import annotations

import importlib
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

_names = (f"generated_shop_{number}" for number in itertools.count())


class Foreign:
    """The generated package, and a client of it with a key."""

    def __init__(self, package: str, port: int, secret: str) -> None:
        self._package = package
        client: Any = self._module("client").AuthenticatedClient
        address = f"http://127.0.0.1:{port}/api/v1"
        self.client = client(base_url=address, token=secret, raise_on_unexpected_status=True, timeout=60)

    def model(self, name: str, **values: Any) -> Any:
        return getattr(self._module("models"), name)(**values)

    def call(self, section: str, operation: str, *ids: int, **values: Any) -> tuple[int, Any]:
        """The status, and what it was answered with as the generated type."""
        answer = self._module(f"api.{section}.{operation}").sync_detailed(*ids, client=self.client, **values)
        return int(answer.status_code), answer.parsed

    def _module(self, name: str) -> Any:
        return importlib.import_module(f"{self._package}.{name}")


def generate(app: Flask, folder: Path) -> str:
    """Writes the client's package; answers with its name. Fails on anything that the generator warns of."""
    name, document = next(_names), folder / "openapi.json"
    document.write_bytes(app.test_client().get("/api/v1/openapi.json").data)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(document)]
    command += ["--meta", "none", "--fail-on-warning", "--output-path", str(folder / name)]
    done = subprocess.run(command, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return name


@contextmanager
def listening(app: Flask) -> Iterator[int]:
    """The port on loopback at which the application answers, each call in a thread of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: a test says what it has to."""
