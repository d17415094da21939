"""Pages of customers: the table, the choice of its columns, the profile."""

from app.customers.views import columns, profile, table
from app.customers.views.blueprint import blueprint

__all__ = ["blueprint", "columns", "profile", "table"]
