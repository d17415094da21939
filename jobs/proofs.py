"""The proof of every ledger each hour, in small steps (RELIABILITY: money and points)."""

import random
import time

import structlog
from flask import current_app
from rq.timeouts import JobTimeoutException

from app.businesses.queries import every_business
from app.db import unit_of_work
from app.ledger.services.proving import RULES, prove
from app.lib import dates
from app.queue import connect, send
from app.scope import Scope
from jobs import job, stopping
from jobs.each import AT_ONCE

JOB = "jobs.proofs.prove_ledgers"
HOUR = 60 * 60  # seconds; the next round begins then, in another order
_log = structlog.get_logger(__name__)


@job
def prove_ledgers(began: int = 0, done: int = 0) -> None:
    """Prove the ledgers, rule by rule; after some seconds others come first, and the next job goes on with the round.

    A round is told by the second in which it began, and `done` steps of it are done.
    """
    began = began or int(dates.now().timestamp())
    everyone, end = every_business(), time.monotonic() + AT_ONCE
    random.Random(began).shuffle(everyone)  # noqa: S311 - nothing is kept secret by it
    for step in range(done, len(everyone) * len(RULES)):
        if dates.now().timestamp() >= began + HOUR:
            return
        if stopping.is_set() or time.monotonic() > end:
            send(connect(current_app.config["REGULARS"].redis_url), JOB, began, step)
            return
        _prove(everyone[step // len(RULES)], RULES[step % len(RULES)])


def _prove(business: int, rule: str) -> None:
    try:
        with unit_of_work(Scope(business)):
            prove(rule)
    except JobTimeoutException:
        raise
    except Exception:
        _log.exception("ledger not proved", business=business, rule=rule)
