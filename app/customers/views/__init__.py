"""Pages of customers: the table, the choice of its columns, the profile, the form."""

from app.customers.views import columns, editing, profile, table
from app.customers.views.blueprint import blueprint

__all__ = ["blueprint", "columns", "editing", "profile", "table"]
