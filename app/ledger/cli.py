"""The command that proves the ledger, business by business."""

from __future__ import annotations

from app.businesses.queries import every_business
from app.ledger.check import faults
from app.proofs import group, prove


@group.command("ledger")
def ledger() -> None:
    """Balance = sum of entries = sum of lots, everywhere; exit 1 and the differences, if any."""
    prove("Ledger", every_business(), faults)
