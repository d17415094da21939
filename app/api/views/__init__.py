"""The API: every module of operations hangs them into the blueprint when it is imported; the document comes last."""

from app.api.blueprint import blueprint
from app.api.views import about, customers, document, messages

__all__ = ["about", "blueprint", "customers", "document", "messages"]
