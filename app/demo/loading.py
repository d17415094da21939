"""Connections that load rows in bulk: rights for the loader's role, blocks of ids, COPY."""

from __future__ import annotations

from dataclasses import fields

import psycopg
from psycopg import Connection, sql

from app.config import Config
from app.demo.book import Numbers
from app.demo.rows import COLUMNS, Rows
from app.driver import connecting

_SEQUENCES = {
    "customer": "customer_id_seq",
    "card": "card_id_seq",
    "transaction": "transaction_id_seq",
    "entry": "ledger_entry_id_seq",
    "lot": "lot_id_seq",
}
_GAP = 1_000


def connect(url: str) -> Connection:
    """A connection that begins a transaction with its first statement; the address is SQLAlchemy's."""
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1), **connecting())


def grant_rights(config: Config) -> None:
    """Lets the loader's role read and add rows; it has no rights until demonstration data are wanted."""
    with connect(config.loader_database_url) as loader:
        role = sql.Identifier(loader.info.user)
    with connect(config.migration_database_url) as owner:
        for right in (
            "USAGE ON SCHEMA public",
            "SELECT, INSERT ON ALL TABLES IN SCHEMA public",
            "USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public",
        ):
            owner.execute(sql.SQL("GRANT {} TO {}").format(sql.SQL(right), role))


def reserve(connection: Connection, amounts: Numbers) -> Numbers:
    """Takes blocks of ids out of the sequences; answers with the first of each.

    Who draws single ids meanwhile gets them out of the gap below the block.
    """
    return Numbers(*(_reserve(connection, each.name, getattr(amounts, each.name)) for each in fields(Numbers)))


def skip_triggers(connection: Connection) -> bool:
    """Spares the row-by-row check of references, where the role may; then they are to be checked afterwards."""
    row = connection.execute(
        "SELECT has_parameter_privilege(current_user, 'session_replication_role', 'SET')"
    ).fetchone()
    allowed = bool(row and row[0])
    if allowed:
        connection.execute("SET session_replication_role = replica")
    return allowed


def copy(connection: Connection, rows: Rows) -> None:
    """Writes rows of every table."""
    with connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            if rows[table]:
                names = sql.SQL(", ").join(map(sql.Identifier, columns.split()))
                statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
                with cursor.copy(statement) as target:
                    target.write(rows[table])


def tidy(config: Config) -> None:
    """Gathers statistics and marks all-visible pages, as autovacuum would do some minutes later."""
    with connect(config.migration_database_url) as owner:
        owner.autocommit = True
        for table in (*COLUMNS, "good", "charge", "charge_total", "coupon", "customer_holding"):
            owner.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


def _reserve(connection: Connection, kind: str, amount: int) -> int:
    row = connection.execute(
        "WITH block AS (SELECT nextval(%(name)s) + %(gap)s AS first)"
        " SELECT first, setval(%(name)s, first + %(amount)s) FROM block",
        {"name": _SEQUENCES[kind], "gap": _GAP, "amount": amount},
    ).fetchone()
    assert row is not None  # noqa: S101 - a SELECT of functions has a row
    return int(row[0])
