"""What a worker runs, and when a job is sent (RELIABILITY: traps of RQ)."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from rq import Callback, Queue
from rq.job import JobStatus
from rq.serializers import JSONSerializer

import jobs
from app import create_app
from app.config import Config
from app.db import unit_of_work
from app.local.embedded import Valkey
from app.queue import enqueue
from app.scope import Scope
from jobs.worker import make_worker

NAME = "tests.jobs.test_worker.leave_a_file"


@pytest.fixture(scope="module")
def valkey(scratch: Path) -> Iterator[Valkey]:
    server = Valkey(scratch / "valkey")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def queue(valkey: Valkey) -> Iterator[Queue]:
    connection = Redis.from_url(valkey.url)
    connection.flushdb()
    yield Queue("work", connection=connection, serializer=JSONSerializer)
    connection.close()


@pytest.fixture
def working_app(config: Config, valkey: Valkey) -> Iterator[Flask]:
    """An application whose Redis is there; what RQ does to the signals is undone."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield create_app(replace(config, redis_url=valkey.url))
    for number, handler in before.items():
        signal.signal(number, handler)


def leave_a_file(path: str) -> None:
    Path(path).touch()


def test_a_marked_function_runs(
    working_app: Flask, queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(jobs.ALLOWED, NAME, leave_a_file)
    queue.enqueue_call(NAME, args=(str(tmp_path / "trace"),))
    work_off(working_app)
    assert (tmp_path / "trace").exists()


@pytest.mark.parametrize("function", [NAME, "os.mkdir", "jobs.worker.make_worker"])
def test_any_other_function_is_refused(working_app: Flask, queue: Queue, tmp_path: Path, function: str) -> None:
    job = queue.enqueue_call(
        function, args=(str(tmp_path / "trace"),), on_failure=Callback(f"{__name__}.leave_a_trace_of_a_callback")
    )
    work_off(working_app)
    assert job.get_status(refresh=True) == JobStatus.FAILED
    assert "PermissionError" in str(job.latest_result().exc_string)
    assert list(tmp_path.iterdir()) == []


def leave_a_trace_of_a_callback(job, *_: object) -> None:  # type: ignore[no-untyped-def]
    Path(job.args[0]).touch()


def test_a_job_is_sent_after_the_commit_and_never_without_it(working_app: Flask, queue: Queue) -> None:
    with working_app.app_context():
        with unit_of_work(Scope(None)):
            enqueue("jobs.housekeeping.end_stale_sessions", 1, "two")
            assert len(queue) == 0
        assert [job.args for job in queue.jobs] == [[1, "two"]]
        with pytest.raises(ZeroDivisionError):
            enqueue_and_fail()
        assert len(queue) == 1


def enqueue_and_fail() -> None:
    with unit_of_work(Scope(None)):
        enqueue("jobs.housekeeping.end_stale_sessions")
        raise ZeroDivisionError


def test_without_redis_the_work_is_done_and_the_job_left_out(shared_app: Flask) -> None:
    with shared_app.app_context(), unit_of_work(Scope(None)):
        enqueue("jobs.housekeeping.end_stale_sessions")


def test_housekeeping_is_sent_each_minute_and_runs(working_app: Flask, queue: Queue, town: object) -> None:
    job = queue.enqueue_call("jobs.housekeeping.end_stale_sessions")
    work_off(working_app)
    assert job.get_status(refresh=True) == JobStatus.FINISHED


def work_off(app: Flask) -> None:
    make_worker(app, "work").work(burst=True, logging_level="CRITICAL")
