"""What a basket costs a customer, and what it brings: nothing is written (TE-2, LP-1, LP-2, AC-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.db import business_id
from app.extensions import db
from app.ledger.services import Holding
from app.lib import dates
from app.lib.formats import precision
from app.loyalty.models import Access, Good
from app.loyalty.queries import rules_read
from app.loyalty.rules import WHOLE_PERCENT, Line, Outcome, Purchase, Rounding, outcome
from app.transactions.money import in_money, in_points, pays_whole
from app.transactions.notices import Manner
from app.transactions.services.basket import Basket, BasketLine, Figures, Refusal, RefusedError, check_size
from app.transactions.services.brought import NONE_GIVEN, NOTHING, Carried, Given, carry, given_by
from app.transactions.services.circumstances import circumstances, manner_of


@dataclass(frozen=True)
class Quote:
    """A basket with what becomes of it. Money in the smallest unit, points in hundredths."""

    basket: Basket
    place_id: int
    wallet_id: int
    access: Access
    category_id: int
    enrolled: bool
    assigns: bool
    """Whether the program's rules give categories (AC-3)."""
    digits: int
    outcome: Outcome
    rounding: Rounding
    points_share: int
    pin_limit: int
    points_days: int | None
    accounts: frozenset[int]
    """Wallets that may pay."""
    manner: Manner
    carried: Carried = NOTHING
    """What the customer brought, as it is now."""
    given: Given = NONE_GIVEN
    """What it gets beside points: goods and coupons."""

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
        return self.total - self.paid_by_points - self.account_paid

    @property
    def account_paid(self) -> int:
        """From money accounts and by gift cards."""
        return sum(self.basket.accounts.values()) + sum(self.basket.brought.gift_cards.values())

    @property
    def points_spent(self) -> int:
        """To pay, and for offers."""
        return self.basket.points + self.carried.points

    @property
    def earned(self) -> int:
        return self.outcome.earned(self.due, self.rounding) if self._earns else 0

    @property
    def bonuses(self) -> tuple[tuple[int, int], ...]:
        """What rules put on money accounts: wallet and amount."""
        return self.outcome.accounts if self._earns else ()

    @property
    def _earns(self) -> bool:
        return self.access in (Access.FULL, Access.LIMITED)

    @property
    def needs_pin(self) -> bool:
        return self.points_spent > self.pin_limit

    @property
    def figures(self) -> Figures:
        things = len(self.basket.brought) + len(self.given.goods)
        return Figures(self.total, self.points_spent, self.due, self.earned, things)

    def most_points(self, available: int) -> int:
        """How many points may pay: what is there, up to the share of the check (LP-3, TE-3), in whole money."""
        if self.access is not Access.FULL:
            return 0
        share = self.total * self.points_share // WHOLE_PERCENT
        left = max(available - self.carried.points, 0)
        return in_points(min(in_money(left, self.digits), share), self.digits)


def quote(basket: Basket, at: datetime | None = None, *, hold: bool = False) -> Quote:
    """What the basket would cost and bring now. Raises RefusedError; balances are not looked at here.

    With `hold` the customer is held, for who sells it next.
    """
    check_size(basket)
    row, at = circumstances(basket, hold=hold), at or dates.now()
    access = Access(row.access or row.default_access)
    if access is Access.BLACKLISTED:
        raise RefusedError(Refusal.BLACKLISTED)
    if basket.brought and access is not Access.FULL:
        raise RefusedError(Refusal.NO_REDEEMING, 0)
    carried = carry(basket, at) if basket.brought else NOTHING
    purchase = _purchase(basket, row, at)
    becomes = outcome(rules_read(row.rules), purchase, carried.effects)
    return Quote(
        basket,
        row.point_of_sale_id,
        row.wallet_id,
        access,
        purchase.category_id,
        row.category_id is not None,
        row.assigns,
        purchase.digits,
        becomes,
        Rounding(row.rounding),
        row.points_share,
        row.pin_limit,
        row.points_days,
        frozenset(row.accounts or ()),
        manner_of(row),
        carried,
        NONE_GIVEN if access is Access.NONE else given_by(becomes),
    )


def _purchase(basket: Basket, row: Any, at: datetime) -> Purchase:
    when, category = at.astimezone(ZoneInfo(row.time_zone)), row.category_id or row.default_category
    return Purchase(_lines(basket), when, row.point_of_sale_id, category, precision(row.currency))


def check_payment(asked: Quote, held: Mapping[int, Holding], at: datetime) -> None:
    """That what is to be paid with is there and may pay. Raises RefusedError."""
    basket = asked.basket
    if (basket.points or any(basket.accounts.values())) and asked.access is not Access.FULL:
        raise RefusedError(Refusal.NO_REDEEMING, 0)
    available = held[asked.wallet_id].available(at) if asked.wallet_id in held else 0
    if asked.carried.points > available:
        raise RefusedError(Refusal.TOO_FEW_POINTS, available)
    most = asked.most_points(available)
    if basket.points > most:
        raise RefusedError(Refusal.TOO_MANY_POINTS, most)
    if not pays_whole(basket.points, asked.digits):
        raise RefusedError(Refusal.FRACTION)
    for wallet, amount in basket.accounts.items():
        available = held[wallet].available(at) if wallet in held else 0
        if wallet not in asked.accounts or amount > available:
            raise RefusedError(Refusal.OTHER_ACCOUNT, available if wallet in asked.accounts else 0)
    if asked.due < 0:
        raise RefusedError(Refusal.OVERPAID, asked.total)


def _lines(basket: Basket) -> tuple[Line, ...]:
    unknown = [each.good_id for each in basket.lines if each.good_id is not None and each.groups is None]
    groups = _groups(unknown)
    return tuple(
        Line(number, each.good_id, _groups_of(each, groups), each.quantity, each.gross)
        for number, each in enumerate(basket.lines, start=1)
    )


def _groups_of(line: BasketLine, known: Mapping[int | None, frozenset[int]]) -> frozenset[int]:
    return known.get(line.good_id, frozenset()) if line.groups is None else frozenset(line.groups)


def _groups(goods: Sequence[int]) -> dict[int | None, frozenset[int]]:
    if not goods:
        return {}
    known = select(Good.id, Good.group_id).where(Good.business_id == business_id(), Good.id.in_(goods))
    return {row.id: frozenset({row.group_id} - {None}) for row in db.session.execute(known)}
