"""The pages of the Terminal, one file a step of a sale."""

from app.terminal.views import basket, bringing, customer, entry, goods, paying, sales, visitors
from app.terminal.views.blueprint import blueprint

__all__ = ["basket", "blueprint", "bringing", "customer", "entry", "goods", "paying", "sales", "visitors"]
