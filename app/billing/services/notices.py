"""Who is told when the balance runs low, and when it has: once each time it falls past an amount (BI-2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from app import audit
from app.accounts.models import Membership, User
from app.billing.models import BalanceNotice, BalanceThreshold
from app.billing.queries import balance, own_notice
from app.billing.services.holding import hold_balance
from app.db import business_id, current_scope
from app.extensions import db
from app.lib import dates
from app.permissions import GRANTS, Permission

# What fell past an amount is told; what rose above it will be told anew when it falls again.
_CROSS = text(
    """
    UPDATE balance_threshold SET below = NOT below, told_at = CASE WHEN below THEN told_at ELSE :now END
    WHERE business_id = :business AND below <> (:balance < amount)
    RETURNING user_id, amount, below
    """
)


@dataclass(frozen=True)
class Channels:
    """By which ways a person is told."""

    email: bool
    sms: bool
    push: bool


@dataclass(frozen=True)
class Fallen:
    """Someone to be told that the balance fell below an amount: the lowest of theirs that it fell below now."""

    user: User
    channels: Channels
    amount: int
    balance: int


def keep_notice(amounts: Collection[int], channels: Channels) -> None:
    """Keeps at which balances this scope's person is told, and how; no amounts turn it off.

    An amount that the balance is below already is told when it has been above it and falls anew.
    """
    # Held, so that no balance falls between the look at it and what is kept of that.
    hold_balance()
    before, left = own_notice(), balance()
    of_person = {"business_id": business_id(), "user_id": current_scope().user_id or 0}
    row = insert(BalanceNotice).values(**of_person, **_columns(channels))
    db.session.execute(row.on_conflict_do_update(index_elements=list(of_person), set_=_columns(channels)))
    mine = BalanceThreshold.business_id == business_id(), BalanceThreshold.user_id == current_scope().user_id
    db.session.execute(delete(BalanceThreshold).where(*mine, BalanceThreshold.amount.not_in(amounts)))
    if amounts:
        rows = [{**of_person, "amount": amount, "below": left < amount} for amount in amounts]
        db.session.execute(insert(BalanceThreshold).values(rows).on_conflict_do_nothing())
    changes: dict[str, tuple[object, object]] = {"amounts": (before.amounts, sorted(amounts, reverse=True))}
    changes |= {name: (getattr(before, name), value) for name, value in _columns(channels).items()}
    audit.record("billing.notices", audit.Subject("billing", business_id()), changes)


def fallen() -> Sequence[Fallen]:
    """Whom to tell now, each once: it is written down with it, in this unit of work."""
    watched = select(BalanceThreshold.amount).where(BalanceThreshold.business_id == business_id()).limit(1)
    if db.session.scalar(watched) is None:
        return []
    hold_balance()
    left = balance()
    values = {"business": business_id(), "balance": left, "now": dates.now()}
    lowest: dict[int, int] = {}
    for row in db.session.execute(_CROSS, values):
        if row.below:
            lowest[row.user_id] = min(row.amount, lowest.get(row.user_id, row.amount))
    return [Fallen(user, channels, lowest[user.id], left) for user, channels in _readers(lowest)]


def _readers(user_ids: Collection[int]) -> list[tuple[User, Channels]]:
    """Those of them who may know the balance, by now."""
    roles = [str(role) for role, granted in GRANTS.items() if Permission.READ_BILLING in granted]
    statement = (
        select(User, BalanceNotice)
        .join(Membership, Membership.user_id == User.id)
        .join(BalanceNotice, BalanceNotice.user_id == User.id)
        .where(Membership.business_id == business_id(), Membership.role.in_(roles), Membership.disabled_at.is_(None))
        .where(BalanceNotice.business_id == business_id(), User.id.in_(user_ids), User.disabled_at.is_(None))
        .order_by(User.id)
    )
    rows = db.session.execute(statement) if user_ids else ()
    return [(user, Channels(row.by_email, row.by_sms, row.by_push)) for user, row in rows]


def _columns(channels: Channels) -> dict[str, bool]:
    return {"by_email": channels.email, "by_sms": channels.sms, "by_push": channels.push}
