"""What the workers run: each job takes ids, opens its scope and calls a service of an area."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
stopping = threading.Event()
"""Set in a job's process when its worker was asked to end: what works for long ends soon."""
ALLOWED: dict[str, Callable[..., Any]] = {}


def job(function: F) -> F:
    """Mark a function that a worker may run; it refuses every other name."""
    ALLOWED[f"{function.__module__}.{function.__qualname__}"] = function
    return function
