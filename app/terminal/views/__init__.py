"""The pages of the Terminal, one file a step of a sale."""

from app.terminal.views import basket, customer, entry, goods, paying, sales
from app.terminal.views.blueprint import blueprint

__all__ = ["basket", "blueprint", "customer", "entry", "goods", "paying", "sales"]
