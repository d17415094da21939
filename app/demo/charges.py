"""What the platform has charged a demonstration business: tariffs, past sales, monthly fees, and what was paid in."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

from app.demo.plans import BusinessPlan

# Monthly fee, transaction, SMS segment, Viber message, in the smallest unit of the currency.
_PRICES = {"UAH": ((99_000, 12, 79, 45), (119_000, 15, 89, 50)), "USD": ((3_900, 2, 4, 3), (4_900, 3, 5, 4))}
_DEARER = 200
"""Days before the end from which the second prices hold: in the middle of a month, as can happen."""


def charge_past(connection: Connection, business: int, plan: BusinessPlan, since: date, until: datetime) -> None:
    """Charges a business for all that it sold and sent and for each month, in the connection's transaction.

    What was paid in covers it and what the plan has ahead. `since` is the day of its beginning at the latest.
    """
    zone = ZoneInfo(plan.zone)
    # A month is charged from its beginning, and a day there can be the day before by UTC.
    first, dearer = ((day - timedelta(1)).replace(day=1) for day in (since, (until - timedelta(_DEARER)).date()))
    begins = (datetime.combine(day, time(), zone) for day in (first, max(first, dearer.replace(day=16))))
    values = {"business": business, "zone": plan.zone, "until": until, "ahead": plan.paid_ahead}
    for begin, prices in zip(begins, _PRICES[plan.currency], strict=True):
        connection.execute(_TARIFF, [business, begin, *prices])
    for statement in (_SALES, _MESSAGES, _FEES, _PAID_IN, _TOTALS):
        connection.execute(statement, values)


def watch_balance(connection: Connection, business: int, user: int) -> None:
    """Has someone told by e-mail when the balance falls below what some weeks cost (BI-2)."""
    values = {"business": business, "user": user}
    connection.execute(_NOTICE, values)
    connection.execute(_THRESHOLDS, values)


_NOTICE = """
    INSERT INTO balance_notice (business_id, user_id, by_email, by_sms, by_push)
    VALUES (%(business)s, %(user)s, true, false, false)
"""
_THRESHOLDS = """
    INSERT INTO balance_threshold (business_id, user_id, amount, below)
    SELECT %(business)s, %(user)s, amount, amount > (
        SELECT sum(quantity * rate) FROM charge_total WHERE business_id = %(business)s)
    FROM (VALUES (500000), (100000)) chosen (amount)
"""
_TARIFF = """
    INSERT INTO tariff (business_id, valid_from, monthly_fee, transaction_price, sms_price, viber_price)
    VALUES (%s, %s, %s, %s, %s, %s)
"""
_IN_FORCE = """
    SELECT valid_from, lead(valid_from, 1, 'infinity') OVER (ORDER BY valid_from) AS valid_until, monthly_fee,
        transaction_price, sms_price FROM tariff WHERE business_id = %(business)s
"""
# By number, as the key is then written at its end.
_SALES = f"""
    INSERT INTO charge (business_id, kind, subject, at, day, quantity, rate)
    SELECT t.business_id, 1, t.id, t.at, (t.at AT TIME ZONE %(zone)s)::date, 1, -p.transaction_price
    FROM transaction t JOIN ({_IN_FORCE}) p ON t.at >= p.valid_from AND t.at < p.valid_until
    WHERE t.business_id = %(business)s AND t.kind = 1 ORDER BY t.id
"""  # noqa: S608 - put together of our own words
# The SMS that left, by their segments.
_MESSAGES = f"""
    INSERT INTO charge (business_id, kind, subject, at, day, quantity, rate)
    SELECT m.business_id, 2, m.id, m.distributed_at, (m.distributed_at AT TIME ZONE %(zone)s)::date, m.segments,
        -p.sms_price
    FROM message m JOIN ({_IN_FORCE}) p ON m.distributed_at >= p.valid_from AND m.distributed_at < p.valid_until
    WHERE m.business_id = %(business)s AND m.direction = 1 AND m.channel = 1 AND m.status IN (4, 6)
        AND m.gateway <> '' ORDER BY m.id
"""  # noqa: S608
_FEES = f"""
    INSERT INTO charge (business_id, kind, subject, at, day, quantity, rate)
    SELECT %(business)s, 4, to_char(month, 'YYYYMM')::bigint, month AT TIME ZONE %(zone)s, month::date, 1,
        -p.monthly_fee
    FROM (SELECT generate_series(date_trunc('month', min(valid_from) AT TIME ZONE %(zone)s),
        %(until)s AT TIME ZONE %(zone)s, '1 month') AS month FROM tariff WHERE business_id = %(business)s) months
    JOIN ({_IN_FORCE}) p ON month AT TIME ZONE %(zone)s >= p.valid_from AND month AT TIME ZONE %(zone)s < p.valid_until
"""  # noqa: S608
# On the first of each month what it will cost, in whole hundreds, and lately something for what comes; by who pays
# nothing ahead, the bare cost.
_PAID_IN = """
    INSERT INTO charge (business_id, kind, subject, at, day, quantity, rate, note)
    SELECT %(business)s, 5, row_number() OVER (ORDER BY month), month AT TIME ZONE %(zone)s, month::date, 1,
        CASE WHEN %(ahead)s > 0 THEN ceil(cost / 10000.0)::bigint * 10000 ELSE cost END
            + CASE WHEN month = max(month) OVER () THEN %(ahead)s ELSE 0 END,
        'Invoice ' || to_char(month, 'YYYY-MM')
    FROM (SELECT date_trunc('month', day::timestamp) AS month, -sum(quantity * rate) AS cost FROM charge
        WHERE business_id = %(business)s GROUP BY 1) months
"""
# Where triggers were not skipped, what is charged is fresh already.
_TOTALS = """
    INSERT INTO charge_total (business_id, day, kind, rate, quantity)
    SELECT business_id, day, kind, rate, sum(quantity) FROM charge c
    WHERE business_id = %(business)s AND NOT EXISTS (SELECT FROM charge_fresh f
        WHERE f.business_id = c.business_id AND f.kind = c.kind AND f.subject = c.subject)
    GROUP BY business_id, day, kind, rate
"""
