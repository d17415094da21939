"""A million customers credited with a message each: the preview, the run, the panel meanwhile, the end by Cancel.

`python -m benchmarks.bulk` measures these rows alone, in a database of their own; with a number, of so many customers.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from psycopg import Connection

from app.lib import dates
from app.local.embedded import ADMIN, LOADER, Postgres
from app.local.paths import PROJECT
from benchmarks.alone import show
from benchmarks.places import Place, regulars
from benchmarks.report import Result
from benchmarks.sizes import Size, make, serving_environment
from benchmarks.subject import Subject, row, subject

SIZE, CUSTOMERS = Size("bulk", 1_000, 5_000), 1_000_000
_MIB = 2**20
_FILL = """
    WITH added AS (
        INSERT INTO customer (business_id, first_name, last_name, phone, language, registered_at, confirmed)
        SELECT %(business)s, 'Olena', 'Koval ' || n, '+4850' || lpad(n::text, 7, '0'), 'uk', now(), true
        FROM generate_series(%(there)s + 1, %(customers)s) n RETURNING id
    ), enrolled AS (
        INSERT INTO enrolment (business_id, program_id, customer_id, category_id, access)
        SELECT %(business)s, %(program)s, id, (SELECT id FROM category WHERE program_id = %(program)s AND is_default), 1
        FROM added
    ), held AS (
        INSERT INTO balance (business_id, wallet_id, customer_id, expiring_at)
        SELECT %(business)s, %(wallet)s, id, %(never)s FROM added
    )
    INSERT INTO customer_stats (business_id, scope_id, customer_id, first_at, last_at)
    SELECT %(business)s, s.id, added.id, %(never)s, %(never)s FROM added, stats_scope s
    WHERE s.business_id = %(business)s AND num_nulls(s.franchisee_id, s.point_of_sale_id, s.terminal_id) = 3
        AND (s.program_id IS NULL OR s.program_id = %(program)s)
"""


@dataclass
class Watch:
    """What happens while a process works."""

    calls: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    percents: list[int] = field(default_factory=list)
    answer: dict[str, float] = field(default_factory=dict)


def rows(postgres: Postgres, customers: int = CUSTOMERS) -> list[Result]:
    make(postgres, SIZE)
    with postgres.connect(LOADER, SIZE.database) as loader:
        who = subject(loader)
        fill(postgres, loader, who, customers)
        with regulars(Place(postgres, SIZE.database, who, loader, postgres.home.parent)) as panel:
            return _measure(postgres, who, panel.default, customers)


def fill(postgres: Postgres, loader: Connection, who: Subject, customers: int) -> None:
    """Makes up for the customers that are missing; nothing of them but what a credit touches."""
    (there,) = row(loader, "SELECT count(*) FROM enrolment WHERE program_id = %s", who.program)
    ids = {"business": who.business, "program": who.program, "wallet": who.wallet}
    with postgres.connect(ADMIN, SIZE.database) as admin:
        if customers > there:
            admin.execute(b"SET session_replication_role = replica")
            admin.execute(_FILL.encode(), ids | {"there": there, "customers": customers, "never": dates.NEVER})
        admin.execute(b"UPDATE program SET quiet_from = NULL, quiet_to = NULL, notifications = 'sms'")
        admin.execute(b"VACUUM ANALYZE")


def _measure(postgres: Postgres, who: Subject, page: Callable[[], object], customers: int) -> list[Result]:
    alone = [_time(page) for _each in range(200)][20:]
    preview = _child(postgres, who, "preview", lambda: None)
    running = _child(postgres, who, "run", page)
    again = _child(postgres, who, "preview", lambda: None)
    cancelled = _child(postgres, who, "cancel", lambda: None)
    before, meanwhile = _p95(alone), _p95(running.calls)
    early, late = running.memory[len(running.memory) // 5], max(running.memory)
    seconds = min(preview.answer["seconds"], again.answer["seconds"]) * 1_000_000 / customers
    rate, stopped = customers / running.answer["seconds"], cancelled.answer["seconds"]
    steps = len(set(preview.percents))
    return [
        Result(
            f"preview of {customers:,} customers with a message each, as of a million",
            *(f"{seconds:.1f} s", f"{steps} steps of its progress seen", None, "≤ 10 s", seconds <= 10),
        ),
        Result(f"{customers:,} credited with a message each", f"{rate:,.0f} a second"),
        Result(
            "… memory of the worker at most, beside a fifth of the way",
            *(f"{late:.0f} MiB", f"{early:.0f} MiB", late / early, "< 200 MiB", late < 200),
        ),
        Result(
            "… customers page meanwhile, 95th percentile, beside alone",
            *(f"{meanwhile:.1f} ms", f"{before:.1f} ms", meanwhile / before, "≤ 2", meanwhile <= 2 * before),
        ),
        Result("… from Cancel until nothing is done any more", f"{stopped:.1f} s", goal="≤ 3 s", reached=stopped <= 3),
    ]


def _time(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _child(postgres: Postgres, who: Subject, what: str, page: Callable[[], object]) -> Watch:
    """Has a process do it, and looks at it, and calls a page, as long as it works."""
    env = serving_environment(postgres, SIZE.database)
    env |= {"REDIS_URL": "redis://127.0.0.1:9", "LOG_LEVEL": "ERROR"}
    words = [what, str(who.business), str(who.user), str(who.program), str(who.place)]
    command = [sys.executable, "-m", "benchmarks.bulk_work", *words]
    watch = Watch()
    with subprocess.Popen(command, env=env, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as child:
        while child.poll() is None:
            watch.calls.append(_time(page))
            watch.memory.append(_memory(child.pid))
            watch.percents.append(_percent(postgres) if what == "preview" else 0)
            time.sleep(0.05)
        assert child.stdout is not None
        watch.answer = json.loads(child.stdout.read().splitlines()[-1])
    print(f"{what}: {watch.answer['seconds']:.1f} s", file=sys.stderr, flush=True)
    return watch


def _memory(process: int) -> float:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / _MIB
    except (OSError, IndexError):
        return 0


def _percent(postgres: Postgres) -> int:
    """As anyone sees it: by the locks that are held."""
    with postgres.connect(LOADER, SIZE.database) as loader:
        locks = "SELECT coalesce(max(objid::bigint), 0) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
        return row(loader, locks)[0]


if __name__ == "__main__":
    show(rows)
