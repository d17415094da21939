"""What the page of a batch shows: steps, preview, progress, report. Everything is worked out when it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import pgettext

from app.accounts.proving import is_due
from app.bulk.message_page import MessagePage
from app.bulk.models import DRAFTS, UNDER_WAY, Batch, BatchState
from app.bulk.queries import Progress, last_handled, names_of, progress_of, undoing_of
from app.bulk.registry import ERASED, Action, action_named, wording_for
from app.bulk.services.acting import still_may
from app.bulk.services.foretelling import percent_previewed
from app.bulk.services.reserving import shortage
from app.bulk.services.steering import UNDOING_LASTS, can_be_undone
from app.bulk.words import done_words, reason_words, state_words, title_of, tone_of
from app.customers.services.selecting import Selection
from app.errors import BadAddress
from app.identity import person
from app.lib import dates

STOPPABLE = (BatchState.RUNNING, BatchState.PAUSING, BatchState.PAUSED, BatchState.SCHEDULED, BatchState.WAITING)
WATCHED = (*UNDER_WAY, BatchState.FREEZING, BatchState.SCHEDULED)
"""What a page that is open looks after by itself."""
STEPS = 4


def asks_proof(batch: Batch) -> bool:
    """Whether this person has to give the password again before the batch begins."""
    return action_named(batch.action).asks_again(batch) and is_due()


@dataclass(frozen=True)
class Line:
    """What became of some customers: so far, and in the preview."""

    words: str
    so_far: int
    foreseen: int
    reason: str = ""


class BatchPage:
    """A batch as it is drawn."""

    def __init__(self, batch: Batch, look: int = 0) -> None:
        self.batch = batch
        self.look = look
        self.id = batch.id
        self.state = batch.state

    @cached_property
    def title(self) -> str:
        return title_of(self.batch)

    @cached_property
    def action(self) -> Action:
        return action_named(self.batch.action)

    @property
    def state_words(self) -> str:
        return pgettext("of a bulk action", "Lapsed") if self.batch.has_lapsed else state_words(self.state)

    @property
    def tone(self) -> str:
        return tone_of(self.state)

    @property
    def is_draft(self) -> bool:
        return self.state in DRAFTS

    @property
    def frozen(self) -> str:
        """Which preview it is, for a form that confirms it."""
        return self.batch.frozen_at.astimezone(UTC).isoformat() if self.batch.frozen_at else ""

    @property
    def is_watched(self) -> bool:
        return self.state in WATCHED

    @property
    def step(self) -> int:
        """Which of the steps who, what, preview, confirm one is at."""
        return 2 if self.state is BatchState.CHOSEN else 3 if self.is_draft else STEPS

    @cached_property
    def selection(self) -> str:
        """Who was meant, in words; what they named may be gone."""
        if self.batch.action and self.action.whom is not None:
            return self.action.whom(self.batch.values)
        try:
            return Selection.from_kept(self.batch.selection).words()
        except (BadAddress, LookupError):
            return _("A selection that is not kept any more")

    @cached_property
    def people(self) -> dict[int, str]:
        return names_of({each for each in (self.batch.user_id, self.batch.approver_id) if each})

    @property
    def author(self) -> str:
        return self.people.get(self.batch.user_id, _("Someone"))

    @property
    def approver(self) -> str | None:
        return self.people.get(self.batch.approver_id) if self.batch.approver_id else None

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """What the form said."""
        form = self.action.form(data=self.batch.values, meta={"csrf": False})
        form.offer()
        erased = [(_("Text"), _("It was erased with the customer."))] if ERASED in self.batch.values else []
        return [*form.said(), *erased]

    @cached_property
    def message(self) -> MessagePage | None:
        """What customers are told, where they are."""
        wording = wording_for(self.batch) if "message" in self.batch.foreseen else None
        return MessagePage(self.batch, wording, self.look) if wording else None

    @property
    def foreseen_done(self) -> int:
        return int(self.batch.foreseen.get("done", 0))

    @property
    def shortage(self) -> str:
        return shortage(self.batch)

    @property
    def foreseen_reasons(self) -> dict[str, int]:
        return dict(self.batch.foreseen.get("reasons", {}))

    @property
    def foreseen_skipped(self) -> int:
        return sum(self.foreseen_reasons.values())

    @cached_property
    def progress(self) -> Progress:
        return progress_of(self.id)

    @property
    def handled(self) -> int:
        """Of all selected, those of whom it is known what became of them."""
        return self.progress.handled + self.foreseen_skipped

    @property
    def skipped(self) -> int:
        return self.foreseen_skipped + self.progress.reasons.total()

    @property
    def to_go(self) -> int:
        return max(0, self.batch.selected - self.handled)

    def share(self, number: int) -> float:
        """In percent of all that were selected."""
        return round(100 * number / self.batch.selected, 2) if self.batch.selected else 0

    @property
    def percent(self) -> int:
        """Whole, and 100 only when all are done."""
        return int(self.share(self.handled))

    @cached_property
    def percent_previewed(self) -> int:
        return percent_previewed(self.id)

    @property
    def rate(self) -> int:
        """Customers a minute; 0 where nothing tells."""
        return round(self.progress.rate * 60) if self.state is BatchState.RUNNING else 0

    @property
    def seconds_left(self) -> int | None:
        return round(self.to_go / self.progress.rate) + 1 if self.rate and self.to_go else None

    @property
    def ends_at(self) -> datetime | None:
        """When it will be through, at its rate of now."""
        return None if self.seconds_left is None else dates.now() + timedelta(seconds=self.seconds_left)

    @property
    def seconds_running(self) -> int:
        began = self.batch.started_at
        return round(((self.batch.finished_at or dates.now()) - began).total_seconds()) if began else 0

    @cached_property
    def lines(self) -> list[Line]:
        """The report: matched = done + the sum of skip reasons (BA-12)."""
        reasons = self.foreseen_reasons
        later = self.progress.reasons
        skipped = [
            Line(reason_words(self.batch, each), reasons.get(each, 0) + later[each], reasons.get(each, 0), each)
            for each in sorted({*reasons, *later}, key=lambda key: -(reasons.get(key, 0) + later[key]))
        ]
        return [Line(done_words(self.batch), self.progress.done, self.foreseen_done), *skipped]

    @cached_property
    def just_now(self) -> tuple[Any, list[Any]]:
        return last_handled(self.id)

    def reason_words(self, reason: str) -> str:
        return reason_words(self.batch, reason) if reason else done_words(self.batch)

    def amount_words(self, amount: int) -> str | None:
        """An amount in the action's own unit, where it has one."""
        return self.action.unit(self.batch.values, amount) if self.action.unit and amount else None

    @property
    def each_words(self) -> str | None:
        each = self.action.each
        return self.amount_words(each(self.batch.values)) if each and not self.batch.undoes_id else None

    @property
    def may_undo(self) -> bool:
        return self.undone_by is None and can_be_undone(self.batch)

    @property
    def undo_until(self) -> Any:
        return self.batch.finished_at and self.batch.finished_at + UNDOING_LASTS

    @cached_property
    def undone_by(self) -> Batch | None:
        return undoing_of(self.id)

    @property
    def undoing_words(self) -> str:
        """What the batch that takes this one back does, or would."""
        if self.undone_by is None:
            return ""
        if self.undone_by.state in DRAFTS:
            return _("The undoing is prepared: No. %(number)d", number=self.undone_by.id)
        return _("Taken back by No. %(number)d", number=self.undone_by.id)

    @property
    def may_approve(self) -> bool:
        return self.state is BatchState.WAITING and self.batch.user_id != person().user_id

    @property
    def waits_for(self) -> str:
        """Why a second person is asked."""
        if not still_may(self.batch):
            return _("%(name)s may not do this any more. Someone else has to approve it.", name=self.author)
        return _(
            "It is over the limit of %(name)s. Someone else, whose limit is higher, has to approve it.",
            name=self.author,
        )

    @property
    def tells(self) -> bool:
        """Whether its customers are told by messages."""
        return bool(self.batch.foreseen.get("message"))

    @cached_property
    def asks_proof(self) -> bool:
        return asks_proof(self.batch)

    @property
    def may_cancel(self) -> bool:
        return self.state in STOPPABLE

    @property
    def href(self) -> str:
        own = self.action.page if self.batch.action and not self.batch.undoes_id else None
        return own(self.batch.values) if own else url_for("bulk.show", batch_id=self.id)

    def rows_href(self, reason: str) -> str:
        return url_for("bulk.customers", batch_id=self.id, reason=reason or None)
