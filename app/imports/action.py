"""An import as a bulk action: the rows of its dry run, written by chunks, each once, and taken back (IM-2, BA-14)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from app.bulk.models import Batch
from app.bulk.registry import Action, ActionForm, Values
from app.bulk.sensitive import gives_much
from app.db import business_id
from app.extensions import db
from app.filters import in_points, language
from app.imports.models import ImportJob, ImportRow, RowState
from app.imports.services.applying import Writing
from app.imports.services.reading import ACTION
from app.imports.services.undoing import TakingBack
from app.imports.words import RUN_REASONS
from app.lib import formats
from app.permissions import Permission


def _asked(batch: Batch) -> Any:
    """Whom the rows are about that do something."""
    return select(ImportRow.customer_id).where(
        ImportRow.business_id == business_id(),
        ImportRow.import_id == batch.values["import"],
        ImportRow.state < int(RowState.UNCHANGED),
    )


def _whom(values: Values) -> str:
    number = _written(values["rows"])
    return ngettext("%(number)s row of a file", "%(number)s rows of a file", values["rows"], number=number)


def _written(number: int) -> str:
    return formats.number(number, language())


def _waits(batch: Batch, number: int) -> str:
    told = {"number": _written(number)}
    if batch.undoes_id is not None:
        return ngettext(
            "It takes back %(number)s row of a file. A second person has to approve it.",
            "It takes back %(number)s rows of a file. A second person has to approve it.",
            number,
            **told,
        )
    return ngettext(
        "It writes %(number)s row of a file. A second person has to approve it.",
        "It writes %(number)s rows of a file. A second person has to approve it.",
        number,
        **told,
    )


def _ended(batch: Batch, done: int) -> str:
    """With what the dry run refused, as that can be mended."""
    told = {"done": _written(done), "all": _written(batch.selected)}
    if batch.undoes_id is not None:
        return ngettext(
            "%(done)s of %(all)s row taken back.", "%(done)s of %(all)s rows taken back.", batch.selected, **told
        )
    words = ngettext("%(done)s of %(all)s row written.", "%(done)s of %(all)s rows written.", batch.selected, **told)
    job = db.session.get(ImportJob, (business_id(), batch.values["import"]))
    refused = job.counts.get("refused", 0) if job else 0
    return " ".join([words, *([_("%(number)s refused.", number=_written(refused))] if refused else [])])


IMPORT = Action(
    key=ACTION,
    label=_l("Import customers"),
    sign="file-up",
    about=_l("New customers out of a file, and what it tells of those you have"),
    permission=Permission.IMPORT_CUSTOMERS,
    form=ActionForm,
    title=lambda values: _("Import of %(name)s", name=values["name"]),
    reasons=RUN_REASONS,
    do=Writing(),
    undo=TakingBack(),
    done=_l("Entered"),
    unit=lambda _values, amount: in_points(amount),
    asks_again=gives_much,
    asked=_asked,
    whom=_whom,
    waits=_waits,
    ended=_ended,
    page=lambda values: url_for("imports.show", import_id=values["import"]),
)
