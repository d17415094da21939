"""How a batch comes to its end, or to rest: once no chunk is under way."""

from __future__ import annotations

from sqlalchemy import exists, select, update

from app.bulk.models import Batch, BatchItem, BatchState, ItemState
from app.bulk.services.chunks import ready
from app.bulk.services.locking import held_batch, is_alone
from app.bulk.services.reserving import release
from app.bulk.services.telling import tell_end
from app.db import business_id, unit_of_work
from app.extensions import db
from app.lib import dates
from app.scope import Scope

_RESTS = {BatchState.PAUSING: BatchState.PAUSED, BatchState.CANCELLING: BatchState.CANCELLED}


def settle(batch: Batch) -> None:
    """Brings a batch to rest that is to be paused or cancelled, unless a chunk is still under way. Needs it held."""
    if batch.state not in _RESTS or not is_alone(batch.id):
        return
    batch.state = _RESTS[batch.state]
    if batch.state is BatchState.PAUSED:
        batch.rests_since = dates.now()
    if batch.state is BatchState.CANCELLED:
        batch.finished_at = dates.now()
        release(batch)
        tell_end(batch)
    db.session.flush()


def end(scope: Scope, number: int) -> bool:
    """Ends a batch when nobody in it is left to be done; whether there is more to do at once."""
    with unit_of_work(scope):
        batch = held_batch(number)
        if batch.state is not BatchState.RUNNING or not is_alone(number):
            return False
        left = exists().where(
            BatchItem.business_id == business_id(), BatchItem.batch_id == number, BatchItem.state == ItemState.PENDING
        )
        if db.session.scalar(select(left)):
            return bool(db.session.scalar(select(exists().where(*ready(number)))))
        batch.state, batch.finished_at = BatchState.DONE, dates.now()
        batch.strikes = 0
        release(batch)
        if batch.undoes_id is not None:
            undone = update(Batch).where(Batch.business_id == business_id(), Batch.id == batch.undoes_id)
            db.session.execute(undone.values(state=BatchState.UNDONE))
        tell_end(batch)
        return False
