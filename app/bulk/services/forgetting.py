"""What bulk actions keep of a customer goes when it is erased: for their undoing, and typed for it alone (CP-8)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import null, select, update

from app.bulk.models import Batch, BatchItem
from app.bulk.registry import ERASED
from app.bulk.services.telling import ABOUT
from app.db import business_id
from app.extensions import db
from app.messaging.services.from_platform import forget_titles

_TYPED = ("titles", "texts", "value")
"""Among the values of any action. What points are for is in the ledger too, which stays."""


def forget_in_batches(customer_id: int) -> None:
    kept = update(BatchItem).where(
        BatchItem.business_id == business_id(), BatchItem.customer_id == customer_id, BatchItem.kept.is_not(None)
    )
    db.session.execute(kept.values(kept=null()))
    its_own = select(Batch).where(Batch.business_id == business_id(), Batch.only_customer_id == customer_id)
    forget_typed(db.session.scalars(its_own.order_by(Batch.id).with_for_update()).all())


def forget_typed(batches: Sequence[Batch]) -> None:
    """Of batches for one customer alone, wherever they stand: nobody is left who could be told it."""
    emptied = []
    for batch in batches:
        typed = {name: type(said)() for name, said in batch.values.items() if name in _TYPED and said}
        if typed:
            batch.values = {**batch.values, **typed, ERASED: True}
            emptied.append(batch.id)
    forget_titles(ABOUT, emptied)
    db.session.flush()
