"""The API: every module of operations hangs them into the blueprint when it is imported; the document comes last."""

from app.api.blueprint import blueprint
from app.api.views import about, accounts, coupons, customers, document, messages, offers, sales

__all__ = ["about", "accounts", "blueprint", "coupons", "customers", "document", "messages", "offers", "sales"]
