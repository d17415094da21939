"""A customer's programs, points and money as its page draws them: one card for each wallet (MY-1, LP-1, LP-4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from app.filters import language, local, zone
from app.ledger.queries import available_in, expiring_lots, wallets_of
from app.lib import dates
from app.lib.texts import in_language
from app.loyalty.models import Access, WalletKind
from app.messaging.texts import Voice
from app.my.queries import memberships

AT_FIRST = 12
"""Days of expiry that are seen at once; the later ones are unfolded."""
SOON = 30
"""Days ahead in which points that expire are worth a word."""


@dataclass(frozen=True)
class Membership:
    """A program as its customer reads it."""

    id: int
    name: str
    about: str
    terms_url: str
    access: Access
    left: bool

    @property
    def hint(self) -> str:
        """What a customer has to know of what it may do; '' where it may do all (AC-1)."""
        if self.left:
            return _("You left this program. Say at the counter if you want to come back.")
        return {
            Access.FULL: "",
            Access.LIMITED: _("You collect points; they cannot be spent at the moment."),
            Access.NONE: _("You do not collect points yet. Ask at the counter what is missing."),
            Access.BLACKLISTED: _("Your card is blocked in this program. Ask at the counter why."),
        }[self.access]


@dataclass(frozen=True)
class Expiry:
    """Some of a wallet, and the day on which it expires; None of what never does."""

    amount: int
    day: date | None
    days: int = 0


@dataclass(frozen=True)
class Held:
    """A wallet with what is in it: hundredths of a point, or the currency's smallest unit."""

    id: int
    name: str
    unit: str
    money: bool
    amount: int
    expiries: tuple[Expiry, ...] = ()
    programs: tuple[Membership, ...] = field(default=())

    @property
    def stretches(self) -> dict[str, tuple[Expiry, ...]]:
        """The lines that are seen at once, those that are folded, and what never expires."""
        dated = tuple(each for each in self.expiries if each.day)
        # A single line would take as much room folded.
        seen = AT_FIRST if len(dated) > AT_FIRST + 1 else len(dated)
        return {"seen": dated[:seen], "folded": dated[seen:], "never": self.expiries[len(dated) :]}

    @property
    def soon(self) -> Expiry | None:
        """What expires next, where that is soon."""
        first = self.expiries[0] if self.expiries else None
        return first if first and first.day and first.days <= SOON else None


class Holdings:
    """Of one customer."""

    def __init__(self, customer_id: int) -> None:
        self.customer_id = customer_id

    @cached_property
    def memberships(self) -> list[Membership]:
        return [_membership(row) for row in self._rows]

    @cached_property
    def points(self) -> list[Held]:
        """A card for each wallet of points; programs that share one are on the same card (LP-1)."""
        found = {row.id: row for row in self._wallets}
        by_wallet: dict[int, list[Membership]] = {}
        for row, mine in zip(self._rows, self.memberships, strict=True):
            by_wallet.setdefault(row.Program.wallet_id, []).append(mine)
        cards = [self._card(wallet, found.get(wallet), programs) for wallet, programs in by_wallet.items()]
        others = [row for row in self._wallets if row.kind == WalletKind.POINTS and row.id not in by_wallet]
        return [*cards, *(self._card(row.id, row, []) for row in others if available_in(row))]

    @cached_property
    def money(self) -> list[Held]:
        held = [(row, available_in(row)) for row in self._wallets if row.kind == WalletKind.MONEY]
        some = [(row, left) for row, left in held if left]
        return [Held(row.id, row.name, row.unit, True, left, self._expiries(row.id, left)) for row, left in some]

    @cached_property
    def _rows(self) -> list[Row[Any]]:
        return list(memberships(self.customer_id))

    @cached_property
    def _wallets(self) -> list[Row[Any]]:
        return wallets_of(self.customer_id)

    @cached_property
    def _lots(self) -> list[Row[Any]]:
        return expiring_lots(self.customer_id, zone())

    def _card(self, wallet: int, row: Row[Any] | None, programs: list[Membership]) -> Held:
        amount = available_in(row) if row else 0
        name = " · ".join(each.name for each in programs) or (row.name if row else "")
        unit = row.unit if row else ""
        return Held(wallet, name, unit, False, amount, self._expiries(wallet, amount), tuple(programs))

    def _expiries(self, wallet: int, amount: int) -> tuple[Expiry, ...]:
        today = local(dates.now()).date()
        lots = [each for each in self._lots if each.wallet_id == wallet]
        told = [Expiry(each.amount, each.day, (each.day - today).days) for each in lots]
        rest = amount - sum(each.amount for each in lots)
        return (*told, *([Expiry(rest, None)] if rest > 0 and told else []))


def _membership(row: Row[Any]) -> Membership:
    program, enrolment = row.Program, row.Enrolment
    about = in_language(program.public_descriptions, language())
    name, left = Voice.of(program).name(language()), enrolment.left_at is not None
    return Membership(program.id, name, about, program.terms_url, enrolment.access, left)
