"""How long somebody is to wait before the next try, look-up or message; counted before it is answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from app.accounts import throttle
from app.db import apart, business_id, commit, current_scope
from app.extensions import db
from app.scope import Scope


def wait_before_look_up() -> int:
    """Counts that this scope's person looks a customer up, and commits it; the seconds to wait first, or 0 (TE-1)."""
    seconds = throttle.count_look_up(current_scope().user_id or 0)
    commit()
    return seconds


def wait_before_link(subject: str) -> int:
    """Counts that a customer says something by a link, and commits it; as above."""
    seconds = throttle.count_link(subject)
    commit()
    return seconds


def wait_before_link_from(address: str, kind: str) -> int:
    """Counts that an address tries a link or code of a kind, and commits it; as above."""
    seconds = throttle.count_link_from(address, kind)
    commit()
    return seconds


def wait_at_kiosk(kiosk_id: int) -> int:
    """Counts that a customer is looked up at a Kiosk of this scope's business, and commits it; as above."""
    seconds = throttle.count_at_kiosk(f"{business_id()}:{kiosk_id}")
    commit()
    return seconds


def wait_before_code(phone: str, address: str, *, known: bool) -> int:
    """Counts that somebody asks for a code to sign in to its page (MY-1), and commits it; as above.

    `known` is whether a customer of the business has the phone.
    """
    seconds = throttle.count_code(business_id(), phone, address, known=known)
    commit()
    return seconds


def wait_before_code_try(address: str) -> int:
    """Counts that one is tried, and commits it; as above."""
    seconds = throttle.count_code_try(address)
    commit()
    return seconds


def wait_before_test() -> int:
    """Counts that this scope's person sends a test message, in the unit of work that sends it; as above."""
    return throttle.count_test(current_scope().user_id or 0)


def hold_claims() -> datetime | None:
    """Until when this scope's person may give no customer another phone or card (CP-7); None for now.

    Its next one waits for the end of this unit of work: of many at once each finds what the others counted.
    """
    user = current_scope().user_id or 0
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended('claims', :user))")
    db.session.execute(lock, {"user": user})
    return throttle.taken_until(user)


def note_taken() -> None:
    """Counts that it is told of a holder whom it may not see, kept whatever becomes of the rest (PR-3)."""
    user = current_scope().user_id or 0
    with apart(Scope(None, user)) as session:
        throttle.count_taken(user, session)
