"""How far a preview is that is in the making, as others see it before it is committed.

It is told by locks that the transaction takes, whose numbers are percentages: they go with it when it is killed.
"""

from __future__ import annotations

from sqlalchemy import text

from app.db import business_id
from app.extensions import db

STEP = 10_000
"""After so many customers it is told."""

_KEY = "hashtext('preview:' || CAST(:business AS bigint) || ':' || CAST(:batch AS bigint))"
TELL = f"pg_try_advisory_xact_lock_shared({_KEY}, CAST(:begun + :span * place / greatest(1, many) AS integer))"
"""SQL that tells it for the customer at `place` of `many`."""
_NOW = text(f"SELECT {TELL} FROM (SELECT CAST(:place AS bigint) AS place, CAST(:many AS bigint) AS many) here")
_TOLD = text(
    "SELECT max(CAST(objid AS bigint)) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    f" AND CAST(classid AS bigint) = CAST({_KEY} AS bigint) & 4294967295"
)


def tell_progress(number: int, begun: int, place: int, many: int) -> None:
    """The preview of a batch had come to `begun` percent, and is at one of many on the way from there to its end."""
    values = {"business": business_id(), "batch": number, "begun": begun, "span": 100 - begun}
    db.session.execute(_NOW, values | {"place": place, "many": many})


def percent_previewed(number: int) -> int:
    """Of a batch that is being prepared."""
    return int(db.session.scalar(_TOLD, {"business": business_id(), "batch": number}) or 0)
