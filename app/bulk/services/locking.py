"""The lock of a batch: a chunk shares it while it works; who pauses, cancels or ends the batch has it alone."""

from __future__ import annotations

from sqlalchemy import select, text
from werkzeug.exceptions import NotFound

from app.bulk.models import Batch
from app.db import business_id
from app.extensions import db

_KEY = "hashtextextended('batch:' || :batch, :business)"
_SHARED = text(f"SELECT pg_advisory_xact_lock_shared({_KEY})")
_ALONE = text(f"SELECT pg_try_advisory_xact_lock({_KEY})")


def share(number: int) -> None:
    """Keeps the batch as it stands until this unit of work ends; waits for who has it alone."""
    db.session.execute(_SHARED, {"batch": number, "business": business_id()})


def is_alone(number: int) -> bool:
    """Whether no chunk is under way; then none begins until this unit of work ends."""
    return bool(db.session.scalar(_ALONE, {"batch": number, "business": business_id()}))


def held_batch(number: int) -> Batch:
    """A batch of this person's, held. Raises NotFound."""
    asked = select(Batch).where(Batch.business_id == business_id(), Batch.id == number).with_for_update()
    found = db.session.scalars(asked.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found
