"""The first steps of an import: the file, how it is read, what its columns hold (IM-1)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.errors import Problem
from app.identity import workplace
from app.imports.forms import READING, ColumnsForm, ReadingForm, UploadForm
from app.imports.models import ImportJob
from app.imports.pages import ImportPage
from app.imports.parsing import MOST_COLUMNS, MOST_ROWS, NoTextError, Preview
from app.imports.queries import held_import, import_named
from app.imports.services import uploading
from app.imports.services.uploading import EmptyError, TooLargeError, WrongStateError
from app.imports.targets import MappingError, suggested
from app.imports.views.blueprint import blueprint
from app.lib.formats import example_phone
from app.lib.texts import preview as beginning_of
from app.permissions import Permission, requires
from app.web import go, invalid, render

SAMPLES = 3


@blueprint.get("/new")
@requires(Permission.IMPORT_CUSTOMERS)
def ask_file() -> BaseResponse:
    return render("imports/new.html", **_file_page(UploadForm()))


@blueprint.post("")
@requires(Permission.IMPORT_CUSTOMERS)
def take_file() -> BaseResponse:
    form = UploadForm()
    if form.validate():
        # Read no further than a file may be large.
        content = form.file.data.stream.read(form.most_bytes + 1)
        try:
            job = uploading.begin(content, form.file.data.filename)
            return go(url_for("imports.ask_columns", import_id=job.id))
        except TooLargeError:
            form.file.errors = [_("A file has at most 10 MB. Divide it, or ask support to import it.")]
        except NoTextError:
            form.file.errors = [_("This is no CSV. Open it in a spreadsheet program and save it as CSV UTF-8.")]
        except EmptyError:
            form.file.errors = [_("There is nothing in this file. Choose another one.")]
    return invalid("imports/new.html", **_file_page(form))


@blueprint.get("/<int:import_id>/columns")
@requires(Permission.IMPORT_CUSTOMERS)
@takes(*READING)
def ask_columns(import_id: int) -> BaseResponse:
    """How the file is read stands in the address, so that a look at it writes nothing."""
    job = import_named(import_id)
    if not uploading.can_be_checked(job):
        return go(url_for("imports.show", import_id=import_id))
    reading = ReadingForm.of(job)
    found = uploading.first_rows(job, reading.format)
    form = ColumnsForm(formdata=None, data=_chosen(job, found))
    form.offer(len(found.columns))
    return render("imports/columns.html", **_columns_page(job, reading, found, form))


@blueprint.post("/<int:import_id>/columns")
@requires(Permission.IMPORT_CUSTOMERS)
def choose_columns(import_id: int) -> BaseResponse:
    job = held_import(import_id)
    if not uploading.can_be_checked(job):
        raise _too_late()
    reading, form = ReadingForm.of(job), ColumnsForm()
    found = uploading.first_rows(job, reading.format)
    form.offer(len(found.columns))
    if form.validate():
        try:
            uploading.read_as(job, reading.format)
            uploading.check(job, form.mapping, form.program_id.data, form.country.data)
            return go(url_for("imports.show", import_id=import_id))
        except MappingError as error:
            form.refuse(error)
        except WrongStateError:
            raise _too_late() from None
    return invalid("imports/columns.html", **_columns_page(job, reading, found, form))


def _file_page(form: UploadForm) -> dict[str, Any]:
    limits = {"most_rows": MOST_ROWS, "most_columns": MOST_COLUMNS, "encodings": "UTF-8, UTF-16, Windows-1251"}
    return {"form": form, "example": _example(), **limits}


def _example() -> list[list[str]]:
    """Rows such as people have them, with phones of the business's country."""
    phone = example_phone(workplace().country)
    return [
        [f"{phone[:-1]}1", _("Olena"), _("Kovalenko"), "olena@example.com", "2210 0458", "120"],
        [f"{phone[:-1]}2", _("Andrii"), _("Melnyk"), "", "", "45.50"],
        [f"{phone[:-1]}3", _("Iryna"), "", "iryna@example.com", "2210 0460", ""],
    ]


def _chosen(job: ImportJob, found: Preview) -> dict[str, Any]:
    """What was chosen already, or else what columns seem to hold."""
    same = found.columns == job.columns
    return {
        "columns": job.mapping if same else suggested(found.columns),
        "program_id": job.program_id,
        "country": job.country if job.program_id else workplace().country,
    }


def _columns_page(job: ImportJob, reading: ReadingForm, found: Preview, form: ColumnsForm) -> dict[str, Any]:
    columns = [
        {"field": field, "name": name, "samples": _samples(found, place)}
        for place, (field, name) in enumerate(zip(form.columns, found.columns, strict=True))
    ]
    rows = [[beginning_of(cell, 60) for cell in row] for row in found.rows[:5]]
    page = ImportPage(job)
    return {"shown": page, "reading": reading, "names": found.columns, "rows": rows, "form": form, "columns": columns}


def _samples(found: Preview, place: int) -> list[str]:
    """The first values that are something, each once."""
    said = dict.fromkeys(beginning_of(row[place], 30) for row in found.rows)
    return [each for each in said if each][:SAMPLES]


def _too_late() -> Problem:
    return Problem(409, _("This import was confirmed already."), _("Reload the page to see where it stands."))
