"""Proves, after a load without triggers, that every reference of the loaded rows leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql
from sqlalchemy import ForeignKeyConstraint

from app.config import Config
from app.demo import loading
from app.demo.rows import COLUMNS
from app.extensions import Base


class BrokenReferenceError(Exception):
    """Loaded rows refer to rows that are not there. Its text names the constraints."""


def check(config: Config, businesses: list[int]) -> None:
    """Raises BrokenReferenceError when a foreign key of these businesses' rows is broken."""
    with loading.connect(config.loader_database_url) as connection:
        connection.execute("SET work_mem = '256MB'")
        broken = [
            str(key.name)
            for key in _foreign_keys()
            if connection.execute(_orphan(key), {"businesses": businesses}).fetchone()
        ]
    if broken:
        raise BrokenReferenceError(f"Rows refer to what is not there: {', '.join(broken)}.")


def _foreign_keys() -> Iterator[ForeignKeyConstraint]:
    return (key for table in COLUMNS for key in Base.metadata.tables[table].foreign_key_constraints)


def _orphan(key: ForeignKeyConstraint) -> sql.Composed:
    """Finds a row whose reference is set and leads nowhere."""
    pairs = [(element.parent.name, element.column.name) for element in key.elements]
    return sql.SQL(
        "SELECT 1 FROM {} c WHERE c.business_id = ANY(%(businesses)s) AND {} AND NOT EXISTS"
        " (SELECT FROM {} p WHERE {}) LIMIT 1"
    ).format(
        sql.Identifier(key.table.name),
        sql.SQL(" AND ").join(sql.SQL("c.{} IS NOT NULL").format(sql.Identifier(own)) for own, _ in pairs),
        sql.Identifier(key.referred_table.name),
        sql.SQL(" AND ").join(
            sql.SQL("p.{} = c.{}").format(sql.Identifier(other), sql.Identifier(own)) for own, other in pairs
        ),
    )
