"""A file of a million customers through `flask import customers`, beside COPY of the same file and phonenumbers.

`python -m benchmarks.imports` measures these rows alone, in databases of their own; with a number, of so many.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import time
from pathlib import Path

import phonenumbers
from psycopg import Connection

from app.lib import dates
from app.local.embedded import ADMIN, LOADER, Postgres
from app.local.paths import PROJECT
from benchmarks.alone import show
from benchmarks.report import Result
from benchmarks.sizes import Size, make, serving_environment
from benchmarks.subject import Subject, subject

OURS, PEER = Size("imports", 1_000, 5_000), Size("imports_peer", 1_000, 5_000)
CUSTOMERS = 1_000_000
HEAD = ("phone", "first name", "last name", "e-mail")
_FIRST = ("Олена", "Іван", "Наталія", "Петро", "Ольга", "Тарас", "Оксана", "Юрій", "Ганна", "Максим")
_LAST = ("Коваль", "Бондаренко", "Шевченко", "Ткачук", "Левченко", "Мельник", "Кравець", "Олійник", "Гнатюк", "Рибак")
# Of these the customers that are made up have no phones (app.demo.people): else some of the file would be known.
_OPERATORS = (39, 75, 77, 91, 92, 94)
_COPY = "COPY arrived (phone, first_name, last_name, email) FROM STDIN (FORMAT csv, HEADER)"
# What an import of new customers writes, by hand: the customer, what it is found by, its lines in the table and in its
# program, the balance, what it holds. The keys to sort by and to be found by come ready, and cost nothing here.
_BY_HAND = """
    WITH added AS (
        INSERT INTO customer (business_id, phone, first_name, last_name, first_name_key, last_name_key, name_key, email,
            registered_at)
        SELECT %(business)s, phone, first_name, last_name, lower(first_name), lower(last_name),
            lower(last_name || ' ' || first_name), coalesce(email, ''), now()
        FROM arrived RETURNING id, phone, first_name, last_name, email
    ), found AS (
        INSERT INTO customer_search (business_id, customer_id, document)
        SELECT %(business)s, id, array_to_tsvector(ARRAY['f:' || lower(first_name), 'l:' || lower(last_name),
            'p:' || substr(phone, 2), 'n:' || substr(phone, 4), 'r:' || reverse(substr(phone, 2)), 'e:' || email,
            'e:example.com']) FROM added
    ), listed AS (
        INSERT INTO customer_stats (business_id, scope_id, customer_id, first_at, last_at)
        SELECT %(business)s, s.id, added.id, %(never)s, %(never)s FROM added, stats_scope s
        WHERE s.business_id = %(business)s AND num_nulls(s.franchisee_id, s.point_of_sale_id, s.terminal_id) = 3
            AND (s.program_id IS NULL OR s.program_id = %(program)s)
    ), enrolled AS (
        INSERT INTO enrolment (business_id, program_id, customer_id, category_id, access)
        SELECT %(business)s, %(program)s, id, (SELECT id FROM category WHERE program_id = %(program)s AND is_default), 1
        FROM added
    ), held AS (
        INSERT INTO balance (business_id, wallet_id, customer_id, expiring_at)
        SELECT %(business)s, %(wallet)s, id, %(never)s FROM added
    )
    INSERT INTO customer_holding (business_id, customer_id, coupons, offers)
    SELECT %(business)s, id, 0, 0 FROM added
"""


def rows(postgres: Postgres, customers: int = CUSTOMERS) -> list[Result]:
    file = postgres.home.parent / f"customers-{customers}.csv"
    write(file, customers)
    copied, checked, by_hand = _peer(postgres, file)
    command = _ours(postgres, file, customers)
    return [
        _beside(
            f"import of {customers:,} customers, beside COPY of the file and phonenumbers",
            customers,
            command,
            copied + checked,
            0.6,
        ),
        _beside(
            "… beside COPY, phonenumbers and one statement that writes the same rows",
            customers,
            command,
            copied + checked + by_hand,
            None,
        ),
    ]


def write(path: Path, customers: int) -> None:
    """Names, phones that there are, and e-mail addresses of who has one; always the same."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(HEAD)
        for each in range(customers):
            phone = f"+380{_OPERATORS[each % 6]}{1_000_000 + each // 6:07}"
            email = f"customer{each}@example.com" if each % 3 == 0 else ""
            lines.writerow((phone, _FIRST[each % 10], _LAST[each // 10 % 10] + str(each % 1_000), email))


def _beside(name: str, customers: int, seconds: float, peer: float, goal: float | None) -> Result:
    share = peer / seconds
    return Result(
        name,
        *(f"{customers / seconds:,.0f} a second", f"{customers / peer:,.0f} a second", share),
        f"≥ {goal:.0%}" if goal else "",
        share >= goal if goal else None,
    )


def _peer(postgres: Postgres, file: Path) -> tuple[float, float, float]:
    """Seconds for the COPY, for the phones, and for the statement that writes what an import writes."""
    make(postgres, PEER)
    with postgres.connect(LOADER, PEER.database) as loader:
        who = subject(loader)
    with postgres.connect(ADMIN, PEER.database) as admin:
        admin.execute(b"DROP TABLE IF EXISTS arrived")
        admin.execute(b"CREATE TABLE arrived (phone text, first_name text, last_name text, email text)")
        began = time.perf_counter()
        with admin.cursor() as cursor, cursor.copy(_COPY) as copy, file.open("rb") as source:
            while block := source.read(2**20):
                copy.write(block)
        copied = time.perf_counter() - began
        began = time.perf_counter()
        _check(file)
        checked = time.perf_counter() - began
        by_hand = _by_hand(admin, who)
        admin.execute(b"DROP TABLE arrived")
    postgres.drop_database(PEER.database)
    print(f"COPY {copied:.1f} s, phones {checked:.1f} s, statement {by_hand:.1f} s", file=sys.stderr, flush=True)
    return copied, checked, by_hand


def _check(file: Path) -> None:
    """Each phone of the file parsed, looked at and written as E.164, one after another."""
    with file.open(encoding="utf-8", newline="") as lines:
        for line in csv.reader(lines):
            if line[0] == HEAD[0]:
                continue
            parsed = phonenumbers.parse(line[0])
            assert phonenumbers.is_valid_number(parsed), line[0]
            phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _by_hand(admin: Connection, who: Subject) -> float:
    ids = {"business": who.business, "program": who.program, "wallet": who.wallet, "never": dates.NEVER}
    began = time.perf_counter()
    admin.execute(_BY_HAND.encode(), ids)
    return time.perf_counter() - began


def _ours(postgres: Postgres, file: Path, customers: int) -> float:
    """Seconds of the whole command, from its start to its end."""
    postgres.drop_database(OURS.database)
    make(postgres, OURS)
    with postgres.connect(LOADER, OURS.database) as loader:
        who = subject(loader)
        slug, email = _names(loader, who)
    env = serving_environment(postgres, OURS.database) | {"REDIS_URL": "redis://127.0.0.1:9", "LOG_LEVEL": "ERROR"}
    words = ["--business", slug, "--program", str(who.program), "--user", email]
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "import", "customers", str(file), *words]
    began, most, log = time.perf_counter(), 0.0, file.with_suffix(".log")
    with log.open("wb") as out, subprocess.Popen(command, env=env, cwd=PROJECT, stdout=out) as child:
        while child.poll() is None:
            most = max(most, _memory(child.pid))
            time.sleep(0.2)
    seconds, said = time.perf_counter() - began, log.read_text()
    print(f"{said[-400:]}\nmemory of its processes at most {most:.0f} MiB", file=sys.stderr, flush=True)
    postgres.drop_database(OURS.database)
    if f"{customers:,} rows read" not in said or "refused: 0" not in said or "Done in" not in said:
        raise RuntimeError(f"Not all were imported:\n{said}")
    return seconds


def _names(loader: Connection, who: Subject) -> tuple[str, str]:
    slug = loader.execute("SELECT slug FROM business WHERE id = %s", [who.business]).fetchone()
    email = loader.execute("SELECT email FROM app_user WHERE id = %s", [who.user]).fetchone()
    return str(slug and slug[0]), str(email and email[0])


def _memory(process: int) -> float:
    """Of a process and those it forked, what is their own, in MiB."""
    children = _text(f"/proc/{process}/task/{process}/children").split()
    found = re.findall(r"^Private_\w+:\s+(\d+)", _text(f"/proc/{process}/smaps_rollup"), re.MULTILINE)
    return sum(map(int, found)) / 1024 + sum(_memory(int(each)) for each in children)


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


if __name__ == "__main__":
    show(rows)
