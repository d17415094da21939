"""Undoing a merge: what it changed goes back, and what was changed since stays (CP-9)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from werkzeug.exceptions import NotFound

from app import audit
from app.customers.details import AnswerValue, Details, Standing, details_of, differences
from app.customers.family import family, hold_customers
from app.customers.models import Consent, ConsentKind, Customer, CustomerMerge, Enrolment
from app.customers.registry import CannotUndoError, Merge, registry
from app.customers.services import writing
from app.customers.services.merging import Facts, audited, facts_of, settle
from app.customers.services.tagging import put_tags
from app.customers.tags import tags_of
from app.db import business_id
from app.extensions import db
from app.lib import dates, formats
from app.loyalty.models import Access, FieldKind
from app.loyalty.queries import every_question

_BOUGHT = text(
    "SELECT EXISTS (SELECT FROM transaction WHERE business_id = :business AND customer_id = :customer"
    " AND program_id = :program)"
)


def merge_to_undo(survivor_id: int, merge_id: int) -> tuple[CustomerMerge, Customer, Customer]:
    """A merge with its survivor and the absorbed record, all held. Raises NotFound, CannotUndoError."""
    merge = merge_named(survivor_id, merge_id)
    hold_customers((merge.survivor_id, merge.absorbed_id))
    db.session.refresh(merge)
    ends = [
        db.session.get_one(Customer, (business_id(), each), populate_existing=True)
        for each in (merge.survivor_id, merge.absorbed_id)
    ]
    if ends[0].erased_at is not None or ends[0].merged_into_id is not None:
        raise NotFound
    check_undoable(merge)
    return merge, ends[0], ends[1]


def merge_named(survivor_id: int, merge_id: int) -> CustomerMerge:
    """A merge into this customer that stands. Raises NotFound."""
    merge = db.session.get(CustomerMerge, (business_id(), merge_id))
    if merge is None or merge.survivor_id != survivor_id or merge.undone_at is not None:
        raise NotFound
    return merge


def check_undoable(merge: CustomerMerge) -> None:
    """Merges are undone the latest first, as each began with what the ones before had made. Raises CannotUndoError."""
    if merge.undone_at is not None:
        raise NotFound
    later = select(func.max(CustomerMerge.id)).where(
        CustomerMerge.business_id == business_id(),
        CustomerMerge.survivor_id == merge.survivor_id,
        CustomerMerge.undone_at.is_(None),
    )
    if db.session.scalar(later) != merge.id:
        raise CannotUndoError(lambda: _("Another record was merged into this customer later. Undo that first."))


def as_step(merge: CustomerMerge) -> Merge:
    return Merge(merge.id, merge.survivor_id, merge.absorbed_id, family(merge.absorbed_id), merge.kept.get("steps", {}))


def undo_merge(merge: CustomerMerge, survivor: Customer, absorbed: Customer) -> None:
    """Makes two records of one again; needs them held by `merge_to_undo`. Raises CannotUndoError: then nothing is."""
    seen = facts_of(survivor)
    with db.session.begin_nested():
        absorbed.merged_into_id, merge.undone_at = None, dates.now()
        db.session.flush()
        for step in registry.merging:
            step.undo(as_step(merge))
        _give_back(merge.kept, survivor, absorbed, seen)
    for each in (survivor, absorbed):
        each.version += 1
        db.session.flush()
        settle(each.id)
    changes = differences(seen, facts_of(survivor))
    lines: dict[int, audit.Changes] = {
        survivor.id: audited(changes, merged=(absorbed.id, None)),
        absorbed.id: {"merged_into": (survivor.id, None)},
    }
    for number, told in lines.items():
        audit.record("customer.unmerge", audit.Subject("customer", number), told)


def stays(merge: CustomerMerge, now: Facts) -> list[str]:
    """The names of what the merge changed and someone changed since: it is left as it is."""
    before, after = merge.kept["before"], merge.kept["after"]
    return [name for name in differences(before, after) if name != "cards" and now.get(name) != after.get(name)]


def _give_back(kept: Facts, survivor: Customer, absorbed: Customer, now: Facts) -> None:
    before, after = kept["before"], kept["after"]
    names = {name for name in differences(before, after) if now.get(name) == after.get(name)}
    old = details_of(survivor)
    cards = tuple(card for card in old.cards if card in kept["cards"])
    new = _earlier(old, before, names, without=cards)
    _part(survivor, absorbed, new, kept["phone"], cards)
    writing.keep_answers(survivor.id, old, new)
    writing.keep_consents(survivor.id, old, new)
    _put_consents(survivor.id, kept["consents"], names)
    writing.keep_standings(survivor.id, old, new)
    _leave(survivor.id, kept["programs"])
    put_tags(survivor, _earlier_tags(survivor.id, before, names))
    if names & {"registered_at", "registered_point_of_sale_id"}:
        survivor.registered_at = datetime.fromisoformat(before["registered_at"])
        survivor.registered_point_of_sale_id = before["registered_point_of_sale_id"]
    for name in names & {"confirmed", "app_installed"}:
        setattr(survivor, name, before[name])


def _earlier(now: Details, before: Facts, names: Collection[str], without: tuple[str, ...]) -> Details:
    """The survivor as it was before, where nobody changed it since."""
    lines = ("first_name", "last_name", "phone", "email", "language")
    values: Facts = {name: before.get(name) or "" for name in lines if name in names}
    if "birthday" in names:
        values["birthday"] = date.fromisoformat(before["birthday"]) if before.get("birthday") else None
    consents = {kind: before[f"consent_{kind.name.lower()}"] for kind in ConsentKind if _said(kind) in names}
    return replace(
        now,
        **values,
        cards=tuple(card for card in now.cards if card not in without),
        answers=_earlier_answers(now, before, names),
        consents={**now.consents, **consents},
        standings={program: _earlier_standing(program, each, before, names) for program, each in now.standings.items()},
    )


def _said(kind: ConsentKind) -> str:
    return f"consent_{kind.name.lower()}"


def _earlier_answers(now: Details, before: Facts, names: Collection[str]) -> dict[int, AnswerValue]:
    answers = dict(now.answers)
    for question in every_question():
        if (name := f"answer_{question.id}") in names:
            answers.pop(question.id, None)
            if (value := before.get(name)) is not None:
                answers[question.id] = date.fromisoformat(value) if question.kind is FieldKind.DATE else value
    return answers


def _earlier_standing(program: int, now: Standing, before: Facts, names: Collection[str]) -> Standing:
    access, category = f"access_{program}", f"category_{program}"
    if access in names and before.get(access):
        now = replace(now, access=Access[before[access].upper()])
    return replace(now, category_id=before.get(category)) if category in names else now


def _part(survivor: Customer, absorbed: Customer, new: Details, phone: str, cards: tuple[str, ...]) -> None:
    """Phones and cards go back to the record that had them. Raises CannotUndoError when another customer has one."""
    was = details_of(survivor)
    theirs = Details(phone=phone, cards=cards)
    try:
        with writing.refusing_taken(absorbed.id, Details(), theirs):
            absorbed.phone = ""
            db.session.flush()
            writing.keep_identity(survivor, new)
            writing.keep_cards(survivor.id, was, new)
            db.session.flush()
            absorbed.phone, absorbed.card_count = phone, len(cards)
            writing.keep_cards(absorbed.id, Details(), theirs)
    except writing.TakenError:
        shown = formats.phone(phone)
        raise CannotUndoError(lambda: _("Another customer has the phone %(phone)s now.", phone=shown)) from None


def _put_consents(customer_id: int, kept: list[list[Any]], names: Collection[str]) -> None:
    """When, and by whom, a consent was written down that stands again; one that nobody wrote down is none."""
    said = {kind: (granted, datetime.fromisoformat(at), user) for kind, granted, at, user in kept}
    for kind in ConsentKind:
        if _said(kind) not in names:
            continue
        mine = (Consent.business_id == business_id(), Consent.customer_id == customer_id, Consent.kind == kind)
        db.session.execute(delete(Consent).where(*mine))
        if kind in said:
            granted, at, user = said[kind]
            row = {"business_id": business_id(), "customer_id": customer_id, "kind": kind, "granted": granted}
            db.session.execute(insert(Consent).values(**row, at=at, user_id=user))


def _leave(customer_id: int, programs: list[int]) -> None:
    """Programs that only the absorbed record was in, unless the survivor bought in them itself since."""
    for program in programs:
        values = {"business": business_id(), "customer": customer_id, "program": program}
        if not db.session.scalar(_BOUGHT, values):
            mine = (Enrolment.business_id == business_id(), Enrolment.customer_id == customer_id)
            db.session.execute(delete(Enrolment).where(*mine, Enrolment.program_id == program))


def _earlier_tags(customer_id: int, before: Facts, names: Collection[str]) -> dict[str, str]:
    tags = {tag.key: tag.value for tag in tags_of(customer_id)}
    for name in names:
        if name.startswith("tag_"):
            tags.pop(name[4:], None)
            if before.get(name) is not None:
                tags[name[4:]] = before[name]
    return tags
