"""Columns of balances: points, the points that expire soonest, money accounts (CT-1)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import BigInteger, ColumnElement, Row, cast, func, select

from app.customers.parameters import BUSINESS, WALLET
from app.customers.registry import Column, Order, Sample, Source, Walk
from app.filters import money_label
from app.ledger.models import Balance
from app.ledger.queries import money_accounts
from app.lib import dates
from app.loyalty.models import Wallet


def points_columns() -> list[Column]:
    """Points of the program shown; every customer of it has a balance, so no one is missed by sorting."""
    return [
        Column(
            "points",
            _("Points"),
            "points",
            fields=lambda rows: [rows.c.amount.label("points")],
            order=lambda sample: Order((_walk(WALLET, "amount"),)),
            cell=lambda row: row.points or 0,
            source=_points,
            total=lambda rows: func.sum(rows.c.amount),
            numeric=True,
            rank=5,
            standard=True,
        ),
        Column(
            "expiring",
            _("Expiring"),
            "expiring",
            fields=lambda rows: [rows.c.expiring, rows.c.expiring_at],
            order=lambda sample: Order((_walk(WALLET, "expiring_at"),)),
            cell=_expiring,
            source=_points,
            numeric=True,
            rank=8,
            standard=True,
        ),
    ]


def account_columns() -> list[Column]:
    """One column for each money account of the business."""
    return [_account(wallet) for wallet in money_accounts()]


def _account(wallet: Wallet) -> Column:
    key = f"account_{wallet.id}"
    return Column(
        key,
        money_label(wallet.name),
        "money",
        fields=lambda rows: [rows.c.amount.label(key)],
        order=lambda sample: Order((_without(sample, wallet.id), _walk(wallet.id, "amount"))),
        cell=lambda row: getattr(row, key),
        source=lambda sample: _held(wallet.id, key),
        total=lambda rows: func.sum(rows.c.amount),
        numeric=True,
    )


def _points(sample: Sample) -> Source:
    return _held(WALLET, "points")


def _held(wallet_id: int | ColumnElement[int], name: str) -> Source:
    rows = Balance.__table__.alias(name)
    return Source(name, rows, rows.c.customer_id, (rows.c.business_id == BUSINESS, rows.c.wallet_id == wallet_id))


def _walk(wallet_id: int | ColumnElement[int], key: str) -> Walk:
    mine = (Balance.business_id == BUSINESS, Balance.wallet_id == wallet_id)
    return Walk(Balance.customer_id.expression, getattr(Balance, key), mine)


def _without(sample: Sample, wallet_id: int) -> Walk:
    """Those who never had the account: no value, which sorts smallest (CT-4)."""
    figures = sample.figures()
    held = select(Balance.customer_id).where(
        Balance.business_id == BUSINESS,
        Balance.wallet_id == wallet_id,
        Balance.customer_id == figures.customer_id,
    )
    return Walk(figures.customer_id, cast(0, BigInteger), (*figures.where, ~held.exists()), figures, constant=True)


def _expiring(row: Row[Any]) -> object:
    if not row.expiring or row.expiring_at in (None, dates.NEVER):
        return None
    return row.expiring, row.expiring_at
