"""Finding one customer by a whole number, as who stands at a Terminal says or shows it (TE-1)."""

from __future__ import annotations

from sqlalchemy import select

from app.customers.models import Card, Customer
from app.db import business_id
from app.extensions import db
from app.lib.phones import e164
from app.lib.texts import one_line


def customer_known_by(number: str, country: str) -> int | None:
    """The customer with this card, or phone in any spelling; never by a part of one. None for nobody."""
    there = Customer.business_id == business_id(), Customer.merged_into_id.is_(None), Customer.erased_at.is_(None)
    card = select(Card.customer_id).where(Card.business_id == business_id(), Card.number == card_number(number))
    found = db.session.scalar(select(Customer.id).where(*there, Customer.id.in_(card)))
    if found is None and (phone := phone_of(number, country)):
        found = db.session.scalar(select(Customer.id).where(*there, Customer.phone == phone))
    return found


def phone_of(number: str, country: str) -> str:
    """What was typed as E.164; '' where it is no phone."""
    try:
        return e164(number, country)
    except ValueError:
        return ""


def card_number(typed: str) -> str:
    """A card's number without what is only for the eye."""
    return one_line(typed).replace(" ", "").replace("-", "")
