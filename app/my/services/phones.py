"""A customer's phone as what is kept of sign-ins knows it: never in the clear, and of one business alone."""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app
from sqlalchemy import Select, select

from app.customers.family import survivor_of
from app.customers.models import Customer
from app.db import business_id
from app.extensions import db


def phone_hash(phone: str) -> bytes:
    """Keyed, as all phones of a country are soon tried on any other hash."""
    return keyed("phone", phone)


def keyed(kind: str, words: str) -> bytes:
    secret = current_app.config["REGULARS"].secret_key.encode()
    return hmac.digest(secret, f"my {kind}:{business_id()}:{words}".encode(), hashlib.sha256)


def somebody_has(phone: str) -> bool:
    """Whether this is a customer's phone, by one statement that takes as long for nobody's."""
    return db.session.scalar(_record_with(phone)) is not None


def customer_with(phone: str) -> Customer | None:
    """The customer who is found by this phone; None for nobody.

    By the phone of a record that was merged it is the one that it is read with (CP-9). What is written to that goes to
    its own phone, whoever has the other one by now.
    """
    record = db.session.scalar(_record_with(phone))
    found = db.session.get(Customer, (business_id(), survivor_of(record))) if record is not None else None
    return found if found and found.phone else None


def _record_with(phone: str) -> Select[int]:
    mine = Customer.business_id == business_id(), Customer.phone == phone, Customer.erased_at.is_(None)
    return select(Customer.id).where(*mine)
