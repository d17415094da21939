"""Changing the questionnaire (LP-7): every change is in the audit log (PR-4), and no answer is ever lost by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app import audit
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.loyalty.models import FieldKind, QuestionnaireChoice, QuestionnaireField
from app.loyalty.queries import Question, every_question


class NameTakenError(Exception):
    """Another question that is asked has this name."""


@dataclass(frozen=True)
class Asked:
    """What a question says. `choices` are ids (None for a new one) and names, in their order."""

    name: str
    required: bool
    choices: tuple[tuple[int | None, str], ...] = ()


def add_question(kind: FieldKind, asked: Asked) -> int:
    """Adds a question behind the others; answers with its id. Needs the questionnaire held. Raises NameTakenError."""
    _check_question(asked.name, None)
    position = len(every_question())
    field = QuestionnaireField(
        business_id=business_id(), name=asked.name, kind=kind, required=asked.required, position=position
    )
    db.session.add(field)
    db.session.flush()
    _keep_choices(field.id, asked.choices)
    new = {"name": asked.name, "kind": kind.name.lower(), "required": asked.required}
    changes = {name: (None, value) for name, value in new.items()}
    changes["choices"] = (None, [name for _id, name in asked.choices] or None)
    audit.record("questionnaire_field.add", _subject(field.id), changes)
    return field.id


def change_question(question: Question, asked: Asked) -> None:
    """Gives a question another name or other choices: what is left out is archived, so no answer is lost.

    Needs the questionnaire held. Raises NameTakenError.
    """
    if question.archived_at is None:
        _check_question(asked.name, question.id)
    changes = audit.changes_of(question, {"name": asked.name, "required": asked.required})
    offered = [(each.id, each.name) for each in question.choices if not each.archived]
    if offered != list(asked.choices):
        changes["choices"] = (question.offered, [name for _id, name in asked.choices])
    if not changes:
        return
    field = db.session.get_one(QuestionnaireField, (business_id(), question.id))
    field.name, field.required = asked.name, asked.required
    if "choices" in changes:
        _keep_choices(question.id, asked.choices)
    audit.record("questionnaire_field.change", _subject(question.id), changes)


def archive_question(question: Question) -> None:
    """Asks it no more; its answers stay. Needs the questionnaire held."""
    _move(question, "archive", dates.now())


def restore_question(question: Question) -> None:
    """Asks it again. Needs the questionnaire held. Raises NameTakenError."""
    _check_question(question.name, question.id)
    _move(question, "restore", None)


def order_questions(ids: Sequence[int]) -> None:
    """Puts the questions named into this order, before any others. Needs the questionnaire held."""
    known = [each.id for each in every_question()]
    ordered = [*(each for each in dict.fromkeys(ids) if each in known), *(each for each in known if each not in ids)]
    if ordered == known:
        return
    mine = select(QuestionnaireField).where(QuestionnaireField.business_id == business_id())
    for field in db.session.scalars(mine):
        field.position = ordered.index(field.id)
    audit.record("questionnaire.order", audit.Subject("questionnaire", business_id()), {"order": (known, ordered)})


def _check_question(name: str, own: int | None) -> None:
    asked = [each for each in every_question() if each.archived_at is None and each.id != own]
    if name.casefold() in {each.name.casefold() for each in asked}:
        raise NameTakenError


def _keep_choices(field_id: int, choices: Sequence[tuple[int | None, str]]) -> None:
    mine = select(QuestionnaireChoice).where(
        QuestionnaireChoice.business_id == business_id(), QuestionnaireChoice.field_id == field_id
    )
    kept = {each.id: each for each in db.session.scalars(mine)}
    places = {number: place for place, (number, _name) in enumerate(choices)}
    for each in kept.values():
        each.archived_at = None if each.id in places else each.archived_at or dates.now()
        each.position = places.get(each.id, len(choices))
    for place, (number, name) in enumerate(choices):
        if number is None:
            db.session.add(QuestionnaireChoice(business_id=business_id(), field_id=field_id, name=name, position=place))
        else:
            kept[number].name = name
    db.session.flush()


def _move(question: Question, verb: str, archived_at: datetime | None) -> None:
    """Into the archive or out of it; one that is there already stays as it is."""
    if (question.archived_at is None) is (archived_at is None):
        return
    field = db.session.get_one(QuestionnaireField, (business_id(), question.id))
    field.archived_at = archived_at
    changes = {"archived_at": (question.archived_at, archived_at)}
    audit.record(f"questionnaire_field.{verb}", _subject(question.id), changes)


def _subject(field_id: int) -> audit.Subject:
    return audit.Subject("questionnaire_field", field_id)
