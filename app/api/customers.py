"""Customers as the API writes and shows them: the same details that the panel's form asks for (CP-7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.api import answers
from app.api.reading import faulty
from app.api.schemas import Body, Id, Line, Moment, Shown, plain
from app.customers.details import EARLIEST_BIRTHDAY, AnswerValue, Details, details_of
from app.customers.forms.fields import LONGEST_ANSWER, LONGEST_CARD, MOST_CARDS
from app.customers.models import ConsentKind, Customer
from app.customers.services.identifying import card_number
from app.filters import local
from app.identity import workplace
from app.lib import dates
from app.lib.phones import e164
from app.loyalty.queries import Question, every_question, program_options

LONGEST_EMAIL = 254
MOST_ANSWERS = 200


def _email(text: str) -> str:
    if not text:
        return ""
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        raise PydanticCustomError("email", "An e-mail address is such as anna@example.com.") from None
    return text.lower()


Phone = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(plain),
    Field(description="With +, or as dialled in the business's country."),
]
Email = Annotated[str, StringConstraints(max_length=LONGEST_EMAIL), AfterValidator(plain), AfterValidator(_email)]
CardNumber = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_CARD), AfterValidator(plain), AfterValidator(card_number)
]
AnswerText = Annotated[str, StringConstraints(max_length=LONGEST_ANSWER), AfterValidator(plain)]
Language = Literal["", "en", "uk", "ru"]
Cards = Annotated[list[CardNumber], Field(max_length=MOST_CARDS)]


class AnswerGiven(Body):
    """An answer to a question of the questionnaire; null takes the answer away."""

    question_id: Id
    value: AnswerText | bool | Id | None
    """A text; a number or a day as text; true or false; a choice's id: by the question's kind."""


class Consents(Body):
    """What the customer agrees to; what is left out stays as it is."""

    processing: bool | None = None
    """That its personal data are processed."""
    sms: bool | None = None
    push: bool | None = None
    email: bool | None = None
    viber: bool | None = None


class Said(Body):
    """What can be said of a customer."""

    phone: Phone | None = None
    first_name: Line | None = None
    last_name: Line | None = None
    email: Email | None = None
    birthday: date | None = None
    language: Language | None = None
    cards: Cards | None = None
    """All of them: those that are left out go."""
    answers: Annotated[list[AnswerGiven], Field(max_length=MOST_ANSWERS)] = []
    consents: Consents = Consents()


class CustomerChange(Said):
    """What is to be changed; what is left out stays as it is, null empties it."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    """That you read: the call is refused when someone changed the customer meanwhile."""


class NewCustomer(Said):
    """A new customer; one without a phone and a card is found by its id alone."""

    point_of_sale_id: Id | None = None
    """Where it registers. Left out, it is the key's own point of sale, or none."""


class LookUp(Body):
    """What identifies a customer, whole."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(plain)]
    """A phone in any spelling, a card, or the digits of the QR code on the customer's own page."""


class ConsentsShown(Shown):
    """What the customer agrees to."""

    processing: bool
    sms: bool
    push: bool
    email: bool
    viber: bool


class AnswerShown(Shown):
    """An answer to the questionnaire."""

    question_id: int
    value: str | bool | int


class AccessShown(StrEnum):
    FULL = "full"
    LIMITED = "limited"
    NONE = "none"
    BLACKLISTED = "blacklisted"


class StandingShown(Shown):
    """The customer in a program."""

    program_id: int
    access: AccessShown
    """Full earns and redeems, limited earns, none does neither, blacklisted takes part in no transaction."""
    category: str


class FoundShown(Shown):
    """A customer as who stands at a counter is known there; the rest is read by its id, where the key sees it."""

    id: int
    first_name: str
    last_name: str
    programs: list[StandingShown]

    @property
    def tells_of(self) -> int:
        return self.id


class CustomerShown(Shown):
    """A customer."""

    id: int
    version: int
    """Grows with each change."""
    phone: str
    """E.164; empty for none, as are the other texts."""
    first_name: str
    last_name: str
    email: str
    birthday: date | None
    language: str
    cards: list[str]
    confirmed: bool
    """Whether it has confirmed that it takes part."""
    registered_at: Moment
    consents: ConsentsShown
    answers: list[AnswerShown]
    programs: list[StandingShown]

    @property
    def tells_of(self) -> int:
        return self.id

    @property
    def address(self) -> str:
        return f"/api/v1/customers/{self.id}"


def found(customer: Customer) -> FoundShown:
    kept = details_of(customer)
    return FoundShown(id=customer.id, **kept.names, programs=_standings(kept))


def shown(customer: Customer) -> CustomerShown:
    kept = details_of(customer)
    kinds = {each.id: each.kind for each in every_question()} if kept.answers else {}
    return CustomerShown(
        id=customer.id,
        version=customer.version,
        phone=kept.phone,
        **kept.names,
        email=kept.email,
        birthday=kept.birthday,
        language=kept.language,
        confirmed=customer.confirmed,
        registered_at=customer.registered_at,
        cards=list(kept.cards),
        consents=ConsentsShown(**{kind.name.lower(): kept.granted(kind) for kind in ConsentKind}),
        answers=[
            AnswerShown(question_id=number, value=answers.written(value, kinds[number]))
            for number, value in kept.answers.items()
        ],
        programs=_standings(kept),
    )


def _standings(kept: Details) -> list[StandingShown]:
    categories = {number: name for each in program_options() for number, name in each.categories.items()}
    return [
        StandingShown(
            program_id=number, access=AccessShown[standing.access.name], category=categories[standing.category_now]
        )
        for number, standing in kept.standings.items()
    ]


def changed(kept: Details, body: Said, asked: Sequence[Question]) -> Details:
    """The details with what the call says of them. Raises CallProblem 422."""
    said: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set & _PLAIN}
    said = {name: "" if value is None and name != "birthday" else value for name, value in said.items()}
    if "cards" in body.model_fields_set:
        said["cards"] = tuple(dict.fromkeys(number for number in body.cards or () if number))
    if said.get("phone"):
        said["phone"] = _phone(said["phone"])
    if said.get("birthday"):
        _check_birthday(said["birthday"])
    granted = {kind: getattr(body.consents, kind.name.lower()) for kind in ConsentKind}
    return replace(
        kept,
        **said,
        answers=_answers(kept.answers, body, asked),
        consents={**kept.consents, **{kind: yes for kind, yes in granted.items() if yes is not None}},
    )


_PLAIN = {"phone", "first_name", "last_name", "email", "birthday", "language"}


def _phone(typed: str) -> str:
    try:
        return e164(typed, workplace().country)
    except ValueError:
        raise faulty("/phone", "There is no such phone. Write it with +.") from None


def _check_birthday(day: date) -> None:
    if not EARLIEST_BIRTHDAY <= day <= local(dates.now()).date():
        raise faulty("/birthday", "A birthday lies between 1900 and today.")


def _answers(kept: Mapping[int, AnswerValue], body: Said, asked: Sequence[Question]) -> dict[int, AnswerValue]:
    known, answered = {each.id: each for each in asked}, dict(kept)
    for place, given in enumerate(body.answers):
        question = known.get(given.question_id)
        if question is None:
            raise faulty(f"/answers/{place}/question_id", "This is not asked.")
        if given.value is None:
            answered.pop(question.id, None)
            continue
        try:
            answered[question.id] = answers.read(given.value, question)
        except ValueError as error:
            raise faulty(f"/answers/{place}/value", str(error)) from None
    return answered
