"""Migrations run in turn, and wait for no table so long that every sale would wait behind them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

TURN = 0.5  # seconds between two looks at whether another upgrade is over
LOCK_WAIT = "5s"
"""How long a migration waits for a table; meanwhile whoever comes to that table waits behind it."""
TRIES, PAUSE = 10, 5.0  # seconds in which those who waited go on
_log = logging.getLogger("alembic.runtime.migration")


def take_turn(connection: Connection) -> None:
    """Waits until no other upgrade runs. The turn outlasts transactions, and ends with the connection.

    It is asked for again and again: who waits in a statement would be waited for by an index that is made concurrently.
    """
    while not connection.exec_driver_sql("SELECT pg_try_advisory_lock(7201)").scalar_one():
        connection.rollback()
        time.sleep(TURN)
    connection.commit()


def run_pending(connection: Connection, run: Callable[[], None]) -> None:
    """Runs what is pending, the rest again where others held a table: each migration is a transaction of its own."""
    for left in reversed(range(TRIES)):
        try:
            return run()
        except OperationalError as error:
            if not left or not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
                raise
            connection.rollback()
            _log.warning("Others hold a table that is to be changed; trying again in %s s, %s times more", PAUSE, left)
            time.sleep(PAUSE)
    return None
