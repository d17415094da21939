"""Pages of bulk actions for the pictures: one at each step, over the demonstration business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import text

from app.bulk.models import Batch
from app.bulk.services import steering
from app.bulk.services.acting import acting_for
from app.bulk.services.chunks import Chunk, do_chunk
from app.bulk.services.locking import held_batch
from app.bulk.services.running import work
from app.customers.services.selecting import Selection
from app.db import unit_of_work
from app.extensions import db
from app.permissions import Role
from tests.people import Person

PAGES = {
    "bulk-actions": "/bulk-actions",
    "bulk-who": "/bulk-actions/new",
    "bulk-what": "/bulk-actions/{drafted}/action",
    "bulk-form": "/bulk-actions/{drafted}/action?action=credit",
    "bulk-preview": "/bulk-actions/{previewed}",
    "bulk-progress": "/bulk-actions/{running}",
    "bulk-report": "/bulk-actions/{done}",
    "bulk-waiting": "/bulk-actions/{waiting}",
    "bulk-customers": "/bulk-actions/{done}/customers",
    "bulk-text": "/bulk-actions/{message}/action?action=message",
    "bulk-message": "/bulk-actions/{message}",
    "bulk-lacking": "/bulk-actions/{message}/empty-variables",
    "bulk-limits": "/settings/bulk-actions",
}
TEXTS = {
    "uk": "{first_name}, вихідними капучино за пів ціни! Ваша картка {card}, балів: {points}.",
    "en": "{first_name}, cappuccino at half price this weekend! Your card is {card}, points: {points}.",
}


def ids(app: Flask, anna: Person) -> dict[str, int]:
    with app.app_context(), unit_of_work(anna.scope):
        asked = "SELECT (SELECT id FROM program WHERE is_default) AS program, min(id) AS terminal FROM terminal"
        values = dict(db.session.execute(text(asked)).mappings().one())
        drafted = steering.begin(Selection()).id
    credit = {**values, "amount": 2_500, "special": True, "valid_days": 33, "note": "Autumn", "texts": {}}
    message = {"program": values["program"], "channel": "smart", "titles": {}, "texts": TEXTS, "ends": None}
    made = {name: _previewed(app, anna, "credit", credit) for name in ("previewed", "running", "done")}
    made["message"] = _previewed(app, anna, "message", message)
    waiting = _previewed(app, anna, "access", {"program": values["program"], "given": 2})
    for each in (made["done"], made["running"], waiting):
        _confirm(app, anna, each, Role.BRAND_OPERATOR if each == waiting else Role.ADMIN)
    with app.app_context():
        while work(anna.business, made["done"], lambda: False):
            pass
        after = 0
        for _each in range(3):
            after = do_chunk(anna.scope, Chunk(made["running"], 200, after))
    return {**made, "drafted": drafted, "waiting": waiting}


def _previewed(app: Flask, anna: Person, action: str, values: Mapping[str, Any]) -> int:
    with app.app_context(), unit_of_work(anna.scope):
        batch: Batch = steering.begin(Selection())
        with acting_for(batch):
            steering.choose(batch, action, values, 0)
        return batch.id


def _confirm(app: Flask, anna: Person, number: int, role: Role) -> None:
    """Over the limit of whoever is no admin, so that one waits."""
    with app.app_context(), unit_of_work(anna.scope):
        steering.set_limits({Role.BRAND_OPERATOR: 100})
        steering.confirm(held_batch(number), role)
