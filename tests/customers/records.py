"""What tests of merged records share: merging and undoing, sales as the Terminal makes them, what a merge touches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.customers.services.merging import hold_pair, merge_customers
from app.customers.services.unmerging import merge_to_undo, undo_merge
from app.customers.stats import differences
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import EntryKind
from app.ledger.services import Spend, post
from app.lib import dates
from app.loyalty.rules import Conditions, PointsPercent
from app.loyalty.services.rules import RuleSaid, add_rule
from app.transactions import bought
from app.transactions.models import Transaction
from app.transactions.services import (
    Basket,
    BasketLine,
    cancel_sale,
    sell,
)
from tests.people import Shop


def merge(survivor: int, absorbed: int, *taken: str) -> int:
    return merge_customers(*hold_pair(survivor, absorbed), set(taken))


def undo(survivor: int, number: int) -> None:
    undo_merge(*merge_to_undo(survivor, number))


def nothing_differs() -> None:
    """Balances, figures and goods bought are what entries, lots and sales say."""
    assert faults() == []
    assert differences().first == []
    assert bought.differences() == 0


def state(*customers: int) -> dict[str, Any]:
    """All that a merge touches of some records, as it can be compared."""
    asked = {
        "rows": "SELECT id, phone, first_name, last_name, email, birthday, language, registered_at, card_count,"
        " tag_count, confirmed, app_installed, merged_into_id FROM customer",
        "cards": "SELECT customer_id, number FROM card",
        "tags": "SELECT customer_id, key, value FROM tag",
        "consents": "SELECT customer_id, kind, granted, at, user_id FROM consent",
        "enrolments": "SELECT customer_id, program_id, category_id, category_by_hand, access FROM enrolment",
        "figures": "SELECT customer_id, scope_id, sales_count, amount, average, first_at, last_at FROM customer_stats",
        "goods": "SELECT customer_id, good_id, scope_id, sales_count FROM customer_good",
        "search": "SELECT customer_id, document::text FROM customer_search",
        "points": "SELECT customer_id, wallet_id, expires_at, sum(remaining) FROM lot WHERE remaining > 0"
        " GROUP BY 1, 2, 3",
        "balances": "SELECT customer_id, wallet_id, amount, expiring_at, expiring FROM balance WHERE amount > 0",
    }
    return {
        name: sorted(map(repr, (row for row in db.session.execute(text(statement)) if row[0] in customers)))
        for name, statement in asked.items()
    }


def lots(customer: int) -> list[tuple[int, int | None]]:
    """What remains of a customer's lots in hundredths, and in how many days each expires."""
    rows = db.session.execute(
        text(
            "SELECT sum(remaining)::bigint AS remaining, expires_at FROM lot"
            " WHERE customer_id = :id AND remaining > 0 GROUP BY expires_at ORDER BY expires_at"
        ),
        {"id": customer},
    )
    return [(row.remaining, row.expires_at and round((row.expires_at - dates.now()) / timedelta(1))) for row in rows]


def ten_percent(program: int) -> None:
    add_rule(program, RuleSaid("Ten", True, 0, True, Conditions(), (PointsPercent(1_000),)))


def sold(shop: Shop, customer: int, amount: int, points: int = 0, **more: Any) -> int:
    """A sale as the Terminal makes it."""
    place = {"program_id": shop.program, "terminal_id": shop.own_terminal} | more
    basket = Basket(customer, lines=(BasketLine("Coffee", amount),), points=points, **place)
    return sell(basket, pin_checked=True).transaction_id


def cancel(shop: Shop, sale: int) -> None:
    cancel_sale(db.session.get_one(Transaction, (shop.id, sale)))


def spend(shop: Shop, customer: int, amount: int) -> None:
    post(customer, [Spend(shop.wallet, EntryKind.SPENT, f"spend:{dates.now()}", amount=amount)])
