"""The command that proves gift cards, series and what customers hold, business by business."""

from __future__ import annotations

from app.businesses.queries import every_business
from app.offers.check import faults
from app.proofs import group, prove


@group.command("offers")
def offers() -> None:
    """Gift cards are the sum of their entries, numbers those of the coupons; exit 1 and the differences, if any."""
    prove("Offers", every_business(), faults)
