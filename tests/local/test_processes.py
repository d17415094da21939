"""The user that embedded servers run as, when root starts them."""

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from app.local import processes


def test_runs_that_start_at_once_make_the_servers_user_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made twice it would get a second number, and not own what was given to the first."""
    made: list[str] = []

    def look_up(_name: str) -> SimpleNamespace:
        if not made:
            raise KeyError
        return SimpleNamespace(pw_gid=1, gr_gid=1)

    def make(command: list[str], check: bool) -> None:
        time.sleep(0.2)
        made.append(command[-1])

    monkeypatch.setattr(processes.os, "geteuid", lambda: 0)
    monkeypatch.setattr(processes.pwd, "getpwnam", look_up)
    monkeypatch.setattr(processes.grp, "getgrnam", look_up)
    monkeypatch.setattr(processes.subprocess, "run", make)
    with ThreadPoolExecutor(4) as runs:
        users = list(runs.map(lambda _number: processes.server_user(), range(4)))
    assert users == [processes.SERVER_USER] * 4
    assert made == [processes.SERVER_USER]
