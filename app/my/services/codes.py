"""Codes by which customers sign in: six digits, five minutes, five tries, one use, sent to the phone by SMS (MY-1).

Whether anyone has a phone nobody learns here: a code is kept and counted in the same way either way, and sent to
whoever has it.
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from datetime import timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.orm import aliased

from app.businesses.queries import own_business
from app.customers.models import Customer
from app.db import apart, business_id
from app.extensions import db
from app.lib import dates
from app.locale import read_by
from app.loyalty.queries import every_program
from app.messaging.services import wipe_pins, write_pin
from app.messaging.texts import Voice, dress
from app.my.models import MyCode
from app.my.services.phones import customer_with, keyed, phone_hash
from app.scope import Scope

LASTS = timedelta(minutes=5)
MOST_TRIES = 5
FAILURES = 20
"""Wrong tries with a phone in a day, after which no code helps."""
FAILURES_OF_BUSINESS = 1_000
"""Wrong tries with its customers' phones in a business in an hour, after which no code is compared: else many phones
would be guessed at once. With phones that nobody has nothing is guessed, so they count for nothing: else a few
addresses would shut everyone out.
"""
UNUSED = 10
"""Codes of a phone in a day that nobody used, after which none is sent: each is an SMS that the business pays for."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class CodeLimitError(Exception):
    """With this phone, or in this business, too many codes were wrong or not used."""


class CodeOverError(Exception):
    """The code is used, old, or tried too often; or another one took its place."""


class WrongCodeError(Exception):
    """Another code was sent, if any."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"{tries_left} tries left")
        self.tries_left = tries_left


def send_code(phone: str, key: uuid.UUID) -> uuid.UUID:
    """Writes a code, and the row of its SMS to who has the phone; those before it are over.

    Answers with its key: the form's own, so that one sent twice sends one SMS. Raises CodeLimitError.
    """
    mine = phone_hash(phone)
    _hold(mine, key.bytes)
    if twin := db.session.get(MyCode, (business_id(), key)):
        if bytes(twin.phone_hash) == mine:
            return key
        key = uuid.uuid4()
    if _unused(mine) >= UNUSED or _failures(MyCode.phone_hash == mine, DAY) >= FAILURES:
        raise CodeLimitError
    if _failures(MyCode.customer_id.is_not(None), HOUR) >= FAILURES_OF_BUSINESS:
        raise CodeLimitError
    _end_others(mine)
    code, customer = f"{secrets.randbelow(10**6):06d}", customer_with(phone)
    hashes = {"phone_hash": mine, "code_hash": _code_hash(key, code)}
    known = {"customer_id": customer.id if customer else None, "ending": phone[-2:]}
    expires_at = dates.now() + LASTS
    db.session.add(MyCode(business_id=business_id(), key=key, expires_at=expires_at, **known, **hashes))
    db.session.flush()
    if customer is not None:
        _write(customer, key, code)
    return key


def code_asked(key: uuid.UUID) -> MyCode | None:
    """A code that can still be typed; None once it is over."""
    asked = db.session.get(MyCode, (business_id(), key))
    alive = asked and asked.used_at is None and asked.expires_at > dates.now() and asked.tries < MOST_TRIES
    return asked if alive else None


def take_code(key: uuid.UUID, typed: str) -> int:
    """Takes a code, in this unit of work, and answers with whose it is.

    The try counts before it is compared, whatever becomes of the rest. Raises CodeOverError, WrongCodeError.
    """
    if _failures(MyCode.customer_id.is_not(None), HOUR) >= FAILURES_OF_BUSINESS:
        raise CodeOverError
    found = _counted(key)
    if found is None:
        raise CodeOverError
    right = hmac.compare_digest(bytes(found.code_hash), _code_hash(key, typed))
    if not right or found.customer_id is None:
        raise WrongCodeError(MOST_TRIES - found.tries)
    mine = update(MyCode).where(MyCode.business_id == business_id(), MyCode.key == key, MyCode.used_at.is_(None))
    if not db.session.execute(mine.values(used_at=dates.now()).returning(MyCode.key)).first():
        raise CodeOverError
    wipe_pins([_message_key(key)])
    return int(found.customer_id)


def _counted(key: uuid.UUID) -> Any:
    """The code, its try counted and committed: however many come at once, five are compared."""
    other = aliased(MyCode)
    failed = (
        select(func.coalesce(func.sum(other.tries) - func.count(other.used_at), 0))
        .where(other.business_id == MyCode.business_id, other.phone_hash == MyCode.phone_hash)
        .where(other.created_at > dates.now() - DAY)
        .scalar_subquery()
    )
    open_ones = update(MyCode).where(
        *(MyCode.business_id == business_id(), MyCode.key == key, MyCode.used_at.is_(None)),
        *(MyCode.expires_at > dates.now(), MyCode.tries < MOST_TRIES, failed < FAILURES),
    )
    counted = open_ones.values(tries=MyCode.tries + 1).returning(*(MyCode.code_hash, MyCode.customer_id, MyCode.tries))
    with apart(Scope(business_id())) as session:
        return session.execute(counted, execution_options={"synchronize_session": False}).first()


def _write(customer: Customer, key: uuid.UUID, code: str) -> None:
    """In the name of the default program, as messages of none are."""
    language = read_by(customer.language)
    voice = next((Voice.of(each) for each in every_program()), Voice({}, own_business().name, ""))
    with force_locale(language):
        words = _("%(code)s is your code to sign in. Tell it to nobody.", code=code)
    text_ = dress(words, voice, language)
    dedupe_key = _message_key(key)
    write_pin(customer.id, text_, dates.now() + LASTS, language=language, dedupe_key=dedupe_key, private=True)


def _hold(*names: bytes) -> None:
    """Who asks with the same phone or form at once waits, so that what was sent before is counted and found."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended('my_code', :name))")
    for name in names:
        db.session.execute(lock, {"name": int.from_bytes(name[:8], signed=True)})


def _end_others(phone: bytes) -> None:
    open_ones = update(MyCode).where(
        *(MyCode.business_id == business_id(), MyCode.phone_hash == phone),
        *(MyCode.used_at.is_(None), MyCode.expires_at > dates.now()),
    )
    over = db.session.scalars(open_ones.values(expires_at=dates.now()).returning(MyCode.key))
    wipe_pins([_message_key(key) for key in over])


def _failures(which: ColumnElement[bool], span: timedelta) -> int:
    counted = select(func.coalesce(func.sum(MyCode.tries) - func.count(MyCode.used_at), 0)).where(
        MyCode.business_id == business_id(), which, MyCode.created_at > dates.now() - span
    )
    return int(db.session.execute(counted).scalar_one())


def _unused(phone: bytes) -> int:
    counted = select(func.count()).where(
        *(MyCode.business_id == business_id(), MyCode.phone_hash == phone),
        *(MyCode.created_at > dates.now() - DAY, MyCode.used_at.is_(None)),
    )
    return int(db.session.execute(counted).scalar_one())


def _message_key(key: uuid.UUID) -> str:
    return f"my:{key}"


def _code_hash(key: uuid.UUID, code: str) -> bytes:
    return keyed("code", f"{key}:{code}")
