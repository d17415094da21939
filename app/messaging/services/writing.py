"""Messages written in the unit of work of their cause, each with its row in the outbox (RELIABILITY: messages)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import TextClause, text

from app.db import ask, business_id, current_scope
from app.lib import dates
from app.lib.handed import handed, values_of
from app.lib.sms import segment_count
from app.messaging.models import Channel, MessageKind, Priority
from app.messaging.services.waking import wake_worker

_DAY, _DAYS = timedelta(days=1), timedelta(days=3)
_LASTS = dict.fromkeys((MessageKind.TRANSACTION, MessageKind.WELCOME, MessageKind.COUPON), _DAY)
_PRIORITIES = {
    MessageKind.PIN: Priority.PIN,
    MessageKind.BULK: Priority.BULK,
    MessageKind.NEWS: Priority.BULK,
}


def lasts(kind: MessageKind) -> timedelta:
    """How long a message is of use that has no end date."""
    return _LASTS.get(kind, _DAYS)


class Letter(NamedTuple):
    """A message to a customer, its text final. `dedupe_key` makes it be written once."""

    kind: MessageKind
    channel: Channel
    text: str
    language: str
    dedupe_key: str
    title: str = ""
    program_id: int | None = None
    """Whose settings hold; None is the default program's."""
    valid_until: datetime | None = None
    """After this it is not sent any more; by its kind when left out."""
    ends_at: datetime | None = None
    """The end date for the customer (CP-4)."""
    smart: bool = False
    """Of the channel PUSH: an SMS at once to who has no app, and later to whom the push was not delivered (BA-2)."""
    quoted: int | None = None
    """What it costs at most."""
    rejected: str = ""
    """A Reason why it is over as it is written: it is kept, and never sent (BA-3)."""

    @property
    def lasts_until(self) -> datetime:
        """When it is of no use any more: an end date, or a day for what tells of a moment, else three."""
        return self.valid_until or self.ends_at or dates.now() + lasts(self.kind)


class Addressed(NamedTuple):
    """A letter to one of many."""

    customer_id: int
    letter: Letter
    point_of_sale_id: int | None = None
    terminal_id: int | None = None
    user_id: int | None = None
    """The person whose own message it is."""


# Who has no app gets what is SMART as an SMS. A customer that this person may not see has none, as far as it knows.
_COLUMNS = {
    "customer": "bigint",
    "kind": "smallint",
    "channel": "smallint",
    "title": "text",
    "body": "text",
    "language": "text",
    "segments": "smallint",
    "key": "text",
    "program": "bigint",
    "until": "timestamptz",
    "ends": "timestamptz",
    "smart": "boolean",
    "priority": "smallint",
    "place": "bigint",
    "terminal": "bigint",
    "person": "bigint",
    "quoted": "bigint",
    "rejected": "text",
}
_TYPED = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
# What is the same in all letters is handed over once. They are made whole before customers are looked up: COALESCE is
# not leakproof, so under the walls no index would be used, and each letter read all customers of the business.
_EACH = ", ".join(f"coalesce(l.{name}, s.{name}) AS {name}" for name in _COLUMNS)
_MANY = f"""
        SELECT {_EACH} FROM json_to_recordset(CAST(:letters AS json)) AS l ({_TYPED}),
            json_to_record(CAST(:same AS json)) AS s ({_TYPED})"""  # noqa: S608 - names of columns
_ONE = f"SELECT * FROM {handed('letter', _COLUMNS, 1)}"  # noqa: S608 - the same
_WRITE = """
    WITH handed AS MATERIALIZED (
        {handed}
    ), letter AS (
        {letter}
    ), written AS (
        INSERT INTO message (business_id, customer_id, direction, kind, channel, title, text, language, segments,
            status, reason, dedupe_key, program_id, point_of_sale_id, terminal_id, user_id, valid_until, ends_at,
            quoted)
        SELECT :business, customer, 1, kind, way, title, body, language, CASE WHEN way = 1 THEN segments ELSE 0 END,
            CASE WHEN rejected = '' THEN 1 ELSE 8 END, rejected, key, program, place, terminal, person, until,
            ends, quoted
        FROM letter ON CONFLICT DO NOTHING RETURNING id, dedupe_key
    )
    INSERT INTO message_outbox (business_id, message_id, channel, priority, due_at, smart)
    SELECT :business, written.id, way, priority, :now, by_push
    FROM written JOIN letter ON letter.key = written.dedupe_key AND letter.rejected = ''
    RETURNING message_id
"""
_SMART = """
        SELECT l.*, l.smart AND coalesce(c.app_installed, false) AS by_push,
            CASE WHEN l.smart AND NOT coalesce(c.app_installed, false) THEN 1 ELSE l.channel END AS way
        FROM handed l LEFT JOIN LATERAL (
            SELECT app_installed FROM customer WHERE business_id = :business AND id = l.customer AND l.smart LIMIT 1
        ) c ON true"""
_PLAIN = "SELECT *, false AS by_push, channel AS way FROM handed"


@cache
def _statement(smart: bool, many: bool) -> TextClause:
    """What writes letters; it looks at customers only where one of them is `smart`."""
    return text(_WRITE.format(handed=_MANY if many else _ONE, letter=_SMART if smart else _PLAIN))


def write_letters(
    customer_id: int,
    letters: Sequence[Letter],
    *,
    point_of_sale_id: int | None = None,
    terminal_id: int | None = None,
) -> list[int]:
    """Writes messages in the unit of work of their cause; one whose key is known is not written again.

    Answers with the ids of those that were. A worker is woken once this unit of work commits.
    """
    return write_to_many([Addressed(customer_id, letter, point_of_sale_id, terminal_id) for letter in letters])


def write_to_many(addressed: Sequence[Addressed], sizes: Sequence[int] = ()) -> list[int]:
    """The same to many customers in one statement; a few thousand at a time.

    `sizes` are numbers of segments, of texts that are kept elsewhere or were counted already.
    """
    if not addressed:
        return []
    counted = sizes or [_size(each.letter) for each in addressed]
    rows = [_row(each, size) for each, size in zip(addressed, counted, strict=True)]
    many, smart = len(rows) > 1, any(each.letter.smart for each in addressed)
    letters = _as_json(rows) if many else values_of("letter", _COLUMNS, rows)
    values = {"business": business_id(), "now": dates.now(), **letters}
    written = [number for (number,) in ask(_statement(smart, many), values)]
    if written:
        wake_worker(current_scope())
    return written


def _size(letter: Letter) -> int:
    return segment_count(letter.text) if letter.channel is Channel.SMS or letter.smart else 0


def _as_json(rows: Sequence[tuple[object, ...]]) -> dict[str, object]:
    """Letters as one text: as an array for each column they took twice as long to hand over."""
    columns = dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True))
    same = {name: column[0] for name, column in columns.items() if len(set(column)) == 1}
    own = [name for name in columns if name not in same]
    letters = [dict(zip(own, row, strict=True)) for row in zip(*(columns[name] for name in own), strict=True)]
    parts = {"letters": letters or [{}], "same": same}
    return {name: json.dumps(part, ensure_ascii=False, default=datetime.isoformat) for name, part in parts.items()}


def _row(addressed: Addressed, size: int) -> tuple[object, ...]:
    """In the order of the columns."""
    letter = addressed.letter
    return (
        *(addressed.customer_id, letter.kind, letter.channel, letter.title, letter.text, letter.language, size),
        *(letter.dedupe_key, letter.program_id, letter.lasts_until, letter.ends_at, letter.smart),
        *(_PRIORITIES.get(letter.kind, Priority.NOTICE), addressed.point_of_sale_id, addressed.terminal_id),
        *(addressed.user_id, letter.quoted, letter.rejected),
    )
