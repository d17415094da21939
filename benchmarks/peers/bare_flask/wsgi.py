"""Sells what a Terminal has open, or what a call of the API says, once for each key: the rows that our own sale writes,
and nothing around them.

One rule, which stands here; nobody signs in, no wall is in the way. Statements are prepared and planned once.
"""

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
from flask import Flask, Response, abort, redirect, request
from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb

from benchmarks.peers.selection import BUSINESS, URL

PERCENT = 5
CALLER, TERMINAL = (int(os.environ.get(f"BENCHMARK_{name}") or 0) for name in ("API_KEY", "TERMINAL"))

OPEN = """
    SELECT o.customer_id AS customer, o.terminal_id AS terminal, o.program_id AS program, o.user_id AS user,
        o.lines, t.point_of_sale_id AS place, p.wallet_id AS wallet, p.title, p.points_days AS days
    FROM open_sale o
    JOIN terminal t ON t.business_id = o.business_id AND t.id = o.terminal_id
    JOIN program p ON p.business_id = o.business_id AND p.id = o.program_id
    WHERE o.business_id = %(business)s AND o.key = %(key)s FOR UPDATE OF o
"""
TAKE_KEY = """
    INSERT INTO form_key (business_id, key, user_id, request_hash, location)
    VALUES (%(business)s, %(key)s, %(user)s, %(hash)s, %(location)s) ON CONFLICT DO NOTHING RETURNING key
"""
BUYER = """
    SELECT c.id AS customer, t.id AS terminal, p.id AS program, NULL::bigint AS user, t.point_of_sale_id AS place,
        p.wallet_id AS wallet, p.title, p.points_days AS days
    FROM customer c
    JOIN terminal t ON t.business_id = c.business_id AND t.id = %(terminal)s
    JOIN program p ON p.business_id = c.business_id AND p.is_default
    WHERE c.business_id = %(business)s AND c.id = %(customer)s FOR NO KEY UPDATE OF c
"""
TAKE_CALL = """
    INSERT INTO call_key (business_id, api_key_id, key, request_hash)
    VALUES (%(business)s, %(caller)s, %(key)s, %(hash)s) ON CONFLICT DO NOTHING RETURNING key
"""
ANSWER = """
    UPDATE call_key SET status = 201, body = %(body)s, location = %(location)s
    WHERE business_id = %(business)s AND api_key_id = %(caller)s AND key = %(key)s
"""
ANSWERED = """
    SELECT body FROM call_key WHERE business_id = %(business)s AND api_key_id = %(caller)s AND key = %(key)s
"""
CREDIT = """
    UPDATE balance SET amount = amount + %(earned)s,
        expiring_at = CASE WHEN %(ends)s::timestamptz IS NULL OR expiring_at BETWEEN %(at)s AND %(ends)s
            THEN expiring_at ELSE %(ends)s END,
        expiring = CASE WHEN %(ends)s::timestamptz IS NULL OR expiring_at BETWEEN %(at)s AND %(ends)s
            THEN expiring ELSE %(earned)s END
    WHERE business_id = %(business)s AND wallet_id = %(wallet)s AND customer_id = %(customer)s RETURNING amount
"""
SELL = """
    INSERT INTO transaction (business_id, customer_id, program_id, point_of_sale_id, terminal_id, kind, source, status,
        at, gross, discount, points_paid, account_paid, points_earned, user_id, rules, api_key_id)
    VALUES (%(business)s, %(customer)s, %(program)s, %(place)s, %(terminal)s, 1, %(source)s, 1, %(at)s, %(gross)s, 0,
        0, 0, %(earned)s, %(user)s, %(rules)s, %(caller)s) RETURNING id
"""
LIST = """
    INSERT INTO transaction_line (business_id, transaction_id, number, name, quantity, gross, discount)
    VALUES (%(business)s, %(sale)s, 1, %(name)s, 1000, %(gross)s, 0)
"""
CHARGE = """
    INSERT INTO charge (business_id, kind, subject, at, day, quantity, rate)
    SELECT id, 1, %(sale)s, %(at)s, (%(at)s AT TIME ZONE time_zone)::date, 1, -coalesce((
        SELECT transaction_price FROM tariff WHERE business_id = %(business)s AND valid_from <= %(at)s
        ORDER BY valid_from DESC, id DESC LIMIT 1), 0)
    FROM business WHERE id = %(business)s
"""
EARN = """
    INSERT INTO ledger_entry (business_id, customer_id, wallet_id, kind, amount, balance_after, at, key,
        point_of_sale_id, transaction_id, user_id)
    VALUES (%(business)s, %(customer)s, %(wallet)s, 1, %(earned)s, %(balance)s, %(at)s, %(once)s, %(place)s,
        %(sale)s, %(user)s) RETURNING id
"""
KEEP = """
    INSERT INTO lot (business_id, customer_id, wallet_id, entry_id, amount, remaining, expires_at)
    VALUES (%(business)s, %(customer)s, %(wallet)s, %(entry)s, %(earned)s, %(earned)s, %(ends)s)
"""
COUNT = """
    INSERT INTO customer_stats AS c
        (business_id, scope_id, customer_id, sales_count, amount, average, first_at, last_at)
    SELECT %(business)s, s.id, %(customer)s, 1, %(gross)s, %(gross)s, %(at)s, %(at)s
    FROM stats_scope s
    WHERE s.business_id = %(business)s AND s.program_key IN (0, %(program)s) AND s.place_key IN (0,
        (SELECT franchisee_id FROM point_of_sale WHERE business_id = %(business)s AND id = %(place)s) * 4 + 1,
        %(place)s * 4 + 2, %(terminal)s * 4 + 3)
    ORDER BY s.id
    ON CONFLICT (business_id, scope_id, customer_id) DO UPDATE SET
        sales_count = c.sales_count + 1,
        amount = c.amount + excluded.amount,
        average = (c.amount + excluded.amount) / (c.sales_count + 1),
        last_at = excluded.last_at
"""
TELL = """
    INSERT INTO message (business_id, customer_id, direction, kind, channel, text, language, segments, status,
        dedupe_key, program_id, point_of_sale_id, terminal_id, valid_until)
    VALUES (%(business)s, %(customer)s, 1, 1, 1, %(text)s, 'uk', 1, 1, %(once)s, %(program)s, %(place)s, %(terminal)s,
        %(at)s + interval '1 day') RETURNING id
"""
SEND = """
    INSERT INTO message_outbox (business_id, message_id, channel, priority, due_at)
    VALUES (%(business)s, %(message)s, 1, 2, %(at)s)
"""
CLOSE = "UPDATE open_sale SET transaction_id = %(sale)s WHERE business_id = %(business)s AND key = %(key)s"

app = Flask(__name__)
connection = psycopg.connect(
    URL.replace("+psycopg", ""), row_factory=namedtuple_row, prepare_threshold=0, autocommit=True
)


@app.get("/")
def there() -> str:
    return "Here"


@app.post("/sales/<uuid:key>")
def sell(key: UUID):
    fields = sorted(request.form.items())
    values = {"business": BUSINESS, "key": key, "hash": hashlib.sha256(repr(fields).encode()).digest()}
    location = f"/sales/{key}"
    with connection.transaction():
        sale = connection.execute(OPEN, values).fetchone() or abort(404)
        values |= sale._asdict() | {"location": location, "at": datetime.now(UTC), "source": 1, "caller": None}
        if connection.execute(TAKE_KEY, values).fetchone():
            write(values, sale.lines[0])
            connection.execute(CLOSE, values)
    return redirect(location, 303)


@app.post("/api/v1/sales")
def sell_by_call():
    sent = request.get_json()
    values = {"business": BUSINESS, "caller": CALLER, "terminal": TERMINAL, "customer": sent["customer_id"]}
    values |= {"key": request.headers["Idempotency-Key"], "hash": hashlib.sha256(request.get_data()).digest()}
    with connection.transaction():
        if connection.execute(TAKE_CALL, values).fetchone() is None:
            return Response(one(ANSWERED, values), 201, content_type="application/json")
        buyer = connection.execute(BUYER, values).fetchone() or abort(404)
        values |= buyer._asdict() | {"at": datetime.now(UTC), "source": 2}
        write(values, {"gross": sent["amount"], "name": "Check"})
        values |= {"body": answer(values), "location": f"/api/v1/sales/{values['sale']}"}
        connection.execute(ANSWER, values)
    return Response(values["body"], 201, {"Location": values["location"]}, content_type="application/json")


def answer(values: dict) -> str:
    told = {"id": values["sale"], "at": values["at"].isoformat(), "total": values["gross"], "due": values["gross"]}
    return json.dumps(told | {"earned": values["earned"], "balance": values["balance"]})


def write(values: dict, line: dict) -> None:
    earned = (line["gross"] * PERCENT + 50) // 100
    looked = [{"id": 1, "name": "Every purchase", "why": "applied", "discount": 0}]
    values |= {"gross": line["gross"], "name": line["name"], "earned": earned, "rules": Jsonb(looked, json.dumps)}
    values["ends"] = values["at"] + timedelta(values["days"]) if values["days"] else None
    values["balance"] = one(CREDIT, values)
    values["sale"] = one(SELL, values)
    values["once"] = f"sale:{values['sale']}"
    connection.execute(LIST, values)
    connection.execute(CHARGE, values)
    values["entry"] = one(EARN, values)
    connection.execute(KEEP, values)
    connection.execute(COUNT, values)
    amounts = f"{line['gross'] / 100:.2f} ₴, +{earned / 100:.2f}, = {values['balance'] / 100:.2f}"
    values["message"] = one(TELL, values | {"text": f"{values['title']}: {amounts}"})
    connection.execute(SEND, values)


def one(statement: str, values: dict) -> int:
    (number,) = connection.execute(statement, values).fetchone() or abort(500)
    return number
