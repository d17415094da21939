"""Answers to the questionnaire as the API writes them: a text, a number as text, a day, yes or no, a choice's id."""

from __future__ import annotations

from datetime import date

from app.customers.details import AnswerValue
from app.lib import dates, decimals
from app.loyalty.models import FieldKind
from app.loyalty.queries import Question

Written = str | bool | int
WANTED = {
    FieldKind.TEXT: "The answer is a text, and not empty.",
    FieldKind.NUMBER: "The answer is a number written as a text such as “12.5”, of up to 14 digits and 4 decimals.",
    FieldKind.DATE: "The answer is a day such as “1990-12-31”.",
    FieldKind.YES_NO: "The answer is true or false.",
    FieldKind.CHOICE: "The answer is the id of a choice that is offered.",
}


def written(value: AnswerValue, kind: FieldKind) -> Written:
    """An answer as it is kept, for who reads it."""
    if isinstance(value, date):
        return value.isoformat()
    return decimals.plain(int(value)) if kind is FieldKind.NUMBER else value


def read(given: Written, question: Question) -> AnswerValue:
    """What was given as it is kept. Raises ValueError in words."""
    try:
        return _read(given, question)
    except ValueError:
        raise ValueError(WANTED[question.kind]) from None


def _read(given: Written, question: Question) -> AnswerValue:
    match question.kind:
        case FieldKind.TEXT if isinstance(given, str) and given:
            return given
        case FieldKind.NUMBER if isinstance(given, str):
            return decimals.parse(given, "en")
        case FieldKind.DATE if isinstance(given, str):
            return _day(given)
        case FieldKind.YES_NO if isinstance(given, bool):
            return given
        case FieldKind.CHOICE if not isinstance(given, bool):
            if any(each.id == given and not each.archived for each in question.choices):
                return given
    raise ValueError


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not dates.FIRST_DAY <= day <= dates.LAST_DAY:
        raise ValueError
    return day
