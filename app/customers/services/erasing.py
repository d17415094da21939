"""Erasing who a customer was (CP-8): what identifies it goes for good, the ledger and the sums of acts stay.

Its figures go too. The table, its counts and sums are made of them and are about customers who can be shown; what was
sold is still told by the transactions, which stay. So kept and rebuilt figures agree, and nobody counts whom it
cannot open.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Text, cast, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from app import audit
from app.audit import AuditEntry, AuditValue
from app.customers.family import family
from app.customers.models import (
    Answer,
    Card,
    Consent,
    Customer,
    CustomerMerge,
    CustomerSearch,
    CustomerStats,
    LikelyDuplicate,
    Tag,
)
from app.customers.registry import registry
from app.customers.search import national_digits
from app.customers.services.forgetting import forget_in_segments, marks_of
from app.db import business_id
from app.extensions import db
from app.lib import dates

_IDENTIFYING: tuple[Any, ...] = (Card, Tag, Answer, Consent, CustomerSearch, CustomerStats)


class Reason(StrEnum):
    """Why a customer is erased: one of a list, since a text could say who it was."""

    REQUEST = "request"
    MISTAKE = "mistake"
    OTHER = "other"


class WrongDigitsError(Exception):
    """What was typed to confirm is not what identifies the customer."""


def confirmation(customer: Customer) -> str:
    """What is to be typed before a customer is erased: the phone's last four digits, or its number in the panel."""
    return customer.phone[-4:] if customer.phone else str(customer.id)


def erase_customer(customer: Customer, typed: str, reason: Reason | None) -> None:
    """Wipes out who a customer was, and the records merged into it; needs them held. There is no way back.

    Raises WrongDigitsError.
    """
    if typed != confirmation(customer):
        raise WrongDigitsError
    members = family(customer.id)
    for member in members:
        _erase(db.session.get_one(Customer, (business_id(), member)))
    _forget_merges(members)
    audit.record("customer.erase", audit.Subject("customer", customer.id), {"reason": (None, reason)})


def _erase(customer: Customer) -> None:
    _forget_what_was_typed(customer)
    for step in registry.erasure:
        step.erase(customer.id)
    for kind in _IDENTIFYING:
        db.session.execute(delete(kind).where(kind.business_id == business_id(), kind.customer_id == customer.id))
    _forget_audited_values(customer.id)
    for name, nothing in _NOTHING.items():
        setattr(customer, name, nothing)
    customer.erased_at = dates.now()
    customer.version += 1


_NOTHING: dict[str, object] = {
    **dict.fromkeys(("phone", "first_name", "last_name", "first_name_key", "last_name_key", "name_key", "email"), ""),
    "birthday": None,
    "language": "",
    "card_count": 0,
    "tag_count": 0,
}


def _forget_merges(members: list[int]) -> None:
    """How records were before they were merged, so that no merge can be undone any more; and whom they were like."""
    merges = update(CustomerMerge).where(
        CustomerMerge.business_id == business_id(),
        or_(CustomerMerge.survivor_id.in_(members), CustomerMerge.absorbed_id.in_(members)),
    )
    db.session.execute(merges.values(kept={}))
    pairs = or_(LikelyDuplicate.first_id.in_(members), LikelyDuplicate.second_id.in_(members))
    db.session.execute(delete(LikelyDuplicate).where(LikelyDuplicate.business_id == business_id(), pairs))


def _forget_what_was_typed(customer: Customer) -> None:
    """Filters and segments that name its phone, e-mail or a card, and forms about it not sent, whoever typed them."""
    mine = select(Card.number).where(Card.business_id == business_id(), Card.customer_id == customer.id)
    cards = db.session.scalars(mine).all()
    phone = national_digits(customer.phone).lstrip("0")
    marks = [mark for mark in (phone, customer.email, *cards) if mark]
    db.session.execute(select(func.forget_what_was_typed(customer.id, cast(marks, ARRAY(Text)))))
    forget_in_segments(marks_of(customer.phone, customer.email, cards))


def _forget_audited_values(customer_id: int) -> None:
    """Empties the side table of what was written about the customer; the lines and their chain stay (PR-4)."""
    lines = select(AuditEntry.id).where(
        AuditEntry.business_id == business_id(),
        AuditEntry.subject_kind == "customer",
        AuditEntry.subject_id == customer_id,
    )
    db.session.execute(
        delete(AuditValue).where(AuditValue.business_id == business_id(), AuditValue.entry_id.in_(lines))
    )
