"""Work that is done in every business, one after another: one that fails is told of, and keeps no other waiting."""

import random
import time
from collections.abc import Callable
from functools import wraps

import structlog
from rq.timeouts import JobTimeoutException

from app.businesses.queries import every_business
from app.db import unit_of_work
from app.scope import Scope

AT_ONCE = 20.0  # seconds; what is left is done the next time
_chance = random.SystemRandom()
_log = structlog.get_logger(__name__)


def each_business(act: Callable[[int], object], most: float | None = None) -> None:
    """Does it with the id of every business, for so many seconds at most.

    Each time in another order: where time runs out it is not always for the same ones.
    """
    end = time.monotonic() + most if most else None
    everyone = every_business()
    for business in _chance.sample(everyone, len(everyone)):
        if end and time.monotonic() > end:
            return
        try:
            act(business)
        except JobTimeoutException:
            raise
        except Exception:
            _log.exception("housekeeping failed", business=business, act=act.__name__)


def in_each(act: Callable[[], object], most: float | None = None) -> None:
    """Does it once in every business, each in a unit of work."""

    @wraps(act)
    def once(business: int) -> None:
        with unit_of_work(Scope(business)):
            act()

    each_business(once, most)


def until_done(act: Callable[[], object]) -> None:
    """Does it in units of work of every business again and again, as long as it answers that it did something."""
    end = time.monotonic() + AT_ONCE

    @wraps(act)
    def again(business: int) -> None:
        left: object = True
        while left and time.monotonic() < end:
            with unit_of_work(Scope(business)):
                left = act()

    each_business(again, AT_ONCE)
