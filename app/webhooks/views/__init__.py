"""Pages of webhooks: addresses, and the log of what they were told."""

from app.webhooks.views import endpoints, log
from app.webhooks.views.blueprint import blueprint

__all__ = ["blueprint", "endpoints", "log"]
