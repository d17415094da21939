"""The database's driver itself: how connections are made, statements that go to it as they are, and connections that
are asked after a rest.

What SQLAlchemy does around a statement takes longer than the driver and the server together, where it goes by keys.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from functools import cache
from math import inf
from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import Connection, Dialect, Engine, Executable, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

RESTED = 0.1  # seconds; a connection that was used since is taken to be there still
# Whoever vanishes without a word, as its machine or network does, is missed by the other end within half a minute, and
# not after the system's two hours. Sockets of one machine take no notice of it.
_WE_ASK = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}
_SERVER_ASKS = {"tcp_keepalives_idle": 10, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 3}


def connecting(**settings: object) -> dict[str, Any]:
    """What every connection to the database is made with; `settings` are those of the server, for this one alone."""
    options = " ".join(f"-c {name}={value}" for name, value in (_SERVER_ASKS | settings).items())
    return {**_WE_ASK, "options": options}


def send(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> list[Any]:
    """Rows of a statement that lives as long as the process; none of one that answers nothing.

    Whoever listens for statements hears of it, and errors are SQLAlchemy's.
    """
    driver: Any = connection.connection.driver_connection
    sent = _sent(statement, connection.dialect)
    asked = {**sent.values, **values}
    try:
        # One for as long as the connection lives, as a statement is read to its end before the next.
        cursor = connection.info.get("cursor") or connection.info.setdefault("cursor", driver.cursor())
        connection.dispatch.before_cursor_execute(connection, cursor, sent.words, asked, None, False)
        cursor.execute(sent.words, asked)
        connection.dispatch.after_cursor_execute(connection, cursor, sent.words, asked, None, False)
        return [] if cursor.rownumber is None else sent.named(cursor)
    except psycopg.Error as error:
        if lost := driver.closed:
            connection.invalidate(error)
        raise DBAPIError.instance(
            sent.words, values, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost
        ) from error


class _Sent:
    """A statement as the driver takes it, with the values that stand in it, and what its rows are."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.words = str(compiled)
        self.values = {name: value for name, value in compiled.params.items() if value is not None}
        self._row: Any = None

    def named(self, cursor: Any) -> list[Any]:
        """The rows of an answer, whose columns are always the same."""
        if self._row is None:
            self._row = namedtuple("Row", [column.name for column in cursor.description], rename=True)  # type: ignore[misc]
        return list(map(self._row._make, cursor.fetchall()))


_sent = cache(_Sent)


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
