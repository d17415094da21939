"""Waking the workers. A job carries a name and ids, and is sent after the commit: PostgreSQL keeps the truth.

A lost job does no harm, as housekeeping finds what was left lying; so a dead Redis is logged, not raised.
"""

from __future__ import annotations

import os
from contextlib import suppress
from threading import Timer
from time import monotonic
from typing import Any
from uuid import uuid4

import structlog
from flask import current_app, has_request_context
from redis import Redis, RedisError, WatchError
from rq import Queue
from rq.serializers import JSONSerializer

from app.db import after_commit

QUEUES = ("messages", "work")
AWAY = 5  # seconds for which nobody is kept waiting again by a Redis that did not answer
REMEMBERED = 24 * 60 * 60  # seconds for which it is known which job was sent last to wake
TURN = 0.05  # seconds in which a process wakes for the same work once, and once more at their end
MOST_TURNS = 1_000  # that a process remembers; forgotten, it only wakes once more
JOB_TIMEOUT = 120  # seconds; a job works for 20 and then wakes the next
LONGER = {"jobs.proofs.prove_ledgers": 25 * 60}
"""Jobs whose steps may take long by themselves, and for how many seconds they are let."""
_log = structlog.get_logger(__name__)
_Work = tuple[str, str, str, tuple[int, ...]]


def connect(redis_url: str) -> Redis:
    """A client that gives up after a second without a connection, as a person may be waiting."""
    return Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=5)


def enqueue(function: str, *ids: int | str, queue: str = "work") -> None:
    """Have a worker run `function` (dotted, of package `jobs`) on `ids` once this unit of work commits."""
    redis_url = current_app.config["REGULARS"].redis_url
    after_commit(lambda: send(_shared(redis_url), function, *ids, queue=queue))


def wake(function: str, *ids: int, queue: str) -> None:
    """The same, of what looks for work by itself: while one of it waits in the queue, no other is sent."""
    redis_url = current_app.config["REGULARS"].redis_url
    # A job ends without a word to what goes on beside it, so it leaves nothing for later.
    send_it = _wake_in_turn if has_request_context() else wake_now
    after_commit(lambda: send_it(redis_url, function, *ids, queue=queue))


def _wake_in_turn(redis_url: str, function: str, *ids: int, queue: str) -> None:
    """Now; where this was just done, once for whatever comes meanwhile, so that no rush of sales asks Redis each."""
    work = (redis_url, function, queue, ids)
    if work in _in_turn:
        return
    wait = _turn_at.get(work, 0) + TURN - monotonic()
    if wait > 0:
        _in_turn.add(work)
        try:
            Timer(wait, _take_turn, work).start()
        except RuntimeError:  # no thread is to be had, and what is committed is answered all the same
            _take_turn(*work)
    else:
        _take_turn(*work)


def _take_turn(redis_url: str, function: str, queue: str, ids: tuple[int, ...]) -> None:
    work = (redis_url, function, queue, ids)
    if len(_turn_at) > MOST_TURNS:
        _turn_at.clear()
    _turn_at[work] = monotonic()
    # Before it is sent: what is written from here on asks for the next one.
    _in_turn.discard(work)
    wake_now(redis_url, function, *ids, queue=queue)


def wake_now(redis_url: str, function: str, *ids: int, queue: str) -> bool:
    """Sends it now, unless one of it waits; whether Redis was there."""
    if monotonic() < _away_until.get(redis_url, 0):
        return False
    try:
        _send_unless_one_waits(_shared(redis_url), function, *ids, queue=queue)
    except RedisError as error:
        _log.warning("worker not woken", function=function, queue=queue, error=str(error))
        _away_until[redis_url] = monotonic() + AWAY
        return False
    return True


def _send_unless_one_waits(connection: Redis, function: str, *ids: int, queue: str) -> None:
    """Whether one waits is asked of the queue itself: one that a worker took is followed by another, and a lost one
    replaced, while one that waits for long stays the only one.
    """
    last, job = ":".join(("wake", function, *map(str, ids))), uuid4().hex
    with connection.pipeline() as pipe:
        pipe.watch(last)  # type: ignore[no-untyped-call]
        sent: Any = pipe.get(last)
        if sent and pipe.lpos(Queue.redis_queue_namespace_prefix + queue, sent) is not None:
            return
        pipe.multi()
        pipe.set(last, job, ex=REMEMBERED)
        _put(connection, function, *ids, queue=queue, job_id=job, pipeline=pipe)
        with suppress(WatchError):  # somebody else has just sent it
            pipe.execute()


def jobs_waiting(queue: str) -> int:
    """How many jobs wait in a queue; none, as far as is known, while Redis is away."""
    try:
        return int(Queue(queue, connection=_shared(current_app.config["REGULARS"].redis_url)).count)
    except RedisError:
        return 0


def send(
    connection: Redis,
    function: str,
    *ids: int | str,
    queue: str = "work",
    ttl: int | None = None,
    at_front: bool = False,
) -> bool:
    """Put a job into the queue now; whether that worked. After `ttl` seconds in the queue it lapses."""
    try:
        _put(connection, function, *ids, queue=queue, ttl=ttl, at_front=at_front)
    except RedisError as error:
        _log.warning("job not sent", function=function, queue=queue, error=str(error))
        return False
    return True


def _put(connection: Redis, function: str, *ids: int | str, queue: str, **options: Any) -> None:
    if queue not in QUEUES:
        raise ValueError(f"There is no queue {queue}.")
    Queue(queue, connection=connection, serializer=JSONSerializer).enqueue_call(
        *(function, ids), timeout=LONGER.get(function, JOB_TIMEOUT), result_ttl=0, failure_ttl=86400, **options
    )


_clients: dict[str, Redis] = {}
_away_until: dict[str, float] = {}
_turn_at: dict[_Work, float] = {}
_in_turn: set[_Work] = set()
# A fork has the marks, and not the threads that were to take them away.
os.register_at_fork(after_in_child=_in_turn.clear)


def _shared(redis_url: str) -> Redis:
    """One client of a process for an address: its pool is safe among threads and after a fork."""
    if redis_url not in _clients:
        _clients.setdefault(redis_url, connect(redis_url))
    return _clients[redis_url]
