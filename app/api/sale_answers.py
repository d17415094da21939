"""Quotes and sales as they are answered with (AP-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.api.sales import AgreedShown, ExtraShown, LineShown, QuoteShown, RuleShown, SaleListed, SaleMade, SaleShown
from app.ledger.queries import available_in, wallets_of
from app.ledger.services import Holding
from app.lib import dates
from app.lib.short_codes import spelt
from app.loyalty.rules import Looked
from app.transactions.models import Transaction, TransactionLine
from app.transactions.services import BasketLine, Quote, Sale, in_money
from app.transactions.services.quoting import check_payment


def quote_shown(asked: Quote) -> QuoteShown:
    """Raises RefusedError where what is to pay is not there."""
    held = checked(asked)
    points = held[asked.wallet_id].amount if asked.wallet_id in held else 0
    return QuoteShown(
        **_figures(asked),
        points_spent=asked.points_spent,
        most_points=asked.most_points(points),
        needs_pin=asked.needs_pin,
        agreed=AgreedShown(**asdict(asked.figures)),
        lines=[_line(each, asked.outcome.discounts[number]) for number, each in enumerate(asked.basket.lines, start=1)],
        rules=[_rule(each) for each in asked.outcome.looked],
        coupons=[each.title for each in asked.given.series],
    )


def checked(asked: Quote) -> dict[int, Holding]:
    """What the customer has, enough for the quote: read, not held. Raises RefusedError."""
    held = {each.id: Holding(each.id, available_in(each), {}) for each in wallets_of(asked.basket.customer_id)}
    check_payment(asked, held, dates.now())
    return held


def made_shown(sale: Sale) -> SaleMade:
    asked = sale.quote
    return SaleMade(
        **_figures(asked),
        id=sale.transaction_id,
        at=sale.at,
        points_paid=asked.basket.points,
        points_for_offers=asked.carried.points,
        account_paid=asked.account_paid,
        balance=sale.balance,
        coupons=[spelt(code) for code in sale.coupons],
    )


def listed_shown(sale: Any, digits: int) -> SaleListed:
    """`digits` are the currency's."""
    return SaleListed(**_of_row(sale, digits))


def sale_shown(sale: Transaction, lines: Sequence[TransactionLine], digits: int) -> SaleShown:
    return SaleShown(
        **_of_row(sale, digits),
        customer_id=sale.customer_id,
        lines=[_line(each, each.discount) for each in lines],
        rules=[_kept_rule(each) for each in sale.rules],
        extras=[_extra(each) for each in sale.extras],
    )


def _figures(asked: Quote) -> dict[str, Any]:
    basket, names = asked.basket, ("total", "discount", "due", "earned")
    return {
        **{name: getattr(asked, name) for name in names},
        "program_id": basket.program_id,
        "terminal_id": basket.terminal_id,
        "gifts": [name for _good, name in asked.given.goods],
    }


def _of_row(sale: Any, digits: int) -> dict[str, Any]:
    names = ("id", "at", "program_id", "terminal_id", "discount", "points_paid", "points_for_offers", "account_paid")
    total = sale.gross - sale.discount
    return {
        **{name: getattr(sale, name) for name in (*names, "cancelled_at")},
        "status": sale.status.name.lower(),
        "source": sale.source.name.lower(),
        "total": total,
        "due": total - in_money(sale.points_paid, digits) - sale.account_paid,
        "earned": sale.points_earned,
    }


def _line(each: BasketLine | TransactionLine, discount: int) -> LineShown:
    return LineShown(code=each.code, name=each.name, quantity=each.quantity, amount=each.gross, discount=discount)


def _rule(looked: Looked) -> RuleShown:
    return RuleShown(id=looked.rule_id, name=looked.name, why=looked.why.value, discount=looked.discount)


def _kept_rule(kept: Mapping[str, Any]) -> RuleShown:
    return RuleShown(id=kept["id"], name=kept["name"], why=kept["why"], discount=kept.get("discount", 0))


def _extra(kept: Mapping[str, Any]) -> ExtraShown:
    """Of a gift card no code: the sale keeps none."""
    return ExtraShown(
        kind=kept["kind"],
        title=kept["title"],
        code=spelt(kept["code"]) if kept.get("code") else None,
        amount=kept.get("amount", kept.get("discount")),
        points=kept.get("points"),
        why=kept.get("why"),
    )
