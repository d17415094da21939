"""The Loyalty history as an address asks for it: lines, wallets, filters, links (CP-2).

Who sees all movements is told the balance that each left. A location operator sees those of its own places (PR-3):
to it a line tells the sum of these so far, and all that happened elsewhere stands above them as one sum, the same
whatever period is chosen. Otherwise the difference of two lines would tell of a single movement elsewhere. Of a
customer with merged records a line, too, tells the sum of all lines so far: balances were those of single records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.exceptions import NotFound

from app.address import address, whole_number
from app.customers.family import family
from app.customers.tabs import tab_hrefs
from app.db import current_scope
from app.errors import BadAddress
from app.filters import short_date
from app.ledger import queries
from app.ledger.models import EntryKind
from app.lib import dates
from app.loyalty.models import WalletKind
from app.paging import ARGS as PAGE_ARGS
from app.paging import Page, PageKey, page_of
from app.period import ARGS as PERIOD_ARGS
from app.period import Period

ARGUMENTS = ("wallet", "kind", *PERIOD_ARGS, *PAGE_ARGS)


@dataclass(frozen=True)
class HeldWallet:
    """A wallet with what the customer holds in it, in hundredths of a point or the currency's smallest unit."""

    id: int
    name: str
    money: bool
    unit: str
    """What stands behind amounts: the name of the account, or of points that are called otherwise; else ''."""
    balance: int
    expiring: int
    expires: datetime | None


@dataclass(frozen=True)
class Line:
    """A movement as it is drawn."""

    id: int
    at: datetime
    wallet: HeldWallet
    status: str
    title: str
    aside: str
    amount: int
    reached: int | None
    """The balance it left; else the sum of the lines up to it (see above), None among chosen kinds."""
    author: str
    href: str | None
    """The transaction that it is of."""


@dataclass(frozen=True)
class Elsewhere:
    """What a location operator is told of a wallet: its own sum, and everything else as one (PR-3)."""

    wallet: HeldWallet
    own: int

    @property
    def amount(self) -> int:
        return self.wallet.balance - self.own


class History:
    """Reads an address and answers with what the page draws. Raises BadAddress, and NotFound of an unknown account."""

    def __init__(self, customer_id: int, args: Mapping[str, str]) -> None:
        self.customer_id = customer_id
        self.period = Period.from_args(args)
        self.key = PageKey.from_args(args)
        self.wallet = self._wallet(args.get("wallet", ""))
        self.kind = _kind(args.get("kind", ""))
        self.limited = current_scope().franchisee_id is not None

    @cached_property
    def wallets(self) -> list[HeldWallet]:
        rows = queries.wallets_of(self.customer_id)
        several = sum(row.kind == WalletKind.POINTS for row in rows) > 1
        return [_held(row, several) for row in rows]

    @cached_property
    def page(self) -> Page[Line]:
        reached = self._reached()
        expired = queries.expired_lots([row.id for row in self._found.lines if row.kind is EntryKind.EXPIRED])
        lines = [self._line(row, reached.get(row.id), expired.get(row.id)) for row in self._found.lines]
        return Page(lines, self._found.previous, self._found.next)

    @cached_property
    def elsewhere(self) -> list[Elsewhere]:
        """By wallet what happened elsewhere, for who is not shown it line by line."""
        if not self.limited:
            return []
        shown = [self.wallet] if self.wallet else self.wallets
        return [Elsewhere(wallet, self._own_sums.get(wallet.id, (0, 0))[0]) for wallet in shown]

    @property
    def sums_up(self) -> bool:
        """Whether the first line is the newest of all, so that what happened elsewhere leads from it to the balance."""
        return self.key is None and self.kind is None and self.period.reaches_today and not self.period.fault

    @property
    def narrowed(self) -> bool:
        return bool(self._filter_args)

    @property
    def wallet_choices(self) -> list[tuple[str, str]]:
        return [("", _("All")), *((str(wallet.id), wallet.name) for wallet in self.wallets)]

    @property
    def kind_choices(self) -> list[tuple[str, str]]:
        return [("", _("All")), *((kind.name.lower(), words) for kind, words in self._statuses.items())]

    def href(self, *parts: Mapping[str, str]) -> str:
        return address("ledger.loyalty_history", *parts, customer_id=self.customer_id)

    def page_href(self, place: dict[str, str] | None) -> str | None:
        return self.href(self._filter_args, place) if place else None

    def period_href(self, args: dict[str, str]) -> str:
        return self.href({name: value for name, value in self._filter_args.items() if name not in PERIOD_ARGS}, args)

    @property
    def _filter_args(self) -> dict[str, str]:
        wallet = {"wallet": str(self.wallet.id)} if self.wallet else {}
        return wallet | ({"kind": self.kind.name.lower()} if self.kind else {}) | self.period.args()

    @property
    def _chosen(self) -> queries.Chosen:
        return queries.Chosen(self.customer_id, self.period, self.wallet.id if self.wallet else None, self.kind)

    @cached_property
    def _by_id(self) -> dict[int, HeldWallet]:
        return {wallet.id: wallet for wallet in self.wallets}

    @cached_property
    def _statuses(self) -> dict[EntryKind, str]:
        return statuses()

    @cached_property
    def _transactions(self) -> str | None:
        """The tab that lines of sales lead to, where there is one."""
        return tab_hrefs(self.customer_id).get("transactions")

    @cached_property
    def _found(self) -> Page[Row[Any]]:
        if self.period.fault:
            return Page([])
        return page_of(queries.movements(self._chosen, self.key), self.key)

    @cached_property
    def merged(self) -> bool:
        """Whether other records were merged into this customer, whose movements are among its own (CP-9)."""
        return len(family(self.customer_id)) > 1

    @cached_property
    def _own_sums(self) -> dict[int, tuple[int, int]]:
        return queries.own_sums(self.customer_id, self._found.lines[0] if self._found.lines else None)

    def _wallet(self, text: str) -> HeldWallet | None:
        if not text:
            return None
        number = whole_number(text, "wallet")
        found = [wallet for wallet in self.wallets if wallet.id == number]
        if not found:
            raise NotFound
        return found[0]

    def _reached(self) -> dict[int, int]:
        """Row → what its line tells in the column of balances."""
        if not self.limited and not self.merged:
            return {row.id: row.balance_after for row in self._found.lines}
        if self.kind is not None:
            return {}
        sums = {wallet: reached for wallet, (_all, reached) in self._own_sums.items()}
        told = {}
        for row in self._found.lines:
            told[row.id] = sums[row.wallet_id]
            sums[row.wallet_id] -= row.amount
        return told

    def _line(self, row: Row[Any], reached: int | None, lot: Row[Any] | None) -> Line:
        title, aside = self._description(row, lot)
        return Line(
            *(row.id, row.at, self._by_id[row.wallet_id], self._statuses[row.kind]),
            title=title,
            aside=aside,
            amount=row.amount,
            reached=reached,
            author=row.author or _cause(row),
            href=f"{self._transactions}/{row.transaction_id}#line-{row.transaction_id}"
            if self._transactions and row.transaction_id
            else None,
        )

    def _description(self, row: Row[Any], lot: Row[Any] | None) -> tuple[str, str]:
        """What a line is about, and what is added in small: the offer's or lot's title, the place, what was undone."""
        words = [word for word in (row.note, row.place) if word]
        if lot is not None:
            words += [lot.title or _("Earned %(date)s", date=short_date(lot.at)), *([lot.place] if lot.place else [])]
        if row.undone_at is not None:
            words.append(f"{self._statuses[row.undone_kind]}, {short_date(row.undone_at)}")
        if row.kind is EntryKind.TRANSFERRED:
            words.append(
                _("To a record of the same person") if row.amount < 0 else _("From a record of the same person")
            )
        return (words or [_("The whole brand")])[0], " · ".join(words[1:])


def statuses() -> dict[EntryKind, str]:
    """What people call each kind of movement."""
    return {
        EntryKind.EARNED: _("Earned"),
        EntryKind.SPENT: _("Spent"),
        EntryKind.ADDED: _("Added by hand"),
        EntryKind.REMOVED: _("Removed by hand"),
        EntryKind.EXPIRED: _("Expired"),
        EntryKind.REVERSED: _("Reversed"),
        EntryKind.TRANSFERRED: _("Between records"),
    }


def _held(row: Row[Any], several: bool) -> HeldWallet:
    money = row.kind == WalletKind.MONEY
    unit = row.name if money or several else row.unit
    expires = None if row.expiring_at == dates.NEVER else row.expiring_at
    return HeldWallet(row.id, row.name, money, unit, row.amount, row.expiring, expires)


def _kind(text: str) -> EntryKind | None:
    if not text:
        return None
    known = {kind.name.lower(): kind for kind in EntryKind}
    if text not in known:
        raise BadAddress(_("There is no such kind of movement."))
    return known[text]


def _cause(row: Row[Any]) -> str:
    """What made a movement that no person made."""
    if row.kind is EntryKind.EXPIRED:
        return _("Expiry date")
    if row.transaction_id is None or row.kind is EntryKind.TRANSFERRED:
        return "–"
    return _("Cancelled sale") if row.kind is EntryKind.REVERSED else _("Sale")
