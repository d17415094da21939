"""What salespeople type: numbers of customers, amounts, who is new."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, Field, StringField, ValidationError
from wtforms.validators import DataRequired, Optional

from app.customers.details import AnswerValue, Details, answer_key
from app.customers.forms.fields import given_answer, question_field
from app.customers.models import ConsentKind
from app.filters import language
from app.forms import HundredthsField, MoneyField, line
from app.lib.texts import one_line
from app.loyalty.queries import Question

_BLANKS = re.compile("[\\s'’]")
_FRACTION = re.compile(r"[0-9]+[.,][0-9]{1,2}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*(?!\1)[.,][0-9]{1,2}")
LONGEST_CODE = 200


class AmountField(MoneyField):
    """An amount with either decimal sign, whatever the language: number pads and tills write one or the other."""

    def _parsed(self, typed: str) -> int:
        typed = _BLANKS.sub("", typed)
        if _GROUPED.fullmatch(typed):
            whole, fraction = re.split(r"[.,](?=[0-9]{1,2}$)", typed)
            typed = f"{re.sub('[.,]', '', whole)}.{fraction}"
        elif _FRACTION.fullmatch(typed):
            typed = typed.replace(",", ".")
        return super()._parsed(typed)


def read_price(typed: str) -> int:
    """A price in the smallest unit. Raises ValueError in words."""
    field = AmountField().bind(FlaskForm(meta={"csrf": False}), "price")
    field.process_formdata([typed])
    return int(field.data or 0)


class LookUpForm(FlaskForm):  # type: ignore[misc]
    """A phone in any spelling, a card, or what a scanner read."""

    code = line(_l("Phone, card or QR code"), DataRequired(_l("Type or scan a number.")), longest=LONGEST_CODE)


class PictureForm(FlaskForm):  # type: ignore[misc]
    """A picture of a code that the tablet's camera took."""

    picture = FileField(_l("Picture of the QR code"))


class AmountForm(FlaskForm):  # type: ignore[misc]
    amount = AmountField(_l("Amount of the check"), validators=[])

    def validate_amount(self, field: Field) -> None:
        if not field.data and not field.errors:
            raise ValidationError(_("Enter an amount above 0."))


class AnswersForm(FlaskForm):  # type: ignore[misc]
    """What is asked of a customer. Use `answers_form` or `new_customer_form`, which add the questions."""

    questions: Sequence[Question] = ()

    @property
    def question_fields(self) -> list[Field]:
        return [self[answer_key(each.id)] for each in self.questions]

    @property
    def answers(self) -> dict[int, AnswerValue]:
        """What a valid form answers, by question."""
        given = {each.id: given_answer(each, self[answer_key(each.id)]) for each in self.questions}
        return {number: value for number, value in given.items() if value is not None}


class NewCustomerForm(AnswersForm):
    first_name = line(_l("First name"))
    last_name = line(_l("Last name"))
    processing = BooleanField(_l("Agrees that personal data are processed"))

    def details(self, phone: str) -> Details:
        """What a valid form says of who has this phone."""
        return Details(
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            phone=phone,
            language=language(),
            answers=self.answers,
            consents={ConsentKind.PROCESSING: bool(self.processing.data)},
        )


def new_customer_form(questions: Sequence[Question]) -> NewCustomerForm:
    """The form for who is new; a question that must be answered is insisted on (LP-7)."""
    form: NewCustomerForm = _asking(NewCustomerForm, questions)
    return form


def answers_form(questions: Sequence[Question]) -> AnswersForm:
    """The form for what a known customer has not answered yet; it insists on the same."""
    form: AnswersForm = _asking(AnswersForm, questions)
    return form


def _asking(kind: type[AnswersForm], questions: Sequence[Question]) -> Any:
    fields: dict[str, Any] = {answer_key(each.id): question_field(each, None, each.required) for each in questions}
    return type("AskingForm", (kind,), {**fields, "questions": questions})()


class PointsField(AmountField):
    """Points typed in the same way: `data` is in hundredths, whatever the currency (LP-1).

    A button that offers points comes after the field, and is what was meant.
    """

    digits = HundredthsField.digits

    def process_formdata(self, valuelist: list[str]) -> None:
        self.raw_data = valuelist[-1:]
        super().process_formdata(self.raw_data)


class PaymentForm(FlaskForm):  # type: ignore[misc]
    """How much of a check points and money accounts pay. Use `payment_form`, which adds the accounts."""

    points = PointsField(_l("Points"), validators=[Optional()])


def payment_form(accounts: Sequence[Any], cards: Sequence[Any], **shown: int) -> PaymentForm:
    """The form with a field for each account and gift card, an amount in it where one is chosen."""
    names = {account_key(each.id): each.name for each in accounts} | {card_key(each.id): each.name for each in cards}
    fields: dict[str, Any] = {key: AmountField(name, validators=[Optional()]) for key, name in names.items()}
    form: PaymentForm = type("BoundPaymentForm", (PaymentForm,), fields)(data=shown)
    # What a screen sends no field of, as the one that asks for a new PIN, stays as it was chosen.
    for key in shown.keys() - request.form.keys():
        if key in form:
            form[key].data = shown[key]
    return form


def account_key(wallet_id: int) -> str:
    return f"account_{wallet_id}"


def card_key(card_id: int) -> str:
    return f"card_{card_id}"


class ThingForm(FlaskForm):  # type: ignore[misc]
    """What is typed or scanned of a coupon or a gift card."""

    code = line(_l("Coupon or gift card code"), DataRequired(_l("Type or scan a code.")), longest=LONGEST_CODE)


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The PIN that the customer tells."""

    code = StringField(
        _l("PIN from the customer's message"), filters=[lambda text: text and one_line(text).replace(" ", "")]
    )
