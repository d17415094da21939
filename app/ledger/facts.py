"""A customer's points and money accounts, for the drawer and the overview (CP-1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import CTE, Row, Select, case, func, select
from sqlalchemy.orm import aliased

from app.db import business_id
from app.extensions import db
from app.filters import language, local, zone
from app.ledger.models import Balance, Entry, Lot
from app.lib import dates
from app.lib.formats import month
from app.loyalty.models import Program, Wallet, WalletKind

LOTS_SHOWN = 12


def drawer_facts(customer_id: int) -> dict[str, object]:
    """Points of the default program, and those that expire soonest. Hundredths of a point."""
    row = db.session.execute(
        select(Balance.amount, Balance.expiring, Balance.expiring_at)
        .join(Program, (Program.business_id == Balance.business_id) & (Program.wallet_id == Balance.wallet_id))
        .where(Balance.business_id == business_id(), Balance.customer_id == customer_id, Program.is_default)
    ).first()
    expires = row is not None and row.expiring and row.expiring_at != dates.NEVER
    return {
        "points": row.amount if row else 0,
        "expiring": {"points": row.expiring, "date": row.expiring_at} if row and expires else None,
    }


def overview_facts(customer_id: int) -> dict[str, object]:
    """The same, with lots by the day on which they expire, and money accounts in the currency's smallest unit."""
    rows = db.session.execute(_lots_by_day(customer_id)).all()
    lots = {"lots": _lots(rows[:LOTS_SHOWN]), "lots_later": int(sum(row.points for row in rows[LOTS_SHOWN:]))}
    return {**drawer_facts(customer_id), **lots, "accounts": _accounts(customer_id)}


def _lots(rows: Sequence[Row[Any]]) -> list[dict[str, object]]:
    """Open lots by the day on which they expire: those of sales as one, special ones by their title."""
    today = local(dates.now()).date()
    return [
        {
            "points": int(row.points),
            "title": row.title or _earned_in(row.first, row.last),
            "expires": row.day,
            "days": None if row.day is None else max(0, (row.day - today).days),
        }
        for row in rows
    ]


def _lots_by_day(customer_id: int) -> Select[Any]:
    """A location operator is told no title that was given elsewhere, as it sees no entry of there (PR-3)."""
    held = _open_lots(customer_id)
    day = func.date(func.timezone(zone(), held.c.expires_at)).label("day")
    title = case((Entry.id.is_not(None), held.c.title), else_="").label("title")
    ends = func.min(Entry.at).label("first"), func.max(Entry.at).label("last")
    return (
        select(func.sum(held.c.remaining).label("points"), title, day, *ends)
        .outerjoin_from(held, Entry, (Entry.business_id == business_id()) & (Entry.id == held.c.entry_id))
        .group_by(day, title)
        .order_by(day.asc().nulls_last(), title)
    )


def _open_lots(customer_id: int) -> CTE:
    """Each with the entry by which it came in: of what came from a merged record, the first one (CP-9).

    Made whole before entries are joined: by an expression over two tables they would be read all.
    """
    origin = aliased(Lot)
    entry_id = func.coalesce(origin.entry_id, Lot.entry_id).label("entry_id")
    mine = Lot.business_id == business_id(), Lot.customer_id == customer_id, Lot.remaining > 0
    return (
        select(Lot.remaining, Lot.title, Lot.expires_at, entry_id)
        .join(Wallet, (Wallet.business_id == Lot.business_id) & (Wallet.id == Lot.wallet_id))
        .outerjoin(origin, (origin.business_id == Lot.business_id) & (origin.id == Lot.origin_id))
        .where(*mine, Wallet.kind == WalletKind.POINTS)
        .cte("held")
        .prefix_with("MATERIALIZED")
    )


def _earned_in(first: datetime | None, last: datetime | None) -> str:
    """When points were earned. A location operator does not see when it was elsewhere (PR-3)."""
    if first is None or last is None:
        return _("Earned points")
    months = [month(local(moment).date(), language()) for moment in (first, last)]
    if months[0] == months[1]:
        return _("Sales in %(month)s", month=months[0])
    return _("Sales from %(first)s to %(last)s", first=months[0], last=months[1])


def _accounts(customer_id: int) -> list[dict[str, object]]:
    rows = db.session.execute(
        select(Wallet.name, Balance.amount)
        .join(Wallet, (Wallet.business_id == Balance.business_id) & (Wallet.id == Balance.wallet_id))
        .where(
            Balance.business_id == business_id(),
            Balance.customer_id == customer_id,
            Wallet.kind == WalletKind.MONEY,
        )
        .order_by(Wallet.name, Wallet.id)
    )
    return [{"name": row.name, "balance": row.amount} for row in rows]
