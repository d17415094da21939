"""Codes by which an administrator signs a salesperson in anew, where password or tablet are lost (TE-0)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from app import audit
from app.accounts.models import SignInCode
from app.db import business_id
from app.extensions import db
from app.identity import token_hash
from app.lib import dates

LIVES = timedelta(hours=1)
_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that are taken for one another; eight of them are 40 bits, and tries are throttled."""


def give_sign_in_code(user_id: int) -> str:
    """A code for a salesperson of this business, to be told once; the ones before it and its sessions here end."""
    code = "".join(secrets.choice(_SIGNS) for _ in range(8))
    new = {"code_hash": token_hash(code), "expires_at": dates.now() + LIVES}
    row = insert(SignInCode).values(business_id=business_id(), user_id=user_id, **new)
    db.session.execute(row.on_conflict_do_update(index_elements=["business_id", "user_id"], set_=new))
    db.session.execute(select(func.end_terminal_sessions(user_id)))
    audit.record("user.renew_sign_in", audit.Subject("user", user_id), {})
    return f"{code[:4]}-{code[4:]}"


def take_sign_in_code(email: str, typed: str) -> int | None:
    """The business that gave this code to this person; it is then used. None for what is no such code."""
    code = typed.upper().replace("-", "").replace(" ", "")
    taken = text("SELECT business_id FROM take_sign_in_code(:mail, :hash)")
    return db.session.scalar(taken, {"mail": email, "hash": token_hash(code)})
