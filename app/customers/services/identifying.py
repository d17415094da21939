"""Finding one customer by a whole number, as who stands at a Terminal says or shows it (TE-1).

What a customer's own page shows as a QR code is such a number too (MY-1). It is signed and holds for minutes, so a
picture of it is of no use tomorrow; and it proves that the customer has its page at hand, which confirms that it takes
part (BA-3).
"""

from __future__ import annotations

from sqlalchemy import select

from app.customers.family import survivor_of
from app.customers.models import Card, Customer
from app.customers.services.confirming import confirm_and_record
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.lib.phones import e164
from app.lib.texts import one_line
from app.lib.tokens import ForgedError
from app.links import shown_by, shown_number

SHOWN_FOR = 15
"""Minutes for which a number that a page showed is good."""


def customer_known_by(number: str, country: str) -> int | None:
    """The customer with this phone in any spelling, card, or number on its page; never by a part. None for nobody.

    A number that is one's phone and another's card is the phone's: a card may be spelt like anyone's. By what a merged
    record had, it is the one that it was merged into (CP-9). An erased one has none of them.
    """
    found = None
    if phone := phone_of(number, country):
        mine = Customer.business_id == business_id(), Customer.phone == phone, Customer.erased_at.is_(None)
        found = db.session.scalar(select(Customer.id).where(*mine))
    if found is None:
        card = select(Card.customer_id).where(Card.business_id == business_id(), Card.number == card_number(number))
        found = db.session.scalar(card)
    if found is None:
        return _customer_showing(number)
    return survivor_of(found)


def number_to_show(customer_id: int) -> str:
    """What the customer's page shows now, as digits."""
    return shown_number(customer_id, _minute())


def _customer_showing(number: str) -> int | None:
    """Whose page shows this number, or did minutes ago; it is confirmed by that."""
    try:
        business, customer, minute = shown_by(number)
    except ForgedError:
        return None
    if business != business_id() or not 0 <= _minute() - minute <= SHOWN_FOR:
        return None
    shown = db.session.get(Customer, (business_id(), survivor_of(customer)))
    if shown is None or shown.erased_at is not None:
        return None
    confirm_and_record(shown.id)
    return shown.id


def _minute() -> int:
    return int(dates.now().timestamp()) // 60


def phone_of(number: str, country: str) -> str:
    """What was typed as E.164; '' where it is no phone."""
    try:
        return e164(number, country)
    except ValueError:
        return ""


def card_number(typed: str) -> str:
    """A card's number without what is only for the eye."""
    return one_line(typed).replace(" ", "").replace("-", "")
