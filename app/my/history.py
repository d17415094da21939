"""What happened to a customer's points and money, as its page tells it: no staff, no kinds of entries (CP-2, MY-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import force_locale, pgettext
from flask_babel import gettext as _
from sqlalchemy import Row

from app.ledger.models import EntryKind
from app.ledger.queries import wallets_of
from app.locale import LANGUAGES
from app.loyalty.models import WalletKind
from app.transactions.models import TransactionLine


@dataclass(frozen=True)
class Line:
    """A movement; `money` says of what `amount` is."""

    id: int
    at: datetime
    title: str
    aside: str
    amount: int
    money: bool
    unit: str
    transaction_id: int | None


class Lines:
    """Of one customer's wallets."""

    def __init__(self, customer_id: int) -> None:
        self.wallets = {row.id: row for row in wallets_of(customer_id)}
        self.words = {
            EntryKind.EARNED: _("Earned"),
            EntryKind.SPENT: _("Spent"),
            EntryKind.ADDED: _("Credited"),
            EntryKind.REMOVED: _("Taken off"),
            EntryKind.EXPIRED: _("Expired"),
            EntryKind.REVERSED: pgettext("of points", "Taken back"),
            EntryKind.TRANSFERRED: _("Between your cards"),
        }

    def line(self, row: Row[Any]) -> Line:
        wallet = self.wallets.get(row.wallet_id)
        money = wallet is not None and wallet.kind == WalletKind.MONEY
        unit = wallet.unit if wallet is not None else ""
        place = row.place or ""
        # What stands beside a movement by hand is said among colleagues; of what was spent it is the offer's title.
        title = (row.note if row.kind is EntryKind.SPENT else "") or place or self.words[row.kind]
        words = [self.words[row.kind], *([place] if place else [])]
        aside = " · ".join(each for each in words if each != title)
        sale = row.transaction_id if row.kind in (EntryKind.EARNED, EntryKind.SPENT, EntryKind.REVERSED) else None
        return Line(row.id, row.at, title, aside, row.amount, money, unit, sale)


def bought(lines: Sequence[TransactionLine]) -> Sequence[TransactionLine]:
    """The goods of a purchase: none of one by amount, whose only line repeats the sum in the till's language."""
    by_amount = len(lines) == 1 and lines[0].good_id is None and lines[0].name in {_check(each) for each in LANGUAGES}
    return [] if by_amount else lines


def _check(language: str) -> str:
    with force_locale(language):
        return _("Check")
