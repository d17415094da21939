"""How fast messages go through a gateway, of all processes together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from app.messaging.gateways import NoGateway
from app.messaging.gateways.base import Fate
from app.messaging.services.pacing import take_places, use_places
from tests.people import Shop, Town

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def slow() -> NoGateway:
    gateway = NoGateway(Fate.REFUSED, "")
    gateway.name, gateway.rate = "slow", 10.0
    return gateway


def free_in(shop: Shop, moment: datetime) -> timedelta:
    """How long who asks at a moment has to wait; what it gets it uses."""
    gateway, clock = slow(), lambda: moment
    with patch("app.messaging.services.pacing.dates.now", clock), shop.work():
        places = take_places(gateway, 100)
        use_places(gateway, places, places.number)
    return places.free_at - moment


def test_a_second_is_shared_by_all(town: Town) -> None:
    assert free_in(town.kavalier, NOON) == timedelta()
    assert free_in(town.kavalier, NOON + timedelta(seconds=0.4)) == timedelta(seconds=0.6)
    assert free_in(town.kavalier, NOON + timedelta(seconds=1)) == timedelta()


def test_a_clock_that_jumped_ahead_holds_the_others_up_for_two_seconds(town: Town) -> None:
    assert free_in(town.kavalier, NOON + timedelta(hours=1)) == timedelta()
    assert free_in(town.kavalier, NOON) == timedelta(seconds=2)
    assert free_in(town.kavalier, NOON + timedelta(seconds=1)) == timedelta(seconds=1)
    assert free_in(town.kavalier, NOON + timedelta(seconds=2)) == timedelta()
