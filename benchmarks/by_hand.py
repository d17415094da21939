"""Our statements beside the same written by hand: what the layers between cost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from flask_login import current_user
from sqlalchemy import Connection, event

from app import create_app
from app.config import Config
from app.customers.columns import all_columns
from app.customers.filters import CustomerFilter
from app.customers.queries import customer_count, customer_page
from app.customers.registry import registry
from app.db import unit_of_work
from app.extensions import db
from app.identity import COOKIE
from app.local.embedded import APP
from app.scope import Scope
from benchmarks.places import Place
from benchmarks.sizes import serving_environment
from benchmarks.subject import session

_SCOPE = (
    "SELECT set_config('app.business_id', %s, true), set_config('app.franchisee_id', '', true),"
    " set_config('app.user_id', %s, true)"
)
_IDS = (
    "SELECT p.id, p.wallet_id, s.id FROM program p JOIN stats_scope s ON s.business_id = p.business_id"
    " AND num_nulls(s.program_id, s.franchisee_id, s.point_of_sale_id, s.terminal_id) = 4"
    " WHERE p.business_id = %s AND p.is_default"
)
_PAGE = """
    SELECT c.id, c.phone, c.first_name, c.last_name, k.name, e.access, s.sales_count, s.amount, s.average,
        s.first_at, s.last_at, b.amount, b.expiring, b.expiring_at
    FROM (
        SELECT * FROM customer_stats WHERE business_id = %(business)s AND scope_id = %(scope)s
        ORDER BY last_at DESC, customer_id DESC LIMIT 51
    ) s
    JOIN customer c ON c.business_id = %(business)s AND c.id = s.customer_id
    LEFT JOIN enrolment e ON e.business_id = %(business)s AND e.program_id = %(program)s
        AND e.customer_id = s.customer_id
    LEFT JOIN category k ON k.business_id = %(business)s AND k.id = e.category_id
    LEFT JOIN balance b ON b.business_id = %(business)s AND b.wallet_id = %(wallet)s
        AND b.customer_id = s.customer_id
    ORDER BY s.last_at DESC, s.customer_id DESC
"""
_COUNT = "SELECT count(*) FROM customer_stats WHERE business_id = %s AND scope_id = %s"


class Ours:
    """Our queries in this process, as the application's role."""

    def __init__(self, place: Place) -> None:
        self._app = create_app(Config.from_environ(serving_environment(place.postgres, place.database)))
        self._cookie = {"Cookie": f"{COOKIE}={session(place.loader, place.who)}"}
        self._who = place.who
        self._statements: list[float] = []
        with self._app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._began)
            event.listen(db.engine, "after_cursor_execute", self._ended)

    def page(self, _number: int) -> float:
        """The default page's rows, and what is asked to know which they are: milliseconds in the database."""
        with self._work():
            shown = [column for column in all_columns(registry.columns).values() if column.standard]
            by = next(column for column in shown if column.key == "last_at")
            customer_page(CustomerFilter(), shown, by, descending=True, key=None)
        return sum(self._statements)

    def count(self, _number: int) -> float:
        return self._count()

    def count_in_one_place(self, _number: int) -> float:
        return self._count(point_of_sale=str(self._who.place))

    def _count(self, **chosen: str) -> float:
        with self._work():
            customer_count(CustomerFilter.from_args(chosen))
        return sum(self._statements)

    @contextmanager
    def _work(self) -> Iterator[None]:
        with self._app.test_request_context(headers=self._cookie):
            current_user.is_authenticated  # noqa: B018 - who asks is not part of what is measured
            self._statements.clear()
            with unit_of_work(Scope(self._who.business, self._who.user)):
                yield

    def _began(self, connection: Connection, *_event: object) -> None:
        connection.info["began"] = time.perf_counter()

    def _ended(self, connection: Connection, *_event: object) -> None:
        self._statements.append((time.perf_counter() - connection.info["began"]) * 1000)


class ByHand:
    """The same in one connection, as the same role and under the same walls."""

    def __init__(self, place: Place) -> None:
        url = place.postgres.url(APP, place.database).replace("+psycopg", "")
        self._connection = psycopg.connect(url, options="-c plan_cache_mode=force_custom_plan")
        self._who = place.who

    def page(self, _number: int) -> float:
        """Milliseconds in the database."""
        who, began = self._who, time.perf_counter()
        with self._connection.transaction():
            self._connection.execute(_SCOPE, [str(who.business), str(who.user)])
            program, wallet, scope = self._connection.execute(_IDS, [who.business]).fetchone() or ()
            ids = {"business": who.business, "program": program, "wallet": wallet, "scope": scope}
            page = self._connection.execute(_PAGE, ids)
            taken = (time.perf_counter() - began) * 1000
            page.fetchall()
        return taken


class Bare:
    """A bare count as a role that no policy binds."""

    def __init__(self, place: Place) -> None:
        self._loader, self._who = place.loader, place.who

    def count(self, _number: int) -> None:
        self._loader.execute(_COUNT, [self._who.business, self._who.scope]).fetchone()

    def count_in_one_place(self, _number: int) -> None:
        self._loader.execute(_COUNT, [self._who.business, self._who.place_scope]).fetchone()
