"""What this area hangs in at start-up: the table's own columns, and figures that follow a point of sale."""

from __future__ import annotations

from app.businesses.services import on_places_regrouped
from app.customers.answers import answer_columns
from app.customers.columns import figure_columns, identity_columns, program_columns, registration_columns
from app.customers.registry import add_columns
from app.customers.regrouping import regroup_figures


def register() -> None:
    add_columns(10, identity_columns)
    add_columns(20, program_columns)
    add_columns(30, figure_columns)
    add_columns(55, answer_columns)
    add_columns(60, registration_columns)
    on_places_regrouped(regroup_figures)
