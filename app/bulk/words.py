"""States and reasons of batches as people call them."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import pgettext

from app.bulk.models import Batch, BatchState
from app.bulk.registry import action_named


def state_words(state: BatchState) -> str:
    words = {
        BatchState.CHOSEN: _("Draft"),
        BatchState.FREEZING: _("Being prepared"),
        BatchState.PREVIEWED: _("Draft"),
        BatchState.WAITING: _("Waits for approval"),
        BatchState.SCHEDULED: _("Set for later"),
        BatchState.RUNNING: _("Running"),
        BatchState.PAUSING: _("Pausing"),
        BatchState.PAUSED: _("Paused"),
        BatchState.CANCELLING: _("Stopping"),
        BatchState.CANCELLED: pgettext("of a bulk action", "Cancelled"),
        BatchState.DONE: _("Done"),
        BatchState.UNDONE: _("Undone"),
    }
    return words[state]


def tone_of(state: BatchState) -> str:
    """Colour marks what goes on, what waits, and what was given up."""
    tones = {
        BatchState.RUNNING: "accent",
        BatchState.FREEZING: "accent",
        BatchState.WAITING: "warn",
        BatchState.PAUSED: "warn",
        BatchState.DONE: "ok",
    }
    return tones.get(state, "outline")


def reason_words(batch: Batch, reason: str) -> str:
    """Why customers were skipped: what every action knows, then the action's own words."""
    common = {
        "gone": _("Not among your customers any more"),
        "erased": _("Deleted meanwhile"),
        "merged": _("Merged with another record"),
        "changed": _("Has less than in the preview"),
        "failed": _("Failed: three tries were in vain"),
    }
    return common.get(reason) or str(action_named(batch.action).reasons.get(reason, reason))


def title_of(batch: Batch) -> str:
    """What it does, in words."""
    if not batch.action:
        return _("New bulk action")
    title = action_named(batch.action).title(batch.values)
    return _("Undo: %(action)s", action=title) if batch.undoes_id else title


def done_words(batch: Batch) -> str:
    return _("Taken back") if batch.undoes_id else str(action_named(batch.action).done)
