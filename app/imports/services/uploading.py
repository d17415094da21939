"""Taking a file, saying how it is read and what its columns are, and having it checked (IM-1, IM-2)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import delete, update

from app import audit
from app.bulk.models import DRAFTS, Batch
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.db import business_id, current_scope, patience
from app.extensions import db
from app.imports.models import ImportFile, ImportJob, ImportRow, ImportState
from app.imports.parsing import MOST_BYTES, Format, Preview, count_lines, guess, preview
from app.imports.queries import batch_of, content_of
from app.imports.targets import LEFT_OUT, check_mapping, remember, suggested, targets
from app.lib.texts import one_line
from app.permissions import Role
from app.queue import wake as wake_worker

JOB, QUEUE = "jobs.imports.read_import", "work"
TIME = 120_000
"""Milliseconds that taking out a million rows may need."""
_LONGEST_NAME = 200


class WrongStateError(Exception):
    """The import does not stand where this could be done."""


class TooLargeError(Exception):
    """The file is larger than forms may send: the command takes it (RELIABILITY: files in)."""


class EmptyError(Exception):
    """There is nothing in the file."""


def begin(content: bytes, name: str, how: Format | None = None) -> ImportJob:
    """Keeps a file, with how it seems to be read and what its columns seem to be; nothing is checked yet.

    Raises TooLargeError, NoTextError, EmptyError.
    """
    if len(content) > MOST_BYTES:
        raise TooLargeError
    how = how or guess(content)
    begun = preview(content, how)
    if not begun.columns:
        raise EmptyError
    job = ImportJob(
        business_id=business_id(),
        name=_shown_name(name),
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        user_id=current_scope().user_id,
        expected=count_lines([content]),
    )
    _describe(job, how, begun)
    db.session.add(job)
    db.session.flush()
    db.session.add(ImportFile(business_id=business_id(), import_id=job.id, content=content))
    db.session.flush()
    tell_upload(job)
    return job


def tell_upload(job: ImportJob) -> None:
    """Says in the audit log that a file was brought (PR-4)."""
    audit.record("import.upload", audit.Subject("import", job.id), {"name": (None, job.name)})


def first_rows(job: ImportJob, how: Format | None = None) -> Preview:
    """How the file begins, read as it is kept or as `how` says. Raises NotFound when it is not kept any more."""
    return preview(content_of(job.id), how or format_of(job))


def format_of(job: ImportJob) -> Format:
    return Format(job.encoding, job.delimiter, job.has_header)


def read_as(job: ImportJob, how: Format) -> None:
    """Has the file be read otherwise; what its columns are is guessed anew where they are other ones.

    Needs it held, as everything here does. Raises WrongStateError.
    """
    _expect_draft(job)
    _forget_check(job)
    _describe(job, how, preview(content_of(job.id), how))
    db.session.flush()


def check(job: ImportJob, mapping: Sequence[str], program_id: int, country: str = "") -> None:
    """Says what the columns are, and has a worker look at each row: the dry run (IM-2).

    `country` is in which phones without a + are read. A column is left out whose question is not asked any more. It can
    be done over until the import is confirmed. Raises WrongStateError, MappingError.
    """
    _expect_draft(job)
    there = {each.key for each in targets()}
    kept = [each if each in there else LEFT_OUT for each in mapping[: len(job.columns)]]
    kept += [LEFT_OUT] * (len(job.columns) - len(kept))
    check_mapping(kept)
    _forget_check(job)
    remember(job.columns, kept)
    job.mapping, job.program_id, job.country = kept, program_id, country
    job.user_id = current_scope().user_id or job.user_id
    job.state = ImportState.READING
    db.session.flush()
    wake(job)


def confirm(job: ImportJob, role: Role) -> Batch:
    """Has the rows written, as steering.confirm does: over the role's limit a second person is asked (BA-15).

    The first one is the deed, whoever sends it again: both get the same batch. Raises WrongStateError when there is
    nothing to confirm, or its draft lapsed; bulk's errors.
    """
    if job.batch_id is None:
        raise WrongStateError
    batch = held_batch(job.batch_id)
    steering.confirm(batch, role)
    told = {"rows": (None, batch.foreseen["done"]), "batch": (None, batch.id)}
    audit.record("import.confirm", audit.Subject("import", job.id), told)
    return batch


def can_be_checked(job: ImportJob) -> bool:
    """Whether it can still be said how it is read and what its columns are."""
    return job.has_file and _is_draft(job)


def discard(job: ImportJob) -> None:
    """Removes an import that nobody confirmed, with its file. Raises WrongStateError."""
    if not _is_draft(job):
        raise WrongStateError
    audit.record("import.remove", audit.Subject("import", job.id), {"name": (job.name, None)})
    with patience(TIME):
        _forget_check(job)
        remove(job)


def remove(job: ImportJob) -> None:
    """Takes out an import with its file and rows; what it wrote stays."""
    for kind in (ImportRow, ImportFile):
        db.session.execute(delete(kind).where(kind.business_id == business_id(), kind.import_id == job.id))
    db.session.delete(job)
    db.session.flush()


def wake(job: ImportJob) -> None:
    """Has a worker read on once this unit of work commits; the rows say from where."""
    wake_worker(JOB, business_id(), job.id, queue=QUEUE)


def _describe(job: ImportJob, how: Format, begun: Preview) -> None:
    job.encoding, job.delimiter, job.has_header = how.encoding, how.delimiter, how.has_header
    if begun.columns != job.columns:
        job.columns, job.mapping = begun.columns, suggested(begun.columns)


def _forget_check(job: ImportJob) -> None:
    """What the last dry run found goes, with the draft of what would be done."""
    if job.batch_id is not None:
        number, job.batch_id = job.batch_id, None
        db.session.flush()
        steering.discard(held_batch(number))
    mine = ImportRow.business_id == business_id(), ImportRow.import_id == job.id
    db.session.execute(delete(ImportRow).where(*mine))
    # Read anew, rows may have other numbers: those that are mended then join none that were mended before.
    mended = ImportJob.business_id == business_id(), ImportJob.parent_id == job.id
    db.session.execute(update(ImportJob).where(*mended).values(parent_rows=[]))
    job.lines, job.counts, job.reasons, job.fault, job.read_at = 0, {}, {}, "", None
    job.state = ImportState.UPLOADED


def _is_draft(job: ImportJob) -> bool:
    batch = batch_of(job)
    return batch is None or batch.state in DRAFTS


def _expect_draft(job: ImportJob) -> None:
    if not can_be_checked(job):
        raise WrongStateError


def _shown_name(name: str) -> str:
    """A file's own name is shown and nothing else is done with it."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = one_line("".join(letter for letter in last if letter.isprintable()))
    return shown[-_LONGEST_NAME:] or "customers.csv"
