"""Which messages of bulk actions a customer got, as conditions ask of it (CT-7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from app.bulk.models import Batch
from app.bulk.queries import of_batch
from app.bulk.words import title_of
from app.customers.conditions.fields import Field, Options
from app.customers.conditions.kinds import Choice, Setting
from app.db import business_id
from app.extensions import db
from app.filters import short_date
from app.messaging.received import MESSAGES, received

MOST = 1_000
"""So many of the newest can be chosen."""


class MessageOf(Choice):
    """The messages of one bulk action, by what makes each be written once: a stretch of its index."""

    def exists(self, column: Any) -> Any:
        return (column >= "batch:") & (column < "batch;")

    def equals(self, column: Any, value: int, setting: Setting) -> Any:
        return of_batch(column, value)

    def among(self, column: Any, values: Sequence[int], setting: Setting) -> Any:
        return or_(*[self.equals(column, each, setting) for each in values])


def message_fields() -> list[Field]:
    return [
        Field(
            "message",
            _("Got the message of bulk action"),
            MessageOf(),
            MESSAGES,
            source=lambda _sample: received(),
            column=lambda rows: rows.c.dedupe_key,
            many=True,
            options=_told,
        )
    ]


def _told() -> Options:
    """The bulk actions that wrote messages, newest first."""
    mine = select(Batch).where(
        Batch.business_id == business_id(), Batch.started_at.is_not(None), Batch.foreseen.has_key("message")
    )
    newest = db.session.scalars(mine.order_by(Batch.id.desc()).limit(MOST))
    return [(str(each.id), f"{title_of(each)}, {short_date(each.started_at)}") for each in newest if each.started_at]
