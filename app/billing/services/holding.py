"""Who spends what may not be spent twice waits for each other here; sales do not."""

from __future__ import annotations

from sqlalchemy import text

from app.db import business_id
from app.extensions import db


def hold_balance() -> None:
    """Waits until nobody else reserves from this business's balance or pays in; until the end of this unit of work."""
    statement = text("SELECT pg_advisory_xact_lock(hashtextextended('billing', :business))")
    db.session.execute(statement, {"business": business_id()})
