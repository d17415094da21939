"""What benchmarks.bulk measures, each in a process of its own, as a worker does it: a preview, a run, one cancelled."""

from __future__ import annotations

import json
import sys
import threading
import time

from flask import current_app
from sqlalchemy import select

from app import create_app
from app.bulk.models import Batch, BatchState
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.bulk.services.running import work
from app.customers.services.selecting import Selection
from app.db import unit_of_work
from app.extensions import db
from app.permissions import Role
from app.scope import Scope

STEADY = 20  # seconds after which chunks are as large as they get
TEXT = {"en": "{first_name}, 5 points are yours.", "uk": "{first_name}, вам 5 балів."}


def do(what: str, business: int, user: int, program: int, place: int) -> None:
    """In a process of its own, as a worker does it; tells how long it took."""
    scope = Scope(business, user)
    if what == "preview":
        seconds = _preview(scope, business, _values(scope, program, place))
    else:
        number = _confirmed(scope, business)
        seconds = _run(business, number) if what == "run" else _cancel(scope, business, number)
    print(json.dumps({"seconds": seconds}))


def _values(scope: Scope, program: int, place: int) -> dict[str, object]:
    with unit_of_work(scope):
        first = db.text("SELECT min(id) FROM terminal WHERE point_of_sale_id = :place")
        terminal = db.session.scalar(first, {"place": place})
    said = {"amount": 500, "special": False, "valid_days": None, "note": "", "titles": {}, "ends": None}
    return {"program": program, "terminal": terminal, "texts": TEXT, **said}


def _preview(scope: Scope, business: int, values: dict[str, object]) -> float:
    with unit_of_work(scope):
        batch = steering.begin(Selection())
        steering.choose(batch, "credit", values, None)
        number = batch.id
    began = time.monotonic()
    work(business, number, lambda: False)
    seconds = time.monotonic() - began
    with unit_of_work(scope):
        assert db.session.get_one(Batch, (business, number)).foreseen["message"]
    return seconds


def _confirmed(scope: Scope, business: int) -> int:
    """The last that was previewed."""
    with unit_of_work(scope):
        drafts = select(Batch.id).where(Batch.business_id == business, Batch.state == BatchState.PREVIEWED)
        batch = held_batch(db.session.scalars(drafts.order_by(Batch.id.desc())).first() or 0)
        steering.confirm(batch, Role.ADMIN)
        return batch.id


def _run(business: int, number: int) -> float:
    began = time.monotonic()
    while work(business, number, lambda: False):
        pass
    return time.monotonic() - began


def _cancel(scope: Scope, business: int, number: int) -> float:
    """By someone else, in the middle of whatever chunk is under way, once they are as large as they get."""
    app, pressed = current_app._get_current_object(), []  # type: ignore[attr-defined]

    def press() -> None:
        pressed.append(time.monotonic())
        with app.app_context(), unit_of_work(scope):
            steering.cancel(held_batch(number))

    threading.Timer(STEADY, press).start()
    _run(business, number)
    stopped = time.monotonic()
    with unit_of_work(scope):
        assert db.session.get_one(Batch, (business, number)).state is BatchState.CANCELLED
    return stopped - pressed[0]


if __name__ == "__main__":
    with create_app().app_context():
        do(sys.argv[1], *map(int, sys.argv[2:]))
