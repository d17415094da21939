"""Pages of customers: the table, the choice of its columns, the profile, the form, tags, erasure, personal data."""

from app.customers.views import columns, editing, erasure, filters, personal_data, profile, table, tags
from app.customers.views.blueprint import blueprint

__all__ = ["blueprint", "columns", "editing", "erasure", "filters", "personal_data", "profile", "table", "tags"]
