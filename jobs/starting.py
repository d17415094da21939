"""How the processes begin that look for work by themselves: sweeper, deliverer, listener."""

import signal
import threading

from flask import Flask

from app import create_app
from app.db import refuse_unsafe_role


def started() -> tuple[Flask, threading.Event]:
    """The application, and what is set when the process is told to end."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    app = create_app()
    refuse_unsafe_role(app.config["REGULARS"].database_url)
    return app, stop
