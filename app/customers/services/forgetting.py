"""Taking an erased customer out of what people keep for good: segments, and what the audit log holds of them (CP-8)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import delete, select

from app.audit import AuditEntry, AuditValue
from app.customers.conditions.kept import read_group, written
from app.customers.conditions.nodes import Condition, Damaged, Group, Node
from app.customers.models import Segment
from app.customers.search import national_digits
from app.customers.segments import lock_segments
from app.db import business_id
from app.extensions import db

Marks = Mapping[str, Collection[str]]
"""Field of conditions → the values that name a customer, in letters, digits, dots and the at sign alone."""


def marks_of(phone: str, email: str, cards: Collection[str]) -> Marks:
    phones = {phone, national_digits(phone), national_digits(phone).lstrip("0")} if phone else set()
    return {"phone": {*map(_plain, phones)}, "email": {_plain(email)} - {""}, "cards": {*map(_plain, cards)}}


def forget_in_segments(marks: Marks) -> None:
    """Values that name the customer go; a condition that is left without any is damaged, and selects nobody."""
    lock_segments()
    for segment in db.session.scalars(select(Segment).where(Segment.business_id == business_id())):
        if _names(segment.conditions, marks):
            segment.conditions = written(_without(read_group(segment.conditions), marks))
            segment.version += 1
    _forget_audited(marks)


def _forget_audited(marks: Marks) -> None:
    kept = select(AuditValue).join(
        AuditEntry, (AuditEntry.business_id == AuditValue.business_id) & (AuditEntry.id == AuditValue.entry_id)
    )
    kept = kept.where(AuditValue.business_id == business_id(), AuditEntry.subject_kind == "segment")
    for value in db.session.scalars(kept.where(AuditValue.field == "conditions")).all():
        if _names(value.old, marks) or _names(value.new, marks):
            mine = AuditValue.business_id == business_id(), AuditValue.entry_id == value.entry_id
            db.session.execute(delete(AuditValue).where(*mine, AuditValue.field == "conditions"))


def _names(conditions: object, marks: Marks) -> bool:
    if conditions is None:
        return False
    group = read_group(conditions)
    return _without(group, marks) != group


def _without(node: Node, marks: Marks) -> Node:
    match node:
        case Group():
            return replace(node, members=tuple(_without(each, marks) for each in node.members))
        case Condition() if node.field in marks:
            left = tuple(each for each in node.values if _plain(each) not in marks[node.field])
            return node if left == node.values else replace(node, values=left) if left else Damaged()
    return node


def _plain(text: str) -> str:
    return re.sub(r"[^\w.@]", "", text.lower())
