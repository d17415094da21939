"""Calling addresses: at least once, as a receiver knows by its id what it had before (RELIABILITY: no call is in a
transaction).

A worker that dies in the middle leaves a lease behind; when it ends, the same event is sent again under the same id.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from flask import current_app

from app.db import ask_by_keys, unit_of_work
from app.lib import dates
from app.lib.outgoing import Caller, NoAnswerError, NotPublicError, NotReachedError
from app.scope import Scope
from app.webhooks.models import Fault
from app.webhooks.services.claiming import Batch, Claimed, claim
from app.webhooks.services.settling import Answer, settle
from app.webhooks.services.signing import signed

CONNECT, READ = 3.0, 10.0
"""Seconds."""
_HEADERS = {"Content-Type": "application/json", "User-Agent": "Regulars-Webhooks/1"}


def deliver_due(scope: Scope, endpoint_id: int, is_over: Callable[[], bool]) -> None:
    """Delivers to one address until nothing is due, or time is over."""
    while not is_over():
        if not deliver_some(scope, endpoint_id):
            return


def deliver_some(scope: Scope, endpoint_id: int) -> int:
    """Claims what is due of an address, calls it, and writes down what was answered; answers with how many calls."""
    with unit_of_work(scope):
        ask_by_keys()
        batch = claim(endpoint_id)
    if batch is None:
        return 0
    answers = _answers(batch)
    with unit_of_work(scope):
        ask_by_keys()
        settle(batch, answers)
    return len(answers)


def _answers(batch: Batch) -> Sequence[Answer]:
    caller = _caller(not current_app.config["REGULARS"].production)
    with ThreadPoolExecutor(len(batch.deliveries)) as pool:
        return list(pool.map(lambda each: _called(caller, batch, each), batch.deliveries))


def _called(caller: Caller, batch: Batch, delivery: Claimed) -> Answer:
    at, began = dates.now(), time.monotonic()
    if not batch.secrets:
        return Answer(delivery.id, at, 0, fault=Fault.UNSIGNED)
    headers = _HEADERS | signed(delivery.message, at, delivery.body, batch.secrets)
    try:
        reply = caller.call("POST", batch.url, delivery.body, headers)
    except (NotReachedError, NoAnswerError) as error:
        return Answer(delivery.id, at, _since(began), fault=_fault(error), text=str(error))
    text = reply.body.decode(errors="replace")
    return Answer(delivery.id, at, _since(began), reply.status, text=text, retry_after=reply.retry_after)


def _fault(error: Exception) -> Fault:
    if isinstance(error, NotPublicError):
        return Fault.NOT_PUBLIC
    return Fault.NOT_REACHED if isinstance(error, NotReachedError) else Fault.NO_ANSWER


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


@cache
def _caller(loopback: bool) -> Caller:
    """With the authorities that this machine trusts, read once: that takes longer than a call."""
    return Caller(CONNECT, READ, loopback, ssl.create_default_context())
