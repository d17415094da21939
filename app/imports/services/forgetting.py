"""Files and rows go after 30 days, and with who is erased (RELIABILITY: files in; CP-8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, text, update

from app.bulk.models import STANDING, Batch
from app.customers.models import Customer
from app.customers.search import national_digits
from app.db import business_id, patience
from app.extensions import db
from app.imports.models import ImportFile, ImportJob, ImportRow, ImportState
from app.imports.services.reading import GONE
from app.imports.services.uploading import TIME, remove
from app.lib import dates

KEPT = timedelta(days=30)
# A row that was refused is nobody's yet, and may be this one's in any spelling of its phone.
_REFUSED = text(
    "SELECT import_id, number FROM import_row WHERE business_id = :business AND state = 4 AND customer_id IS NULL"
    " AND position(:digits IN regexp_replace(CAST(raw AS text), '\\D', '', 'g')) > 0"
)


def forget_old() -> int:
    """Takes out the rows and the file of one import of this business that is over; answers with how many that were.

    What was read and what came of it in numbers stays; what nobody ever had checked goes whole.
    """
    job = db.session.scalars(_old().limit(1).with_for_update(skip_locked=True, of=ImportJob)).first()
    if job is None:
        return 0
    with patience(TIME):
        if job.batch_id is None and job.state is not ImportState.READ:
            remove(job)
            return 1
        for kind in (ImportRow, ImportFile):
            db.session.execute(delete(kind).where(kind.business_id == business_id(), kind.import_id == job.id))
        job.has_file, job.forgotten_at = False, dates.now()
        db.session.flush()
    return 1


def forget_customer(customer_id: int) -> None:
    """What files said of a customer who is erased, and the files; a row stays as a number."""
    customer = db.session.get_one(Customer, (business_id(), customer_id))
    of_rows = ImportRow.business_id == business_id()
    mine = select(ImportRow.import_id, ImportRow.number).where(of_rows, ImportRow.customer_id == customer_id)
    found = {(row.import_id, row.number) for row in db.session.execute(mine)}
    digits = national_digits(customer.phone).lstrip("0")
    if digits:
        refused = db.session.execute(_REFUSED, {"business": business_id(), "digits": digits})
        found |= {(row.import_id, row.number) for row in refused}
    for import_id, number in sorted(found):
        row = update(ImportRow).where(of_rows, ImportRow.import_id == import_id, ImportRow.number == number)
        db.session.execute(row.values(_NOTHING))
    _forget_files({import_id for import_id, _number in found})


_NOTHING: dict[str, object] = {
    **dict.fromkeys(("phone", "first_name", "last_name", "first_name_key", "last_name_key", "email"), ""),
    "raw": [],
    "birthday": None,
    "language": "",
    "cards": [],
    "answers": [],
    "document": "",
}


def _forget_files(imports: set[int]) -> None:
    """They cannot be read again: who would import it once more sends it once more."""
    if imports:
        gone = delete(ImportFile).where(ImportFile.business_id == business_id(), ImportFile.import_id.in_(imports))
        db.session.execute(gone)
        mine = (ImportJob.business_id == business_id(), ImportJob.id.in_(imports))
        under_way = update(ImportJob).where(*mine, ImportJob.has_file, ImportJob.state == ImportState.READING)
        db.session.execute(under_way.values(state=ImportState.FAILED, fault=GONE))
        db.session.execute(update(ImportJob).where(*mine).values(has_file=False))


def _old() -> Any:
    batch = (Batch.business_id == ImportJob.business_id) & (Batch.id == ImportJob.batch_id)
    over = func.coalesce(Batch.finished_at, ImportJob.created_at) < dates.now() - KEPT
    mine = ImportJob.business_id == business_id(), ImportJob.forgotten_at.is_(None), over
    standing = Batch.state.in_(STANDING)
    return select(ImportJob).outerjoin(Batch, batch).where(*mine, standing.is_not(True)).order_by(ImportJob.id)
