"""What the page of an import shows: the dry run, progress, report. Everything is worked out when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from babel import Locale
from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from app.address import address
from app.bulk.models import Batch
from app.bulk.pages import BatchPage
from app.bulk.queries import names_of
from app.filters import language
from app.imports.models import ImportJob, ImportState
from app.imports.queries import batch_of, mended_as, sent_before
from app.imports.services.uploading import can_be_checked
from app.imports.stages import Stage, stage_of, stage_words, tone_of
from app.imports.targets import LEFT_OUT
from app.imports.words import RowWords, fault_words
from app.lib import formats
from app.loyalty.queries import program_named


@dataclass(frozen=True)
class ResultLine:
    """What became of some rows: so far, and in the check."""

    words: str
    so_far: int
    foreseen: int
    dot: str
    href: str
    note: str = ""


class ImportPage:
    """An import as it is drawn."""

    def __init__(self, job: ImportJob, batch: Batch | None = None, people: Mapping[int, str] | None = None) -> None:
        """Who lists many hands in the batches and the names of people, asked for together."""
        self.job = job
        self.id = job.id
        self.title = job.name
        self.batch = batch or batch_of(job)
        self._people = people
        self.run = BatchPage(self.batch) if self.batch else None

    @cached_property
    def stage(self) -> Stage:
        return stage_of(self.job, self.batch)

    @property
    def state_words(self) -> str:
        return self.run.state_words if self.run and self.is_confirmed else stage_words(self.stage)

    @property
    def tone(self) -> str:
        return self.run.tone if self.run and self.is_confirmed else tone_of(self.stage)

    @property
    def is_confirmed(self) -> bool:
        return self.stage is Stage.CONFIRMED

    @property
    def is_checking(self) -> bool:
        return self.stage is Stage.CHECKING

    @property
    def is_checked(self) -> bool:
        """Whether every row is judged."""
        return self.job.state is ImportState.READ and not self.is_checking

    @property
    def may_confirm(self) -> bool:
        return self.stage is Stage.CHECKED and bool(self.run and self.run.foreseen_done)

    @property
    def is_watched(self) -> bool:
        """What a page that is open looks after by itself."""
        return self.is_checking or (self.is_confirmed and self.run is not None and self.run.is_watched)

    @property
    def has_ended(self) -> bool:
        return self.is_confirmed and self.batch is not None and self.batch.finished_at is not None

    @property
    def can_be_checked(self) -> bool:
        """Whether it can still be said how the file is read and what its columns hold."""
        return can_be_checked(self.job)

    @property
    def may_mend(self) -> bool:
        """Whether refused rows can be sent again: as long as they are kept."""
        return self.is_checked and self.refused > 0 and self.job.forgotten_at is None

    @cached_property
    def author(self) -> str:
        known = names_of({self.job.user_id}) if self._people is None else self._people
        return known.get(self.job.user_id, _("Someone"))

    @property
    def rows(self) -> int:
        return self.job.lines

    @property
    def new(self) -> int:
        return self.job.counts.get("new", 0)

    @property
    def updated(self) -> int:
        return self.job.counts.get("updated", 0)

    @property
    def unchanged(self) -> int:
        return self.job.counts.get("unchanged", 0)

    @property
    def refused_at_first(self) -> int:
        """By the dry run alone."""
        return self.job.counts.get("refused", 0)

    @property
    def taken(self) -> int:
        """By the dry run."""
        return self.new + self.updated

    @property
    def to_write(self) -> int:
        """Of them those against whom nothing stands by the draft of the writing."""
        return self.run.foreseen_done if self.run else 0

    @cached_property
    def reasons(self) -> dict[str, int]:
        """Why rows are not taken, by the dry run and by what writes them, the commonest first."""
        found = dict(self.job.reasons)
        for counted in self._passed_over():
            for reason, number in counted.items():
                found[reason] = found.get(reason, 0) + number
        return dict(sorted(found.items(), key=lambda each: -each[1]))

    def _passed_over(self) -> list[Mapping[str, int]]:
        """Why rows that the dry run took are not written: something changed since."""
        if self.run is None:
            return []
        return (
            [self.run.foreseen_reasons, self.run.progress.reasons] if self.is_confirmed else [self.run.foreseen_reasons]
        )

    @cached_property
    def refused(self) -> int:
        return sum(self.reasons.values())

    @property
    def reasons_words(self) -> str:
        number = len(self.reasons)
        return ngettext("%(number)d reason", "%(number)d reasons", number, number=number) if number else ""

    @cached_property
    def row_words(self) -> RowWords:
        return RowWords()

    def reason_words(self, reason: str) -> str:
        """Of the rows that have it, whichever of their cells it lies in."""
        return self.row_words.reason(reason)

    @property
    def fault_words(self) -> str:
        return fault_words(self.job.fault)

    @property
    def points_words(self) -> str:
        """What points the rows bring in all, by the draft."""
        amount = self.batch.foreseen.get("amount") if self.batch else None
        return (self.run.amount_words(amount) or "") if self.run and amount else ""

    @property
    def shares(self) -> list[tuple[float, str]]:
        """Of all rows, as a bar shows them."""
        parts = ((self.new, "done"), (self.updated, "second"), (self.unchanged, "skipped"), (self.refused, "refused"))
        return [(self._share(number), tone) for number, tone in parts]

    @property
    def shares_words(self) -> str:
        numbers = {name: self._number(getattr(self, name)) for name in ("new", "updated", "unchanged", "refused")}
        return _("%(new)s new, %(updated)s updated, %(unchanged)s unchanged, %(refused)s refused", **numbers)

    @property
    def percent_checked(self) -> int:
        """By the lines of the file, of which some may be blank or belong together."""
        return min(99, 100 * self.rows // max(1, self.job.expected))

    def _share(self, number: int) -> float:
        return round(100 * number / self.rows, 2) if self.rows else 0

    def _number(self, number: int) -> str:
        return formats.number(number, language())

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """What was chosen: program, country, and what each column holds."""
        program = program_named(self.job.program_id).title if self.job.program_id else "–"
        country = Locale.parse(language()).territories.get(self.job.country, self.job.country)
        held = [
            (self.row_words.labels.get(key, key), name)
            for name, key in zip(self.job.columns, self.job.mapping, strict=False)
            if key != LEFT_OUT
        ]
        return [(_("Program"), program), (_("Country of the phones"), country or _("All begin with +")), *held]

    @property
    def file_facts(self) -> list[tuple[str, str]]:
        return [
            (_("Name of the file"), self.job.name),
            (_("Size"), _("%(number)s KB", number=self._number(-(-self.job.size // 1024)))),
            (_("By whom"), self.author),
        ]

    @cached_property
    def notices(self) -> list[tuple[str, str, str]]:
        """Icon, words and address of what else belongs to it: the same file before, and rows that were mended."""
        found = []
        if self.job.parent_id:
            words = _("Refused rows of No. %(number)d, mended", number=self.job.parent_id)
            found.append(("pencil", words, url_for("imports.show", import_id=self.job.parent_id)))
        for each in mended_as(self.job):
            words = _("Mended rows were sent again: No. %(number)d", number=each.id)
            found.append(("pencil", words, url_for("imports.show", import_id=each.id)))
        before = None if self.is_confirmed else sent_before(self.job)
        if before is not None:
            words = _(
                "The very same file was imported already: No. %(number)d. Nothing comes in twice.", number=before.id
            )
            found.append(("history", words, url_for("imports.show", import_id=before.id)))
        return found

    @cached_property
    def lines(self) -> list[ResultLine]:
        """What became of all rows of the file; together they are all of them that are handled."""
        done = self.run.progress.done if self.run else 0
        split = _("%(new)s new, %(updated)s updated", new=self._number(self.new), updated=self._number(self.updated))
        return [
            ResultLine(pgettext("of rows", "Written"), done, self.to_write, "is-ok", self.rows_href(), split),
            ResultLine(_("Unchanged"), self.unchanged, self.unchanged, "", self.rows_href("unchanged")),
            ResultLine(
                _("Refused"),
                self.refused,
                self.rows - self.to_write - self.unchanged,
                "is-none",
                self.rows_href("refused"),
            ),
        ]

    @property
    def handled(self) -> int:
        return sum(each.so_far for each in self.lines)

    @cached_property
    def asks_proof(self) -> bool:
        return self.run is not None and self.run.asks_proof

    @property
    def seen(self) -> str:
        """Which check it is, for a form that confirms it."""
        return self.job.read_at.astimezone(UTC).isoformat() if self.job.read_at else ""

    @property
    def checked_at(self) -> datetime | None:
        return self.job.read_at

    @property
    def href(self) -> str:
        return url_for("imports.show", import_id=self.id)

    def rows_href(self, state: str = "", reason: str = "") -> str:
        said = {name: value for name, value in (("state", state), ("reason", reason)) if value}
        return address("imports.show", said, import_id=self.id) + "#rows"
