"""Imports as pages, jobs and files ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, exists, func, or_, select, text
from werkzeug.exceptions import NotFound

from app.bulk.models import Batch, BatchItem, BatchState, ItemState
from app.db import autocommit_engine, business_id
from app.extensions import db
from app.imports.models import ImportFile, ImportJob, ImportRow, RowState

PAGE_SIZE = 50
TOGETHER = 2_000
"""Rows of a file that are fetched at once."""


def due_imports() -> list[tuple[int, int]]:
    """Business and id of the files that a worker is to read on, in every business; outside of any scope."""
    with autocommit_engine().connect() as connection:
        return [(row.business_id, row.import_id) for row in connection.execute(text("SELECT * FROM due_imports()"))]


def import_named(number: int) -> ImportJob:
    """Raises NotFound."""
    found = db.session.get(ImportJob, (business_id(), number))
    if found is None:
        raise NotFound
    return found


def held_import(number: int) -> ImportJob:
    """The same, held until the unit of work ends. Raises NotFound."""
    asked = select(ImportJob).where(ImportJob.business_id == business_id(), ImportJob.id == number).with_for_update()
    found = db.session.scalars(asked.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def imports(before: int | None = None) -> Sequence[tuple[ImportJob, Batch | None]]:
    """Newest first, each with what writes it: a page and one."""
    mine = (
        select(ImportJob, Batch)
        .outerjoin(Batch, (Batch.business_id == ImportJob.business_id) & (Batch.id == ImportJob.batch_id))
        .where(ImportJob.business_id == business_id())
    )
    if before is not None:
        mine = mine.where(ImportJob.id < before)
    found = db.session.execute(mine.order_by(ImportJob.id.desc()).limit(PAGE_SIZE + 1))
    return [(row.ImportJob, row.Batch) for row in found]


def content_of(number: int) -> bytes:
    """The bytes of a file. Raises NotFound when they are not kept any more."""
    mine = ImportFile.business_id == business_id(), ImportFile.import_id == number
    found = db.session.scalar(select(ImportFile.content).where(*mine))
    if found is None:
        raise NotFound
    return bytes(found)


def batch_of(job: ImportJob) -> Batch | None:
    """What writes the rows of an import."""
    return db.session.get(Batch, (business_id(), job.batch_id)) if job.batch_id else None


def sent_before(job: ImportJob) -> ImportJob | None:
    """The newest other import of the very same file that was confirmed and not taken back since."""
    mine = select(ImportJob).join(
        Batch, (Batch.business_id == ImportJob.business_id) & (Batch.id == ImportJob.batch_id)
    )
    same = mine.where(
        ImportJob.business_id == business_id(),
        ImportJob.sha256 == job.sha256,
        ImportJob.id != job.id,
        Batch.confirmed_at.is_not(None),
        Batch.state != BatchState.UNDONE,
    )
    return db.session.scalars(same.order_by(ImportJob.id.desc()).limit(1)).first()


def mended_as(job: ImportJob) -> Sequence[ImportJob]:
    """The imports that rows refused here were sent again as."""
    mine = select(ImportJob).where(ImportJob.business_id == business_id(), ImportJob.parent_id == job.id)
    return db.session.scalars(mine.order_by(ImportJob.id)).all()


def row_page(number: int, state: RowState | None = None, reason: str = "", after: int = 0) -> Sequence[Row[Any]]:
    """Rows of the dry run behind one, a page and one: ImportRow, and as `later` why the run passed it over."""
    page = _rows(number).where(ImportRow.number > after)
    if state is not None:
        page = page.where(ImportRow.state == state)
    if reason:
        page = page.where(or_(ImportRow.reason == reason, BatchItem.reason == reason))
    return db.session.execute(page.order_by(ImportRow.number).limit(PAGE_SIZE + 1)).all()


def refused_page(number: int, after: int = 0, most: int = PAGE_SIZE + 1) -> Sequence[Row[Any]]:
    """The rows that were not taken, by the dry run or the run: ImportRow and `later`, behind one."""
    page = _rows(number).where(ImportRow.number > after, _not_taken())
    return db.session.execute(page.order_by(ImportRow.number).limit(most)).all()


def refused_count(number: int) -> int:
    counted = _rows(number).where(_not_taken()).with_only_columns(func.count())
    return int(db.session.execute(counted).scalar_one())


def every_refused(number: int) -> Iterator[Row[Any]]:
    """All of them, fetched piece by piece, for a file or to be sent again."""
    after = 0
    while rows := refused_page(number, after, TOGETHER):
        yield from rows
        after = rows[-1].ImportRow.number


def has_doubles(number: int) -> bool:
    """Whether rows were refused because they tell again what an earlier row tells."""
    mine = ImportRow.business_id == business_id(), ImportRow.import_id == number, ImportRow.reason == "double"
    return bool(db.session.scalar(select(exists().where(*mine))))


def _rows(number: int) -> Any:
    """Rows with what became of them in the run; a row's item is that of its customer, and only a taken row has one."""
    of_job = (ImportJob.business_id == ImportRow.business_id) & (ImportJob.id == ImportRow.import_id)
    own = (
        (BatchItem.business_id == ImportRow.business_id)
        & (BatchItem.batch_id == ImportJob.batch_id)
        & (BatchItem.customer_id == ImportRow.customer_id)
        & (ImportRow.state < RowState.UNCHANGED)
    )
    rows = select(ImportRow, BatchItem.state.label("item"), BatchItem.reason.label("later"))
    return (
        rows.join(ImportJob, of_job)
        .outerjoin(BatchItem, own)
        .where(ImportRow.business_id == business_id(), ImportRow.import_id == number)
    )


def _not_taken() -> Any:
    return or_(ImportRow.state == RowState.REFUSED, BatchItem.state.in_([ItemState.SKIPPED, ItemState.FAILED]))
