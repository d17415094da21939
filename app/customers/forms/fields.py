"""Fields of a customer's form: a list of lines, and one for each kind of question (LP-7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional

from app.customers.details import AnswerValue
from app.filters import language
from app.forms import DayField, line, plain
from app.lib import decimals
from app.lib.texts import one_line
from app.loyalty.models import FieldKind
from app.loyalty.queries import Question

LONGEST_ANSWER = 1000
LONGEST_CARD = 64
MOST_CARDS = 20
YES, NO = "yes", "no"


class CardsField(Field):  # type: ignore[misc]
    """Card numbers, each in a line of its own; blanks and hyphens in them are only for the eye."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = list(valuelist)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers without what is only for the eye, each once; empty lines are none."""
        known = (one_line(each).replace(" ", "").replace("-", "") for each in self.data or [])
        return tuple(dict.fromkeys(number for number in known if number))

    @property
    def lines(self) -> list[str]:
        """What stands in the lines of the form: at least one, to type into."""
        return self.data or [""]

    def arrange(self, move: str) -> None:
        """Adds an empty line, or takes one out: add, or remove:2."""
        way, _colon, place = move.partition(":")
        lines = list(self.lines)
        if way == "add":
            lines.append("")
        elif way == "remove" and place in map(str, range(len(lines))):
            del lines[int(place)]
        self.data = lines

    def pre_validate(self, form: Form) -> None:
        if len(self.numbers) > MOST_CARDS:
            raise ValidationError(_("A customer has at most %(number)d cards.", number=MOST_CARDS))
        if any(len(number) > LONGEST_CARD for number in self.numbers):
            raise ValidationError(_("A card number has at most %(max)d characters.", max=LONGEST_CARD))
        plain(form, _Joined(self.numbers))


class _Joined:
    def __init__(self, numbers: Sequence[str]) -> None:
        self.data = "".join(numbers)


class NumberField(StringField):  # type: ignore[misc]
    """A number as the person's language writes it; `value` is in ten-thousandths."""

    value: int | None = None

    def pre_validate(self, form: Form) -> None:
        if not self.data:
            return
        try:
            self.value = decimals.parse(self.data, language())
        except ValueError:
            example = decimals.written(12345000, language())
            raise ValidationError(
                _(
                    "Enter a number such as %(example)s: up to 14 digits, and 4 behind the decimal sign.",
                    example=example,
                )
            ) from None


def choices_of(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """What a select offers, of values and labels."""
    return [SelectChoice(value, label) for value, label in pairs]


def question_field(question: Question, answered: object, insist: bool) -> Any:
    """The field that asks a question; `insist` refuses a form that leaves it open."""
    needed: list[Any] = [DataRequired(_l("Answer this question."))] if insist else [Optional()]
    match question.kind:
        case FieldKind.TEXT:
            return line(question.name, *needed, longest=LONGEST_ANSWER)
        case FieldKind.NUMBER:
            filters = [lambda text: text and one_line(text)]
            return NumberField(question.name, needed, filters=filters, render_kw={"inputmode": "decimal"})
        case FieldKind.DATE:
            return DayField(question.name, needed)
        case FieldKind.YES_NO:
            return SelectField(question.name, needed, choices=choices_of([("", "–"), (YES, _("Yes")), (NO, _("No"))]))
    offered = [(str(each.id), each.name) for each in question.choices if not each.archived or each.id == answered]
    return SelectField(question.name, needed, choices=choices_of([("", "–"), *offered]))


def shown_answer(question: Question, value: AnswerValue) -> object:
    """An answer as its field holds it."""
    match question.kind:
        case FieldKind.NUMBER:
            return decimals.written(int(str(value)), language())
        case FieldKind.YES_NO:
            return YES if value else NO
        case FieldKind.CHOICE:
            return str(value)
    return value


def given_answer(question: Question, field: Any) -> AnswerValue | None:
    """What a valid field says; None when it was left open."""
    match question.kind:
        case FieldKind.NUMBER:
            return field.value if field.data else None
        case FieldKind.YES_NO:
            return None if not field.data else field.data == YES
        case FieldKind.CHOICE:
            return int(field.data) if field.data else None
    return field.data or None
