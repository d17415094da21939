"""Tablets of customers: let in by a code at their Terminal, known by a token from then on, turned out again (KI-1)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update

from app import audit
from app.businesses.models import Feature, Kiosk, Terminal
from app.businesses.queries import features
from app.db import business_id, current_scope, one_row
from app.extensions import db
from app.identity import token_hash
from app.lib import dates

CODE_LIVES = timedelta(minutes=15)
_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that are taken for one another; eight of them are 40 bits, and tries are throttled."""


def has_kiosks() -> bool:
    """Whether support turned Kiosks on for this business (LP-3)."""
    return Feature.KIOSK in features()


def kiosks_of(terminal_id: int) -> Sequence[Kiosk]:
    """The tablets that are paired with a Terminal, the latest last."""
    mine = select(Kiosk).where(*_at(terminal_id), Kiosk.token_hash.is_not(None))
    return db.session.scalars(mine.order_by(Kiosk.paired_at, Kiosk.id)).all()


def let_kiosk_in(terminal_id: int) -> str:
    """A code to be typed at a tablet, once; the Terminal's code before it is of no use any more."""
    db.session.get_one(Terminal, (business_id(), terminal_id), with_for_update={"key_share": True})
    db.session.execute(delete(Kiosk).where(*_at(terminal_id), Kiosk.code_hash.is_not(None)))
    code = "".join(secrets.choice(_SIGNS) for _ in range(8))
    new = {"code_hash": token_hash(code), "code_until": dates.now() + CODE_LIVES, "user_id": current_scope().user_id}
    db.session.add(Kiosk(business_id=business_id(), terminal_id=terminal_id, **new))
    db.session.flush()
    return f"{code[:4]}-{code[4:]}"


def kiosk_of_code(typed: str) -> Row[Any] | None:
    """business_id, id and user_id of what a code lets in: no business is known yet, so asked outside of all."""
    return one_row("SELECT * FROM kiosk_of_code(:hash)", hash=token_hash(_plain(typed)))


def kiosk_of_token(token: str) -> Row[Any] | None:
    """business_id, id and terminal_id of the tablet that holds this token, while its Terminal is in use."""
    return one_row("SELECT * FROM kiosk_of_token(:hash)", hash=token_hash(token)) if token else None


def pair_kiosk(kiosk_id: int, typed: str) -> str | None:
    """The token for the tablet where this code was typed, in the business that it let in; None where it is used up."""
    token, now = secrets.token_urlsafe(32), dates.now()
    mine = Kiosk.business_id == business_id(), Kiosk.id == kiosk_id
    open_code = Kiosk.code_hash == token_hash(_plain(typed)), Kiosk.code_until > now
    paired = {"token_hash": token_hash(token), "paired_at": now, "code_hash": None, "code_until": None}
    taken = update(Kiosk).where(*mine, *open_code).values(paired).returning(Kiosk.terminal_id)
    terminal_id = db.session.scalar(taken)
    if terminal_id is None:
        return None
    audit.record("terminal.pair_kiosk", audit.Subject("terminal", terminal_id), {"kiosk_id": (None, kiosk_id)})
    return token


def turn_kiosk_out(terminal_id: int, kiosk_id: int) -> bool:
    """Has a tablet show nothing any more, at once; False where it is none of this Terminal's."""
    mine = delete(Kiosk).where(*_at(terminal_id), Kiosk.id == kiosk_id, Kiosk.token_hash.is_not(None))
    if db.session.scalar(mine.returning(Kiosk.id)) is None:
        return False
    audit.record("terminal.unpair_kiosk", audit.Subject("terminal", terminal_id), {"kiosk_id": (kiosk_id, None)})
    return True


def _at(terminal_id: int) -> tuple[ColumnElement[bool], ...]:
    return Kiosk.business_id == business_id(), Kiosk.terminal_id == terminal_id


def _plain(typed: str) -> str:
    return typed.upper().replace("-", "").replace(" ", "")
