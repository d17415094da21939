"""An act as its page shows it, in the reader's language; its file is in its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from flask_babel import gettext as _
from flask_babel import pgettext

from app.acts import queries, words
from app.acts.jurisdictions import CONTRACT, groups
from app.acts.lines import Line
from app.acts.listing import Stage, month_words, stage_words
from app.acts.models import Act, ActFile, ActKind, Details, Jurisdiction
from app.acts.services.correcting import differs
from app.locale import LANGUAGES


@dataclass(frozen=True)
class Row:
    service: str
    unit: str
    line: Line


class Page:
    """What templates read of one act."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.requisites_alone = act.kind is ActKind.REQUISITES

    @property
    def title(self) -> str:
        return _("Act %(number)s", number=self.act.words)

    @property
    def month(self) -> str:
        return f"{month_words(self.act.month)} {self.act.month.year}"

    @property
    def last_day(self) -> date:
        return queries.last_day(self.act.month)

    @cached_property
    def issued(self) -> date:
        return queries.issued_on(self.act)

    @cached_property
    def stage(self) -> Stage:
        return Stage(int(queries.standing_of(self.act)[0]))

    @property
    def stage_words(self) -> str:
        return stage_words()[self.stage]

    @property
    def history(self) -> list[tuple[str, date]]:
        """What was said of its status, oldest first."""
        said = [(stage_words()[Stage(int(each.status))], each.day) for each in queries.standings(self.act)]
        return [(stage_words()[Stage.ISSUED], self.issued), *said]

    @property
    def language(self) -> str:
        return LANGUAGES.get(self.act.language, self.act.language)

    @property
    def rows(self) -> list[Row]:
        lines = [Line.from_kept(line) for line in self.act.lines]
        return [Row(words.service(line.kind, line.note), words.unit(line.kind), line) for line in lines]

    @property
    def parties(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return [
            (pgettext("of an act", "Executor"), self._said(self.act.executor)),
            (pgettext("of an act", "Customer"), self._said(self.act.customer)),
        ]

    @cached_property
    def file(self) -> ActFile | None:
        return queries.file_of(self.act)

    @cached_property
    def corrects(self) -> Act | None:
        return queries.act_named(self.act.corrects_id) if self.act.corrects_id else None

    @cached_property
    def corrections(self) -> list[Act]:
        return queries.corrections_of(self.act)

    @property
    def differs(self) -> bool:
        """Whether the latest act of its month has other requisites than the business has now."""
        return differs(queries.acts_of(self.act.month)[-1])

    def _said(self, details: Details) -> list[tuple[str, str]]:
        entries = [entry for _title, group in groups(Jurisdiction(self.act.jurisdiction)) for entry in group]
        said = [entry for entry in entries if details.get(entry.name) and entry not in CONTRACT]
        return [(entry.name_of(details[entry.name]), details[entry.name]) for entry in said]
