"""The clock: `python -m jobs.schedule` sends the jobs that are due each minute, until it is stopped."""

import os
import signal
import threading

from app.config import Config
from app.queue import connect, send

EVERY_MINUTE = ("jobs.housekeeping.end_stale_sessions", "jobs.housekeeping.forget_unsent_forms")


def run(redis_url: str, stop: threading.Event, minute: float = 60) -> None:
    """Send every job once a `minute` (seconds); one that waits for longer lapses, lest they pile up."""
    connection = connect(redis_url)
    while not stop.is_set():
        for function in EVERY_MINUTE:
            send(connection, function, ttl=int(minute))
        stop.wait(minute)


if __name__ == "__main__":
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run(Config.from_environ(os.environ).redis_url, stop)
