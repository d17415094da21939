"""Where an import is, for who looks at it: by its own state, and by that of the batch that writes its rows."""

from __future__ import annotations

from enum import Enum, auto

from flask_babel import gettext as _
from flask_babel import pgettext

from app.bulk.models import Batch, BatchState
from app.imports.models import ImportJob, ImportState


class Stage(Enum):
    """Where an import is, for who looks at it."""

    COLUMNS = auto()
    CHECKING = auto()
    FAILED = auto()
    """It cannot be read."""
    NOTHING = auto()
    """Checked, and no row would change anything."""
    LAPSED = auto()
    """Checked so long ago that it is to be checked anew."""
    CHECKED = auto()
    CONFIRMED = auto()
    """What writes its rows tells the rest."""


_BEFORE = {
    ImportState.UPLOADED: Stage.COLUMNS,
    ImportState.READING: Stage.CHECKING,
    ImportState.FAILED: Stage.FAILED,
}
_DRAFTS = {BatchState.CHOSEN: Stage.CHECKING, BatchState.FREEZING: Stage.CHECKING, BatchState.PREVIEWED: Stage.CHECKED}
_TONES = {Stage.CHECKING: "accent", Stage.FAILED: "bad"}


def stage_of(job: ImportJob, batch: Batch | None) -> Stage:
    if job.state in _BEFORE:
        return _BEFORE[job.state]
    if batch is None:
        has_work = job.counts.get("new", 0) + job.counts.get("updated", 0) > 0
        return Stage.LAPSED if has_work else Stage.NOTHING
    return _DRAFTS.get(batch.state, Stage.CONFIRMED)


def stage_words(stage: Stage) -> str:
    """Of one that is not confirmed."""
    words = {
        Stage.COLUMNS: _("Draft"),
        Stage.CHECKING: _("Being checked"),
        Stage.FAILED: _("Cannot be read"),
        Stage.NOTHING: _("Nothing to import"),
        Stage.LAPSED: _("Draft"),
        Stage.CHECKED: pgettext("of an import", "Checked"),
    }
    return words[stage]


def tone_of(stage: Stage) -> str:
    return _TONES.get(stage, "outline")
