"""What every list of transactions shows: words, the transaction that is open, links (CP-3, TL-1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _

from app import lines
from app.address import address
from app.identity import person
from app.period import Period
from app.permissions import Permission
from app.transactions import queries
from app.transactions.models import Kind, Source, Status, Transaction, TransactionLine
from app.transactions.services.extras import Fact, facts_of


@dataclass(frozen=True)
class Opened:
    """A transaction with its goods, and the names of what it is of."""

    row: Transaction
    place: str
    terminal: str
    program: str
    author: str | None
    key: str | None
    """The name of the program that made it, for whoever sees keys."""
    goods: list[Good]

    @property
    def extras(self) -> list[Fact]:
        """Coupons, offers, gift cards and gifts, as they were called then."""
        return facts_of(self.row.extras)

    @property
    def paid(self) -> int:
        """What was paid in money, in the smallest unit; a point pays one unit of the currency (LP-1)."""
        return self.row.amount - self.row.account_paid


@dataclass(frozen=True)
class Good:
    """A line of a transaction; money in the smallest unit, quantity in thousandths."""

    name: str
    code: str
    quantity: int
    price: int | None
    """Of one unit before discounts; None where nothing was counted."""
    discount: int
    amount: int


class Lines(lines.Lines):
    """A page of transactions, one of which may be open below its line."""

    period: Period
    opened: Opened | None

    @property
    def open_row(self) -> Transaction | None:
        return self.opened.row if self.opened else None

    @cached_property
    def status_words(self) -> dict[Status, str]:
        return {Status.COMPLETED: _("Completed"), Status.CANCELLED: _("Cancelled")}

    @cached_property
    def source_words(self) -> dict[Source, str]:
        return {Source.STORE: _("In store"), Source.API: _("API"), Source.PANEL: _("By hand")}

    @cached_property
    def kind_words(self) -> dict[Kind, str]:
        return {Kind.SALE: _("Sale"), Kind.CREDIT: _("Credit")}

    @property
    def cancel_href(self) -> str | None:
        """Where what is open is cancelled; None for who may not, or where there is nothing to cancel."""
        sold = self.opened.row if self.opened else None
        if sold is None or sold.kind is not Kind.SALE or sold.status is not Status.COMPLETED:
            return None
        if not person().may(Permission.CANCEL_SALES):
            return None
        back = f"{self._base}/{sold.id}{self._query}"
        return address("transactions.ask_to_cancel", {"back": back}, transaction_id=sold.id)


def opened_transaction(number: int, customer_id: int | None = None) -> Opened:
    """A transaction, of the customer if one is named. Raises NotFound."""
    row = queries.transaction_named(number, customer_id)
    goods = [_good(line) for line in queries.goods_of(number)]
    return Opened(row.Transaction, row.place, row.terminal, row.program, row.author, row.key, goods)


def _good(line: TransactionLine) -> Good:
    price = (2000 * line.gross + line.quantity) // (2 * line.quantity) if line.quantity else None
    return Good(line.name, line.code, line.quantity, price, line.discount, line.gross - line.discount)
