"""What it costs to write a message in the unit of work of its cause (PERFORMANCE: a sale)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event, text

from app.extensions import db
from app.messaging.services import write_letters
from tests.factories import add_customer
from tests.messaging.pipeline import letter
from tests.people import Town


@pytest.mark.parametrize("smart", [False, True])
def test_who_has_the_app_is_looked_up_by_the_customers_key(town: Town, smart: bool) -> None:
    """BA-2: under the walls too; else each sale reads all customers of the business for the message that it sends. What
    is not SMART asks nobody."""
    asked: list[tuple[str, object]] = []

    def note(*sent: object) -> None:
        asked.append((str(sent[2]), sent[3]))

    with town.kavalier.work():
        customer = add_customer()
        event.listen(db.engine, "before_cursor_execute", note)
        write_letters(customer, [letter("plan", smart=smart)])
        event.remove(db.engine, "before_cursor_execute", note)
        statement, values = next(each for each in asked if "INSERT INTO message " in each[0])
        # A table of a few rows is read whole whatever the statement: what is looked at is whether an index can serve.
        db.session.execute(text("SELECT set_config('enable_seqscan', 'off', true)"))
        driver = db.session.connection().connection.driver_connection
        plan = "\n".join(line for (line,) in driver.execute(f"EXPLAIN {statement}", values))
    lookup = plan[plan.index("CTE handed") : plan.index("CTE written")]
    by_key = re.search(r"Index Cond: \(\(business_id = .*\) AND \(id = ", lookup)
    assert by_key if smart else "customer_pkey" not in lookup and " on customer" not in lookup, lookup
