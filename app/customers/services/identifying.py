"""Finding one customer by a whole number, as who stands at a Terminal says or shows it (TE-1)."""

from __future__ import annotations

from sqlalchemy import select

from app.customers.family import survivor_of
from app.customers.models import Card, Customer
from app.db import business_id
from app.extensions import db
from app.lib.phones import e164
from app.lib.texts import one_line


def customer_known_by(number: str, country: str) -> int | None:
    """The customer with this card, or phone in any spelling; never by a part of one. None for nobody.

    By what a merged record had, it is the one that it was merged into (CP-9). An erased one has neither.
    """
    card = select(Card.customer_id).where(Card.business_id == business_id(), Card.number == card_number(number))
    found = db.session.scalar(card)
    if found is None and (phone := phone_of(number, country)):
        mine = Customer.business_id == business_id(), Customer.phone == phone, Customer.erased_at.is_(None)
        found = db.session.scalar(select(Customer.id).where(*mine))
    return survivor_of(found) if found is not None else None


def phone_of(number: str, country: str) -> str:
    """What was typed as E.164; '' where it is no phone."""
    try:
        return e164(number, country)
    except ValueError:
        return ""


def card_number(typed: str) -> str:
    """A card's number without what is only for the eye."""
    return one_line(typed).replace(" ", "").replace("-", "")
