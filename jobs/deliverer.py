"""The deliverer: `python -m jobs.deliverer` tells the addresses of all businesses what happened, several at a time.

It is a process of its own, as strangers' servers are slow, and looks for itself each second: neither a worker nor Redis
is needed. Several may run; what one that died had is called again when its lease is over.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import structlog
from flask import Flask

from app.scope import Scope
from app.webhooks.queries import due_webhooks
from app.webhooks.services import deliver_due
from jobs.starting import started

EVERY = 1.0  # seconds
AT_ONCE = 20.0  # seconds; then other addresses come first
ADDRESSES = 8  # that are told together
_log = structlog.get_logger(__name__)


class Deliverer:
    """Looks again and again where something is due."""

    def __init__(self, app: Flask, stop: threading.Event) -> None:
        self.app, self.stop = app, stop
        self.busy: set[tuple[int, int]] = set()
        self.left_at: dict[tuple[int, int], float] = {}
        """When each was told last: what waits longest may be a slow address's own, which would have every turn."""

    def run(self) -> None:
        with ThreadPoolExecutor(ADDRESSES) as pool:
            while not self.stop.is_set():
                began = time.monotonic()
                try:
                    self.look(pool)
                except Exception:
                    _log.exception("looking for webhooks failed")
                self.stop.wait(max(0.1, EVERY - (time.monotonic() - began)))

    def look(self, pool: ThreadPoolExecutor) -> None:
        """Hands out the addresses that nobody here is telling yet."""
        with self.app.app_context():
            due = [each for each in due_webhooks() if each not in self.busy]
        due.sort(key=lambda each: self.left_at.get(each, 0.0))
        for each in due[: ADDRESSES - len(self.busy)]:
            self.busy.add(each)
            pool.submit(self.tell, *each)

    def tell(self, business: int, endpoint: int) -> None:
        """Delivers to one address; one that fails keeps no other waiting."""
        until = time.monotonic() + AT_ONCE
        try:
            with self.app.app_context():
                deliver_due(Scope(business), endpoint, lambda: self.stop.is_set() or time.monotonic() > until)
        except Exception:
            _log.exception("delivering failed", business=business, endpoint=endpoint)
        finally:
            self.left_at[business, endpoint] = time.monotonic()
            self.busy.discard((business, endpoint))


def main() -> None:
    app, stop = started()
    Deliverer(app, stop).run()


if __name__ == "__main__":
    main()
