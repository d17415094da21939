"""The password asked for again before a sensitive bulk action (RELIABILITY: security)."""

from __future__ import annotations

from app.accounts.proving import ProofForm, faults_of_proof
from app.bulk.models import Batch
from app.bulk.pages import asks_proof


def proves(batch: Batch, form: ProofForm) -> bool:
    """Whether nothing has to be proved, or the form proves it; if not, the form says what is wrong."""
    if not asks_proof(batch):
        return True
    form.password.errors = faults_of_proof(form.password.data or "")
    return not form.password.errors
