"""Why customers are passed over: one statement for the preview and for the run (BA-11)."""

from __future__ import annotations

from app.bulk.models import Batch
from app.bulk.registry import Doubts, Values, action_named
from app.db import business_id

# Who cannot be seen any more is another location's (PR-3). What the form asks for stands behind these.
_COMMON = (
    ("c.id IS NULL", "gone"),
    ("c.erased_at IS NOT NULL", "erased"),
    ("c.merged_into_id IS NOT NULL", "merged"),
)
_ITEM = " JOIN batch_item i ON i.business_id = :business AND i.batch_id = :batch AND i.customer_id = a.customer_id"
# Looked up one by one: of a batch of a moment ago the planner knows nothing, and would meet all of it with all of it.
_DONE = (
    " CROSS JOIN LATERAL (SELECT * FROM batch_item WHERE business_id = :business AND batch_id = :undone"
    " AND customer_id = a.customer_id OFFSET 0) d"
)


def doubting(batch: Batch, *, running: bool) -> tuple[str, Values]:
    """SQL for customer_id, reason and amount of those in the relation `asked`, and the values that it takes."""
    doubts = action_named(batch.action).work(batch).doubts(batch)
    arms = (*(_COMMON if doubts.of_customers else ()), *_run_arms(doubts, running))
    reason = " ".join(f"WHEN {condition} THEN '{reason}'" for condition, reason in arms)
    items = (_ITEM if running else "") + (_DONE if batch.undoes_id else "")
    statement = (
        f"SELECT a.customer_id, CASE {reason} END AS reason, {doubts.amount} AS amount FROM asked a"
        f" LEFT JOIN customer c ON c.business_id = :business AND c.id = a.customer_id{items} {doubts.joins}"
    )
    return statement, {"business": business_id(), "batch": batch.id, "undone": batch.undoes_id, **doubts.values}


def _run_arms(doubts: Doubts, running: bool) -> list[tuple[str, str]]:
    """In a run, who has less than was foreseen has changed since (BA-11)."""
    return [*doubts.arms, *([(f"i.amount > {doubts.amount}", "changed")] if running else [])]
