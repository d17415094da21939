"""Files and rows go after 30 days, and with who is erased (RELIABILITY: files in; CP-8)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, text, update

from app.bulk.models import STANDING, Batch, BatchState
from app.customers.models import Card, Customer
from app.customers.search import national_digits
from app.db import business_id, patience
from app.extensions import db
from app.imports.models import ImportFile, ImportJob, ImportRow, ImportState
from app.imports.queries import content_of
from app.imports.services.reading import GONE
from app.imports.services.uploading import TIME, remove
from app.lib import dates

KEPT = timedelta(days=30)
# A row that was refused is nobody's yet, and may be this one's in any spelling of its phone; so may one about somebody
# new, who was registered by hand before it was written.
_OTHERS = text(
    """
    SELECT import_id, number FROM import_row WHERE business_id = :business AND (
        ((phone = :phone AND phone <> '' OR cards && CAST(:cards AS text[])) AND (state = 4 OR NOT EXISTS (
            SELECT FROM customer c WHERE c.business_id = :business AND c.id = import_row.customer_id)))
        OR (state = 4 AND customer_id IS NULL AND (:marks <> '' AND CAST(raw AS text) ~* :marks
            OR (:digits <> '' AND position(:digits IN regexp_replace(CAST(raw AS text), '\\D', '', 'g')) > 0))))
    """
)
_UNREAD = (ImportState.UPLOADED, ImportState.READING, ImportState.FAILED)
"""What rows such a file has, nothing knows yet, or not of all of them."""


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
    own = select(Card.number).where(Card.business_id == business_id(), Card.customer_id == customer.id)
    cards = db.session.scalars(own).all()
    digits, marks = national_digits(customer.phone).lstrip("0"), _marks(customer, cards)
    # First of all, as a file that is being read is read no further then.
    _forget_files(_unread_with(marks) if marks else set())
    of_rows = ImportRow.business_id == business_id()
    mine = select(ImportRow.import_id, ImportRow.number).where(of_rows, ImportRow.customer_id == customer_id)
    found = {(row.import_id, row.number) for row in db.session.execute(mine)}
    if marks or cards:
        about = {"phone": customer.phone, "cards": list(cards), "digits": digits, "marks": marks}
        asked = about | {"business": business_id()}
        others = {(row.import_id, row.number) for row in db.session.execute(_OTHERS, asked)} - found
        _forget_rows(others, _NOTHING | {"customer_id": None})
        _forget_files({import_id for import_id, _number in others})
    _forget_rows(found, _NOTHING)
    _forget_files({import_id for import_id, _number in found})


def _marks(customer: Customer, cards: Sequence[str]) -> str:
    """What finds a customer in a text, as an expression that Python and PostgreSQL read alike; '' for nothing."""
    digits = national_digits(customer.phone).lstrip("0")
    phone = [_BETWEEN_DIGITS.join(digits) + "(?![0-9])"] if digits else []
    words = [re.escape(customer.email)] if customer.email else []
    words += [_BETWEEN_SIGNS.join(map(re.escape, number)) for number in cards if len(number) >= _TELLING]
    return "|".join([*phone, *(f"(?<![0-9A-Za-z]){each}(?![0-9A-Za-z])" for each in words)])


_TELLING = 6
"""Letters of a card; a shorter one stands by chance in many rows."""
# Within a cell: in the file, and in the JSON of a row.
_BETWEEN_DIGITS, _BETWEEN_SIGNS = '[^0-9,;|"\t\r\n]{0,5}', "[ -]?"


def _unread_with(marks: str) -> set[int]:
    """The files in which a customer is found, of those whose rows are not all known."""
    sought = re.compile(marks, re.IGNORECASE)
    unread = ImportJob.business_id == business_id(), ImportJob.has_file, ImportJob.state.in_(_UNREAD)
    kept = db.session.execute(select(ImportJob.id, ImportJob.encoding).where(*unread)).all()
    return {row.id for row in kept if sought.search(content_of(row.id).decode(row.encoding, "replace"))}


def _forget_rows(found: set[tuple[int, int]], nothing: dict[str, object]) -> None:
    for import_id, number in sorted(found):
        mine = ImportRow.business_id == business_id(), ImportRow.import_id == import_id, ImportRow.number == number
        db.session.execute(update(ImportRow).where(*mine).values(nothing))


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
        unread = update(ImportJob).where(*mine, ImportJob.has_file, ImportJob.state.in_(_UNREAD))
        db.session.execute(unread.values(state=ImportState.FAILED, fault=GONE))
        db.session.execute(update(ImportJob).where(*mine).values(has_file=False))


def _old() -> Any:
    batch = (Batch.business_id == ImportJob.business_id) & (Batch.id == ImportJob.batch_id)
    lapsed = and_(Batch.state == BatchState.CANCELLED, Batch.rests_since.is_not(None), Batch.started_at.is_(None))
    # What lapsed before anything was written has been kept for as long already, and nothing of it can be undone.
    over = or_(func.coalesce(Batch.finished_at, ImportJob.created_at) < dates.now() - KEPT, lapsed)
    mine = ImportJob.business_id == business_id(), ImportJob.forgotten_at.is_(None), over
    standing = Batch.state.in_(STANDING)
    return select(ImportJob).outerjoin(Batch, batch).where(*mine, standing.is_not(True)).order_by(ImportJob.id)
