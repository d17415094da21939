"""Pages of transactions: the log and the report, the tab of a profile, points added and removed by hand, cancels."""

from app.transactions.views import adjusting, cancelling, log, notices
from app.transactions.views.blueprint import blueprint

__all__ = ["adjusting", "blueprint", "cancelling", "log", "notices"]
