"""Rows that are measured by themselves: `python -m benchmarks.bulk` and the like."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from app.config import Config
from app.local.embedded import Postgres
from benchmarks.report import Result, screen_table


def show(rows: Callable[..., list[Result]]) -> None:
    """Measures with a server of its own, of as many as the command names, and prints the table."""
    folder = Config.from_environ(os.environ).data / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    postgres = Postgres(folder / "postgres")
    postgres.start()
    try:
        print(screen_table(rows(postgres, *map(int, sys.argv[1:]))))
    finally:
        postgres.stop()
