"""What the screens of a sale show: the customer, the check, what may pay."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row, select

from app.businesses.services import kiosks_of
from app.customers.models import Customer, Enrolment
from app.customers.queries import unanswered
from app.db import business_id
from app.extensions import db
from app.identity import till
from app.ledger.queries import available_in, wallets_of
from app.lib import formats
from app.loyalty.models import Access, Category, Program
from app.loyalty.queries import ProgramOption, Question, program_options
from app.loyalty.rules import WHOLE_PERCENT
from app.offers.models import CustomerHolding
from app.transactions.models import OpenSale
from app.transactions.services import (
    Brought,
    BroughtRefusedError,
    Quote,
    Refusal,
    RefusedError,
    in_money,
    quote,
)
from app.transactions.services.open_sales import basket_of, put_brought
from app.transactions.services.refusing import refusal_words
from app.transactions.services.visits import Visitor, visitors_of

ROUND_ENOUGH = [each * 10**power * 100 for power in range(6) for each in (1, 2, 5)]
"""Hundredths of points that are offered to pay with: 1, 2, 5, 10, 20, 50 …"""


def step(name: str, key: uuid.UUID) -> str:
    """The address of a step of a sale."""
    return url_for(f"terminal.{name}", sale_key=key)


@dataclass(frozen=True)
class Held:
    """A wallet of the customer, with what is in it now."""

    id: int
    name: str
    amount: int


@dataclass(frozen=True)
class Line:
    """Who stands at the Kiosks beside this Terminal (KI-1)."""

    visitors: Sequence[Visitor]

    @property
    def shown(self) -> str:
        """What tells whether it is another line by now."""
        return ",".join(str(each.key) for each in self.visitors)

    def phone(self, visitor: Visitor) -> str:
        return masked(visitor.phone) if visitor.phone else ""


def visitors() -> Line | None:
    """None where no tablet is paired with this Terminal."""
    return Line(visitors_of(till().id)) if kiosks_of(till().id) else None


class Counter:
    """An open sale as its screens show it. The customer must be known."""

    def __init__(self, sale: OpenSale) -> None:
        self.sale = sale
        self.put_away: list[str] = []
        """Why something that was in the check is not in it any more, in words."""

    @cached_property
    def customer(self) -> Customer:
        return db.session.get_one(Customer, (business_id(), self.sale.customer_id))

    @property
    def name(self) -> str:
        return f"{self.customer.first_name} {self.customer.last_name}".strip() or _("No name")

    @property
    def phone(self) -> str:
        return masked(self.customer.phone)

    @cached_property
    def programs(self) -> list[ProgramOption]:
        active = set(db.session.scalars(select(Program.id).where(Program.business_id == business_id(), Program.active)))
        return [each for each in program_options() if each.id in active]

    @cached_property
    def program(self) -> Program:
        return db.session.get_one(Program, (business_id(), self.sale.program_id))

    @cached_property
    def enrolment(self) -> Enrolment | None:
        return db.session.get(Enrolment, (business_id(), self.sale.program_id, self.customer.id))

    @property
    def access(self) -> Access:
        return self.enrolment.access if self.enrolment else self.program.default_access

    @property
    def access_word(self) -> str:
        return self.access.name.lower()

    @property
    def category(self) -> str:
        if self.enrolment is None:
            return "–"
        return db.session.get_one(Category, (business_id(), self.enrolment.category_id)).name

    @property
    def refusal(self) -> str | None:
        """Why nothing can be sold to this customer (AC-1)."""
        if self.customer.merged_into_id is not None or self.customer.erased_at is not None:
            return refusal_words(RefusedError(Refusal.CUSTOMER_GONE))
        return refusal_words(RefusedError(Refusal.BLACKLISTED)) if self.access is Access.BLACKLISTED else None

    @cached_property
    def open_questions(self) -> list[Question]:
        """What this customer has not answered yet (LP-7)."""
        return unanswered(self.customer.id)

    @property
    def must_answer(self) -> bool:
        return self.refusal is None and any(each.required for each in self.open_questions)

    @cached_property
    def points(self) -> int:
        return self._available(self.program.wallet_id)

    @cached_property
    def coupons(self) -> int:
        """How many the customer holds."""
        held = db.session.get(CustomerHolding, (business_id(), self.customer.id))
        return held.coupons if held else 0

    @cached_property
    def quote(self) -> Quote:
        """Without what was brought and cannot be redeemed any more; who only looks keeps it. Raises RefusedError."""
        basket = basket_of(self.sale)
        while True:
            try:
                return quote(basket)
            except RefusedError as refused:
                left = _without(basket.brought, refused)
                if left is None:
                    raise
                basket = replace(basket, brought=left)
                self.put_away.append(refusal_words(refused))
                if request.method == "POST":
                    put_brought(self.sale, left)

    @cached_property
    def most(self) -> int:
        return self.quote.most_points(self.points)

    @property
    def share(self) -> int | None:
        """Percent of the check that points may pay; None for all of it."""
        share = self.quote.points_share
        return None if share >= WHOLE_PERCENT else share // 100

    @property
    def presets(self) -> list[int]:
        """Points to choose from: none, round numbers, all that may pay."""
        below = [each for each in ROUND_ENOUGH if each < self.most]
        return sorted({0, *below[-2:], self.most})

    def money_of(self, points: int) -> int:
        """What points pay, in the smallest unit."""
        return in_money(points, self.quote.digits)

    @cached_property
    def accounts(self) -> list[Held]:
        """Money accounts that may pay and hold something (LP-4, AC-1)."""
        if self.access is not Access.FULL:
            return []
        held = [Held(each.id, each.name, available_in(each)) for each in self._wallets]
        return [each for each in held if each.id in self.quote.accounts and each.amount > 0]

    @property
    def applied(self) -> list[str]:
        """The names of the rules that apply."""
        return [each.name for each in self.quote.outcome.looked if each.applied]

    @cached_property
    def _wallets(self) -> Sequence[Row[tuple[object, ...]]]:
        return wallets_of(self.customer.id)

    def _available(self, wallet_id: int) -> int:
        return next((available_in(each) for each in self._wallets if each.id == wallet_id), 0)


def _without(brought: Brought, refused: RefusedError) -> Brought | None:
    """What is left of it without what was refused; None where something else was."""
    if isinstance(refused, BroughtRefusedError):
        return brought.without(refused.kind, refused.number)
    return Brought() if brought and refused.refusal is Refusal.NO_REDEEMING else None


def masked(phone: str) -> str:
    """+380 ·· ··· 08 55: enough to ask “is this you?”, too little to write down."""
    country, _blank, rest = formats.phone(phone).partition(" ")
    digits = sum(letter.isdigit() for letter in rest)
    shown = []
    for letter in rest:
        if letter.isdigit():
            digits -= 1
            letter = letter if digits < 4 else "·"
        shown.append(letter)
    return f"{country} {''.join(shown)}".strip()
