"""The proof of the ledger as jobs make it: what does not add up is an error of the log."""

from __future__ import annotations

import structlog
from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.ledger.check import RULES, faults

__all__ = ["PATIENCE", "RULES", "prove"]

PATIENCE = 20 * 60 * 1000
"""Milliseconds for a rule, less than the job may take (app/queue.py)."""
_LOCK = text("SELECT pg_try_advisory_xact_lock(7204)")
_log = structlog.get_logger(__name__)


def prove(rule: str) -> None:
    """Proves one rule in this business, a minute for millions of entries; nothing while another proof is under way, be
    it of a job that was killed and whose statement goes on.
    """
    if not db.session.scalar(_LOCK):
        return
    for fault in faults(rule, patience=PATIENCE):
        told = {"rule": rule, "differences": fault.number, "first": fault.first}
        _log.error("ledger does not add up", business=business_id(), **told)
