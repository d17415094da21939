"""Proving anew that it is the person itself who sits there, before something sensitive (RELIABILITY, ASVS 7.5.3).

A session is proved by signing in, and for GRACE after it. Later a form that does something sensitive carries a field
for the password or a code: its view asks `proof_form()` for it, shows it with the form (accounts/_proof.html), and
goes on when `is_proved(form)`. What else was typed stays, as it is the same form that is shown again. Forms that are
a ProofForm themselves ask is_due() and faults_of_proof().
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from sqlalchemy import select, update
from wtforms import PasswordField
from wtforms.validators import Length, Optional

from app.accounts import passwords, throttle
from app.accounts.models import User, UserSession
from app.accounts.second_factor import has_second_factor, takes_code
from app.db import apart
from app.extensions import db
from app.identity import Identity, person
from app.lib import dates
from app.scope import Scope

GRACE = timedelta(minutes=10)
_log = structlog.get_logger("sign-in")


class ProofForm(FlaskForm):  # type: ignore[misc]
    """Named as a password, so that it is never kept with an unsent form."""

    password = PasswordField(_l("Your password"), validators=[Optional(), Length(max=128)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_second_factor():
            self.password.label.text = _("Your password, or a code of your app")


def is_due() -> bool:
    """Whether this request's person has to prove itself before something sensitive."""
    kept = select(UserSession.proved_at).where(UserSession.id == person().session_id)
    proved_at = db.session.scalar(kept)
    return proved_at is None or proved_at < dates.now() - GRACE


def proof_form() -> ProofForm | None:
    """What asks this request's person to prove itself; None within the grace."""
    return ProofForm() if is_due() else None


def is_proved(form: ProofForm | None) -> bool:
    """Whether the person has proved itself, lately or by this form; else what is wrong stands beside its field."""
    if form is None:
        return True
    if not form.validate():
        return False
    form.password.errors = faults_of_proof(form.password.data or "")
    return not form.password.errors


def faults_of_proof(typed: str) -> list[str]:
    """What is wrong with it, in words; with nothing wrong the session is proved from now on.

    The try, the code used up and the proof are kept whatever becomes of the rest.
    """
    here = person()
    if not typed:
        return [_("Enter your password.")]
    try:
        throttle.begin_proof(here.user_id)
    except throttle.TooManyTriesError as refusal:
        return [too_many_tries(refusal.seconds)]
    if not _is_right(here.user_id, typed):
        _log.warning("wrong proof", user=here.user_id)
        return [_("This is neither your password nor a new code.") if has_second_factor() else not_your_password()]
    _keep_proof(here)
    return []


def too_many_tries(seconds: int) -> str:
    return ngettext(
        "Too many attempts. Wait %(num)d second and try again.",
        "Too many attempts. Wait %(num)d seconds and try again.",
        seconds,
    )


def not_your_password() -> str:
    return _("This is not your password.")


def _is_right(user: int, typed: str) -> bool:
    kept = db.session.scalar(select(User.password_hash).where(User.id == user))
    return takes_code(user, typed) or passwords.matches(typed, kept)


def _keep_proof(here: Identity) -> None:
    throttle.forget_proofs(here.user_id)
    with apart(Scope(None, here.user_id)) as session:
        mine = update(UserSession).where(UserSession.id == here.session_id)
        session.execute(mine.values(proved_at=dates.now()))
