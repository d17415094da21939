"""Secondary indexes, dropped while very many rows are loaded: built once at the end they cost less than row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Index, NullPool, create_engine, inspect, text
from sqlalchemy.schema import CreateIndex, DropIndex

from app.config import Config
from app.demo.rows import COLUMNS
from app.driver import connecting
from app.extensions import Base

_WORTH_IT = 1_000_000
"""Sales from which dropping pays."""


@contextmanager
def dropped(config: Config, sales: int) -> Iterator[None]:
    """Without the plain indexes of the loaded tables, if there are many sales to load.

    Missing ones of a run that was killed are put back in any case.
    """
    if sales < _WORTH_IT:
        restore(config)
        yield
        return
    drop(config)
    try:
        yield
    finally:
        restore(config)


def drop(config: Config) -> None:
    with _owner(config) as connection:
        for index in _indexes():
            connection.execute(DropIndex(index, if_exists=True))


def restore(config: Config) -> None:
    """Builds the indexes that the schema has and the database misses, each in a transaction of its own."""
    with _owner(config) as connection:
        there = {each["name"] for table in COLUMNS for each in inspect(connection).get_indexes(table)}
        connection.commit()
        connection.execute(text("SET maintenance_work_mem = '1GB'"))
        for index in _indexes():
            if index.name not in there:
                connection.execute(CreateIndex(index))
                connection.commit()


def _indexes() -> list[Index]:
    """All but the unique ones, which guard what is loaded."""
    return [index for table in COLUMNS for index in Base.metadata.tables[table].indexes if not index.unique]


@contextmanager
def _owner(config: Config) -> Iterator[Connection]:
    engine = create_engine(config.migration_database_url, poolclass=NullPool, connect_args=connecting())
    with engine.connect() as connection:
        yield connection
        connection.commit()
