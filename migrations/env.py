"""Runs migrations as the owner of the schema, over MIGRATION_DATABASE_URL; the application's role owns nothing."""

from alembic import context
from flask import current_app
from sqlalchemy import NullPool, create_engine

import app  # noqa: F401 - fills the metadata with every area's models
from app.driver import connecting
from app.extensions import Base


def run() -> None:
    engine = create_engine(
        current_app.config["REGULARS"].migration_database_url, poolclass=NullPool, connect_args=connecting()
    )
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
        with context.begin_transaction():
            # One migration at a time, whoever else starts now.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7201)")
            context.run_migrations()


run()
