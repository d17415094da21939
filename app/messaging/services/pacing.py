"""How fast messages go through a gateway, of all processes together, and its pauses while it takes none."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from app.extensions import db
from app.lib import dates
from app.messaging.gateways.base import Gateway

LONGEST_PAUSE = 60.0
_LOOK = text("SELECT free_at, paused_until FROM gateway_pace WHERE gateway = :gateway")
# Whoever else takes places of this gateway waits until this unit of work has counted its own. These are of a second at
# most; what lies further ahead was counted by a clock that had jumped, and would hold everybody up until then.
_HOLD = text(
    """
    INSERT INTO gateway_pace AS p (gateway, free_at) VALUES (:gateway, :now)
    ON CONFLICT (gateway) DO UPDATE SET free_at = least(p.free_at, CAST(:now AS timestamptz) + interval '2 s')
    RETURNING free_at, paused_until
    """
)
_USE = text("UPDATE gateway_pace SET free_at = :free_at WHERE gateway = :gateway")
_PAUSE = text(
    """
    INSERT INTO gateway_pace AS p (gateway, free_at, paused_until, pauses)
    VALUES (:gateway, :now, CAST(:now AS timestamptz) + make_interval(secs => :least), 1)
    ON CONFLICT (gateway) DO UPDATE SET pauses = least(p.pauses + 1, 12), paused_until = greatest(p.paused_until,
        CAST(:now AS timestamptz)
            + make_interval(secs => greatest(:least, least(:longest, :chance * power(2, p.pauses)))))
    """
)
_RECOVER = text("UPDATE gateway_pace SET pauses = 0, paused_until = NULL WHERE gateway = :gateway")


@dataclass(frozen=True)
class Places:
    """How many messages a gateway takes now, and when it takes more where that is none."""

    number: int
    free_at: datetime
    paused: bool
    """Whether it took none the last time."""


def take_places(gateway: Gateway, most: int) -> Places:
    """Asks for places; of a gateway with a rate, who asks too waits until this unit of work is over."""
    now = dates.now()
    row = db.session.execute(_HOLD if gateway.rate else _LOOK, {"gateway": gateway.name, "now": now}).first()
    paused_until = row.paused_until if row else None
    free_at = row.free_at if row and gateway.rate else now
    until = max(free_at, paused_until or free_at)
    if until > now:
        return Places(0, until, paused_until is not None)
    return Places(min(most, max(1, int(gateway.rate))) if gateway.rate else most, now, paused_until is not None)


def use_places(gateway: Gateway, places: Places, number: int) -> None:
    """Counts those that are taken."""
    if gateway.rate and number:
        free_at = places.free_at + timedelta(seconds=number / gateway.rate)
        db.session.execute(_USE, {"gateway": gateway.name, "free_at": free_at})


def pause(gateway: Gateway, retry_after: float | None) -> None:
    """It takes nothing now: all processes leave it alone for a while, each time in a row for longer."""
    chance = random.uniform(0.5, 1)  # noqa: S311 - so that not all come back at once
    least = max(retry_after or 0.0, chance)
    values = {"gateway": gateway.name, "now": dates.now(), "least": least, "chance": chance, "longest": LONGEST_PAUSE}
    db.session.execute(_PAUSE, values)


def recover(gateway: Gateway) -> None:
    """It takes messages again."""
    db.session.execute(_RECOVER, {"gateway": gateway.name})
