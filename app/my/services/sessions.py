"""Sessions of customers: a token in the browser, its hash here, as long as the phone is the customer's (MY-1)."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from app.customers.family import family, survivor_of
from app.customers.models import Customer
from app.customers.services.confirming import confirm_and_record
from app.db import apart, business_id
from app.extensions import db
from app.identity import token_hash
from app.lib import dates
from app.messaging.services.subscriptions import end_browser, forget_subscriptions, hand_on_browser
from app.my.models import MySession
from app.my.services.phones import phone_hash
from app.scope import Scope

IDLE, LONGEST = timedelta(days=60), timedelta(days=365)
"""A session ends when it was not used for so long, and in any case after so long."""
MOST = 20
"""Of a customer; past that the one that was used least lately gives way."""
SEEN_ANEW = timedelta(days=1)


def open_session(customer_id: int, held: str = "") -> str:
    """Signs in whose code was right, which confirms that it takes part (BA-3); answers with the token.

    The session that the browser `held` ends; the pushes that it let in go on where they are the same customer's.
    """
    token, now = secrets.token_urlsafe(32), dates.now()
    if held:
        hand_on_browser(token_hash(held), token_hash(token), survivor_of(customer_id))
        _end(held)
    phone = db.session.get_one(Customer, (business_id(), customer_id)).phone
    whose = {"customer_id": customer_id, "phone_hash": phone_hash(phone)}
    seen = {"last_seen_at": now, "created_at": now}
    db.session.add(MySession(business_id=business_id(), token_hash=token_hash(token), **whose, **seen))
    db.session.flush()
    latest = select(MySession.token_hash).where(*_of([customer_id])).order_by(MySession.last_seen_at.desc())
    gone = delete(MySession).where(*_of([customer_id]), MySession.token_hash.not_in(latest.limit(MOST)))
    db.session.execute(gone)
    confirm_and_record(survivor_of(customer_id))
    return token


def customer_signed_in(token: str) -> Customer | None:
    """Whose session a browser holds, while it lives and the record has the phone that the code went to."""
    if not token:
        return None
    now = dates.now()
    mine = _named(token), MySession.last_seen_at > now - IDLE, MySession.created_at > now - LONGEST
    session = db.session.scalars(select(MySession).where(MySession.business_id == business_id(), *mine)).one_or_none()
    record = db.session.get(Customer, (business_id(), session.customer_id)) if session else None
    if session is None or record is None or record.erased_at is not None:
        return None
    if not hmac.compare_digest(bytes(session.phone_hash), phone_hash(record.phone)):
        return None
    if session.last_seen_at < now - SEEN_ANEW:
        _see(token)
    return db.session.get(Customer, (business_id(), survivor_of(record.id)))


def end_session(token: str) -> None:
    """Ends the session that a browser holds, if it does, and the pushes that it let in."""
    if token:
        end_browser(token_hash(token))
        _end(token)


def end_sessions(customer_id: int) -> None:
    """Signs a customer out everywhere: nor are there pushes any more where nobody is signed in."""
    forget_subscriptions(survivor_of(customer_id))
    db.session.execute(delete(MySession).where(*_of(family(customer_id))))


def _end(token: str) -> None:
    db.session.execute(delete(MySession).where(MySession.business_id == business_id(), _named(token)))


def _see(token: str) -> None:
    seen = update(MySession).where(MySession.business_id == business_id(), _named(token))
    with apart(Scope(business_id())) as session:
        session.execute(seen.values(last_seen_at=dates.now()), execution_options={"synchronize_session": False})


def _named(token: str) -> Any:
    return MySession.token_hash == token_hash(token)


def _of(records: list[int]) -> tuple[Any, ...]:
    return MySession.business_id == business_id(), MySession.customer_id.in_(records)
