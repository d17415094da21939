"""What rows change of customers who are here already, told before they are written (IM-2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.customers.details import answer_key, value_of
from app.customers.models import Answer, Card, Customer, Enrolment
from app.customers.wording import answer_words, own_labels
from app.db import business_id
from app.extensions import db
from app.imports.models import ImportRow, RowState
from app.imports.targets import CARDS, targets
from app.loyalty.models import Program
from app.loyalty.queries import program_named

_LINES = ("first_name", "last_name", "phone", "email", "birthday", "language")
_KINDS = ("words", "number", "day", "yes", "choice_id")
"""In one of which an answer lies."""


class Changes:
    """Of the rows of a page, asked for together."""

    def __init__(self, rows: Sequence[ImportRow], known: Mapping[int, Customer], program_id: int | None) -> None:
        self.known, self.program_id = known, program_id
        self.about = [each.customer_id for each in rows if each.state is RowState.UPDATED]
        self.words, self.targets = own_labels(), {each.key: each for each in targets()}
        self.cards = {each.number for each in self._of(Card)}
        self.answers = {(each.customer_id, answer_key(each.field_id)): value_of(each) for each in self._of(Answer)}
        self.enrolled = {each.customer_id for each in self._of(Enrolment) if each.program_id == program_id}

    def of(self, row: ImportRow) -> list[str]:
        customer = self.known.get(row.customer_id or 0)
        if customer is None or row.state is not RowState.UPDATED:
            return []
        return [*self._lines(row, customer), *self._cards(row), *self._answers(row), *self._program(row)]

    def _lines(self, row: ImportRow, customer: Customer) -> Iterator[str]:
        for name in _LINES:
            new, old = getattr(row, name), getattr(customer, name)
            # A phone is only given to who has none.
            if new and new != old and not (name == "phone" and old):
                label, words = self.targets[name].label, self.words[name][1]
                yield _told(label, words(old) if old else "", words(new))

    def _cards(self, row: ImportRow) -> list[str]:
        new = [each for each in row.cards if each not in self.cards]
        return [f"{self.targets[CARDS].label}: + {', '.join(new)}"] if new else []

    def _answers(self, row: ImportRow) -> Iterator[str]:
        for each in row.answers:
            asked = self.targets.get(key := answer_key(each["field_id"]))
            new = next(each[kind] for kind in _KINDS if kind in each)
            old = self.answers.get((row.customer_id or 0, key))
            if asked and asked.question and str(new) != str(old):
                was = "" if old is None else answer_words(asked.question, old)
                yield _told(asked.label, was, answer_words(asked.question, new))

    def _program(self, row: ImportRow) -> list[str]:
        if row.customer_id in self.enrolled or self.program_id is None:
            return []
        return [_("Joins %(program)s", program=self._joined.title)]

    @cached_property
    def _joined(self) -> Program:
        return program_named(self.program_id or 0)

    def _of(self, kind: Any) -> Sequence[Any]:
        mine = select(kind).where(kind.business_id == business_id(), kind.customer_id.in_(self.about))
        return db.session.scalars(mine).all() if self.about else ()


def _told(label: str, old: str, new: str) -> str:
    return f"{label}: {old or '–'} → {new}"
