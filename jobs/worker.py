"""One worker for one queue: `python -m jobs.worker messages` or `work`. SIGTERM lets it finish its job."""

import gc
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flask import Flask
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

import jobs
from app import create_app
from app.db import refuse_unsafe_role
from app.extensions import db
from app.queue import QUEUES, connect

PROCESSES = ("deliverer", "listener", "schedule", "sweeper", "worker")
"""Modules that are processes of their own, without jobs."""


class AllowedJob(Job):
    """A job read from Redis, whose data anyone there could have written: only marked functions are run."""

    success_callback = failure_callback = stopped_callback = None

    @property
    def func(self) -> Callable[..., Any]:
        if self.func_name not in jobs.ALLOWED:
            raise PermissionError(f"{self.func_name} is not a job.")
        return jobs.ALLOWED[self.func_name]


class OneQueueWorker(Worker):
    """RQ's worker, whose forked child opens its own database connections, in the application's context."""

    app: Flask
    job_class = AllowedJob
    log_job_description = False  # it holds the arguments
    max_connection_wait_time = 5.0

    def handle_warm_shutdown_request(self) -> None:
        """It waits for its job, and tells it, so that one which works for long ends soon."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            os.kill(self.horse_pid, signal.SIGUSR1)

    def setup_work_horse_signals(self) -> None:
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGUSR1, lambda *_: jobs.stopping.set())

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        with self.app.app_context():
            db.engine.dispose(close=False)
            super().main_work_horse(job, queue)


def make_worker(app: Flask, name: str) -> OneQueueWorker:
    """A worker of one queue: popped from two, a job would be lost by a kill."""
    for module in iter_modules(jobs.__path__):
        if module.name not in PROCESSES:
            import_module(f"jobs.{module.name}")
    connection = connect(app.config["REGULARS"].redis_url)
    queue = Queue(name, connection=connection, serializer=JSONSerializer, job_class=AllowedJob)
    worker = OneQueueWorker([queue], connection=connection, serializer=JSONSerializer)
    worker.app = app
    return worker


if __name__ == "__main__":
    if sys.argv[1:] not in [[queue] for queue in QUEUES]:
        sys.exit(f"Give one queue: {' or '.join(QUEUES)}.")
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # a job that has just begun has no handler of its own yet
    app = create_app()
    refuse_unsafe_role(app.config["REGULARS"].database_url)
    worker = make_worker(app, sys.argv[1])
    # What the application is made of lives as long as the worker: no job's collector need look through it again.
    gc.collect()
    gc.freeze()
    worker.work(logging_level="WARNING")
