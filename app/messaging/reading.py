"""What comes in is unread until someone of the business opens it; then it is read for all (MS-1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, update
from werkzeug.exceptions import NotFound

from app.db import business_id, current_scope
from app.extensions import db
from app.messaging.box_filter import UNREAD
from app.messaging.models import Message
from app.messaging.queries import message_named


def read_message(number: int) -> None:
    """Keeps who opened it and when, the first time. Raises NotFound for what is not there or went out."""
    found = message_named(number)
    if not found.Message.incoming:
        raise NotFound
    _read(Message.id == number)


def read_all(until: datetime) -> int:
    """Reads what had come in by a moment. Answers how many."""
    return _read(Message.created_at <= until)


def _read(*which: ColumnElement[bool]) -> int:
    mine = update(Message).where(Message.business_id == business_id(), *UNREAD, *which)
    done = db.session.execute(mine.values(read_at=func.now(), user_id=current_scope().user_id))
    return int(done.rowcount)  # type: ignore[attr-defined]
