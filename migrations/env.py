"""Runs migrations as the owner of the schema, over MIGRATION_DATABASE_URL; the application's role owns nothing."""

from alembic import context
from flask import current_app
from sqlalchemy import NullPool, create_engine

import app  # noqa: F401 - fills the metadata with every area's models
from app.driver import connecting
from app.extensions import Base
from migrations.turns import LOCK_WAIT, run_pending, take_turn


def run() -> None:
    engine = create_engine(
        current_app.config["REGULARS"].migration_database_url,
        poolclass=NullPool,
        connect_args=connecting(lock_timeout=LOCK_WAIT),
    )
    with engine.connect() as connection:
        # Before it is configured: within a transaction that is open by then Alembic would run all of them.
        take_turn(connection)
        context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
        with context.begin_transaction():
            run_pending(connection, context.run_migrations)


run()
