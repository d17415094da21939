"""A note in the inbox when a bulk action ends, or waits for a second person (INTERFACE: shell)."""

from __future__ import annotations

from contextlib import nullcontext

from flask import has_request_context
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app.bulk.models import Batch, BatchState
from app.bulk.queries import Progress, progress_of
from app.bulk.registry import action_named
from app.bulk.services.acting import acting_for
from app.bulk.words import title_of
from app.businesses.models import PointOfSale
from app.db import business_id
from app.extensions import db
from app.filters import language
from app.lib import formats
from app.messaging.services.from_platform import write_to_business

ABOUT = "batch"


def tell_end(batch: Batch) -> None:
    """Writes it in the unit of work that ends the batch, so once; in the language of whoever ends it, or began it."""
    with nullcontext() if has_request_context() else acting_for(batch):
        write_to_business(_text(batch), _title(batch), about=(ABOUT, batch.id), place=_place(batch))


def tell_waiting(batch: Batch) -> None:
    """So that a second person hears of it (BA-15)."""
    number, waits = batch.foreseen["done"], action_named(batch.action).waits or _waits
    with nullcontext() if has_request_context() else acting_for(batch):
        text = waits(batch, number)
        title = _("Waits for approval: %(action)s", action=title_of(batch))
        write_to_business(text, title, about=(ABOUT, batch.id), place=_place(batch))


def _waits(_batch: Batch, number: int) -> str:
    return ngettext(
        "It is for %(number)s customer. A second person has to approve it.",
        "It is for %(number)s customers. A second person has to approve it.",
        number,
        number=_written(number),
    )


def _title(batch: Batch) -> str:
    if batch.has_lapsed:
        return _("Lapsed: %(action)s", action=title_of(batch))
    if batch.state is BatchState.CANCELLED:
        return _("Cancelled: %(action)s", action=title_of(batch))
    return _("Done: %(action)s", action=title_of(batch))


def _text(batch: Batch) -> str:
    progress = progress_of(batch.id)
    ended = action_named(batch.action).ended or _ended
    lapsed = _("Nobody approved or continued it for 30 days.") if batch.has_lapsed else ""
    said = (lapsed, ended(batch, progress.done), *_others(batch, progress), _sum(batch, progress))
    return " ".join(filter(None, said))


def _ended(batch: Batch, done: int) -> str:
    return ngettext(
        "%(done)s of %(all)s customer done.",
        "%(done)s of %(all)s customers done.",
        batch.selected,
        done=_written(done),
        all=_written(batch.selected),
    )


def _written(number: int) -> str:
    return formats.number(number, language())


def _others(batch: Batch, progress: Progress) -> list[str]:
    """Who was not reached, as far as there are such."""
    failed = progress.reasons["failed"]
    skipped = sum(batch.foreseen.get("reasons", {}).values()) + progress.reasons.total() - failed
    left = batch.selected - progress.done - skipped - failed
    words = ((skipped, _("%(number)s skipped.")), (failed, _("%(number)s failed.")), (left, _("%(number)s left out.")))
    return [text % {"number": _written(number)} for number, text in words if number > 0]


def _sum(batch: Batch, progress: Progress) -> str:
    unit = action_named(batch.action).unit
    return _("In all: %(amount)s.", amount=unit(batch.values, progress.amount)) if unit and progress.amount else ""


def _place(batch: Batch) -> int | None:
    """One of the franchisee's, so that its people see the note; none for the brand's own."""
    mine = select(PointOfSale.id).where(
        PointOfSale.business_id == business_id(), PointOfSale.franchisee_id == batch.franchisee_id
    )
    return db.session.scalar(mine.order_by(PointOfSale.id).limit(1)) if batch.franchisee_id else None
