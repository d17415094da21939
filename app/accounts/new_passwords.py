"""A new password by a link, for who forgot the one before or never had one (PR-5).

A link works once and for an hour, and gives the password alone: a second factor is asked for all the same. No secret of
it is kept: it is signed, and bears a mark of the e-mail and the password that it was made for.
"""

from __future__ import annotations

from datetime import timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import text

from app import audit, mail
from app.accounts import throttle
from app.accounts.account_changes import end_other_sessions
from app.accounts.half_sign_in import mark_of
from app.accounts.models import User
from app.accounts.passwords import hash_password
from app.accounts.queries import own_businesses
from app.accounts.second_factor import ISSUER
from app.db import apart, unit_of_work
from app.extensions import db
from app.lib import dates
from app.links import password_asked, password_link
from app.mail import Mail, Outcome
from app.queue import enqueue
from app.scope import Scope

JOB = "jobs.passwords.send_link"
LIVES = timedelta(hours=1)


class NotOpenError(Exception):
    """The link was used, its hour is over, or the password is another one by now."""


def link_for_password(account: User) -> str:
    """Where a person chooses a new password; whoever has the link may."""
    return password_link(account.id, int(dates.now().timestamp()), _mark(account))


def ask_for_link(email: str) -> None:
    """Has a letter with the link sent, if there is such an account; in time and answer alike if there is none."""
    if not throttle.count_letter(email):
        user_id = db.session.scalar(text("SELECT sign_in_user(:email)"), {"email": email})
        enqueue(JOB, user_id or 0, queue="messages")


def send_password_link(user_id: int) -> None:
    """Sends the letter, by the first of the person's businesses whose letters leave the house."""
    with unit_of_work(Scope(None, user_id)):
        account = db.session.get(User, user_id)
        if account is None or account.disabled_at is not None:
            return
        letter, businesses = _letter(account), [each.id for each in own_businesses()]
    for business in businesses:
        with unit_of_work(Scope(business)):
            leaves = mail.leaves()
        if leaves and mail.post(Scope(business), letter).outcome in (Outcome.SENT, Outcome.UNKNOWN):
            return


def owner_of(token: str) -> tuple[str, str]:
    """Name and e-mail of whose link it is. Raises ForgedError, NotOpenError."""
    user_id, since, mark = password_asked(token)
    with apart(Scope(None, user_id)) as session:
        account = _checked(session.get(User, user_id), since, mark)
        return account.name, account.email


def choose_password(token: str, new: str, address: str) -> None:
    """Takes the new password in units of work of its own; all sessions end, and the person's businesses read of it.

    Raises ForgedError, NotOpenError; a twin finds the link used.
    """
    (user_id, since, mark), hashed = password_asked(token), hash_password(new)
    with unit_of_work(Scope(None, user_id)):
        account = _checked(db.session.get(User, user_id, with_for_update=True), since, mark)
        account.password_hash = hashed
        end_other_sessions(0)
        businesses = [each.id for each in own_businesses()]
    for business in businesses:
        with unit_of_work(Scope(business, user_id, address=address)):
            audit.record("user.change_password", audit.Subject("user", user_id), {})


def _checked(account: User | None, since: int, mark: int) -> User:
    late = dates.now().timestamp() - since > LIVES.total_seconds()
    if account is None or late or account.disabled_at is not None or _mark(account) != mark:
        raise NotOpenError
    return account


def _mark(account: User) -> int:
    return int(mark_of(account)[:14], 16)


def _letter(account: User) -> Mail:
    with force_locale(account.language):
        words = _(
            "Somebody asked for a new password for your account in %(panel)s.\n\n"
            "Open this link to choose it:\n%(link)s\n\n"
            "It works once, within an hour. If it was not you, leave this letter alone: your password stays as it is.",
            panel=ISSUER,
            link=link_for_password(account),
        )
        title = _("Your new password in %(panel)s", panel=ISSUER)
    reference = f"password-{account.id}-{int(dates.now().timestamp())}"
    return Mail(reference, account.email, ISSUER, title, words, account.language)
