"""Bulk actions and imports."""

from __future__ import annotations

from app.bulk.models import Batch, BatchItem, BatchState, ItemState
from app.db import business_id
from app.imports.models import ImportFile, ImportJob, ImportRow, ImportState, RowState
from app.lib import dates
from tests.factories.loyalty import default_program
from tests.factories.rows import add


def add_batch(customer_id: int, user_id: int, franchisee: int | None = None) -> int:
    """A previewed bulk action on one customer: a tag; answers with its id."""
    values = {"way": "add", "key": "city", "value": "Kyiv"}
    batch = Batch(
        business_id=business_id(),
        state=BatchState.PREVIEWED,
        action="tags",
        values=values,
        selection={"args": {}, "ids": [customer_id], "left_out": []},
        user_id=user_id,
        franchisee_id=franchisee,
        selected=1,
        foreseen={"done": 1, "amount": 0, "reasons": {}},
        frozen_at=dates.now(),
    )
    add(batch)
    add(BatchItem(business_id=business_id(), batch_id=batch.id, customer_id=customer_id, state=ItemState.PENDING))
    return batch.id


def add_import(customer_id: int, user_id: int, name: str = "customers.csv") -> int:
    """An import whose rows are checked: one that tells nothing new of a customer, and one that is refused."""
    own = {"business_id": business_id()}
    described = {"encoding": "utf-8", "delimiter": ",", "columns": ["phone"], "mapping": ["phone"], "lines": 2}
    job = ImportJob(**own, name=name, size=20, sha256=b"", user_id=user_id, state=ImportState.READ, **described)
    job.counts, job.reasons = {"unchanged": 1, "refused": 1}, {"phone": 1}
    job.program_id, job.read_at = default_program().id, dates.now()
    add(job)
    add(ImportFile(**own, import_id=job.id, content=b"phone\n+380671112233\n12\n"))
    of_job = {**own, "import_id": job.id}
    add(ImportRow(**of_job, number=1, raw=["+380671112233"], state=RowState.UNCHANGED, customer_id=customer_id))
    add(ImportRow(**of_job, number=2, raw=["12"], state=RowState.REFUSED, reason="phone", detail="phone"))
    return job.id
