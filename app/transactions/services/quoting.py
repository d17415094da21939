"""What a basket costs a customer, and what it brings: nothing is written (TE-2, LP-1, LP-2, AC-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, select

from app.businesses.models import Business, PointOfSale, Terminal
from app.customers.models import Customer, Enrolment
from app.db import business_id
from app.extensions import db
from app.ledger.services import Holding
from app.lib import dates
from app.lib.formats import precision
from app.loyalty.models import Access, Category, Good, Notify, Program, ProgramAccount
from app.loyalty.queries import rules_of
from app.loyalty.rules import WHOLE_PERCENT, Line, Outcome, Purchase, Rounding, outcome
from app.transactions.models import Transaction
from app.transactions.notices import Manner

DEFAULT_LANGUAGE = "uk"
"""Of customers who chose none."""
MOST_LINES = 500
MOST_AMOUNT = 10**12
"""Of a check, in the smallest unit."""


class Refusal(StrEnum):
    """Why a basket cannot be sold."""

    CUSTOMER_GONE = "customer_gone"
    BLACKLISTED = "blacklisted"
    """AC-1: it takes part in no transaction of the program."""
    TERMINAL_CLOSED = "terminal_closed"
    PROGRAM_OFF = "program_off"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NO_REDEEMING = "no_redeeming"
    """AC-1: this access type earns at most."""
    TOO_MANY_POINTS = "too_many_points"
    """More than the balance, or than the share of a check that points may pay (TE-3)."""
    FRACTION = "fraction"
    """Points that are no amount of the currency."""
    OTHER_ACCOUNT = "other_account"
    """LP-4: this account does not pay in this program, or holds less."""
    OVERPAID = "overpaid"


class RefusedError(Exception):
    """A basket cannot be sold; `most` is how much would be allowed where there is a limit."""

    def __init__(self, refusal: Refusal, most: int | None = None) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.most = most


@dataclass(frozen=True)
class BasketLine:
    """A good as it is put in, or an amount that is typed."""

    name: str
    gross: int
    """For the whole quantity, in the smallest unit."""
    quantity: int = 1000
    """Thousandths."""
    good_id: int | None = None
    code: str = ""


@dataclass(frozen=True)
class Basket:
    customer_id: int
    program_id: int
    terminal_id: int
    lines: tuple[BasketLine, ...]
    points: int = 0
    """To pay with, in hundredths."""
    accounts: Mapping[int, int] = field(default_factory=dict)
    """To pay with from money accounts: wallet → amount."""

    @property
    def gross(self) -> int:
        return sum(line.gross for line in self.lines)


@dataclass(frozen=True)
class Figures:
    """What a person saw and agreed to; a sale whose figures are others is asked again."""

    total: int
    points: int
    due: int
    earned: int


@dataclass(frozen=True)
class Quote:
    """A basket with what becomes of it. Money in the smallest unit, points in hundredths."""

    basket: Basket
    place_id: int
    wallet_id: int
    access: Access
    category_id: int
    enrolled: bool
    digits: int
    outcome: Outcome
    rounding: Rounding
    points_share: int
    pin_limit: int
    points_days: int | None
    accounts: frozenset[int]
    """Wallets that may pay."""
    manner: Manner

    @property
    def total(self) -> int:
        """After discounts."""
        return sum(self.outcome.left.values())

    @property
    def discount(self) -> int:
        return self.basket.gross - self.total

    @property
    def paid_by_points(self) -> int:
        return in_money(self.basket.points, self.digits)

    @property
    def due(self) -> int:
        """What is left to be paid in money."""
        return self.total - self.paid_by_points - sum(self.basket.accounts.values())

    @property
    def earned(self) -> int:
        earns = self.access in (Access.FULL, Access.LIMITED)
        return self.outcome.earned(self.due, self.rounding) if earns else 0

    @property
    def needs_pin(self) -> bool:
        return self.basket.points > self.pin_limit

    @property
    def figures(self) -> Figures:
        return Figures(self.total, self.basket.points, self.due, self.earned)

    def most_points(self, available: int) -> int:
        """How many points may pay: what is there, up to the share of the check (LP-3, TE-3), in whole money."""
        if self.access is not Access.FULL:
            return 0
        share = self.total * self.points_share // WHOLE_PERCENT
        return in_points(min(in_money(max(available, 0), self.digits), share), self.digits)


def quote(basket: Basket, at: datetime | None = None) -> Quote:
    """What the basket would cost and bring now. Raises RefusedError; what is held is not looked at here."""
    _check_size(basket)
    row = _context(basket)
    zone = ZoneInfo(row.time_zone)
    access = row.access or row.Program.default_access
    if access is Access.BLACKLISTED:
        raise RefusedError(Refusal.BLACKLISTED)
    digits = precision(row.currency)
    purchase = Purchase(
        _lines(basket),
        (at or dates.now()).astimezone(zone),
        row.point_of_sale_id,
        row.category_id or row.default_category,
        digits,
    )
    return Quote(
        basket,
        row.point_of_sale_id,
        row.Program.wallet_id,
        access,
        purchase.category_id,
        row.category_id is not None,
        digits,
        outcome(rules_of(basket.program_id), purchase),
        Rounding(row.Program.rounding),
        row.Program.points_share,
        row.Program.pin_limit,
        row.Program.points_days,
        frozenset(row.accounts or ()),
        _manner(row),
    )


def check_payment(asked: Quote, held: Mapping[int, Holding], at: datetime) -> None:
    """That what is to be paid with is there and may pay. Raises RefusedError."""
    basket = asked.basket
    if basket.points and asked.access is not Access.FULL:
        raise RefusedError(Refusal.NO_REDEEMING, 0)
    most = asked.most_points(held[asked.wallet_id].available(at)) if asked.wallet_id in held else 0
    if basket.points > most:
        raise RefusedError(Refusal.TOO_MANY_POINTS, most)
    if basket.points != in_points(asked.paid_by_points, asked.digits):
        raise RefusedError(Refusal.FRACTION)
    for wallet, amount in basket.accounts.items():
        available = held[wallet].available(at) if wallet in held else 0
        if wallet not in asked.accounts or amount > available:
            raise RefusedError(Refusal.OTHER_ACCOUNT, available if wallet in asked.accounts else 0)
    if asked.due < 0:
        raise RefusedError(Refusal.OVERPAID, asked.total)


def in_money(points: int, digits: int) -> int:
    """What points pay: one pays one unit of the currency (LP-1). A rest that is no money is left out."""
    return points * 10**digits // 100


def in_points(money: int, digits: int) -> int:
    """Hundredths of points that an amount is, rounded up to what pays it."""
    return -(-money * 100 // 10**digits)


def _check_size(basket: Basket) -> None:
    if not basket.lines or basket.gross <= 0:
        raise RefusedError(Refusal.EMPTY)
    amounts = [line.gross for line in basket.lines] + [basket.points, *basket.accounts.values()]
    if len(basket.lines) > MOST_LINES or basket.gross > MOST_AMOUNT or min(amounts) < 0:
        raise RefusedError(Refusal.TOO_LARGE, MOST_AMOUNT)


def _context(basket: Basket) -> Any:
    """All that a sale needs to know of where it is and who buys, in one statement. Raises RefusedError."""
    here = business_id()
    first = select(Category.id).where(
        Category.business_id == here, Category.program_id == basket.program_id, Category.is_default
    )
    accounts = select(ProgramAccount.wallet_id).where(
        ProgramAccount.business_id == here, ProgramAccount.program_id == basket.program_id
    )
    statement = (
        select(
            Terminal.point_of_sale_id,
            (Terminal.archived_at.is_not(None) | PointOfSale.archived_at.is_not(None)).label("closed"),
            Business.time_zone,
            Business.currency,
            Program,
            Customer.id.label("customer_id"),
            Customer.language,
            Enrolment.access,
            Enrolment.category_id,
            first.scalar_subquery().label("default_category"),
            func.array(accounts.scalar_subquery()).label("accounts"),
            (~_bought_before(basket)).label("is_first"),
        )
        .join(PointOfSale, (PointOfSale.business_id == here) & (PointOfSale.id == Terminal.point_of_sale_id))
        .join(Business, Business.id == Terminal.business_id)
        .join(Program, (Program.business_id == here) & (Program.id == basket.program_id))
        .outerjoin(
            Customer,
            (Customer.business_id == here)
            & (Customer.id == basket.customer_id)
            & Customer.merged_into_id.is_(None)
            & Customer.erased_at.is_(None),
        )
        .outerjoin(
            Enrolment,
            (Enrolment.business_id == here)
            & (Enrolment.customer_id == basket.customer_id)
            & (Enrolment.program_id == basket.program_id),
        )
        .where(Terminal.business_id == here, Terminal.id == basket.terminal_id)
    )
    row = db.session.execute(statement).first()
    if row is None or row.closed:
        raise RefusedError(Refusal.TERMINAL_CLOSED)
    if row.customer_id is None:
        raise RefusedError(Refusal.CUSTOMER_GONE)
    if not row.Program.active:
        raise RefusedError(Refusal.PROGRAM_OFF)
    return row


def _bought_before(basket: Basket) -> ColumnElement[bool]:
    return exists().where(
        Transaction.business_id == business_id(),
        Transaction.customer_id == basket.customer_id,
        Transaction.program_id == basket.program_id,
    )


def _manner(row: Any) -> Manner:
    program, language = row.Program, row.language or DEFAULT_LANGUAGE
    names = {**program.public_names, "": program.title}
    return Manner(Notify(program.notifications), names, program.terms_url, language, row.currency, row.is_first)


def _lines(basket: Basket) -> tuple[Line, ...]:
    groups = _groups([line.good_id for line in basket.lines if line.good_id is not None])
    return tuple(
        Line(number, each.good_id, groups.get(each.good_id, frozenset()), each.quantity, each.gross)
        for number, each in enumerate(basket.lines, start=1)
    )


def _groups(goods: Sequence[int]) -> dict[int | None, frozenset[int]]:
    if not goods:
        return {}
    known = select(Good.id, Good.group_id).where(Good.business_id == business_id(), Good.id.in_(goods))
    return {row.id: frozenset({row.group_id} - {None}) for row in db.session.execute(known)}
