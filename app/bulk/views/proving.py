"""The password asked for again before a sensitive bulk action (RELIABILITY: security)."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from app.accounts.services import Device, TooManyTriesError, WrongPasswordError, prove
from app.bulk.forms import ProofForm
from app.bulk.models import Batch
from app.bulk.pages import asks_proof
from app.identity import person


def proves(batch: Batch, form: ProofForm) -> bool:
    """Whether nothing has to be proved, or the form proves it; if not, the form says what is wrong."""
    if not asks_proof(batch):
        return True
    form.password.errors = [*_faults(form.password.data or "")]
    return not form.password.errors


def _faults(password: str) -> list[str]:
    if not password:
        return [_("Enter your password.")]
    try:
        prove(person().session_id, password, Device(request.remote_addr or "", ""))
    except WrongPasswordError:
        return [_("This is not your password.")]
    except TooManyTriesError as refusal:
        return [_("Too many attempts. Wait %(seconds)s seconds and try again.", seconds=refusal.seconds)]
    return []
