"""The default run as a person meets it: what it says, what it survives, and that it leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.local import run
from app.local.paths import PROJECT
from tests.local.runs import Run, free_port, plain_environment


@pytest.fixture
def started(run_data: Path) -> Iterator[Run]:
    running = Run(run_data, free_port())
    try:
        running.wait_until_up()
        yield running
    finally:
        running.kill()


def test_it_serves_survives_the_end_of_any_process_and_stops_in_order(started: Run, run_data: Path) -> None:
    assert started.address in started.said()
    assert "anna@example.com" in started.said()
    assert '"database":"ok","redis":"ok"' in re.sub(r"\s", "", started.ready())

    second = subprocess.run(
        [sys.executable, "-m", "app.local.run"],
        env={**plain_environment(), "REGULARS_DATA": str(run_data), "PORT": "8765"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert second.returncode == 1
    assert second.stderr == f"Regulars at {started.address} already uses the data in {run_data}.\n"

    victims = [started.child(words) for words in ("gunicorn", "jobs.worker messages", "/postgres", "valkey-server")]
    for victim in victims:
        victim.kill()
    assert wait_for(lambda: "ok" in started.ready() and not any(each.is_running() for each in victims))
    assert wait_for(lambda: started.child("jobs.worker messages").pid != victims[1].pid)

    family = started.family()
    started.process.terminate()
    assert started.process.wait(30) == 0
    assert started.said().endswith("Stopped. What was entered is kept.\n")
    assert psutil.wait_procs(family, timeout=2)[1] == []


def test_killed_it_leaves_no_process_and_starts_again(started: Run, run_data: Path) -> None:
    family = started.family()
    started.process.kill()
    assert psutil.wait_procs(family, timeout=15)[1] == []
    again = Run(run_data, free_port())
    try:
        again.wait_until_up()
        assert "ok" in again.ready()
        again.process.send_signal(signal.SIGINT)
        assert again.process.wait(30) == 0
    finally:
        again.kill()


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("PORT", "http", "PORT is 'http'; it must be a number"),
        ("PORT", "70000", "PORT is '70000'"),
        ("DATABASE_URL", "mysql://localhost/regulars", "DATABASE_URL is not an address"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL is not an address"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL is 'loud'"),
        ("REGULARS_ENV", "staging", "REGULARS_ENV is 'staging'"),
        ("REGULARS_ENV", "production", "SECRET_KEY is missing"),
        ("PUBLIC_URL", "regulars.example", "PUBLIC_URL is not an address"),
        ("PUBLIC_URL", "https://" + "long." * 9 + "ua", "PUBLIC_URL is longer than 36"),
        ("DEMO_PASSWORD", "short", "DEMO_PASSWORD must have 12"),
        ("HOST", "192.0.2.1", "Cannot listen at http://192.0.2.1:8000"),
    ],
)
def test_a_wrong_setting_gives_one_line_and_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, words: str
) -> None:
    assert words in refusal(tmp_path, monkeypatch, **{setting: value})
    assert not (tmp_path / "postgres").exists()


def test_production_is_not_served_from_the_embedded_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"REGULARS_ENV": "production", "SECRET_KEY": "s" * 32}
    assert refusal(tmp_path, monkeypatch, **settings).startswith("PUBLIC_URL is missing")
    settings["PUBLIC_URL"] = "https://regulars.example"
    assert refusal(tmp_path, monkeypatch, **settings).startswith("In production DATABASE_URL")


def test_a_taken_port_gives_one_line_and_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        said = refusal(tmp_path, monkeypatch, PORT=str(port))
    assert said.startswith(f"Cannot listen at http://127.0.0.1:{port}: Address already")
    assert not (tmp_path / "postgres").exists()


def refusal(data: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> str:
    """The line that the supervisor ends with, in this process."""
    environ = {**plain_environment(), "REGULARS_DATA": str(data), **settings}
    monkeypatch.setattr(os, "environ", environ)
    monkeypatch.setattr(run, "PORT_PATIENCE", 0.1)
    with pytest.raises(SystemExit) as end:
        run.main()
    text = str(end.value.code)
    assert "\n" not in text
    return text


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False
