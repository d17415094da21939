"""Rows that were refused: as a file with the reason beside them, and sent again once they are mended (IM-2)."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from io import StringIO

from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from app import audit
from app.db import business_id, current_scope
from app.extensions import db
from app.imports.models import ImportFile, ImportJob
from app.imports.queries import content_of, every_refused, held_import, mended_as, refused_among
from app.imports.services.uploading import WrongStateError, can_be_checked, check
from app.imports.words import RowWords
from app.lib.sheets import csv_file

Rows = Mapping[int, Sequence[str]]
"""Number → cells."""


def refused_file(job: ImportJob) -> bytes:
    """The refused rows as CSV: their own columns as they stand in the file, and the reason in the person's language;
    with the file's own delimiter, by which the spreadsheet it came from opens it.

    What a spreadsheet would take for a formula is made text; sent again, it is read as it was (app.imports.parsing).
    """
    words = RowWords()
    width = len(job.columns)
    rows = ([*_wide(each.row.raw, width), words.row(each.row, each.later)] for each in every_refused(job.id))
    return csv_file([*job.columns, _("Reason")], rows, job.delimiter)


def _wide(cells: Sequence[str], width: int) -> list[str]:
    """A row has no cells any more when whom it was about is erased; its reason stands where reasons stand."""
    return [*cells, *[""] * (width - len(cells))]


def send_again(job: ImportJob, mended: Rows, *, program_id: int | None = None, country: str | None = None) -> ImportJob:
    """Has refused rows checked alone, as an import of their own: those that are named, with these cells in them; all of
    them, as they stand, when none is. They join those that were mended before, as long as these are a draft.

    Needs the job held. Raises WrongStateError when there is no such row.
    """
    found = refused_among(job.id, mended) if mended else every_refused(job.id)
    rows = {each.row.number: mended.get(each.row.number, each.row.raw) for each in found}
    if not rows:
        raise WrongStateError
    again = _draft_of(job)
    mapping = again.mapping if again and again.columns == job.columns else job.mapping
    again = _begun(job, rows) if again is None else _put(again, job, _rows_of(again) | rows)
    audit.record("import.mend", audit.Subject("import", again.id), {"name": (None, again.name)})
    chosen = again.program_id if program_id is None else program_id
    check(again, mapping, chosen or 0, again.country if country is None else country)
    return again


def _begun(job: ImportJob, rows: Rows) -> ImportJob:
    again = ImportJob(
        business_id=business_id(),
        name=job.name,
        user_id=current_scope().user_id,
        parent_id=job.id,
        program_id=job.program_id,
        country=job.country,
    )
    return _put(again, job, rows)


def _put(again: ImportJob, job: ImportJob, rows: Rows) -> ImportJob:
    """Makes these rows the file of an import, whatever it was and however it was read."""
    content = _written([job.columns, *(rows[number] for number in sorted(rows))], job.delimiter)
    again.parent_rows, again.columns, again.expected = sorted(rows), job.columns, len(rows)
    again.size, again.sha256 = len(content), hashlib.sha256(content).digest()
    again.encoding, again.delimiter, again.has_header = "utf-8", job.delimiter, True
    db.session.add(again)
    db.session.flush()
    db.session.merge(ImportFile(business_id=business_id(), import_id=again.id, content=content))
    db.session.flush()
    return again


def _draft_of(job: ImportJob) -> ImportJob | None:
    """The import of rows that were mended before, held, as long as it can be checked anew."""
    for each in reversed(mended_as(job)):
        if each.parent_rows and can_be_checked(each):
            # Somebody may remove it meanwhile, or confirm it.
            with suppress(NotFound):
                if can_be_checked(held := held_import(each.id)):
                    return held
    return None


def _rows_of(again: ImportJob) -> dict[int, Sequence[str]]:
    rows = csv.reader(StringIO(content_of(again.id).decode(), newline=""), delimiter=again.delimiter)
    next(rows)
    return dict(zip(again.parent_rows, rows, strict=True))


def _written(rows: Iterable[Sequence[str]], delimiter: str) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode()
