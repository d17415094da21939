"""Reading a file row by row, chunk by chunk: the dry run (IM-2). After a kill it goes on behind the last chunk.

How far it is, is written with what was read; so nothing is read twice, and whoever comes second leaves off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TextIO
from zoneinfo import ZoneInfo

import psycopg
import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import NotFound

from app.bulk.services import steering
from app.businesses.queries import own_business
from app.customers.services.selecting import Selection
from app.db import ask_by_keys, business_id, unit_of_work
from app.extensions import db
from app.imports.cleaning import Cleaner
from app.imports.lines import Line, lines, marks_of, note, told_once
from app.imports.models import ImportJob, ImportRow, ImportState
from app.imports.parsing import MOST_ROWS, Format, open_content, records
from app.imports.queries import content_of, held_import, import_named
from app.imports.services.judging import Judged, judge
from app.imports.services.uploading import format_of
from app.lib import dates
from app.loyalty.queries import questions
from app.scope import Scope

CHUNK = 2_000
ACTION = "import"
TOO_MANY, NO_ROWS, BROKEN, GONE = "too_many_rows", "no_rows", "broken", "gone"
"""Why a file cannot be read."""
Said = tuple[bytes, Format, tuple[str, ...], str]
"""Which file it is, how it is read, what its columns are, the country of its phones: else its rows are other ones."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Keeping:
    """Where lines are written, and what must still be said of their file then."""

    scope: Scope
    number: int
    said: Said | None


def work(business: int, number: int, stop: Callable[[], bool]) -> bool:
    """Reads on in a file until it is told to stop; whether there is more of it."""
    scope = scope_of(business, number)
    if scope is None:
        return False
    try:
        with unit_of_work(scope):
            job = import_named(number)
            if job.state is not ImportState.READING or not job.has_file:
                return False
            found, at, said = lines_of(job, open_content(content_of(number), format_of(job))), job.lines, _said(job)
        return read_on(scope, number, found, at, stop, said)
    except (DBAPIError, psycopg.Error):
        raise
    except NotFound:
        # Somebody removed it meanwhile.
        return False
    except Exception:
        # It would fail again in the same way, every few seconds: whoever sent it is told instead.
        _log.exception("file not read", business=business, number=number)
        with unit_of_work(scope):
            _fail(held_import(number), BROKEN)
        return False


def scope_of(business: int, number: int) -> Scope | None:
    """That of who had it read, as the draft of what is to be written is that person's."""
    with unit_of_work(Scope(business)):
        user = db.session.scalar(
            select(ImportJob.user_id).where(ImportJob.business_id == business_id(), ImportJob.id == number)
        )
    return Scope(business, user) if user else None


def read_on(
    scope: Scope, number: int, found: Iterator[Line], at: int, stop: Callable[[], bool], said: Said | None = None
) -> bool:
    """Writes lines chunk by chunk, the first of them being that behind `at`; whether there are more.

    `said` is what was said of the file when they were read, where it can be said otherwise.
    """
    keeping = Keeping(scope, number, said)
    while not stop():
        chunk = list(islice(found, CHUNK))
        if not _keep(keeping, chunk, at):
            return False
        at += len(chunk)
    return True


def lines_of(job: ImportJob, stream: TextIO) -> Iterator[Line]:
    """The rows of a file behind those that are read. Needs a scope open until it answers."""
    behind = islice(records(stream, format_of(job), len(job.columns)), job.lines, None)
    return told_once(lines(behind, job.lines, cleaner_of(job), business_id()), seen_by(job))


def cleaner_of(job: ImportJob) -> Cleaner:
    today = dates.now().astimezone(ZoneInfo(own_business().time_zone)).date()
    return Cleaner(job.mapping, job.country, questions(), today)


def seen_by(job: ImportJob) -> dict[str, int]:
    """Whom the rows tell of that are read."""
    seen: dict[str, int] = {}
    mine = ImportRow.business_id == business_id(), ImportRow.import_id == job.id
    read = select(ImportRow.number, ImportRow.phone, ImportRow.cards).where(*mine).order_by(ImportRow.number)
    for row in db.session.execute(read, execution_options={"yield_per": 5_000}) if job.lines else ():
        note(seen, row.number, marks_of(row.phone, row.cards))
    return seen


def _said(job: ImportJob) -> Said:
    return job.sha256, format_of(job), tuple(job.mapping), job.country


def _keep(keeping: Keeping, chunk: Sequence[Line], at: int) -> bool:
    """Writes a chunk, or in the end what there is to do; whether to go on."""
    try:
        return _write(keeping, chunk, at)
    except (DBAPIError, psycopg.Error) as error:
        # What the database cannot hold is the fault of a row, and is told of that one alone.
        state = str(getattr(getattr(error, "orig", error), "sqlstate", "") or "")
        if not state.startswith(("22", "54")) or not chunk:
            raise
    if len(chunk) == 1:
        return _write(keeping, [chunk[0].refused("unreadable")], at)
    half = len(chunk) // 2
    return _keep(keeping, chunk[:half], at) and _keep(keeping, chunk[half:], at + half)


def _write(keeping: Keeping, chunk: Sequence[Line], at: int) -> bool:
    with unit_of_work(keeping.scope):
        job = held_import(keeping.number)
        if job.state is not ImportState.READING or job.lines != at or keeping.said not in (None, _said(job)):
            return False
        if job.has_file and at + len(chunk) > MOST_ROWS:
            _fail(job, TOO_MANY)
        elif chunk:
            ask_by_keys()
            _count(job, judge(job, chunk), len(chunk))
        elif at:
            _finish(job)
        else:
            _fail(job, NO_ROWS)
        return job.state is ImportState.READING


def _count(job: ImportJob, judged: Judged, number: int) -> None:
    job.lines += number
    job.counts = dict(judged.states + Counter(job.counts))
    job.reasons = dict(judged.reasons + Counter(job.reasons))


def _fail(job: ImportJob, fault: str) -> None:
    job.state, job.fault, job.read_at = ImportState.FAILED, fault, dates.now()


def _finish(job: ImportJob) -> None:
    """The draft of what is to be written, as any bulk action has one; frozen at once, or by a job where it is large."""
    job.state, job.read_at = ImportState.READ, dates.now()
    number = job.counts.get("new", 0) + job.counts.get("updated", 0)
    if number:
        batch = steering.begin(Selection())
        job.batch_id = batch.id
        db.session.flush()
        steering.choose(batch, ACTION, values_of(job), number)


def values_of(job: ImportJob) -> dict[str, object]:
    """What the batch of an import knows of it."""
    return {"import": job.id, "program": job.program_id, "name": job.name, "rows": job.lines}
