"""Statements whose text is kept: making one and turning it into SQL costs more than asking it.

A statement is known by what it differs by; what changes from request to request are parameters.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.engine import Compiled
from sqlalchemy.sql import Executable

from app.extensions import db

MOST_KEPT = 500

_kept: OrderedDict[Hashable, Compiled] = OrderedDict()
_lock = Lock()


def ask(key: Hashable | None, make: Callable[[], Executable], values: Mapping[str, object]) -> CursorResult[Any]:
    """Runs the statement known by `key`, made first if it is not known yet, with these values; None keeps none."""
    compiled = _compiled(make()) if key is None else _known(key) or _keep(key, make())
    wanted = {**compiled.params, **{name: value for name, value in values.items() if name in compiled.params}}
    return db.session.connection().exec_driver_sql(str(compiled), wanted)


def _known(key: Hashable) -> Compiled | None:
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
        return _kept.get(key)


def _keep(key: Hashable, statement: Executable) -> Compiled:
    compiled = _compiled(statement)
    with _lock:
        _kept[key] = compiled
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return compiled


def _compiled(statement: Executable) -> Compiled:
    compiled: Compiled = statement.compile(dialect=db.engine.dialect)  # type: ignore[attr-defined]
    return compiled
