"""Slows guessing of passwords down, by account and by address, counted in PostgreSQL (PR-5)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from flask import current_app
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import SignInFailure
from app.extensions import db
from app.lib import dates

FREE_TRIES = {"account": 5, "address": 30}
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)


def seconds_to_wait(email: str, address: str) -> int:
    """For how long this account or address is refused now; 0 when it may try."""
    newest = select(func.max(SignInFailure.blocked_until)).where(
        SignInFailure.subject.in_([_subject("account", email), _subject("address", address)])
    )
    until = db.session.scalar(newest)
    return max(0, int((until - dates.now()).total_seconds() + 1)) if until else 0


def count_try(email: str, address: str) -> None:
    """Counts a try before the password is compared, so that many at once count too; commit it at once."""
    for kind, value in (("account", email), ("address", address)):
        _count(kind, value)


def forget(email: str) -> None:
    """Clears the account's count after a sign-in; the address keeps its own, as it may be guessing at others."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.subject == _subject("account", email)))


def forget_old() -> None:
    """Drops counts that no longer slow anyone."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.last_at < dates.now() - FORGOTTEN_AFTER))


def wait_after(failures: int, free: int) -> timedelta:
    """Nothing within the free tries, then 5 s doubled with each failure up to 15 minutes."""
    beyond = failures - free
    return timedelta(0) if beyond < 0 else min(FIRST_WAIT * 2 ** min(beyond, 10), LONGEST_WAIT)


def _count(kind: str, value: str) -> None:
    moment, subject = dates.now(), _subject(kind, value)
    db.session.execute(
        insert(SignInFailure)
        .values(subject=subject, failures=0, last_at=moment, blocked_until=moment)
        .on_conflict_do_nothing()
    )
    row = db.session.scalars(select(SignInFailure).where(SignInFailure.subject == subject).with_for_update()).one()
    row.failures = 1 if row.last_at < moment - FORGOTTEN_AFTER else row.failures + 1
    row.last_at = moment
    row.blocked_until = moment + wait_after(row.failures, FREE_TRIES[kind])


def _subject(kind: str, value: str) -> bytes:
    key = current_app.config["REGULARS"].secret_key.encode()
    return hmac.digest(key, f"{kind}:{value}".encode(), hashlib.sha256)
