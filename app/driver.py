"""The database's driver itself: statements that go to it as they are, and connections that are asked after a rest.

What SQLAlchemy does around a statement takes longer than the driver and the server together, where it goes by keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import inf
from time import monotonic
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, Dialect, Engine, Executable, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

RESTED = 0.1  # seconds; a connection that was used since is taken to be there still


def send(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> list[Any]:
    """Rows of a statement that lives as long as the process; none of one that answers nothing.

    Whoever listens for statements hears of it, and errors are SQLAlchemy's.
    """
    driver: Any = connection.connection.driver_connection
    words, own = _sent(statement, connection.dialect)
    asked = {**own, **values}
    try:
        cursor = driver.cursor(row_factory=namedtuple_row)
        connection.dispatch.before_cursor_execute(connection, cursor, words, asked, None, False)
        cursor.execute(words, asked)
        connection.dispatch.after_cursor_execute(connection, cursor, words, asked, None, False)
        return cursor.fetchall() if cursor.description else []
    except psycopg.Error as error:
        if lost := driver.closed:
            connection.invalidate(error)
        raise DBAPIError.instance(
            words, values, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost
        ) from error


@cache
def _sent(statement: Any, dialect: Dialect) -> tuple[str, dict[str, Any]]:
    """As the driver takes it, with the values that stand in it."""
    compiled = statement.compile(dialect=dialect)
    return str(compiled), {name: value for name, value in compiled.params.items() if value is not None}


def ask_rested(engine: Engine) -> None:
    """Has a connection that was not used for a while asked whether it is there still, before it is used again.

    `pool_pre_ping` asks each time: a request takes two connections, and would be kept waiting twice. Where one was
    lost, the others that were used before are asked, too, as the server may be another one by now.
    """
    lost_at = -inf

    def note(_driver: Any, record: ConnectionPoolEntry) -> None:
        record.info["used_at"] = monotonic()

    def note_lost(*_event: object) -> None:
        nonlocal lost_at
        lost_at = monotonic()

    def ask(driver: Any, record: ConnectionPoolEntry, _borrowed: object) -> None:
        used_at = record.info.get("used_at", inf)
        if used_at > lost_at and monotonic() - used_at < RESTED:
            return
        try:
            engine.dialect.do_ping(driver)
        except psycopg.Error:
            raise InvalidatePoolError from None

    event.listen(engine, "checkin", note)
    event.listen(engine, "invalidate", note_lost)
    event.listen(engine, "checkout", ask)
