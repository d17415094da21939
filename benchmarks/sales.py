"""Sales at a Terminal, ours beside a bare Flask view that writes the same rows by hand-written SQL."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
import uuid
from collections.abc import Callable

from psycopg import Connection

from app.identity import TERMINAL_COOKIE
from benchmarks.serving import Answer, Client
from benchmarks.subject import Subject, row

_SELLER = "benchmark-till@example.com"
TERMINAL = "SELECT id FROM terminal WHERE business_id = %s AND point_of_sale_id = %s ORDER BY id LIMIT 1"
BUYERS = """
    SELECT customer_id FROM enrolment e JOIN customer c ON c.business_id = e.business_id AND c.id = e.customer_id
    WHERE e.business_id = %s AND e.program_id = %s AND e.access = 1 AND c.merged_into_id IS NULL
        AND c.erased_at IS NULL
    ORDER BY md5(e.customer_id::text || %s) LIMIT %s
"""
_OPEN = """
    INSERT INTO open_sale (business_id, key, terminal_id, user_id, program_id, customer_id, lines)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


class Till:
    """A Terminal of the business, with a person who sells there, and sales that wait to be confirmed.

    Each is to another customer, drawn by lot from all.
    """

    def __init__(self, loader: Connection, who: Subject, sales: int) -> None:
        self._loader, self._who = loader, who
        (self._terminal,) = row(loader, TERMINAL, who.business, who.place)
        self._seller = _seller(loader, who, self._terminal)
        seed = secrets.token_hex(8)
        self._buyers = iter(loader.execute(BUYERS, [who.business, who.program, seed, sales]).fetchall())

    def open(self) -> uuid.UUID:
        (customer,) = next(self._buyers)
        key, gross = uuid.uuid4(), 1_000 + 100 * (customer % 200)
        line = {"name": "Check", "gross": gross, "quantity": 1000, "good_id": None, "code": ""}
        where = (self._who.business, key, self._terminal, self._seller, self._who.program, customer)
        self._loader.execute(_OPEN, [*where, json.dumps([line])])
        return key

    def session(self) -> dict[str, str]:
        """The cookie of the person who sells."""
        token = secrets.token_urlsafe(32)
        self._loader.execute(
            "INSERT INTO user_session (token_hash, user_id, business_id, terminal_id) VALUES (%s, %s, %s, %s)",
            [hashlib.sha256(token.encode()).digest(), self._seller, self._who.business, self._terminal],
        )
        return {TERMINAL_COOKIE: token}


def confirmation(key: uuid.UUID) -> str:
    return f"/terminal/open-sales/{key}/confirmation"


def sale(till: Till, ours: Client, confirm: Callable[[uuid.UUID, dict[str, str]], Answer]) -> float:
    """Milliseconds of confirming a sale. Its last page is shown before, whoever confirms it: so rows of this customer
    are as warm for one as for the other, and the figures that are agreed to are those shown.
    """
    key = till.open()
    page = ours.get(confirmation(key)).body.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    began = time.perf_counter()
    answer = confirm(key, fields)
    taken = (time.perf_counter() - began) * 1000
    if answer.status != 303:
        raise RuntimeError(f"A sale answers {answer.status}.")
    return taken


def _seller(loader: Connection, who: Subject, terminal: int) -> int:
    loader.execute(
        "INSERT INTO app_user (email, name, password_hash) VALUES (%s, 'Benchmark', '') ON CONFLICT DO NOTHING",
        [_SELLER],
    )
    (user,) = row(loader, "SELECT id FROM app_user WHERE email = %s", _SELLER)
    values = {"business": who.business, "user": user, "terminal": terminal}
    loader.execute(
        "INSERT INTO membership (business_id, user_id, role) VALUES (%(business)s, %(user)s, 'salesperson')"
        " ON CONFLICT DO NOTHING",
        values,
    )
    loader.execute(
        "INSERT INTO terminal_user (business_id, terminal_id, user_id) VALUES (%(business)s, %(terminal)s, %(user)s)"
        " ON CONFLICT DO NOTHING",
        values,
    )
    return user
