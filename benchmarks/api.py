"""Sales through the API under wrk, ours beside a bare Flask view that writes the same rows by hand-written SQL."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from app.local.embedded import LOADER, Postgres, Valkey
from app.local.paths import PROJECT
from app.permissions import KeyScope
from benchmarks.alone import show
from benchmarks.places import Place, bare_flask, regulars
from benchmarks.report import Result
from benchmarks.sales import BUYERS, TERMINAL
from benchmarks.sizes import TENTH, make
from benchmarks.subject import row, subject

ROUNDS, SECONDS = 5, 10
_LEAST_RATE, _MOST_SLOW = 0.5, 3
_WHAT = "sale through the API, beside a bare Flask view"
_SCRIPT = PROJECT / "benchmarks" / "peers" / "sales.lua"
_CUSTOMERS = 20_000
_KEY = """
    INSERT INTO api_key (business_id, name, hint, secret_hash, scopes, terminal_id)
    VALUES (%s, 'Benchmark', 'rk_', %s, %s, %s) RETURNING id
"""


@dataclass(frozen=True)
class Seller:
    """A key that sells at a Terminal, and the customers that it sells to, in a file."""

    key: int
    token: str
    terminal: int
    customers: Path


@dataclass(frozen=True)
class Run:
    """What wrk saw: sales a second, and milliseconds."""

    rate: float
    median: float
    p99: float
    sales: int


class WrongError(RuntimeError):
    """Something was refused: no figure of such a run says anything."""


def sales_by_api(place: Place) -> list[Result]:
    """Ours and the bare view in turns, after a run of each that is not counted."""
    if shutil.which("wrk") is None:
        return [Result(_WHAT, "not measured: wrk is missing (apt-get install wrk)", goal="≥ 0.5", reached=False)]
    seller, valkey = _seller(place), Valkey(place.folder / "valkey")
    valkey.start()
    try:
        with (
            regulars(place, REDIS_URL=valkey.url, API_CALLS="1000000") as panel,
            bare_flask(place, BENCHMARK_API_KEY=str(seller.key), BENCHMARK_TERMINAL=str(seller.terminal)) as bare,
        ):
            ports = {"ours": panel.port, "bare": bare.port}
            for port in ports.values():
                _run(seller, port, 3)
            runs = [{name: _run(seller, port, SECONDS) for name, port in ports.items()} for _each in range(ROUNDS)]
    finally:
        valkey.stop()
    _check_written(place, seller)
    return _results(runs)


def _results(runs: list[dict[str, Run]]) -> list[Result]:
    """By the medians of the rounds, so that what disturbs one of them does not count."""
    rate = statistics.median(each["ours"].rate / each["bare"].rate for each in runs)
    slow = statistics.median(each["ours"].p99 / each["bare"].p99 for each in runs)
    rates = [f"{statistics.median(each[name].rate for each in runs):.0f} a second" for name in ("ours", "bare")]
    slowest = [f"{statistics.median(each[name].p99 for each in runs):.1f} ms" for name in ("ours", "bare")]
    return [
        Result(_WHAT, *rates, rate, f"≥ {_LEAST_RATE}", rate >= _LEAST_RATE),
        Result("… the slowest of a hundred", *slowest, slow, f"≤ {_MOST_SLOW}", slow <= _MOST_SLOW),
    ]


def _run(seller: Seller, port: int, seconds: int) -> Run:
    """One connection, one call at a time. Raises WrongError unless each was answered with a sale."""
    told = {"CUSTOMERS": str(seller.customers), "TOKEN": seller.token, "RUN": secrets.token_hex(8)}
    command = ["wrk", "-t1", "-c1", f"-d{seconds}s", "-s", str(_SCRIPT), f"http://127.0.0.1:{port}/api/v1/sales"]
    done = subprocess.run(command, env=os.environ | told, capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout.splitlines()[-1])
    if seen["refused"] or seen["broken"] or not seen["sales"]:
        raise WrongError(done.stdout)
    return Run(seen["sales"] / seen["seconds"], seen["median"], seen["p99"], seen["sales"])


def _seller(place: Place) -> Seller:
    who, token = place.who, f"rk_{secrets.token_urlsafe(32)}"
    (terminal,) = row(place.loader, TERMINAL, who.business, who.place)
    scopes, hashed = [KeyScope.WRITE_SALES.value], hashlib.sha256(token.encode()).digest()
    (key,) = row(place.loader, _KEY, who.business, hashed, scopes, terminal)
    buyers = place.loader.execute(BUYERS, [who.business, who.program, secrets.token_hex(8), _CUSTOMERS])
    listed = place.folder / "buyers.txt"
    listed.write_text("".join(f"{customer}\n" for (customer,) in buyers))
    return Seller(key, token, terminal, listed)


_SOLD = """
    FROM call_key k
    JOIN transaction t ON t.business_id = k.business_id AND t.id = (k.body::jsonb ->> 'id')::bigint
    JOIN transaction_line n ON n.business_id = t.business_id AND n.transaction_id = t.id
    JOIN charge c ON c.business_id = t.business_id AND c.kind = 1 AND c.subject = t.id
    JOIN ledger_entry e ON e.business_id = t.business_id AND e.key = 'sale:' || t.id
    JOIN lot o ON o.business_id = t.business_id AND o.customer_id = e.customer_id AND o.wallet_id = e.wallet_id
        AND o.remaining > 0 AND o.entry_id = e.id
    JOIN message m ON m.business_id = t.business_id AND m.dedupe_key = 'sale:' || t.id
    JOIN message_outbox x ON x.business_id = m.business_id AND x.message_id = m.id
    WHERE k.api_key_id = %s
"""
_FILLED = f"""
    SELECT DISTINCT ARRAY(
        SELECT part.name || '.' || filled
        FROM (VALUES ('call_key', to_jsonb(k)), ('transaction', to_jsonb(t)), ('transaction_line', to_jsonb(n)),
            ('charge', to_jsonb(c)), ('ledger_entry', to_jsonb(e)), ('lot', to_jsonb(o)), ('message', to_jsonb(m)),
            ('message_outbox', to_jsonb(x))) part (name, content),
            jsonb_object_keys(jsonb_strip_nulls(part.content)) filled
        ORDER BY 1)
    {_SOLD}
"""


def _check_written(place: Place, seller: Seller) -> None:
    """Each answer is a sale, with the same rows and columns filled by both. Raises WrongError."""
    with place.loader.transaction():
        # From each answer by keys: of millions of sales these are a thousandth, which no statistics say.
        place.loader.execute("SET LOCAL join_collapse_limit = 1")
        for name in ("hashjoin", "mergejoin", "seqscan"):
            place.loader.execute(f"SET LOCAL enable_{name} = off".encode())
        answered = "SELECT count(*) FROM call_key WHERE api_key_id = %s AND status = 201"
        (answers,) = row(place.loader, answered, seller.key)
        (whole,) = row(place.loader, f"SELECT count(*) {_SOLD}", seller.key)
        filled = [set(columns) for (columns,) in place.loader.execute(_FILLED, [seller.key])]
    if not answers or whole != answers:
        raise WrongError(f"{answers} sales were answered, {whole} are whole.")
    if differ := set.union(*filled) - set.intersection(*filled):
        raise WrongError(f"One of the two leaves empty: {', '.join(sorted(differ))}.")


def rows(postgres: Postgres) -> list[Result]:
    """Measured by itself, on a tenth of the standard business: `python -m benchmarks.api`."""
    make(postgres, TENTH)
    with postgres.connect(LOADER, TENTH.database) as loader:
        return sales_by_api(Place(postgres, TENTH.database, subject(loader), loader, postgres.home.parent))


if __name__ == "__main__":
    show(rows)
