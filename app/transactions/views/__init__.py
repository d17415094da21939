"""Pages of transactions: the log and the report, the tab of a profile, points added and removed by hand."""

from app.transactions.views import adjusting, log
from app.transactions.views.blueprint import blueprint

__all__ = ["adjusting", "blueprint", "log"]
