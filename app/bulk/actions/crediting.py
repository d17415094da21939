"""How credits of points and of money are taken back: what is left of them; what was spent stays spent (BA-14)."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import lazy_gettext as _l

from app.bulk.actions.handing import undone_key
from app.bulk.actions.shared import key_of
from app.bulk.models import Batch
from app.bulk.registry import Claim, Doubts
from app.ledger.models import FIRST_ENTRY
from app.lib import dates
from app.transactions.services.crediting import take_back_credits

UNDOING_REASONS = {
    "spent": _l("Has spent all of it, or it has expired"),
    "taken_back": _l("Was taken back already"),
}
# By an undoing that was cancelled on its way.
TAKEN_BACK = (
    "EXISTS (SELECT FROM ledger_entry r WHERE r.business_id = :business AND r.reverses_id = e.id)",
    "taken_back",
)
UNDONE_ENTRY = "LEFT JOIN ledger_entry e ON e.business_id = :business AND e.key = :undone_key || ':' || a.customer_id"
# A merge that was undone has given its points back as lots that began with its own.
_LEFT = f"""
    {UNDONE_ENTRY}
    CROSS JOIN LATERAL (
        SELECT sum(l.remaining)::bigint AS amount FROM lot l
        WHERE l.business_id = :business AND l.customer_id = a.customer_id AND l.wallet_id = :undone_wallet
            AND l.remaining > 0 AND (l.expires_at IS NULL OR l.expires_at > :moment) AND {FIRST_ENTRY} = e.id
    ) own
"""


class CreditUndoing:
    """`wallet` says which one a batch credited."""

    def __init__(self, wallet: Callable[[Batch], int]) -> None:
        self.wallet = wallet

    def doubts(self, batch: Batch) -> Doubts:
        values = {"undone_key": undone_key(batch), "undone_wallet": self.wallet(batch), "moment": dates.now()}
        return Doubts((TAKEN_BACK, ("own.amount IS NULL", "spent")), _LEFT, amount="own.amount", values=values)

    def step(self, claim: Claim) -> int:
        batch = claim.batch
        wallet, terminal = self.wallet(batch), batch.values["terminal"]
        moved = take_back_credits(wallet, terminal, claim.customers, key_of(batch.id), undone_key(batch))
        return sum(-each.amount for each in moved)
