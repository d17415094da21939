"""Answers to the questionnaire as columns of the table and as facts of the profile (LP-7, CT-1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, Text, cast, select

from app.customers.details import answer_key
from app.customers.models import Answer
from app.customers.parameters import BUSINESS
from app.customers.registry import Column, Order, Sample, Source, Walk
from app.customers.services.writing import ANSWERED_IN
from app.loyalty.models import FieldKind
from app.loyalty.queries import Question, questions

_DRAWN_AS = {
    FieldKind.TEXT: "text",
    FieldKind.NUMBER: "decimal",
    FieldKind.DATE: "date",
    FieldKind.YES_NO: "yesno",
    FieldKind.CHOICE: "text",
}
# Stands where there is no answer, of the type that an answer would be.
_NOTHING: dict[FieldKind, ColumnElement[Any]] = {
    FieldKind.TEXT: cast("", Text).collate("C"),
    FieldKind.NUMBER: cast(0, BigInteger),
    FieldKind.DATE: cast(date.min, Date),
    FieldKind.YES_NO: cast(False, Boolean),
    FieldKind.CHOICE: cast(0, BigInteger),
}


def answer_columns() -> list[Column]:
    """One column for each question that is asked."""
    return [_column(each) for each in questions()]


def _column(question: Question) -> Column:
    key = answer_key(question.id)
    value = ANSWERED_IN[question.kind]
    names = {each.id: each.name for each in question.choices}

    def cell(row: Any) -> object:
        answer = getattr(row, key)
        return names.get(answer) if question.kind is FieldKind.CHOICE else answer

    return Column(
        key,
        question.name,
        _DRAWN_AS[question.kind],
        fields=lambda rows: [rows.c[value].label(key)],
        order=lambda sample: Order((_unanswered(sample, question), _answered(question))),
        cell=cell,
        source=lambda sample: _source(question),
        numeric=question.kind is FieldKind.NUMBER,
    )


def _source(question: Question) -> Source:
    key = answer_key(question.id)
    rows = Answer.__table__.alias(key)
    return Source(key, rows, rows.c.customer_id, (rows.c.business_id == BUSINESS, rows.c.field_id == question.id))


def _answered(question: Question) -> Walk:
    """By the alphabet, the number, the day, no before yes; choices in their order, customer by customer in each."""
    sorted_by = "words_key" if question.kind is FieldKind.TEXT else ANSWERED_IN[question.kind]
    value = getattr(Answer, sorted_by)
    # Each kind has an index of its own, over the rows that have a value of it.
    mine = (Answer.business_id == BUSINESS, Answer.field_id == question.id, value.is_not(None))
    walk = Walk(Answer.customer_id.expression, value, mine)
    if question.kind is not FieldKind.CHOICE:
        return walk
    return replace(walk, groups=tuple(each.id for each in question.choices))


def _unanswered(sample: Sample, question: Question) -> Walk:
    """Those without an answer: no value, which sorts smallest (CT-4)."""
    figures = sample.figures()
    given = select(Answer.customer_id).where(
        Answer.business_id == BUSINESS,
        Answer.field_id == question.id,
        Answer.customer_id == figures.customer_id,
    )
    nothing = _NOTHING[question.kind]
    return Walk(figures.customer_id, nothing, (*figures.where, ~given.exists()), figures, constant=True)
