"""Slows guessing of passwords down, by account and by address, counted in PostgreSQL (PR-5)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address
from math import ceil

from flask import current_app
from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.models import SignInFailure
from app.db import apart
from app.extensions import db
from app.lib import dates
from app.scope import Scope

Limits = Mapping[str, tuple[int, timedelta]]
"""By kind: how many, and in which span from the first on."""

FREE_TRIES = {"account": 5, "address": 30, "proof": 5, "forgetful account": 3, "forgetful address": 30}
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
LOOK_UPS = {"minute": (20, timedelta(minutes=1)), "hour": (300, timedelta(hours=1))}
"""How many customers a salesperson may look up in a span: more than any queue needs, too few to list them."""
LINKS = {"link": (20, timedelta(minutes=10))}
"""How many forged links an address may try, of each kind, and how often one customer may change its mind by a link."""
AT_KIOSK = {"kiosk minute": (10, timedelta(minutes=1)), "kiosk hour": (150, timedelta(hours=1))}
"""How many customers may be looked up at a Kiosk in a span: nobody watches who stands there."""

OF_PHONE = {"my phone": (3, timedelta(minutes=10))}
OF_ADDRESS = {"my address": (30, timedelta(minutes=10))}
OF_BUSINESS = {"my business": (3_000, timedelta(minutes=10))}
"""How many codes for the customer's page are asked for with a phone, from an address, and in a business: as many
customers of a mobile network share an address, and a business's post to all of them brings thousands at once. For the
business only those with its customers' phones count.
"""
TRIES_OF_ADDRESS = {"my try": (60, timedelta(minutes=10))}
"""How many such codes are tried from an address."""

TESTS = {"test": (20, timedelta(minutes=10))}
"""How many test messages a user may send in a span: enough to try texts, too few to write to customers so."""

TAKEN = {"taken": (30, timedelta(minutes=10)), "taken of day": (200, timedelta(days=1))}
"""How many phones and cards a user may enter in a span that belong to customers whom it may not see: more of them than
come to one place to be registered, too few to try a list of numbers.
"""


@dataclass
class TooManyTriesError(Exception):
    """Someone has to wait before the next try."""

    seconds: int


def count_try(email: str, address: str) -> int:
    """Counts a try, to be committed before the password is compared, so that many at once count too.

    Answers with 0, or with the seconds for which this account or address is refused; then nothing is counted.
    """
    kinds = (("account", email), ("address", network_of(address)))
    return _count_try({kind: _held(kind, value) for kind, value in kinds})


def count_forgotten(email: str, address: str) -> int:
    """Counts that someone asks for a link to choose a new password, with what asks for it; as above."""
    kinds = (("forgetful account", email), ("forgetful address", network_of(address)))
    return _count_try({kind: _held(kind, value) for kind, value in kinds})


def begin_proof(user: int) -> None:
    """Counts that a person is about to prove itself by a code or its password, kept whatever becomes of the rest.

    Raises TooManyTriesError.
    """
    with apart(Scope(None, user)) as session:
        seconds = _count_try({"proof": _held("proof", str(user), session)})
    if seconds:
        raise TooManyTriesError(seconds)


def forget_proofs(user: int) -> None:
    """Takes back what was counted, as the proof was right."""
    with apart(Scope(None, user)) as session:
        session.execute(delete(SignInFailure).where(SignInFailure.subject == _subject("proof", str(user))))


def _count_try(held: Mapping[str, SignInFailure]) -> int:
    # Read once the counts are held: who waited for them would else come before what was counted meanwhile.
    moment = dates.now()
    wait = max((row.blocked_until - moment).total_seconds() for row in held.values())
    if wait > 0:
        return ceil(wait)
    for kind, row in held.items():
        row.failures = 1 if row.last_at < moment - FORGOTTEN_AFTER else row.failures + 1
        row.last_at = moment
        row.blocked_until = moment + wait_after(row.failures, FREE_TRIES[kind])
    return 0


def count_look_up(user: int) -> int:
    """Counts a look-up of a customer at a Terminal (TE-1), to be committed before it is answered.

    Answers with 0, or with the seconds until the next one is answered.
    """
    return _count(LOOK_UPS, str(user))


def count_at_kiosk(kiosk: str) -> int:
    """Counts a look-up of a customer at a Kiosk (KI-1); as above."""
    return _count(AT_KIOSK, kiosk)


def count_link(subject: str) -> int:
    """Counts a use of a link by a customer, to be committed; the seconds to wait for the next, or 0."""
    return _count(LINKS, subject)


def count_link_from(address: str, kind: str) -> int:
    """Counts that an address tries a link or code of a kind; as above."""
    return _count(LINKS, f"{kind} {network_of(address)}")


def count_code(business: int, phone: str, address: str, *, known: bool) -> int:
    """Counts that a code for the customer's page is asked for, to be committed before it is sent; as above.

    What an address asks for beyond its own measure counts for nobody else, and what is asked for with a phone that no
    customer has not for the business: else a stranger would shut everyone out. A full measure refuses both alike.
    """
    own = (OF_ADDRESS, network_of(address)), (OF_PHONE, f"{business}:{phone}")
    wait = next((seconds for limits, subject in own if (seconds := _count(limits, subject))), 0)
    return wait or _count(OF_BUSINESS, str(business), counts=known)


def count_code_try(address: str) -> int:
    """Counts that such a code is tried, to be committed before it is compared; as above."""
    return _count(TRIES_OF_ADDRESS, network_of(address))


def count_test(user: int) -> int:
    """Counts a test message that a user sends, with what sends it; the seconds to wait for the next one, or 0."""
    return _count(TESTS, str(user))


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the /64, as whoever rents a server has that many of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    known = parsed if isinstance(parsed, IPv4Address) else parsed.ipv4_mapped
    return str(known or IPv6Network((int(parsed), 64), strict=False))


def count_taken(user: int, session: Session) -> None:
    """Counts that a user was told that somebody has a phone or card, but not who, in a session that is kept (PR-3)."""
    _count(TAKEN, str(user), unit=session)


def taken_until(user: int) -> datetime | None:
    """Until when it was told so too often; None while it is told."""
    most = {_subject(kind, str(user)): number for kind, (number, _span) in TAKEN.items()}
    running = SignInFailure.subject.in_(most), SignInFailure.blocked_until > dates.now()
    rows = db.session.scalars(select(SignInFailure).where(*running))
    return max((row.blocked_until for row in rows if row.failures >= most[bytes(row.subject)]), default=None)


def _count(limits: Limits, subject: str, *, counts: bool = True, unit: Session | None = None) -> int:
    """What does not count does the same and is refused alike, so that its time tells nothing."""
    for kind, (most, span) in limits.items():
        row, moment = _held(kind, subject, unit), dates.now()
        if row.blocked_until <= moment:
            row.failures, row.blocked_until = 0, moment + span
        full = row.failures >= most
        row.failures, row.last_at = row.failures + counts, moment
        if full:
            return ceil((row.blocked_until - moment).total_seconds())
    return 0


def forget(email: str, address: str) -> None:
    """Takes back a try that was right; the account begins anew, the address keeps what it failed at others."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.subject == _subject("account", email)))
    failures = func.greatest(SignInFailure.failures - 1, 0)
    blocked = case((failures < FREE_TRIES["address"], SignInFailure.last_at), else_=SignInFailure.blocked_until)
    mine = update(SignInFailure).where(SignInFailure.subject == _subject("address", network_of(address)))
    db.session.execute(mine.values(failures=failures, blocked_until=blocked))


def forget_old() -> None:
    """Drops counts that no longer slow anyone."""
    now = dates.now()
    over = SignInFailure.last_at < now - FORGOTTEN_AFTER, SignInFailure.blocked_until <= now
    db.session.execute(delete(SignInFailure).where(*over))


def wait_after(failures: int, free: int) -> timedelta:
    """Nothing within the free tries, then 5 s doubled with each failure up to 15 minutes."""
    beyond = failures - free
    return timedelta(0) if beyond < 0 else min(FIRST_WAIT * 2 ** min(beyond, 10), LONGEST_WAIT)


def _held(kind: str, value: str, unit: Session | None = None) -> SignInFailure:
    """The count of an account or address; who tries at once waits for it. Always the account before the address."""
    session, subject, moment = unit or db.session(), _subject(kind, value), dates.now()
    new = insert(SignInFailure).values(subject=subject, failures=0, last_at=moment, blocked_until=moment)
    # One statement: between two, a try that was right could take the count away.
    held = new.on_conflict_do_update(index_elements=["subject"], set_={"subject": new.excluded.subject})
    return session.scalars(held.returning(SignInFailure), execution_options={"populate_existing": True}).one()


def _subject(kind: str, value: str) -> bytes:
    key = current_app.config["REGULARS"].secret_key.encode()
    return hmac.digest(key, f"{kind}:{value}".encode(), hashlib.sha256)
