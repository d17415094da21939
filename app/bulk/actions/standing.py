"""What is changed of a customer's place in a program: category or access, kept as it was for the undoing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from app.bulk.actions.shared import ENROLMENT, NOT_THERE
from app.bulk.models import Batch, ItemState
from app.bulk.registry import Claim, Doubts
from app.db import business_id
from app.extensions import db

_ASKED = "WITH asked AS (SELECT unnest(CAST(:customers AS bigint[])) AS customer_id)"
# The edit form shows both, so that one who has it open is told.
_NOTED = (
    "UPDATE customer c SET version = c.version + 1 FROM asked a"
    " WHERE c.business_id = :business AND c.id = a.customer_id"
)
_OURS = "n.business_id = :business AND n.program_id = :in_program"


class Standing:
    """Sets `columns` of the enrolment to the values of the form, in SQL; `same` says who has them already."""

    def __init__(self, columns: dict[str, str], same: tuple[str, str]) -> None:
        self.columns = columns
        self.same = same

    def doubts(self, batch: Batch) -> Doubts:
        return Doubts((*NOT_THERE, self.same), ENROLMENT, values=_values(batch))

    def step(self, claim: Claim) -> int:
        sets = ", ".join(f"{column} = {value}" for column, value in self.columns.items())
        was = ", ".join(f"n.{column}" for column in self.columns)
        _run(
            claim,
            f"{_ASKED}, was AS (SELECT n.customer_id, jsonb_build_array({was}) AS kept FROM enrolment n"
            f" JOIN asked USING (customer_id) WHERE {_OURS}), kept AS (UPDATE batch_item i"
            f" SET state = {ItemState.DONE:d}, kept = was.kept FROM was WHERE i.business_id = :business"
            f" AND i.batch_id = :batch AND i.customer_id = was.customer_id), noted AS ({_NOTED})"
            f" UPDATE enrolment n SET {sets} FROM asked WHERE {_OURS} AND n.customer_id = asked.customer_id",
        )
        return 0


class StandingUndoing:
    """Puts back what was there, where it is still as it was left; `types` are those of the columns."""

    def __init__(self, columns: Sequence[tuple[str, str]], changed: tuple[str, str]) -> None:
        self.columns = columns
        self.changed = changed

    def doubts(self, batch: Batch) -> Doubts:
        return Doubts((*NOT_THERE, self.changed), ENROLMENT, values=_values(batch))

    def step(self, claim: Claim) -> int:
        sets = ", ".join(f"{name} = (d.kept ->> {place})::{kind}" for place, (name, kind) in enumerate(self.columns))
        _run(
            claim,
            f"{_ASKED}, noted AS ({_NOTED}) UPDATE enrolment n SET {sets}"
            " FROM asked JOIN batch_item d ON d.business_id = :business AND d.batch_id = :undone"
            " AND d.customer_id = asked.customer_id AND d.kept IS NOT NULL"
            f" WHERE {_OURS} AND n.customer_id = asked.customer_id",
        )
        return 0


def _values(batch: Batch) -> dict[str, object]:
    return {"in_program": batch.values["program"], "given": batch.values["given"]}


def _run(claim: Claim, statement: str) -> None:
    names = {"business": business_id(), "batch": claim.batch.id, "undone": claim.batch.undoes_id}
    db.session.execute(text(statement), {**names, **_values(claim.batch), "customers": list(claim.customers)})
