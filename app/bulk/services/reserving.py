"""The stock of a batch: set aside by its preview, so that no other action takes it, until its end (BA-9)."""

from __future__ import annotations

from sqlalchemy import func, select

from app.bulk.models import Batch, BatchTally
from app.bulk.registry import Stock, action_named
from app.db import business_id
from app.extensions import db


def reserve(batch: Batch) -> None:
    """Sets aside what its preview foresees; where there is less, nothing, and the preview tells how much there is."""
    stock, needed = _stock_of(batch), int(batch.foreseen["done"])
    if stock is None or not needed:
        return
    left = stock.reserve(batch.values, needed)
    if left is None:
        batch.reserved = needed
    else:
        batch.foreseen = {**batch.foreseen, "left": left}


def release(batch: Batch) -> None:
    """Gives back what its chunks did not take. Needs the batch held, and no chunk under way."""
    stock = _stock_of(batch)
    if stock is None or not batch.reserved:
        return
    stock.release(batch.values, batch.reserved - _taken(batch))
    batch.reserved = 0


def is_short(batch: Batch) -> bool:
    """Whether its preview found too little for whom it would reach."""
    return "left" in batch.foreseen


def shortage(batch: Batch) -> str:
    """That there is too little for whom it would reach, in words; '' where there is enough."""
    stock = _stock_of(batch)
    return stock.short(batch.foreseen["left"], batch.foreseen["done"]) if stock and is_short(batch) else ""


def _stock_of(batch: Batch) -> Stock | None:
    """An undoing gives back, and so needs none."""
    return action_named(batch.action).stock if batch.action and batch.undoes_id is None else None


def _taken(batch: Batch) -> int:
    mine = BatchTally.business_id == business_id(), BatchTally.batch_id == batch.id
    return int(db.session.scalar(select(func.coalesce(func.sum(BatchTally.done), 0)).where(*mine)) or 0)
