"""Who bought which good, kept in the unit of work of each sale and cancel, and proved against the lines (CT-7).

Sales of one customer wait for each other before they come here, as they hold it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text

from app.customers.models import Customer
from app.db import business_id
from app.extensions import db

# Each good of the sale once, in the leaf that its program and Terminal are.
_OF_SALE = """
    SELECT DISTINCT t.business_id, survivor_of(t.customer_id) AS customer_id, l.good_id, s.id AS scope_id
    FROM transaction t
    JOIN transaction_line l ON l.business_id = t.business_id AND l.transaction_id = t.id AND l.good_id IS NOT NULL
    JOIN stats_scope s ON s.business_id = t.business_id AND s.program_id = t.program_id
        AND s.terminal_id = t.terminal_id
    WHERE t.business_id = :business AND t.id = :sale
"""

_ADD = f"""
    INSERT INTO customer_good AS c (business_id, customer_id, good_id, scope_id, sales_count)
    SELECT business_id, customer_id, good_id, scope_id, 1 FROM ({_OF_SALE}) sold ORDER BY good_id
    ON CONFLICT (business_id, customer_id, good_id, scope_id) DO UPDATE SET sales_count = c.sales_count + 1
"""  # noqa: S608 - put together of our own words

_TAKE = f"""
    UPDATE customer_good c SET sales_count = c.sales_count - 1 FROM ({_OF_SALE}) sold
    WHERE c.business_id = :business AND c.customer_id = sold.customer_id AND c.good_id = sold.good_id
        AND c.scope_id = sold.scope_id
"""  # noqa: S608

# A good that no sale is left of was not bought.
_CLEAR = """
    DELETE FROM customer_good WHERE business_id = :business AND sales_count = 0 AND customer_id =
        (SELECT survivor_of(customer_id) FROM transaction WHERE business_id = :business AND id = :sale)
"""

# What a merged record bought is the survivor's (CP-9).
_BOUGHT = """
        SELECT {holder} AS customer_id, l.good_id, s.id AS scope_id, count(DISTINCT t.id)::integer AS sales_count
        FROM transaction t
        JOIN transaction_line l ON l.business_id = :business AND l.transaction_id = t.id AND l.good_id IS NOT NULL
        JOIN stats_scope s ON s.business_id = :business AND s.program_id = t.program_id
            AND s.terminal_id = t.terminal_id
        WHERE t.business_id = :business AND t.kind = 1 AND t.status = 1 {of_family}
        GROUP BY 1, l.good_id, s.id
"""

_MERGED = "CASE WHEN t.customer_id = ANY(:merged) THEN survivor_of(t.customer_id) ELSE t.customer_id END"

_COMPARE = f"""
    CREATE TEMPORARY TABLE bought_difference ON COMMIT DROP AS
    WITH rebuilt AS (
        {_BOUGHT.format(holder=_MERGED, of_family="")}
    ), kept AS (
        SELECT customer_id, good_id, scope_id, sales_count FROM customer_good WHERE business_id = :business
    )
    SELECT customer_id, good_id, scope_id, rebuilt.sales_count
    FROM kept FULL JOIN rebuilt USING (customer_id, good_id, scope_id)
    WHERE kept.sales_count IS DISTINCT FROM rebuilt.sales_count
"""  # noqa: S608

_REMOVE = """
    DELETE FROM customer_good c USING bought_difference d
    WHERE c.business_id = :business AND c.customer_id = d.customer_id AND c.good_id = d.good_id
        AND c.scope_id = d.scope_id
"""

_WRITE = """
    INSERT INTO customer_good (business_id, customer_id, good_id, scope_id, sales_count)
    SELECT :business, customer_id, good_id, scope_id, sales_count FROM bought_difference
    WHERE sales_count IS NOT NULL
"""


_CLEAR_FAMILY = "DELETE FROM customer_good WHERE business_id = :business AND customer_id = ANY(:family)"

_WRITE_FAMILY = f"""
    INSERT INTO customer_good (business_id, customer_id, good_id, scope_id, sales_count)
    SELECT :business, customer_id, good_id, scope_id, sales_count FROM (
        {_BOUGHT.format(holder="CAST(:customer AS bigint)", of_family="AND t.customer_id = ANY(:family)")}
    ) bought
"""  # noqa: S608


def add_bought(sale_id: int) -> None:
    """Counts the goods of a sale, once its lines are written."""
    _run(_ADD, sale=sale_id)


def take_back_bought(sale_id: int) -> None:
    """Counts the goods of a sale no more, as it is cancelled."""
    _run(_TAKE, sale=sale_id)
    _run(_CLEAR, sale=sale_id)


def remake_bought(family: list[int]) -> None:
    """Counts anew what a customer and the records merged into it bought, the customer first; all must be held."""
    _run(_CLEAR_FAMILY, family=family)
    _run(_WRITE_FAMILY, family=family, customer=family[0])


def differences() -> int:
    """How many rows of this business are not what its completed sales say; minutes for millions of them."""
    _run("SET LOCAL statement_timeout = 0")
    _run("SET LOCAL work_mem = '256MB'")
    _run("DROP TABLE IF EXISTS bought_difference")
    merged = select(Customer.id).where(Customer.business_id == business_id(), Customer.merged_into_id.is_not(None))
    _run(_COMPARE, merged=list(db.session.scalars(merged)))
    return int(_run("SELECT count(*) FROM bought_difference").scalar_one())


def rebuild() -> int:
    """Mends what this business has kept; answers with the number of rows that were wrong. Sales wait meanwhile."""
    _run("LOCK TABLE customer_good IN SHARE ROW EXCLUSIVE MODE")
    wrong = differences()
    _run(_REMOVE)
    _run(_WRITE)
    return wrong


def _run(statement: str, **values: int | list[int]) -> Any:
    bound = {"business": business_id()} if ":business" in statement else {}
    return db.session.execute(text(statement), bound | values)
