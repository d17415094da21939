"""Keeping templates of messages (BA-1), and sending one for a test to oneself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app import audit
from app.customers.models import Customer
from app.db import business_id, current_scope
from app.extensions import db
from app.lib import dates
from app.locale import read_by
from app.loyalty.models import Program
from app.messaging.models import MessageKind, MessageTemplate, Tester, Way
from app.messaging.services.writing import Addressed, Letter, write_to_many
from app.messaging.templates import templates
from app.messaging.texts import EXAMPLES, Voice, dress, fill, in_language, variables_in
from app.messaging.values import values_of

MOST_TEMPLATES = 200


class NameTakenError(Exception):
    """Another template has this name."""


class TooManyError(Exception):
    """The business has as many templates as it may."""


@dataclass(frozen=True)
class Written:
    """A message as a customer gets it."""

    title: str
    text: str
    language: str


def create_template(values: Mapping[str, object]) -> MessageTemplate:
    """Needs the templates held (`lock_templates`). Raises NameTakenError, TooManyError."""
    if len(templates()) >= MOST_TEMPLATES:
        raise TooManyError
    template = MessageTemplate(business_id=business_id(), changed_at=dates.now(), **_checked(values))
    db.session.add(template)
    db.session.flush()
    _record("add", template, {name: (None, value) for name, value in values.items()})
    return template


def change_template(template: MessageTemplate, values: Mapping[str, object]) -> None:
    """Needs the templates held. What is the same is not written. Raises NameTakenError."""
    changes = audit.changes_of(template, _checked(values, template))
    if not changes:
        return
    for name, (_old, new) in changes.items():
        setattr(template, name, new)
    template.changed_at = dates.now()
    _record("change", template, changes)


def delete_template(template: MessageTemplate) -> None:
    """What was sent by it stays as it is."""
    gone = {name: (getattr(template, name), None) for name in ("name", "channel", "titles", "texts")}
    db.session.delete(template)
    db.session.flush()
    _record("delete", template, gone)


def send_test(template: MessageTemplate, program: Program, customer: Customer, key: UUID) -> bool:
    """Sends a template for a test; whether it was written, as a key serves once."""
    done = send_trial(Way(template.channel), written_to(template, program, customer), program, customer, key)
    if done:
        audit.record("template.test", audit.Subject("template", template.id), {"customer_id": (None, customer.id)})
    return done


def send_trial(way: Way, written: Written, program: Program, customer: Customer, key: UUID) -> bool:
    """Sends a text to the customer that the user says it is itself; whether it was written, as a key serves once.

    It is a notice like others: opt-outs, quiet hours and its price hold.
    """
    letter = Letter(
        MessageKind.NOTICE,
        way.channel,
        written.text,
        written.language,
        f"test:{key}",
        written.title,
        program.id,
        smart=way is Way.SMART,
    )
    row = insert(Tester).values(business_id=business_id(), user_id=current_scope().user_id, customer_id=customer.id)
    mine = row.on_conflict_do_update(index_elements=["business_id", "user_id"], set_={"customer_id": customer.id})
    db.session.execute(mine)
    return bool(write_to_many([Addressed(customer.id, letter, user_id=current_scope().user_id)]))


def written_to(template: MessageTemplate, program: Program, customer: Customer) -> Written:
    """What a customer would read."""
    spoken = read_by(customer.language)
    language, text = in_language(template.texts, spoken)
    title = in_language(template.titles, language)[1]
    values = values_of([customer.id], program.id, variables_in(title, text))[customer.id].values
    filled = {**values, **{name: str(example) for name, example in EXAMPLES.items()}}
    voice = Voice.of(program)
    body = dress(fill(text, filled), voice, spoken, Way(template.channel).written_for)
    return Written(fill(title, filled), body, language)


def _checked(values: Mapping[str, object], own: MessageTemplate | None = None) -> Mapping[str, object]:
    name = str(values["name"]).casefold()
    if any(each.name.casefold() == name for each in templates() if each is not own):
        raise NameTakenError
    return values


def _record(action: str, template: MessageTemplate, changes: audit.Changes) -> None:
    audit.record(f"template.{action}", audit.Subject("template", template.id), changes)
