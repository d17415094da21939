"""`make bench`: makes the businesses once, measures, prints the table and writes benchmarks/results.md."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.config import Config, ConfigError
from app.local.embedded import LOADER, Postgres, Valkey
from app.local.lock import locked
from app.local.paths import PROJECT
from app.local.processes import LocalError
from benchmarks import acts, bulk, imports, messages, rows
from benchmarks.api import sales_by_api
from benchmarks.places import Place, peers, peers_python, regulars
from benchmarks.report import Result, document, machine, screen_table
from benchmarks.sizes import HUNDREDTH, STANDARD, TENTH, Size, make
from benchmarks.subject import DEEP_PAGE, customer_before, subject

RESULTS = PROJECT / "benchmarks" / "results.md"
NOTES = [
    "The standard business: 1,000,000 customers, 10,000,000 sales, 50 points of sale, 120 Terminals, 3 programs, and"
    " 200 small businesses beside it, made by `flask demo generate`. Its tenth and its hundredth lie in databases of"
    " their own.",
    "All panels run on this machine and one PostgreSQL, each served by gunicorn with one worker and one thread, asked"
    " over a kept connection on loopback. A page is its whole HTML; nothing is compressed.",
    "Warm: PostgreSQL's buffers, by 5 calls before the 30 that count. The panels cache no page and no row.",
    "Regulars works as its own role under row-level security, for a signed-in admin. Its page has neither count nor"
    " sums in it: the browser asks for them afterwards. Its search is what the box sends as a person types: a form in"
    " all fields, answered with the table alone; the search is kept in the database.",
    "Django admin: unmanaged models, the joined columns by FilteredRelation over whole keys, search_fields with"
    " `^` for names, all else as shipped; a signed-in superuser. Flask-Admin: a ModelView with relationships loaded by"
    " joins; whoever asks may see it. Both show the columns of our default page, 50 rows, their own default order (the"
    " newest customer first; none), work as a role that bypasses row-level security and keep their connection.",
    "Three conditions: the average check over a bound, and the last purchase within 30 days or over 500 points."
    " Ours is the page of a filter that was applied, Django's a SimpleListFilter, Flask-Admin's a query of its view.",
    "One point of sale is the one with the most customers. Five beginnings of last names, of five letters, and five"
    " phones' last digits are searched in turn.",
    "A sale: the last step of the Terminal, from the form to the redirect, each to another customer drawn by lot from"
    " all. It is quoted anew by the program's rules, and writes transaction, line, charge, points, lot, balance, the"
    " figures of every scope, the message, the form's key. The bare view writes the same rows by twelve statements of"
    " psycopg, with a rule in its code, no sign-in and no walls. The page before, which ours shows for both, warms the"
    " rows of the customer and is not counted.",
    "A sale through the API: a POST of a customer and an amount under an Idempotency-Key of its own, by wrk over one"
    " connection to customers in turn, 20,000 of them; five rounds of ten seconds, ours and the bare view in turns, a"
    " figure the median of the rounds. Ours knows the key, counts the call in Valkey, quotes and writes as above, and"
    " keeps the answer; the bare view writes the same rows, the kept answer among them, by twelve statements. That each"
    " answer stands for a whole sale is looked up afterwards. `python -m benchmarks.api` measures these alone, on a"
    " tenth of the standard business.",
    f"Messages: {messages.MESSAGES:,} notices of a sale to {messages.SIZE.customers:,} customers, written beforehand,"
    f" to the server of smpp34 on this machine, {messages.WINDOW} in flight. One process sends and one listens; the"
    " server, which delivers a receipt for each, and PostgreSQL share the two cores with them. `python -m"
    " benchmarks.messages` measures these rows alone.",
    f"Bulk actions: {bulk.CUSTOMERS:,} customers in a database of their own, each credited and sent an SMS with its"
    " name, by one process that works as a worker does; beside one hand-written statement it is measured by"
    " tests/bulk/test_rate.py. `python -m benchmarks.bulk` measures these rows alone.",
    f"Imports: a file of {imports.CUSTOMERS:,} customers with phone, names and a third with an e-mail address, by"
    " `flask import customers`: read, checked row by row, kept for the report and the undoing, written with all that"
    " the panel knows of a customer. Beside it COPY of the file into a bare table and phonenumbers on each phone, which"
    " write no customer; and both with one statement that writes the same rows of customers, their indexes and keys."
    " `python -m benchmarks.imports` measures these rows alone.",
    "Acts: a month of businesses closed and its files made by two processes that work as workers do, and an act's file"
    " alone; beside WeasyPrint with the same HTML and style. `python -m benchmarks.acts` measures these rows alone.",
]


def main() -> None:
    try:
        config = Config.from_environ(os.environ)
        folder = config.data / "benchmarks"
        with locked(folder, "make bench"):
            run(Postgres(folder / "postgres"), folder)
    except (ConfigError, LocalError) as error:
        sys.exit(str(error))


def run(postgres: Postgres, folder: Path) -> None:
    valkey = Valkey(folder / "valkey-of-panels")
    postgres.start()
    try:
        valkey.start()
        os.environ["REDIS_URL"] = valkey.url
        for size in (HUNDREDTH, TENTH, STANDARD):
            say(f"{size.customers:,} customers, {size.transactions:,} sales: made once, then kept")
            make(postgres, size)
        results, facts = measure(postgres, folder, (HUNDREDTH, TENTH, STANDARD))
        say("Messages through SMPP")
        results += messages.rows(postgres)
        say("A million credited")
        results += bulk.rows(postgres)
        say("A file of customers")
        results += imports.rows(postgres)
        say("A month of acts")
        results += acts.rows(postgres)
    finally:
        valkey.stop()
        postgres.stop()
    print(screen_table(results))
    RESULTS.write_text(document(results, NOTES, facts))


def measure(postgres: Postgres, folder: Path, sizes: tuple[Size, Size, Size]) -> tuple[list[Result], list[str]]:
    """All rows of the table, and what they were measured on."""
    *smaller, standard = sizes
    with place(postgres, standard, folder) as here:
        before_deep = customer_before(here.loader, here.who, DEEP_PAGE)
        with regulars(here, before_deep) as ours:
            say("Beside Django admin and Flask-Admin")
            with peers(here) as others:
                results = rows.beside_peers(here, [ours, *others]) + rows.selections(here, [ours, *others])
            results.append(rows.search_without_script(here, ours))
            results.append(rows.deep_beside_first(ours))
            say("Sales beside a bare Flask view")
            results += rows.sales(here)
            say("Sales through the API, under wrk")
            results += sales_by_api(here)
            say("Statements, growth, first load")
            results += rows.statements(here) + rows.profile(here, ours)
            for size in smaller:
                with place(postgres, size, folder) as there:
                    results.append(rows.growth(there, ours, f"{size.customers:,} to {standard.customers:,} customers"))
            results += rows.loading(here, ours)
        return results, machine(here.loader, peers_python(folder))


@contextmanager
def place(postgres: Postgres, size: Size, folder: Path) -> Iterator[Place]:
    with postgres.connect(LOADER, size.database) as loader:
        yield Place(postgres, size.database, subject(loader), loader, folder)


def say(text: str) -> None:
    print(f"{text} …", flush=True)


if __name__ == "__main__":
    main()
