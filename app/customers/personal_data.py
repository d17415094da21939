"""All that is known of one customer, for the file that it may ask for (CP-8). What other areas know they register."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.audit import AuditEntry, AuditValue
from app.customers.details import value_of
from app.customers.family import family
from app.customers.models import Answer, Card, Consent, Customer, Enrolment
from app.customers.profile import registered_at
from app.customers.registry import DataProvider, registry
from app.customers.tags import tags_of
from app.db import business_id
from app.extensions import db
from app.identity import workplace
from app.lib import dates, decimals
from app.loyalty.models import Category, FieldKind, Program
from app.loyalty.queries import every_question


def personal_data_file(customer_id: int) -> bytes:
    """A JSON document, UTF-8: who asked for which customer, and a section for each area that knows something."""
    itself, *merged = [_sections(member) for member in family(customer_id)]
    content = {"business": workplace().name, "made_at": dates.now().isoformat(), **itself}
    if merged:
        content["merged_records"] = merged
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _sections(customer_id: int) -> dict[str, object]:
    """What each area knows of one record."""
    return {section: provider(customer_id) for section, provider in registry.personal_data.items()}


def _identity(customer_id: int) -> Mapping[str, object]:
    customer = db.session.get_one(Customer, (business_id(), customer_id))
    return {
        "number": customer.id,
        "first_name": customer.first_name or None,
        "last_name": customer.last_name or None,
        "phone": customer.phone or None,
        "email": customer.email or None,
        "birthday": customer.birthday.isoformat() if customer.birthday else None,
        "language": customer.language or None,
        "registered_at": customer.registered_at.isoformat(),
        "registered_at_point_of_sale": registered_at(customer),
        "confirmed_participation": customer.confirmed,
        "app_installed": customer.app_installed,
    }


def _cards(customer_id: int) -> list[dict[str, object]]:
    rows = db.session.scalars(select(Card).where(*_of(Card, customer_id)).order_by(Card.id))
    return [{"number": card.number, "added_at": card.created_at.isoformat()} for card in rows]


def _answers(customer_id: int) -> list[dict[str, object]]:
    questions = {each.id: each for each in every_question()}
    rows = db.session.scalars(select(Answer).where(*_of(Answer, customer_id)).order_by(Answer.field_id))
    return [{"question": questions[row.field_id].name, "answer": _answer(questions[row.field_id], row)} for row in rows]


def _answer(question: Any, row: Answer) -> object:
    value = value_of(row)
    if question.kind is FieldKind.NUMBER:
        return decimals.plain(int(str(value)))
    if question.kind is FieldKind.CHOICE:
        return next(each.name for each in question.choices if each.id == value)
    return value if isinstance(value, str | bool) else str(value)


def _consents(customer_id: int) -> list[dict[str, object]]:
    rows = db.session.scalars(select(Consent).where(*_of(Consent, customer_id)).order_by(Consent.kind))
    return [{"kind": row.kind.name.lower(), "granted": row.granted, "at": row.at.isoformat()} for row in rows]


def _tags(customer_id: int) -> list[dict[str, object]]:
    return [
        {"key": tag.key, "value": tag.value, "added_at": tag.created_at.isoformat()} for tag in tags_of(customer_id)
    ]


def _programs(customer_id: int) -> list[dict[str, object]]:
    rows = db.session.execute(
        select(Enrolment, Program.title, Category.name)
        .join(Program, (Program.business_id == Enrolment.business_id) & (Program.id == Enrolment.program_id))
        .join(Category, (Category.business_id == Enrolment.business_id) & (Category.id == Enrolment.category_id))
        .where(*_of(Enrolment, customer_id))
        .order_by(Enrolment.program_id)
    )
    return [
        {
            "program": row.title,
            "category": row.name,
            "access": row.Enrolment.access.name.lower(),
            "since": row.Enrolment.enrolled_at.isoformat(),
        }
        for row in rows
    ]


def _changes(customer_id: int) -> list[dict[str, object]]:
    """What was changed when; who of the business did it is its own matter."""
    lines = (
        select(AuditEntry)
        .where(
            AuditEntry.business_id == business_id(),
            AuditEntry.subject_kind == "customer",
            AuditEntry.subject_id == customer_id,
        )
        .order_by(AuditEntry.id)
    )
    entries = db.session.scalars(lines).all()
    values = select(AuditValue).where(
        AuditValue.business_id == business_id(), AuditValue.entry_id.in_([entry.id for entry in entries])
    )
    changed: dict[int, dict[str, object]] = {}
    for value in db.session.scalars(values):
        changed.setdefault(value.entry_id, {})[value.field] = {"old": value.old, "new": value.new}
    return [
        {"at": entry.at.isoformat(), "action": entry.action, "changes": changed.get(entry.id, {})} for entry in entries
    ]


def _of(kind: Any, customer_id: int) -> tuple[Any, Any]:
    return kind.business_id == business_id(), kind.customer_id == customer_id


SECTIONS: dict[str, DataProvider] = {
    "customer": _identity,
    "cards": _cards,
    "answers": _answers,
    "consents": _consents,
    "tags": _tags,
    "programs": _programs,
    "changes": _changes,
}
