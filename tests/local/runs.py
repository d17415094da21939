"""A default run in a process of its own, for the tests that start and kill it."""

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

from app.local.paths import PROJECT

SETTINGS = {"PORT", "HOST", "DATABASE_URL", "MIGRATION_DATABASE_URL", "LOADER_DATABASE_URL", "REDIS_URL"}
SETTINGS |= {"SECRET_KEY", "REGULARS_DATA", "REGULARS_ENV", "DEMO_PASSWORD", "LOG_LEVEL", "PUBLIC_URL"}


class Run:
    """A supervisor in a process of its own."""

    def __init__(self, data: Path, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.output = data / "output"
        env = {**plain_environment(), "REGULARS_DATA": str(data), "PORT": str(port)}
        with self.output.open("wb") as output:
            self.process = psutil.Popen(
                [sys.executable, "-m", "app.local.run"], cwd=PROJECT, env=env, stdout=output, stderr=output
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_until_up(self) -> None:
        while "Ctrl-C" not in self.said():
            assert self.process.poll() is None, self.said()
            time.sleep(0.05)

    def ready(self) -> str:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            return str(error)

    def family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def kill(self) -> None:
        """End what a failed test left: the others end with the supervisor."""
        if self.process.is_running():
            self.process.kill()
            self.process.wait(10)

    def child(self, words: str) -> psutil.Process:
        return next(each for each in self.process.children() if words in " ".join(each.cmdline()))


def plain_environment() -> dict[str, str]:
    """This process's environment without what would configure the panel."""
    return {name: value for name, value in os.environ.items() if name not in SETTINGS}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
