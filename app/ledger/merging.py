"""Points and money when two records of a person become one, and two again (CP-9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import func, select

from app.customers.registry import CannotUndoError, Compared, Merge
from app.db import business_id
from app.extensions import db
from app.filters import language, money, zone
from app.ledger.models import Lot
from app.ledger.queries import wallets_of
from app.ledger.services import ShortfallError, give_back, last_entry, move_all, open_balances, returnable
from app.lib import formats
from app.loyalty.models import Wallet, WalletKind

MOST_LOTS = 12


def merge(merged: Merge) -> None:
    """All that the absorbed record holds passes to the survivor, each lot with its date."""
    merged.kept["ledger"] = last_entry()
    open_balances(merged.survivor)
    move_all(merged.absorbed, merged.survivor, f"merge:{merged.id}")


def undo(merged: Merge) -> None:
    """What came goes back. What expired since does not, and what was spent is replaced out of what there is."""
    try:
        since = merged.kept["ledger"]
        give_back(merged.survivor, merged.absorbed, merged.family, since, f"unmerge:{merged.id}")
    except ShortfallError as short:
        raise _missing(short) from short


def foretell(merged: Merge) -> list[tuple[str, str]]:
    """By wallet what would go back. Raises CannotUndoError with what is missing."""
    known = _wallets()
    held = {row.id: row.amount for row in wallets_of(merged.survivor)}
    told = []
    for wallet, parts in returnable(merged.survivor, merged.family, merged.kept["ledger"]).items():
        amount = sum(part.amount for part in parts)
        if amount > held.get(wallet, 0):
            raise _missing(ShortfallError(wallet, amount - held.get(wallet, 0)))
        told.append((known[wallet].name, written(known[wallet], amount)))
    return told


def compare(survivor: int, absorbed: int) -> list[Compared]:
    """Each wallet with what both hold, and points by the day on which they expire."""
    known, amounts = _wallets(), [{row.id: row.amount for row in wallets_of(each)} for each in (survivor, absorbed)]
    lines = []
    for wallet in known.values():
        if any(wallet.id in each for each in amounts):
            lines.append(_compared(wallet, wallet.name, *(each.get(wallet.id, 0) for each in amounts)))
            lines += [
                _compared(wallet, _until(day), mine, theirs)
                for day, mine, theirs in _lots(wallet.id, survivor, absorbed)
                if day is not None
            ]
    return lines


def written(wallet: Wallet, amount: int) -> str:
    """An amount of a wallet in words, in the person's language."""
    if wallet.kind == WalletKind.POINTS:
        return formats.points(amount, language())
    return money(amount, symbol=True)


def _wallets() -> dict[int, Wallet]:
    mine = (
        select(Wallet).where(Wallet.business_id == business_id()).order_by(Wallet.kind.desc(), Wallet.name, Wallet.id)
    )
    return {each.id: each for each in db.session.scalars(mine)}


def _compared(wallet: Wallet, label: str, mine: int, theirs: int) -> Compared:
    return Compared(label, *(written(wallet, amount) for amount in (mine, theirs, mine + theirs)))


def _until(day: Any) -> str:
    return _("of them until %(day)s", day=formats.long_date(day, language()))


def _lots(wallet: int, survivor: int, absorbed: int) -> list[tuple[datetime | None, int, int]]:
    day = func.date(func.timezone(zone(), Lot.expires_at)).label("day")

    def held(customer: int) -> Any:
        return func.coalesce(func.sum(Lot.remaining).filter(Lot.customer_id == customer), 0)

    rows = db.session.execute(
        select(day, held(survivor).label("mine"), held(absorbed).label("theirs"))
        .where(Lot.business_id == business_id(), Lot.customer_id.in_([survivor, absorbed]), Lot.wallet_id == wallet)
        .where(Lot.remaining > 0)
        .group_by(day)
        .order_by(day.asc().nulls_last())
        .limit(MOST_LOTS)
    )
    return [(row.day, int(row.mine), int(row.theirs)) for row in rows]


def _missing(short: ShortfallError) -> CannotUndoError:
    def words() -> str:
        wallet = _wallets()[short.wallet_id]
        amount = written(wallet, short.missing)
        missing = amount.striptags() if isinstance(amount, Markup) else amount
        return _(
            "%(wallet)s: %(missing)s of what came with the record are spent and missing.",
            wallet=wallet.name,
            missing=missing,
        )

    return CannotUndoError(words)
