"""Two records side by side before they are merged: what each says, what becomes of it, what is to be chosen (CP-9)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from flask_babel import gettext as _

from app.customers import profile
from app.customers.details import Flat
from app.customers.filters import CustomerFilter
from app.customers.joining import NAME, TAG, Record, differing, joined, tag_name
from app.customers.models import Customer
from app.customers.registry import Compared, registry
from app.customers.services.merging import record_of
from app.customers.wording import Wording
from app.filters import language, local, money
from app.lib import formats


@dataclass(frozen=True)
class Line:
    """A field of both records."""

    name: str
    label: str
    mine: str
    theirs: str
    becomes: str
    choice: bool
    """Whether a person chooses between the two."""
    taken: bool
    """Whether the other record's word is chosen."""


class Comparison:
    """Draws what a merge of two records would do; `taken` names what is to be as the other one has it."""

    def __init__(self, survivor: Customer, absorbed: Customer, taken: Set[str]) -> None:
        self.survivor, self.absorbed = survivor, absorbed
        self.mine, self.theirs = record_of(survivor), record_of(absorbed)
        self.choices = differing(self.mine, self.theirs)
        self.taken = taken & set(self.choices)
        self._wording = Wording()

    @cached_property
    def lines(self) -> list[Line]:
        """What either record says of the person, in the order of the form."""
        after = _flat(joined(self.mine, self.theirs, self.taken))
        one, other = _flat(self.mine), _flat(self.theirs)
        names = [name for name in {**one, **other} if name.startswith("consent_") or one.get(name) or other.get(name)]
        return [self._line(name, one.get(name), other.get(name), after.get(name)) for name in names]

    @cached_property
    def figures(self) -> list[Compared]:
        """Sales, and what areas know of their own: points by lot, money."""
        mine = [*_sales(self.survivor.id, self.absorbed.id)]
        return mine + [line for step in registry.merging for line in step.compare(self.survivor.id, self.absorbed.id)]

    @property
    def seen(self) -> str:
        """All that the page shows of both, for the form to bring back: what changed since is asked about anew."""
        return json.dumps(self.shown, ensure_ascii=False)

    @cached_property
    def shown(self) -> dict[str, list[str]]:
        """Label → the words of both records."""
        told = {line.label: [line.mine, line.theirs] for line in self.lines}
        return told | {line.label: [line.mine, line.theirs] for line in self.figures}

    def changed_since(self, seen: Mapping[str, list[str]]) -> list[dict[str, str]]:
        """What is not as the person saw it: label, then and now."""
        labels = [label for label in {**self.shown, **seen} if self.shown.get(label) != seen.get(label)]
        return [
            {"label": label, "mine": _both(seen.get(label)), "theirs": _both(self.shown.get(label))} for label in labels
        ]

    def _line(self, name: str, mine: object, theirs: object, becomes: object) -> Line:
        one, other, after = (self._words(name, value) for value in (mine, theirs, becomes))
        label, choice = field_label(self._wording, name), name in self.choices
        return Line(name, label, one, other, after, choice=choice, taken=name in self.taken)

    def _words(self, name: str, value: object) -> str:
        if name.startswith(TAG):
            return str(value) if value is not None else "–"
        return self._wording.words(name, value)


def field_label(wording: Wording, name: str) -> str:
    """What people call what a merge changes."""
    return _("Tag %(key)s", key=name.removeprefix(TAG)) if name.startswith(TAG) else wording.label(name)


def _flat(record: Record) -> Flat:
    """Name → value, the two names as one."""
    plain = record.details.flat()
    names = f"{plain.pop('first_name') or ''} {plain.pop('last_name') or ''}".strip() or None
    return {NAME: names, **plain, **{tag_name(key): value for key, value in record.tags.items()}}


def _both(words: list[str] | None) -> str:
    return " · ".join(words) if words else "–"


def _sales(survivor: int, absorbed: int) -> list[Compared]:
    """The figures of both, everywhere."""
    one, other = (profile.figures(each, CustomerFilter()) for each in (survivor, absorbed))
    count, spend = one.sales + other.sales, one.spend + other.spend
    average = (2 * spend + count) // (2 * count) if count else None
    days = [one.last_purchase, other.last_purchase]
    last = max(filter(None, days), default=None)
    return [
        Compared(_("Sales"), *(formats.number(each, language()) for each in (one.sales, other.sales, count))),
        Compared(_("Lifetime spend"), *(_money(each) for each in (one.spend, other.spend, spend))),
        Compared(_("Average basket"), *(_money(each) for each in (one.average_basket, other.average_basket, average))),
        Compared(_("Last purchase"), *(_day(each) for each in (*days, last))),
    ]


def _money(amount: int | None) -> str:
    return "–" if amount is None else money(amount, symbol=True)


def _day(moment: datetime | None) -> str:
    return "–" if moment is None else formats.long_date(local(moment).date(), language())
