"""What a customer sees of itself at a Kiosk: no more than may be seen by who stands behind (KI-1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Row, select

from app.businesses.models import Kiosk
from app.customers.family import survivor_of
from app.customers.models import Customer, Enrolment
from app.db import business_id
from app.extensions import db
from app.filters import language, plural_of, short_date, tongue
from app.ledger.queries import available_in, wallets_of
from app.lib import dates, formats
from app.loyalty.models import Access, Program, WalletKind
from app.loyalty.queries import every_program
from app.messaging.texts import Voice
from app.offers.things import Thing, money_words, things_of

OPEN = (Access.FULL, Access.LIMITED)
MOST = 12
"""Coupons and offers that are shown; the Terminal has all."""


@dataclass(frozen=True)
class Purse:
    """The points of a program, in words."""

    program: str
    points: str
    unit: str
    note: str


class Guest:
    """The customer of a visit."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer

    @classmethod
    def of(cls, visit: Kiosk) -> Guest | None:
        """None for who is not known, or not any more."""
        if visit.customer_id is None:
            return None
        customer = db.session.get(Customer, (business_id(), survivor_of(visit.customer_id)))
        return cls(customer) if customer is not None and customer.erased_at is None else None

    @property
    def name(self) -> str:
        return self.customer.first_name

    @cached_property
    def purses(self) -> list[Purse]:
        """Of the programs that the customer takes part in; those that share their points are one (LP-1)."""
        first = {program.wallet_id: program for program in reversed(self._programs)}
        return [self._purse(program) for program in self._programs if first[program.wallet_id] is program]

    @cached_property
    def accounts(self) -> list[tuple[str, str]]:
        """Name of each money account with something on it, and how much."""
        money = [each for each in self._wallets if each.kind == WalletKind.MONEY and available_in(each) > 0]
        return [(each.name, _amount(each)) for each in money] if self.purses else []

    @cached_property
    def things(self) -> list[Thing]:
        """Coupons and offers, for who may redeem (AC-1); the codes stay with the customer."""
        may = any(self._access(program) is Access.FULL for program in self._programs)
        return things_of(self.customer.id, dates.now())[:MOST] if may else []

    @cached_property
    def _programs(self) -> list[Program]:
        """The default one first."""
        active = [each for each in every_program() if each.active and self._access(each) in OPEN]
        return sorted(active, key=lambda each: (not each.is_default, each.id))

    def _access(self, program: Program) -> Access | None:
        enrolment = self._enrolments.get(program.id)
        if enrolment is None:
            return program.default_access if program.is_default else None
        return enrolment.access if enrolment.left_at is None else None

    @cached_property
    def _enrolments(self) -> dict[int, Enrolment]:
        mine = Enrolment.business_id == business_id(), Enrolment.customer_id == self.customer.id
        return {each.program_id: each for each in db.session.scalars(select(Enrolment).where(*mine))}

    @cached_property
    def _wallets(self) -> list[Row[Any]]:
        return wallets_of(self.customer.id)

    def _purse(self, program: Program) -> Purse:
        wallet = next((each for each in self._wallets if each.id == program.wallet_id), None)
        left = available_in(wallet) if wallet else 0
        unit = (wallet.unit if wallet else "") or ngettext("point", "points", plural_of(left))
        return Purse(Voice.of(program).name(language()), formats.points(left, language()), unit, _note(wallet))


def _note(wallet: Row[Any] | None) -> str:
    """What expires next, and when."""
    if wallet is None or wallet.expiring_at <= dates.now():
        return ""
    expiring = formats.points(wallet.expiring, language())
    return _("%(points)s of them until %(day)s", points=expiring, day=short_date(wallet.expiring_at))


def _amount(wallet: Row[Any]) -> str:
    """In the account's own unit, where it has one."""
    left, digits = available_in(wallet), formats.precision(tongue().currency)
    return f"{''.join(formats.minor(left, language(), digits))} {wallet.unit}" if wallet.unit else money_words(left)
