"""Pages of customers: the table, the choice of its columns, the profile, the form, tags."""

from app.customers.views import columns, editing, profile, table, tags
from app.customers.views.blueprint import blueprint

__all__ = ["blueprint", "columns", "editing", "profile", "table", "tags"]
