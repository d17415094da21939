"""Pages of customers: the table, the choice of its columns, the profile, the form, tags, erasure, merging, data."""

from app.customers.views import (
    columns,
    duplicates,
    editing,
    erasure,
    filters,
    merging,
    personal_data,
    profile,
    table,
    tags,
)
from app.customers.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "columns",
    "duplicates",
    "editing",
    "erasure",
    "filters",
    "merging",
    "personal_data",
    "profile",
    "table",
    "tags",
]
