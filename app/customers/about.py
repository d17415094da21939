"""What the overview tells of a customer beside its sales: birthday, language, answers, consents (CP-7, LP-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.accounts.models import User
from app.customers.details import value_of
from app.customers.models import CHANNELS, Answer, Consent, ConsentKind, Customer
from app.customers.wording import answer_words, consent_labels, own_labels
from app.db import business_id
from app.extensions import db
from app.loyalty.queries import questions


@dataclass(frozen=True)
class Said:
    """A consent as it stands; `at` and `by` tell who wrote it down when, if anyone did."""

    label: str
    granted: bool
    is_channel: bool
    at: datetime | None
    by: str | None


def about(customer: Customer) -> dict[str, Any]:
    """For the overview: facts as label and words, and every consent."""
    return {"facts": _facts(customer), "consents": consents(customer.id)}


def consents(customer_id: int) -> list[Said]:
    """Processing, then each channel."""
    rows = db.session.execute(
        select(Consent.kind, Consent.granted, Consent.at, User.name)
        .outerjoin(User, User.id == Consent.user_id)
        .where(Consent.business_id == business_id(), Consent.customer_id == customer_id)
    )
    kept = {row.kind: row for row in rows}
    return [_said(kind, label, kept.get(kind)) for kind, label in consent_labels().items()]


def _said(kind: ConsentKind, label: str, row: Any) -> Said:
    is_channel = kind in CHANNELS
    if row is None:
        return Said(label, is_channel, is_channel, None, None)
    return Said(label, row.granted, is_channel, row.at, row.name)


def _facts(customer: Customer) -> list[tuple[str, str]]:
    own = own_labels()
    known = {"birthday": customer.birthday, "language": customer.language}
    told = [(own[name][0], own[name][1](value)) for name, value in known.items() if value]
    asked = {each.id: each for each in questions()}
    given = select(Answer).where(Answer.business_id == business_id(), Answer.customer_id == customer.id)
    answers = {each.field_id: value_of(each) for each in db.session.scalars(given)} if asked else {}
    return told + [
        (question.name, answer_words(question, answers[number]))
        for number, question in asked.items()
        if number in answers
    ]
