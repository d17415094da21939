"""A sale: quoted anew, held to what the person agreed to, and written with points, figures and messages (TE-2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from app.customers.services.assigning import assign_categories
from app.customers.services.confirming import confirm
from app.customers.services.enrolling import enrol
from app.customers.services.figures import count_sale
from app.db import ask, business_id, current_scope
from app.ledger.models import EntryKind
from app.ledger.services import Credit, Holding, Move, Occasion, Spend, hold, post
from app.lib import dates
from app.lib.handed import handed, values_of
from app.loyalty.rules import Looked
from app.transactions.bought import add_bought
from app.transactions.models import Kind, Source, Status
from app.transactions.notices import Told, announce_sale
from app.transactions.services.basket import Basket, Figures
from app.transactions.services.quoting import Quote, check_payment, quote
from app.transactions.services.redeeming import extras_of, issue, redeem


class QuoteChangedError(Exception):
    """The figures are no longer those that were agreed to; `quote` has the new ones."""

    def __init__(self, changed: Quote) -> None:
        super().__init__("The quote changed.")
        self.quote = changed


class PinNeededError(Exception):
    """So many points pay only with a PIN (TE-3)."""


@dataclass(frozen=True)
class Sale:
    """A sale as it was written."""

    transaction_id: int
    quote: Quote
    balance: int
    """Of points, after it; hundredths."""
    at: datetime
    coupons: tuple[str, ...] = ()
    """Codes of those that came with it (LP-2)."""


_LINE = {
    "number": "bigint",
    "code": "text",
    "name": "text",
    "quantity": "bigint",
    "gross": "bigint",
    "discount": "bigint",
    "good_id": "bigint",
}
_WRITE = """
    WITH sale AS (
        INSERT INTO transaction (business_id, customer_id, program_id, point_of_sale_id, terminal_id, kind, source,
            status, at, gross, discount, points_paid, account_paid, points_for_offers, points_earned, user_id, rules,
            extras, api_key_id)
        VALUES (:business, :customer, :program, :place, :terminal, :kind, :source, :status, :at, :gross, :discount,
            :points, :accounts, :offers, :earned, :user, CAST(:rules AS jsonb), CAST(:extras AS jsonb),
            :key)
        RETURNING id
    ), lines AS (
        INSERT INTO transaction_line
            (business_id, transaction_id, number, code, name, quantity, gross, discount, good_id)
        SELECT :business, sale.id, line.* FROM sale, {line}
    )
    SELECT id, charge_sale(id, :at) FROM sale
"""


@cache
def _statement(lines: int) -> TextClause:
    return text(_WRITE.format(line=handed("line", _LINE, lines)))


def sell(
    basket: Basket, agreed: Figures | None = None, *, source: Source = Source.STORE, pin_checked: bool = False
) -> Sale:
    """Sells a basket. Run it once for each form or call: its caller holds the key.

    Raises RefusedError, QuoteChangedError when `agreed` are other figures, PinNeededError. What it writes, it writes
    in this unit of work: lines, charge (BI-1), movements, figures, goods bought, messages.
    """
    asked = quote(basket, hold=True)
    # An account that does not pay here may be anyone's, and is refused below: nothing of it is held.
    paying = asked.accounts.intersection(basket.accounts)
    wallets = {asked.wallet_id, *paying, *(wallet for wallet, _amount in asked.bonuses)}
    held = hold(basket.customer_id, wallets, fills=not (asked.points_spent or any(basket.accounts.values())))
    # Once the balances are held, so that by moment and by id a wallet's entries stand in the same order.
    at = dates.now()
    check_payment(asked, held, at)
    if agreed is not None and agreed != asked.figures:
        raise QuoteChangedError(asked)
    if asked.needs_pin and not pin_checked:
        raise PinNeededError
    if not asked.enrolled:
        enrol(basket.customer_id, basket.program_id, asked.access, asked.category_id)
    number = _write(asked, source, at)
    balance = _move(asked, held, number, at)
    count_sale(_figures(asked, at))
    if asked.assigns:
        assign_categories(basket.program_id, [basket.customer_id])
    if any(line.good_id is not None for line in basket.lines):
        add_bought(number)
    if asked.points_spent:
        confirm(basket.customer_id)
    if basket.brought:
        redeem(asked, number, at)
    coupons = issue(asked, number) if asked.given.series else ()
    announce_sale(_told_of(asked, number, balance, coupons), asked.manner)
    return Sale(number, asked, balance, at, coupons)


def _write(asked: Quote, source: Source, at: datetime) -> int:
    basket = asked.basket
    values: dict[str, Any] = {
        "business": business_id(),
        "customer": basket.customer_id,
        "program": basket.program_id,
        "place": asked.place_id,
        "terminal": basket.terminal_id,
        "at": at,
        "user": current_scope().user_id,
        "key": current_scope().api_key_id,
        "kind": int(Kind.SALE),
        "source": int(source),
        "status": int(Status.COMPLETED),
        "gross": basket.gross,
        "discount": asked.discount,
        "points": basket.points,
        "accounts": asked.account_paid,
        "offers": asked.carried.points,
        "earned": asked.earned,
        "rules": json.dumps([_told(each) for each in asked.outcome.looked], ensure_ascii=False),
        "extras": json.dumps(extras_of(asked), ensure_ascii=False),
    }
    lines = [
        (number, line.code, line.name, line.quantity, line.gross, asked.outcome.discounts[number], line.good_id)
        for number, line in enumerate(basket.lines, start=1)
    ]
    values |= values_of("line", _LINE, lines)
    return int(ask(_statement(min(len(lines), 2)), values)[0].id)


def _told(looked: Looked) -> dict[str, Any]:
    """What a sale keeps of a rule: its name as it was then, and why it applied or did not."""
    told = {"id": looked.rule_id, "name": looked.name, "why": looked.why.value, "discount": looked.discount}
    return told | ({"stopped_by": looked.stopped_by} if looked.stopped_by else {})


def _move(asked: Quote, held: dict[int, Holding], number: int, at: datetime) -> int:
    """Points and money, what goes out before what comes in; answers with the points that can be spent."""
    moves: list[Move] = []
    if asked.basket.points:
        moves.append(Spend(asked.wallet_id, EntryKind.SPENT, f"sale:{number}:points", amount=asked.basket.points))
    for offer in asked.carried.offers:
        if offer.price:
            key = f"sale:{number}:offer:{offer.id}"
            moves.append(Spend(asked.wallet_id, EntryKind.SPENT, key, offer.title, offer.price))
    for wallet, amount in sorted(asked.basket.accounts.items()):
        if amount:
            moves.append(Spend(wallet, EntryKind.SPENT, f"sale:{number}:account:{wallet}", amount=amount))
    if asked.earned:
        expires_at = at + timedelta(asked.points_days) if asked.points_days else None
        key = f"sale:{number}"
        moves.append(Credit(asked.wallet_id, EntryKind.EARNED, key, amount=asked.earned, expires_at=expires_at))
    for wallet, amount in asked.bonuses:
        moves.append(Credit(wallet, EntryKind.EARNED, f"sale:{number}:bonus:{wallet}", amount=amount))
    if moves:
        post(asked.basket.customer_id, moves, Occasion(asked.place_id, number), at=at, held=held)
    return held[asked.wallet_id].available(at)


def _figures(asked: Quote, at: datetime) -> dict[str, object]:
    basket = asked.basket
    where = {"program": basket.program_id, "place": asked.place_id, "terminal": basket.terminal_id}
    return {"customer": basket.customer_id, "amount": asked.total, "at": at, **where}


def _told_of(asked: Quote, number: int, balance: int, coupons: tuple[str, ...]) -> Told:
    basket = asked.basket
    where = (basket.customer_id, basket.program_id, asked.place_id, basket.terminal_id)
    return Told(number, *where, asked.total, basket.points, asked.earned, balance, coupons)
