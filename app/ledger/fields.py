"""Points and money accounts as conditions ask of them (CT-7)."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from app.customers.conditions.fields import Field
from app.customers.conditions.kinds import Moment, Number
from app.customers.parameters import BUSINESS, WALLET
from app.customers.registry import Source
from app.filters import money_label
from app.ledger.models import Balance
from app.ledger.queries import money_accounts

BALANCES = _l("Points and accounts")


def balance_fields() -> list[Field]:
    """Points of the program shown, those of its lots that expire soonest, and each money account."""
    points = Number(drawn="points")
    return [
        Field("points", _("Points balance"), points, BALANCES, _points, lambda rows: rows.c.amount),
        Field("expiring", _("Points expiring soonest"), points, BALANCES, _points, lambda rows: rows.c.expiring),
        Field(
            "expiring_at", _("Soonest expiry of points"), Moment(), BALANCES, _points, lambda rows: rows.c.expiring_at
        ),
        *(_account(wallet.id, wallet.name) for wallet in money_accounts()),
    ]


def _account(wallet_id: int, name: str) -> Field:
    return Field(
        f"account_{wallet_id}",
        money_label(name),
        Number(drawn="money"),
        BALANCES,
        lambda sample: _held(wallet_id, f"account_{wallet_id}"),
        lambda rows: rows.c.amount,
    )


def _points(_sample: object) -> Source:
    return _held(WALLET, "points")


def _held(wallet_id: int | ColumnElement[int], name: str) -> Source:
    rows = Balance.__table__.alias()
    return Source(name, rows, rows.c.customer_id, (rows.c.business_id == BUSINESS, rows.c.wallet_id == wallet_id))
