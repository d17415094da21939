"""Pages of bulk actions."""

from app.bulk.views import beginning, limits, messages, showing, steering
from app.bulk.views.blueprint import blueprint

__all__ = ["beginning", "blueprint", "limits", "messages", "showing", "steering"]
