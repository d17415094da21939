"""How often a key may call the API (AP-1): counted in Redis. While it is away calls are not counted, so that sales go
on; look-ups are by each process for itself, so that nobody lists customers meanwhile (CT-11).

By `limits`, on which Flask-Limiter is built: that one counts before it is known who calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import ceil
from threading import Lock
from time import monotonic, time

import structlog
from flask import current_app
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter as Counter
from redis import RedisError

from app.queue import AWAY, TURN, connect

LOOK_UPS = (RateLimitItemPerMinute(120), RateLimitItemPerDay(5_000))
"""Of customers: more than any queue at a counter needs, too few to list them (CT-11)."""
MET = RateLimitItemPerDay(1)
_log = structlog.get_logger(__name__)
_away_until: dict[str, float] = {}
_rushes: dict[int, tuple[float, int]] = {}
"""Of a key: when Redis was asked, and how many calls were let through since."""
_turns = Lock()


def wait_before_call(key_id: int) -> int:
    """Counts a call of a key; the seconds until the next one is answered, 0 for now.

    In a rush Redis is asked once a turn by each process, for all that came since: so much a key may be ahead.
    """
    most = current_app.config["REGULARS"].api_calls
    limits = (RateLimitItemPerMinute(most),)
    with _turns:
        asked_at, uncounted = _rushes.get(key_id, (0.0, 0))
        asks = monotonic() - asked_at >= TURN
        # Who asks takes them all along, so that a thread that asks beside it counts none of them again.
        _rushes[key_id] = asked_at, 0 if asks else uncounted + 1
    if not asks:
        return 0
    calls = min(1 + uncounted, most)
    wait = _in_redis(lambda counter: _hit(counter, limits, "calls", key_id, calls)) or 0
    with _turns:
        # What was let through and does not fit is counted before anything else is let through.
        ahead = _rushes[key_id][1] + (uncounted if wait else 0)
        _rushes[key_id] = (0.0 if wait or ahead else monotonic()), ahead
    return wait


def wait_before_look_up(key_id: int) -> int:
    """The same of a call that shows who a customer is."""
    return _strictly(lambda counter: _hit(counter, LOOK_UPS, "look-ups", key_id))


def wait_before_serving(key_id: int, customer_id: int) -> int:
    """The same of serving a customer whom the key's places never saw: a look-up, unless it was looked up that day."""
    who = f"{key_id}:{customer_id}"
    if not _strictly(lambda counter: int(counter.test(MET, "met", who))):
        return 0
    wait = wait_before_look_up(key_id)
    if not wait:
        note_met(key_id, customer_id)
    return wait


def note_met(key_id: int, customer_id: int) -> None:
    """A customer was looked up by what it shows, so whatever is done for it today is no look-up."""
    _strictly(lambda counter: int(counter.hit(MET, "met", f"{key_id}:{customer_id}")))


def wait_before_registering(key_id: int) -> int:
    """Counts nothing: the seconds until a key may register, of which too many were known already."""
    return _strictly(lambda counter: _wait(counter, _full(counter, LOOK_UPS, "known", key_id), "known", key_id))


def note_known(key_id: int) -> None:
    """Who was to be registered is known, which tells as much as a look-up. Those that are new tell nothing."""
    _strictly(lambda counter: _hit(counter, LOOK_UPS, "known", key_id))


def _hit(counter: Counter, limits: Sequence[RateLimitItem], kind: str, key_id: int, calls: int = 1) -> int:
    # Asked first where there are several: what the minute refuses is not to count for the day.
    over = _full(counter, limits, kind, key_id) if len(limits) > 1 else []
    over = over or [each for each in limits if not counter.hit(each, kind, _who(key_id), cost=calls)]
    return _wait(counter, over, kind, key_id)


def _full(counter: Counter, limits: Sequence[RateLimitItem], kind: str, key_id: int) -> list[RateLimitItem]:
    return [each for each in limits if not counter.test(each, kind, _who(key_id))]


def _wait(counter: Counter, over: Sequence[RateLimitItem], kind: str, key_id: int) -> int:
    ends = [counter.get_window_stats(each, kind, _who(key_id)).reset_time for each in over]
    return max((max(1, ceil(end - time())) for end in ends), default=0)


def _who(key_id: int) -> str:
    return f"api-key:{key_id}"


def _strictly(asked: Callable[[Counter], int]) -> int:
    """While Redis is away, out of this process's own memory."""
    found = _in_redis(asked)
    return asked(_own(_address())) if found is None else found


def _in_redis(asked: Callable[[Counter], int]) -> int | None:
    """None while it is away."""
    address = _address()
    if monotonic() < _away_until.get(address, 0):
        return None
    try:
        return asked(_counter(address))
    except RedisError as error:
        _log.warning("calls not counted", error=str(error))
        _away_until[address] = monotonic() + AWAY
        return None


def _address() -> str:
    return str(current_app.config["REGULARS"].redis_url)


@cache
def _counter(address: str) -> Counter:
    pool = connect(address).connection_pool
    return Counter(RedisStorage("redis://", connection_pool=pool))


@cache
def _own(_address: str) -> Counter:
    return Counter(MemoryStorage())
