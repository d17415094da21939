"""The listener: `python -m jobs.listener` hears what gateways tell, each of them in a thread of its own."""

import threading
import time

import structlog
from flask import Flask

from app.messaging.services.hearing import close_gateways, configured_gateways, hear
from jobs.starting import started

PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds after nothing was told, and after one that keeps failing
_log = structlog.get_logger(__name__)


def listen(app: Flask, gateway: str, stop: threading.Event) -> None:
    """Hear a gateway until the end is asked for; one that breaks down is heard again after a while."""
    pause = PAUSE
    with app.app_context():
        while not stop.is_set():
            began = time.monotonic()
            try:
                heard = hear(gateway)
                pause = PAUSE
            except Exception:
                _log.exception("listening failed", gateway=gateway)
                heard, pause = 0, min(pause * 2, LONGEST_PAUSE)
            if not heard:
                stop.wait(max(0.0, pause - (time.monotonic() - began)))


def main() -> None:
    app, stop = started()
    with app.app_context():
        gateways = configured_gateways()
    threads = [threading.Thread(target=listen, args=(app, each, stop), daemon=True) for each in gateways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        close_gateways()


if __name__ == "__main__":
    main()
