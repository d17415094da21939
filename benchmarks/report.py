"""The table, on the screen and in results.md, with what it was measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from psycopg import Connection

from app.local.paths import chromium

HEAD = ("what", "Regulars", "beside it", "ratio", "to reach", "reached")


@dataclass(frozen=True)
class Result:
    """A row: what was measured, ours, what it is held against, and whether that is reached (None: only shown)."""

    what: str
    ours: str
    beside: str = ""
    ratio: float | None = None
    goal: str = ""
    reached: bool | None = None

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        reached = {True: "yes", False: "**no**", None: ""}[self.reached]
        return (self.what, self.ours, self.beside, ratio, self.goal, reached)


def screen_table(results: list[Result]) -> str:
    rows = [HEAD, *[tuple(cell.replace("**", "") for cell in result.cells()) for result in results]]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    return "\n".join("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows)


def document(results: list[Result], notes: list[str], machine: list[str]) -> str:
    rows = [HEAD, ("---",) * len(HEAD), *[result.cells() for result in results]]
    return "\n".join(
        [
            "# How fast the panel is",
            "",
            "Written by `make bench`. Figures are ratios taken in one run on one machine; absolute times are for",
            "orientation. Times are the median of 30 calls, in brackets the 95th percentile; the panels are asked in",
            "turns. What falls short of its goal is shown as such.",
            "",
            *["| " + " | ".join(row) + " |" for row in rows],
            "",
            "## What was measured",
            "",
            *[f"- {note}" for note in notes],
            "",
            "## On what",
            "",
            *[f"- {line}" for line in machine],
            "",
        ]
    )


def machine(connection: Connection, peers: Path) -> list[str]:
    """The date, the machine and the versions."""
    (server,) = connection.execute("SHOW server_version").fetchone() or ("",)
    (buffers,) = connection.execute("SHOW shared_buffers").fetchone() or ("",)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    ours = ", ".join(f"{name} {version(name)}" for name in ("Flask", "SQLAlchemy", "psycopg", "gunicorn"))
    return [
        f"{datetime.now(UTC):%-d %B %Y}",
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB of memory; {platform.system()} {platform.release()}",
        f"PostgreSQL {server}, shared_buffers {buffers}, settings of the default run",
        f"Regulars: Python {platform.python_version()}, {ours}",
        f"Peers: {_versions(peers)}",
        f"{_browser()}",
    ]


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _versions(python: Path) -> str:
    names = ["Django", "Flask-Admin", "SQLAlchemy", "psycopg", "gunicorn"]
    script = f"from importlib.metadata import version; print(', '.join(f'{{n}} {{version(n)}}' for n in {names}))"
    return subprocess.run([python, "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def _browser() -> str:
    program = chromium()
    if program is None:
        return "no Chromium"
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
