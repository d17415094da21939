"""A second factor: codes of an app (TOTP, RFC 6238), and recovery codes for who lost it (PR-5).

Each code is used once. What uses one up is kept at once, in a transaction of its own, whatever becomes of the rest.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import RecoveryCode, SecondFactor
from app.ciphers import decrypted, encrypted
from app.db import apart, current_scope
from app.extensions import db
from app.lib import dates
from app.scope import Scope

ISSUER = "Regulars"
STEP = 30
"""Seconds that a code of the app stands."""
RECOVERY_CODES, RECOVERY_LENGTH = 10, 11
_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that are taken for one another; ten of them are 49 bits, and tries are throttled."""
WAITS = timedelta(minutes=10)
"""For how long a new key waits for its first code: as long as the proof that came before it holds."""
_PURPOSE = "secrets of second factors"


def own_second_factor() -> SecondFactor | None:
    """Of this scope's person, confirmed or waiting to be; None once it waited for too long."""
    found = db.session.get(SecondFactor, _user())
    lapsed = found and found.confirmed_at is None and found.created_at < dates.now() - WAITS
    return None if lapsed else found


def has_second_factor() -> bool:
    """Whether this scope's person is asked for codes."""
    mine = select(SecondFactor.user_id).where(SecondFactor.user_id == _user(), SecondFactor.confirmed_at.is_not(None))
    return db.session.scalar(mine) is not None


def recovery_codes_left() -> int:
    return db.session.scalar(select(func.count()).where(RecoveryCode.user_id == _user())) or 0


def begin_second_factor() -> None:
    """Makes a secret for a new app; one that was not confirmed is thrown away. Nothing happens where one is in use."""
    new = {"secret": encrypted(pyotp.random_base32(), _PURPOSE), "created_at": dates.now()}
    row = insert(SecondFactor).values(user_id=_user(), **new)
    unconfirmed = SecondFactor.confirmed_at.is_(None)
    db.session.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=new, where=unconfirmed))


def secret_of(factor: SecondFactor) -> str | None:
    """What the app is told; None where the key of this server has changed since."""
    return decrypted(factor.secret, _PURPOSE)


def app_address(secret: str, email: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def confirm_second_factor(typed: str) -> list[str] | None:
    """Begins to ask for codes, as the app shows that it makes them: the recovery codes, told once; else None."""
    factor = own_second_factor()
    if factor is None or factor.confirmed_at is not None or not takes_code(_user(), typed, confirmed=False):
        return None
    db.session.refresh(factor)
    factor.confirmed_at = dates.now()
    db.session.flush()
    return renew_recovery_codes()


def renew_recovery_codes() -> list[str]:
    """New codes, told once; those before are worth nothing any more."""
    codes = [
        f"{number}{''.join(secrets.choice(_SIGNS) for _ in range(RECOVERY_LENGTH - 1))}"
        for number in range(RECOVERY_CODES)
    ]
    # Held, as of two at once each would remove those before, and add its own beside the other's.
    db.session.get(SecondFactor, _user(), with_for_update=True)
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == _user()))
    db.session.add_all(
        RecoveryCode(user_id=_user(), number=int(code[0]), code_hash=passwords.hasher().hash(code)) for code in codes
    )
    return [f"{code[:3]}-{code[3:7]}-{code[7:]}" for code in codes]


def remove_second_factor() -> None:
    """No code is asked for any more; recovery codes go with it."""
    db.session.execute(delete(SecondFactor).where(SecondFactor.user_id == _user()))


def takes_code(user: int, typed: str, *, confirmed: bool = True) -> bool:
    """Whether this is a code of the person's app, or one of its recovery codes; it is then used up."""
    code = _bare(typed)
    with apart(Scope(None, user)) as session:
        factor = session.get(SecondFactor, user)
        if factor is None or (factor.confirmed_at is not None) is not confirmed:
            return False
        if not is_recovery_code(code):
            return _takes_from_app(session, factor, code)
    return confirmed and _takes_recovery_code(user, code)


def is_recovery_code(typed: str) -> bool:
    """Whether it looks like one."""
    code = _bare(typed)
    return len(code) == RECOVERY_LENGTH and code.isascii() and code[0].isdigit()


def _takes_from_app(session: Session, factor: SecondFactor, code: str) -> bool:
    step = _step_of(secret_of(factor), code)
    if step is None:
        return False
    unused = SecondFactor.user_id == factor.user_id, SecondFactor.last_step < step
    used = update(SecondFactor).where(*unused).values(last_step=step).returning(SecondFactor.user_id)
    return session.execute(used).first() is not None


def _step_of(secret: str | None, code: str) -> int | None:
    """The half minute whose code this is: now, or one before or after, as clocks differ."""
    if secret is None:
        return None
    now = int(dates.now().timestamp()) // STEP
    made = {step: pyotp.TOTP(secret, interval=STEP).generate_otp(step) for step in (now, now - 1, now + 1)}
    return next((step for step, right in made.items() if hmac.compare_digest(right.encode(), code.encode())), None)


def _takes_recovery_code(user: int, code: str) -> bool:
    """Compared outside of any transaction, as that takes long; of two who use it at once, one removes it."""
    mine = RecoveryCode.user_id == user, RecoveryCode.number == int(code[0])
    with apart(Scope(None, user)) as session:
        kept = session.scalar(select(RecoveryCode.code_hash).where(*mine))
    if not passwords.matches(code, kept):
        return False
    with apart(Scope(None, user)) as session:
        used = delete(RecoveryCode).where(*mine, RecoveryCode.code_hash == kept).returning(RecoveryCode.number)
        return session.execute(used).first() is not None


def _bare(typed: str) -> str:
    return typed.upper().replace("-", "").replace(" ", "")


def _user() -> int:
    number = current_scope().user_id
    if number is None:
        raise RuntimeError("A second factor is a person's, and this scope has none.")
    return number
