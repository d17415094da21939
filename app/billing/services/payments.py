"""What is paid in and what is put right by hand: by support alone, under a reference that serves once (BI-1)."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from app import audit
from app.billing.models import Charge, ChargeKind
from app.billing.queries import balance
from app.billing.services.holding import hold_balance
from app.businesses.queries import own_business
from app.db import business_id
from app.extensions import db
from app.lib import dates


class ReferenceTakenError(Exception):
    """This reference stands on another entry of the kind."""


def top_up(amount: int, reference: str) -> int:
    """Books what was paid in, more than nothing; answers with the balance. Raises ReferenceTakenError."""
    return _post(ChargeKind.TOP_UP, "billing.top_up", amount, reference)


def correct(amount: int, reference: str, day: date | None = None) -> int:
    """Adds an amount that puts a mistake right, or takes it when below zero; answers with the balance.

    It belongs to today's month unless another `day` is given. Raises ReferenceTakenError.
    """
    return _post(ChargeKind.CORRECTION, "billing.correct", amount, reference, day)


def _post(kind: ChargeKind, action: str, amount: int, reference: str, day: date | None = None) -> int:
    # Held, so that two at once neither take the same number nor the same reference.
    hold_balance()
    mine = Charge.business_id == business_id(), Charge.kind == kind
    if db.session.scalar(select(Charge.subject).where(*mine, Charge.note == reference)) is not None:
        raise ReferenceTakenError
    number = db.session.scalar(select(func.coalesce(func.max(Charge.subject), 0) + 1).where(*mine))
    now = dates.now()
    db.session.add(
        Charge(
            business_id=business_id(),
            kind=kind,
            subject=number,
            at=now,
            day=day or now.astimezone(ZoneInfo(own_business().time_zone)).date(),
            quantity=1,
            rate=amount,
            note=reference,
        )
    )
    db.session.flush()
    changes = {"amount": (None, amount), "reference": (None, reference)}
    audit.record(action, audit.Subject("billing", business_id()), changes)
    return balance()
