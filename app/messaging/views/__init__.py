"""The messages of all customers and of one, and those that come in (MS-1, CP-4)."""

from __future__ import annotations

from app.messaging.views import box, handling, incoming, notifications, of_customer, pushes, simulator
from app.messaging.views.blueprint import blueprint

__all__ = ["blueprint", "box", "handling", "incoming", "notifications", "of_customer", "pushes", "simulator"]
