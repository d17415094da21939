"""Rows that were refused: as a file with the reason beside them, and sent again once they are mended (IM-2)."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

from flask_babel import gettext as _

from app.db import business_id, current_scope
from app.extensions import db
from app.imports.models import ImportFile, ImportJob
from app.imports.queries import every_refused
from app.imports.services.uploading import WrongStateError, check
from app.imports.words import RowWords
from app.lib.sheets import csv_file


def refused_file(job: ImportJob) -> bytes:
    """The refused rows as CSV: their own columns as they stand in the file, and the reason in the person's language.

    What a spreadsheet would take for a formula is made text; sent again, it is read as it was (app.imports.parsing).
    """
    words = RowWords()
    width = len(job.columns)
    rows = (
        [*_wide(each.ImportRow.raw, width), words.row(each.ImportRow, each.later)] for each in every_refused(job.id)
    )
    return csv_file([*job.columns, _("Reason")], rows)


def _wide(cells: Sequence[str], width: int) -> list[str]:
    """A row has no cells any more when whom it was about is erased; its reason stands where reasons stand."""
    return [*cells, *[""] * (width - len(cells))]


def send_again(
    job: ImportJob, mended: Mapping[int, Sequence[str]], *, program_id: int | None = None, country: str | None = None
) -> ImportJob:
    """Has refused rows checked alone, as an import of their own: those that are named, with these cells in them; all of
    them, as they stand, when none is. Raises WrongStateError when there is none.
    """
    rows = [
        mended.get(each.ImportRow.number, each.ImportRow.raw)
        for each in every_refused(job.id)
        if not mended or each.ImportRow.number in mended
    ]
    if not rows:
        raise WrongStateError
    content = _written([job.columns, *rows])
    again = ImportJob(
        business_id=business_id(),
        name=job.name,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        encoding="utf-8",
        delimiter=",",
        columns=job.columns,
        user_id=current_scope().user_id,
        parent_id=job.id,
        expected=len(rows),
    )
    db.session.add(again)
    db.session.flush()
    db.session.add(ImportFile(business_id=business_id(), import_id=again.id, content=content))
    db.session.flush()
    chosen = job.program_id if program_id is None else program_id
    check(again, job.mapping, chosen or 0, job.country if country is None else country)
    return again


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode()
