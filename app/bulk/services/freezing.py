"""The frozen selection with its preview: one INSERT … SELECT, done over when it is killed (RELIABILITY: bulk work)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select, text

from app.bulk.models import Batch, BatchItem, BatchState, ItemState
from app.bulk.registry import action_named, wording_for
from app.bulk.services.doubting import doubting
from app.bulk.services.foretelling import STEP, TELL
from app.bulk.services.quoting import quote
from app.bulk.services.reserving import reserve
from app.customers.services.selecting import Selection
from app.db import business_id, patience
from app.extensions import db
from app.lib import dates

TIME = 120_000
"""Milliseconds that it may take: a million customers take seconds."""
QUOTED_FROM = 50
"""Percent of a preview after which messages are quoted, where there are any."""

_WIDELY = text("SELECT set_config('random_page_cost', '2', true)")
"""A probe of an index for each of a million customers takes three times as long as reading them all side by side, while
the planner holds the two for equal. For a few customers it probes all the same."""


def freeze(batch: Batch) -> None:
    """Writes who is meant and who of them will be skipped; needs the batch held, and its action chosen."""
    with patience(TIME):
        db.session.execute(_WIDELY)
        _forget(batch)
        _insert(batch)
    rows = db.session.execute(_sums(batch)).all()
    reasons = {row.reason: row.number for row in rows if row.reason is not None}
    batch.selected = sum(row.number for row in rows)
    batch.only_customer_id = _only(batch) if batch.selected == 1 else None
    done, amount = next(((row.number, int(row.amount or 0)) for row in rows if row.reason is None), (0, 0))
    each = action_named(batch.action).each if batch.undoes_id is None else None
    batch.foreseen = {
        "done": done,
        "amount": done * each(batch.values) if each else amount,
        "reasons": dict(sorted(reasons.items(), key=lambda each: (-each[1], each[0]))),
    }
    quote(batch, QUOTED_FROM)
    reserve(batch)
    batch.frozen_at, batch.state = dates.now(), BatchState.PREVIEWED
    db.session.flush()


def _forget(batch: Batch) -> None:
    """Another action was chosen before."""
    mine = (BatchItem.business_id == business_id(), BatchItem.batch_id == batch.id)
    db.session.execute(delete(BatchItem).where(*mine))


def _insert(batch: Batch) -> None:
    asked, chosen = _asked(batch)
    doubts, values = doubting(batch, running=False)
    insert = text(
        "INSERT INTO batch_item (business_id, batch_id, customer_id, state, reason, amount)"
        f" SELECT :business, :batch, customer_id, CASE WHEN reason IS NULL THEN {ItemState.PENDING:d}"
        f" ELSE {ItemState.SKIPPED:d} END, reason, CASE WHEN reason IS NULL THEN amount END"
        " FROM (SELECT *, row_number() OVER () AS place, (SELECT count(*) FROM asked) AS many"
        f" FROM (SELECT * FROM ({doubts}) looked ORDER BY customer_id) sorted) placed"
        f" WHERE CASE WHEN place % {STEP} = 0 THEN {TELL} ELSE true END IS NOT NULL"
    )
    compiled: Any = asked.compile(dialect=db.engine.dialect)
    frame: Any = insert.compile(dialect=db.engine.dialect)
    values = {**values, "begun": 0, "span": QUOTED_FROM if wording_for(batch) else 100}
    wanted = compiled.params | frame.params
    wanted |= {name: value for name, value in {**values, **chosen}.items() if name in wanted}
    db.session.connection().exec_driver_sql(f"WITH asked AS MATERIALIZED ({compiled}) {frame}", wanted)


def _asked(batch: Batch) -> tuple[Any, dict[str, Any]]:
    """Who is meant: whom the action or the selection names; of an undoing, whom it was done to."""
    if batch.undoes_id is None and (asked := action_named(batch.action).asked) is not None:
        return asked(batch), {}
    if batch.undoes_id is None:
        selection = Selection.from_kept(batch.selection)
        return selection.statement(), selection.parameters()
    done = select(BatchItem.customer_id).where(
        BatchItem.business_id == business_id(),
        BatchItem.batch_id == batch.undoes_id,
        BatchItem.state == ItemState.DONE,
    )
    return done, {}


def _only(batch: Batch) -> int | None:
    mine = (BatchItem.business_id == business_id(), BatchItem.batch_id == batch.id)
    return db.session.scalar(select(BatchItem.customer_id).where(*mine))


def _sums(batch: Batch) -> Any:
    mine = (BatchItem.business_id == business_id(), BatchItem.batch_id == batch.id)
    counted = select(BatchItem.reason, func.count().label("number"), func.sum(BatchItem.amount).label("amount"))
    return counted.where(*mine).group_by(BatchItem.reason)
