"""What people say of a customer, whole: the edit form, the Terminal, an import and the API hand it to the services.

Written flat it is a mapping of plain values by name: so two versions are compared, and the audit log keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from app.customers.models import CHANNELS, Answer, Card, Consent, ConsentKind, Customer, Enrolment
from app.db import business_id
from app.extensions import db
from app.loyalty.models import Access

AnswerValue = str | int | date | bool
"""Words; a number in ten-thousandths or a choice's id; a day; yes or no: by the question's kind."""
EARLIEST_BIRTHDAY = date(1900, 1, 1)
Flat = dict[str, Any]
"""Name → value as JSON has it; None is no value."""


@dataclass(frozen=True)
class Standing:
    """A customer in a program (AC-1, AC-3)."""

    access: Access
    category_id: int | None = None
    """None leaves the category to the rules; one set by hand stays until it is released."""
    category_now: int = field(default=0, compare=False)
    """The category that the customer is in, whoever chose it; only for who reads."""


@dataclass(frozen=True)
class Details:
    """What is known of a customer by being told. Values are clean: phone E.164, e-mail lower case, lines trimmed."""

    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    email: str = ""
    birthday: date | None = None
    language: str = ""
    cards: tuple[str, ...] = ()
    answers: Mapping[int, AnswerValue] = field(default_factory=dict)
    """By question; one without an answer is not in it."""
    consents: Mapping[ConsentKind, bool] = field(default_factory=dict)
    standings: Mapping[int, Standing] = field(default_factory=dict)
    """By program."""

    @property
    def names(self) -> dict[str, str]:
        return {"first_name": self.first_name, "last_name": self.last_name}

    def granted(self, kind: ConsentKind) -> bool:
        """Whether the customer agrees; unasked, it agrees to channels and not to processing."""
        return self.consents.get(kind, kind in CHANNELS)

    def flat(self) -> Flat:
        """All of it by name, such as phone, answer_12, consent_sms, category_3."""
        lines = {**self.names, "phone": self.phone, "email": self.email, "language": self.language}
        plain: Flat = {name: words or None for name, words in lines.items()}
        plain["birthday"] = self.birthday.isoformat() if self.birthday else None
        plain["cards"] = sorted(self.cards) or None
        plain |= {answer_key(number): _plain(value) for number, value in self.answers.items()}
        plain |= {consent_key(kind): self.granted(kind) for kind in ConsentKind}
        for number, standing in self.standings.items():
            plain |= {category_key(number): standing.category_id, access_key(number): standing.access.name.lower()}
        return plain


def answer_key(question_id: int) -> str:
    return f"answer_{question_id}"


def consent_key(kind: ConsentKind) -> str:
    return f"consent_{kind.name.lower()}"


def category_key(program_id: int) -> str:
    return f"category_{program_id}"


def access_key(program_id: int) -> str:
    return f"access_{program_id}"


def differences(old: Flat, new: Flat) -> dict[str, tuple[object, object]]:
    """Name → old and new value, of what differs."""
    names = [*new, *(name for name in old if name not in new)]
    return {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}


def details_of(customer: Customer) -> Details:
    """What is kept of a customer now."""
    return Details(
        first_name=customer.first_name,
        last_name=customer.last_name,
        phone=customer.phone,
        email=customer.email,
        birthday=customer.birthday,
        language=customer.language,
        cards=tuple(each.number for each in sorted(_rows(Card, customer.id), key=lambda card: card.id)),
        answers={each.field_id: value_of(each) for each in _rows(Answer, customer.id)},
        consents={each.kind: each.granted for each in _rows(Consent, customer.id)},
        standings={
            each.program_id: Standing(
                each.access, each.category_id if each.category_by_hand else None, each.category_id
            )
            for each in _rows(Enrolment, customer.id)
        },
    )


def value_of(answer: Answer) -> AnswerValue:
    """The answer in the column of its question's kind."""
    values = (answer.words, answer.number, answer.day, answer.yes, answer.choice_id)
    return next(value for value in values if value is not None)


def _rows(kind: Any, customer_id: int) -> Sequence[Any]:
    mine = select(kind).where(kind.business_id == business_id(), kind.customer_id == customer_id)
    return db.session.scalars(mine).all()


def _plain(value: AnswerValue) -> str | int | bool:
    return value.isoformat() if isinstance(value, date) else value
