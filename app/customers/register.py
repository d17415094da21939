"""The table's own columns, hung in at start-up."""

from __future__ import annotations

from app.customers.columns import figure_columns, identity_columns, program_columns, registration_columns
from app.customers.registry import add_columns


def register() -> None:
    add_columns(10, identity_columns)
    add_columns(20, program_columns)
    add_columns(30, figure_columns)
    add_columns(60, registration_columns)
