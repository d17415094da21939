"""What a person changes of its own account (PR-5). One unit of work each unless said."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete

from app import audit
from app.accounts import passwords, throttle
from app.accounts.models import UserSession
from app.accounts.queries import own_account
from app.db import current_scope
from app.extensions import db


class NotYourPasswordError(Exception):
    """What was typed as the present password is another."""


def change_password(session_id: int, now: str, new: str) -> None:
    """Takes a new password of 12 to 128 characters; every other session of the person ends.

    A try counts before it is compared, whatever becomes of the rest. Raises NotYourPasswordError, TooManyTriesError.
    """
    account = own_account()
    throttle.begin_proof(account.id)
    if not passwords.matches(now, account.password_hash):
        raise NotYourPasswordError
    throttle.forget_proofs(account.id)
    account.password_hash = passwords.hash_password(new)
    end_other_sessions(session_id)
    note("user.change_password")


def keep_personal_data(values: Mapping[str, str]) -> None:
    """Keeps name and phone."""
    account = own_account()
    changes = audit.changes_of(account, values)
    for field, value in values.items():
        setattr(account, field, value)
    if changes:
        note("user.edit", changes)


def end_other_sessions(session_id: int) -> None:
    """Signs this scope's person out everywhere but here, at Terminals too."""
    mine = UserSession.user_id == current_scope().user_id, UserSession.id != session_id
    db.session.execute(delete(UserSession).where(*mine))


def note(action: str, changes: audit.Changes | None = None) -> None:
    """A line in the log of the business that the person works in now: an account is of none by itself (PR-4)."""
    scope = current_scope()
    if scope.business_id is not None and scope.user_id is not None:
        audit.record(action, audit.Subject("user", scope.user_id), changes or {})
