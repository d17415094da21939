"""Imports as pages, jobs and files ask for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import exists, select, text
from werkzeug.exceptions import NotFound

from app.bulk.models import Batch, BatchItem, BatchState
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


class Found(NamedTuple):
    """A row of a dry run, and why the run passed it over, or its draft did."""

    row: ImportRow
    later: str | None = None


def row_page(number: int, state: RowState | None = None, after: int = 0) -> list[Found]:
    """Rows behind one, a page and one."""
    kind = () if state is None else (ImportRow.state == state,)
    page = _rows(number).where(*kind, ImportRow.number > after).order_by(ImportRow.number)
    return _found(number, db.session.scalars(page.limit(PAGE_SIZE + 1)).all())


def refused_among(number: int, numbers: Collection[int]) -> list[Found]:
    """Those of these rows that were not taken."""
    found = _found(number, db.session.scalars(_rows(number).where(ImportRow.number.in_(numbers))).all())
    return [each for each in found if each.later or each.row.state is RowState.REFUSED]


def refused_page(number: int, after: int = 0, most: int = PAGE_SIZE + 1, reason: str = "") -> list[Found]:
    """The rows that were not taken, by the dry run or the run, behind one."""
    return _refused(number, PassedOver(number, reason), after, most)


def every_refused(number: int) -> Iterator[Found]:
    """All of them, fetched piece by piece, for a file or to be sent again."""
    after, passed = 0, PassedOver(number)
    while rows := _refused(number, passed, after, TOGETHER):
        yield from rows
        after = rows[-1].row.number


def _refused(number: int, passed: PassedOver, after: int, most: int) -> list[Found]:
    """Each of both kinds is asked for by an index of its own: no page reads the import."""
    kind = (ImportRow.reason == passed.reason, ImportRow.reason != "") if passed.reason else (_REFUSED,)
    by_check = _rows(number).where(*kind, ImportRow.number > after).order_by(ImportRow.number).limit(most)
    found = [Found(each) for each in db.session.scalars(by_check)]
    upto = found[-1].row.number if len(found) == most else _LAST
    later = dict(passed.between(after, upto, most))
    by_run = db.session.scalars(_rows(number).where(ImportRow.number.in_(later))) if later else ()
    found += [Found(each, later[each.number]) for each in by_run]
    return sorted(found, key=lambda each: each.row.number)[:most]


class PassedOver:
    """The rows that the run passed over, or its draft did, each with the reason; or those of one reason.

    Few are found by the items that have a reason; of many one comes soon, so rows are looked through then.
    """

    def __init__(self, number: int, reason: str = "") -> None:
        self.reason = reason
        batch = select(ImportJob.batch_id).where(ImportJob.business_id == business_id(), ImportJob.id == number)
        self._batch = db.session.scalar(batch)
        self._values = {"business": business_id(), "import": number, "batch": self._batch, "reason": reason}

    def _asked(self, statement: str, **values: int) -> list[tuple[int | None, str]]:
        asked = text(statement.format(reason="= :reason" if self.reason else "IS NOT NULL"))
        return [(row.number, row.reason) for row in db.session.execute(asked, self._values | values)]

    def between(self, after: int, upto: int, most: int) -> list[tuple[int, str]]:
        if self._few is not None:
            return [each for each in self._few if after < each[0] <= upto][:most]
        return _known(self._asked(_MANY, after=after, upto=upto, most=most))

    @cached_property
    def _few(self) -> list[tuple[int, str]] | None:
        """All of them; None where they are too many for that."""
        if self._batch is None:
            return []
        items = self._asked(_FEW, most=FEW + 1)
        return sorted(_known(items)) if len(items) <= FEW else None


def _known(rows: Iterable[tuple[int | None, str]]) -> list[tuple[int, str]]:
    """Without those whose row is not kept any more."""
    return [(number, reason) for number, reason in rows if number is not None]


FEW = 5_000
_LAST = 2**31 - 1
_REFUSED = ImportRow.state == RowState.REFUSED
_PASSED = "i.business_id = :business AND i.batch_id = :batch AND i.reason {reason}"
# OFFSET 0 keeps each part as it is written: of an import of a moment ago the planner knows nothing.
_FEW = f"""
    SELECT r.number, p.reason
    FROM (SELECT i.customer_id, i.reason FROM batch_item i WHERE {_PASSED} LIMIT :most) p
    LEFT JOIN LATERAL (
        SELECT r.number FROM import_row r WHERE r.business_id = :business AND r.customer_id = p.customer_id
            AND r.import_id + 0 = :import AND r.state < {RowState.UNCHANGED:d} OFFSET 0
    ) r ON true
"""
_MANY = f"""
    SELECT r.number, p.reason
    FROM (
        SELECT r.number, r.customer_id FROM import_row r WHERE r.business_id = :business AND r.import_id = :import
            AND r.number > :after AND r.number <= :upto AND r.state < {RowState.UNCHANGED:d} ORDER BY r.number OFFSET 0
    ) r
    CROSS JOIN LATERAL (
        SELECT i.reason FROM batch_item i WHERE {_PASSED} AND i.customer_id = r.customer_id OFFSET 0
    ) p
    ORDER BY r.number LIMIT :most
"""


def has_doubles(number: int) -> bool:
    """Whether rows were refused because they tell again what an earlier row tells."""
    mine = ImportRow.business_id == business_id(), ImportRow.import_id == number, ImportRow.reason == "double"
    return bool(db.session.scalar(select(exists().where(*mine))))


def _rows(number: int) -> Any:
    return select(ImportRow).where(ImportRow.business_id == business_id(), ImportRow.import_id == number)


def _found(number: int, rows: Sequence[ImportRow]) -> list[Found]:
    taken = {each.number: each.customer_id for each in rows if each.customer_id and each.state < RowState.UNCHANGED}
    later = _later({*taken.values()}, number)
    return [Found(each, later.get(taken.get(each.number, 0))) for each in rows]


def _later(customers: set[int], number: int) -> dict[int, str]:
    """Why the run passed some of them over; a row's item is that of its customer, and only a taken row has one."""
    of_job = (ImportJob.business_id == BatchItem.business_id) & (ImportJob.batch_id == BatchItem.batch_id)
    mine = (BatchItem.business_id == business_id(), ImportJob.id == number, BatchItem.reason.is_not(None))
    asked = select(BatchItem.customer_id, BatchItem.reason).join(ImportJob, of_job)
    found = db.session.execute(asked.where(*mine, BatchItem.customer_id.in_(customers))) if customers else ()
    return {row.customer_id: row.reason for row in found}
