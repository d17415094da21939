"""How often a key may call the API (AP-1): counted in Redis, and not at all while it is away, so that sales go on.

By `limits`, on which Flask-Limiter is built: that one counts before it is known who calls.
"""

from __future__ import annotations

from functools import cache
from math import ceil
from time import monotonic, time

import structlog
from flask import current_app
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis import RedisError

from app.queue import AWAY, connect

LOOK_UPS = (RateLimitItemPerMinute(120), RateLimitItemPerDay(5_000))
"""Of customers: more than any queue at a counter needs, too few to list them (CT-11)."""
_log = structlog.get_logger(__name__)
_away_until: dict[str, float] = {}


def wait_before_call(key_id: int) -> int:
    """Counts a call of a key; the seconds until the next one is answered, 0 for now."""
    return _count("calls", key_id, (RateLimitItemPerMinute(current_app.config["REGULARS"].api_calls),))


def wait_before_look_up(key_id: int) -> int:
    """The same of a call that shows who a customer is."""
    return _count("look-ups", key_id, LOOK_UPS)


def _count(kind: str, key_id: int, limits: tuple[RateLimitItem, ...]) -> int:
    address = current_app.config["REGULARS"].redis_url
    if monotonic() < _away_until.get(address, 0):
        return 0
    counter, who = _counter(address), f"api-key:{key_id}"
    try:
        over = [each for each in limits if not counter.hit(each, kind, who)]
        ends = [counter.get_window_stats(each, kind, who).reset_time for each in over]
    except RedisError as error:
        _log.warning("calls not counted", error=str(error))
        _away_until[address] = monotonic() + AWAY
        return 0
    return max((max(1, ceil(end - time())) for end in ends), default=0)


@cache
def _counter(address: str) -> SlidingWindowCounterRateLimiter:
    pool = connect(address).connection_pool
    return SlidingWindowCounterRateLimiter(RedisStorage("redis://", connection_pool=pool))
