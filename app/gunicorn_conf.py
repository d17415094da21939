"""Settings of the web server: threads, as a request mostly waits for the database.

WEB_CONCURRENCY gives another number of processes, WEB_THREADS of threads in each.
"""

import os
import sys
from typing import Any

from app.config import Config, ConfigError
from app.db import refuse_unsafe_role

_config = Config.from_environ(os.environ)

bind = f"[{_config.host}]:{_config.port}" if ":" in _config.host else f"{_config.host}:{_config.port}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 60
# Less than the supervisor's patience, so that a request in work is answered before the end.
graceful_timeout = 8
keepalive = 5
# The application logs its requests itself.
loglevel = "warning"
control_socket_disable = True


def on_starting(server: Any) -> None:
    for doubt in _config.doubts:
        server.log.warning(doubt)


def post_worker_init(_worker: Any) -> None:
    """Ends the server, with one line, when its database role is bound by no wall; 4 keeps it from trying again."""
    try:
        refuse_unsafe_role(_config.database_url)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(4)
