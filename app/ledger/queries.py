"""A customer's wallets and the movements in them, newest first (CP-2).

Row-level security leaves a location operator what happened at its own points of sale (PR-3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Row, Select, case, cast, func, literal, select, tuple_
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.businesses.models import PointOfSale
from app.customers.family import of_family, stretches
from app.db import business_id
from app.extensions import db
from app.ledger.models import Balance, Entry, EntryKind, Lot, LotUse
from app.lib import dates
from app.loyalty.models import Wallet, WalletKind
from app.paging import Order, PageKey
from app.period import Period

ORDER = Order(Entry.at.expression, Entry.id.expression)


@dataclass(frozen=True)
class Chosen:
    """Which movements of a customer are asked for; those of records merged into it are its own."""

    customer_id: int
    period: Period = field(default_factory=Period)
    wallet_id: int | None = None
    kind: EntryKind | None = None

    def entries(self, of: FromClause) -> Select[Any]:
        """Those of one of the records that `of` lists."""
        chosen = select(Entry.id).where(Entry.business_id == business_id(), Entry.customer_id == of.c.customer_id)
        if self.wallet_id is not None:
            chosen = chosen.where(Entry.wallet_id == self.wallet_id)
        if self.kind is not None:
            chosen = chosen.where(Entry.kind == self.kind)
        return chosen.where(*self.period.holds(Entry.at))


def money_accounts() -> Sequence[Wallet]:
    """The money accounts of the business, by name."""
    accounts = select(Wallet).where(Wallet.business_id == business_id(), Wallet.kind == WalletKind.MONEY)
    return db.session.scalars(accounts.order_by(Wallet.name, Wallet.id)).all()


def wallets_of(customer_id: int) -> list[Row[Any]]:
    """The wallets that a customer holds, points first, with amount, expiring and expiring_at of its balance.

    Of the amount `past_date` is nothing to spend any more.
    """
    balance: list[Any] = [Balance.amount, Balance.expiring, Balance.expiring_at, past_date().label("past_date")]
    held = (
        select(Wallet.id, Wallet.kind, Wallet.name, Wallet.unit, *balance)
        .join(Balance, (Balance.business_id == Wallet.business_id) & (Balance.wallet_id == Wallet.id))
        .where(Wallet.business_id == business_id(), Balance.customer_id == customer_id)
        .order_by(case((Wallet.kind == WalletKind.POINTS, 0), else_=1), Wallet.name, Wallet.id)
    )
    return list(db.session.execute(held))


def available_in(wallet: Row[Any]) -> int:
    """What a wallet of `wallets_of` holds, without what is past its date and only waits to be taken out."""
    return int(wallet.amount - wallet.past_date)


def past_date() -> ColumnElement[int]:
    """What of a balance is past its date, of however many dates. Lots are read only where the first one is due."""
    now = dates.now()
    due = select(cast(func.sum(Lot.remaining), BigInteger)).where(
        Lot.business_id == Balance.business_id,
        Lot.customer_id == Balance.customer_id,
        Lot.wallet_id == Balance.wallet_id,
        Lot.remaining > 0,
        Lot.expires_at <= now,
    )
    is_due = (Balance.expiring_at > dates.NEVER) & (Balance.expiring_at <= now)
    return case((is_due, func.coalesce(due.correlate(Balance).scalar_subquery(), 0)), else_=0)


def open_lots(customer_id: int) -> Sequence[Row[Any]]:
    """What is left of each lot that can be spent: wallet, amount and date; in the order in which they are spent."""
    until = Lot.expires_at.is_(None) | (Lot.expires_at > dates.now())
    mine = Lot.business_id == business_id(), Lot.customer_id == customer_id, Lot.remaining > 0
    left = select(Lot.id, Lot.wallet_id, Lot.remaining, Lot.expires_at, Lot.title).where(*mine, until)
    rows: Sequence[Any] = db.session.execute(left.order_by(Lot.wallet_id, Lot.expires_at.nulls_last(), Lot.id)).all()
    return rows


def expiring_lots(customer_id: int, zone: str) -> list[Row[Any]]:
    """What of a customer's wallets expires: wallet_id, the day by a zone's clock, amount; the soonest first."""
    day = func.date(func.timezone(zone, Lot.expires_at)).label("day")
    held = (
        select(Lot.wallet_id, day, cast(func.sum(Lot.remaining), BigInteger).label("amount"))
        .where(Lot.business_id == business_id(), Lot.customer_id == customer_id)
        .where(Lot.remaining > 0, Lot.expires_at > func.now())
        .group_by(Lot.wallet_id, day)
        .order_by(day, Lot.wallet_id)
    )
    return list(db.session.execute(held))


def movements(chosen: Chosen, key: PageKey | None) -> Sequence[Row[Any]]:
    """A page of movements and one more: the entry's columns, place, author, and what it reverses."""
    # The ids come out of the index alone, however few of many fit; only the page's rows are then read.
    records = stretches(chosen.customer_id)
    ids = ORDER.newest(chosen.entries(records), key, records).subquery()
    undone = aliased(Entry)
    columns: list[Any] = [
        *(Entry.id, Entry.at, Entry.kind, Entry.wallet_id, Entry.amount, Entry.balance_after, Entry.note),
        Entry.transaction_id,
        PointOfSale.name.label("place"),
        User.name.label("author"),
        undone.kind.label("undone_kind"),
        undone.at.label("undone_at"),
    ]
    statement = (
        select(*columns)
        .join(ids, ids.c.id == Entry.id)
        .outerjoin(PointOfSale, _place())
        .outerjoin(User, User.id == Entry.user_id)
        .outerjoin(undone, (undone.business_id == business_id()) & (undone.id == Entry.reverses_id))
        .where(Entry.business_id == business_id())
        .order_by(*ORDER.newest_first())
    )
    return db.session.execute(statement).all()


def expired_lots(entries: Sequence[int]) -> dict[int, Row[Any]]:
    """Entry that let a lot expire → the lot's title, and when and where it came in."""
    columns: list[Any] = [LotUse.entry_id, Lot.title, Entry.at, PointOfSale.name.label("place")]
    statement = (
        select(*columns)
        .join(Lot, (Lot.business_id == LotUse.business_id) & (Lot.id == LotUse.lot_id))
        .join(Entry, (Entry.business_id == Lot.business_id) & (Entry.id == Lot.entry_id))
        .outerjoin(PointOfSale, _place())
        .where(LotUse.business_id == business_id(), LotUse.entry_id.in_(entries))
    )
    return {row.entry_id: row for row in db.session.execute(statement)} if entries else {}


def own_sums(customer_id: int, newest: Row[Any] | None) -> dict[int, tuple[int, int]]:
    """Wallet → what this person sees of a customer's movements, in sum, and how much of it came up to `newest`."""
    until = tuple_(ORDER.moment, ORDER.id) <= tuple_(literal(newest.at), literal(newest.id)) if newest else None
    reached = func.sum(Entry.amount).filter(until) if until is not None else func.sum(Entry.amount)
    summed = (
        select(Entry.wallet_id, func.sum(Entry.amount).label("all"), func.coalesce(reached, 0).label("reached"))
        .where(Entry.business_id == business_id(), of_family(Entry.customer_id, customer_id))
        .group_by(Entry.wallet_id)
    )
    return {row.wallet_id: (int(row.all), int(row.reached)) for row in db.session.execute(summed)}


def _place() -> Any:
    return (PointOfSale.business_id == Entry.business_id) & (PointOfSale.id == Entry.point_of_sale_id)
