"""What bulk actions keep of a customer for their undoing goes when it is erased (CP-8)."""

from __future__ import annotations

from sqlalchemy import null, update

from app.bulk.models import BatchItem
from app.db import business_id
from app.extensions import db


def forget_kept(customer_id: int) -> None:
    kept = update(BatchItem).where(
        BatchItem.business_id == business_id(), BatchItem.customer_id == customer_id, BatchItem.kept.is_not(None)
    )
    db.session.execute(kept.values(kept=null()))
