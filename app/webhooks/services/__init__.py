"""What is done with webhooks: set up, delivered, sent again, and forgotten."""

from app.webhooks.services.delivering import deliver_due
from app.webhooks.services.forgetting import forget_old

__all__ = ["deliver_due", "forget_old"]
