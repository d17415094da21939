"""What is asked of a database: the business's ids, whom a person looks for there, and a session to look with."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

PAGE_SIZE = 50
DEEP_PAGE = 10_000
_USER = "benchmark@example.com"
_ZONE = "Europe/Kyiv"
_DAYS, _POINTS, _MANY = 30, 50_000, 50_000
_WITH_FIVE = "SELECT customer_id FROM customer_stats WHERE business_id = %s AND scope_id = %s AND sales_count = 5"


@dataclass(frozen=True)
class Subject:
    """Ids of the largest business of a database."""

    business: int
    user: int
    program: int
    wallet: int
    scope: int
    """Of the whole business's figures."""
    place: int
    """The point of sale with the most customers."""
    place_scope: int


def subject(loader: Connection) -> Subject:
    business, scope = row(
        loader,
        "SELECT s.business_id, s.id FROM stats_scope s WHERE num_nulls(s.program_id, s.franchisee_id,"
        " s.point_of_sale_id, s.terminal_id) = 4 ORDER BY (SELECT count(*) FROM terminal t"
        " WHERE t.business_id = s.business_id) DESC, s.business_id LIMIT 1",
    )
    program, wallet = row(loader, "SELECT id, wallet_id FROM program WHERE business_id = %s AND is_default", business)
    place, place_scope = row(
        loader,
        "SELECT p.point_of_sale_id, p.id FROM stats_scope p WHERE p.business_id = %s"
        " AND p.point_of_sale_id IS NOT NULL AND p.program_id IS NULL ORDER BY (SELECT count(*) FROM customer_stats s"
        " WHERE s.business_id = p.business_id AND s.scope_id = p.id) DESC LIMIT 1",
        business,
    )
    return Subject(business, _admin(loader, business), program, wallet, scope, place, place_scope)


def session(loader: Connection, who: Subject) -> str:
    """The token of a new session of the business's admin."""
    token = secrets.token_urlsafe(32)
    loader.execute(
        "INSERT INTO user_session (token_hash, user_id, business_id) VALUES (%s, %s, %s)",
        [hashlib.sha256(token.encode()).digest(), who.user, who.business],
    )
    return token


def customer_before(loader: Connection, who: Subject, page: int) -> int:
    """The last customer of the page before that one, latest purchase first."""
    (customer,) = row(
        loader,
        "SELECT customer_id FROM customer_stats WHERE business_id = %s AND scope_id = %s"
        " ORDER BY last_at DESC, customer_id DESC OFFSET %s LIMIT 1",
        *(who.business, who.scope, (page - 1) * PAGE_SIZE - 1),
    )
    return customer


@dataclass(frozen=True)
class Conditions:
    """Three conditions, nested: the average check over a bound, and a late purchase or more points than a bound.

    Amounts in the smallest unit; the last purchase is at most `days` ago, on or after `since`.
    """

    average: int
    days: int
    since: date
    points: int


def conditions(loader: Connection, who: Subject, share: int) -> Conditions:
    """Those whose first bound one customer in `share` is over."""
    (average,) = row(
        loader,
        "SELECT average FROM customer_stats WHERE business_id = %s AND scope_id = %s ORDER BY average DESC"
        " OFFSET (SELECT count(*) / %s FROM customer_stats WHERE business_id = %s AND scope_id = %s) LIMIT 1",
        *(who.business, who.scope, share, who.business, who.scope),
    )
    return Conditions(average, _DAYS, datetime.now(ZoneInfo(_ZONE)).date() - timedelta(_DAYS), _POINTS)


def customers(loader: Connection, who: Subject) -> tuple[int, int]:
    """A customer with five sales, and one that is given 50,000 once."""
    (few,) = row(loader, f"{_WITH_FIVE} ORDER BY customer_id LIMIT 1", who.business, who.scope)
    (many,) = row(loader, f"{_WITH_FIVE} ORDER BY customer_id DESC LIMIT 1", who.business, who.scope)
    counted = "SELECT count(*) FROM transaction WHERE business_id = %s AND customer_id = %s"
    (sales,) = row(loader, counted, who.business, many)
    if sales < _MANY:
        _multiply(loader, who.business, many, _MANY // sales)
    return few, many


def _multiply(loader: Connection, business: int, customer: int, times: int) -> None:
    """Gives a customer each of its sales, goods and movements so many times more, minutes apart.

    Its sums no longer agree with them, which no page of it asks.
    """
    loader.execute(
        "WITH sold AS (INSERT INTO transaction (business_id, customer_id, program_id, point_of_sale_id, terminal_id,"
        " kind, source, status, at, gross, discount, points_paid, account_paid, points_earned, user_id)"
        " SELECT business_id, customer_id, program_id, point_of_sale_id, terminal_id, kind, source, status,"
        " at - n * interval '1 minute', gross, discount, points_paid, account_paid, points_earned, user_id"
        " FROM transaction, generate_series(1, %(times)s) n WHERE business_id = %(business)s"
        " AND customer_id = %(customer)s RETURNING business_id, id, gross)"
        " INSERT INTO transaction_line (business_id, transaction_id, number, name, quantity, gross)"
        " SELECT business_id, id, 1, 'Flat white', 1000, gross FROM sold",
        {"business": business, "customer": customer, "times": times},
    )
    loader.execute(
        "INSERT INTO ledger_entry (business_id, customer_id, wallet_id, kind, amount, balance_after, at, key,"
        " point_of_sale_id, note) SELECT business_id, customer_id, wallet_id, kind, amount, balance_after,"
        " at - n * interval '1 minute', 'bench:' || id || ':' || n, point_of_sale_id, note FROM ledger_entry,"
        " generate_series(1, %(times)s) n WHERE business_id = %(business)s AND customer_id = %(customer)s",
        {"business": business, "customer": customer, "times": times},
    )


def beginnings(loader: Connection, who: Subject, amount: int) -> list[str]:
    """The first letters of last names of customers chosen by lot, always the same."""
    return [name[:5] for name in _drawn(loader, who, "last_name", amount, 6)]


def last_digits(loader: Connection, who: Subject, amount: int) -> list[str]:
    """The last four digits of phones of customers chosen by lot, always the same."""
    return [phone[-4:] for phone in _drawn(loader, who, "phone", amount, 8)]


def _drawn(loader: Connection, who: Subject, column: str, amount: int, least: int) -> list[str]:
    statement = (
        f"SELECT {column} FROM customer WHERE business_id = %s AND length({column}) >= %s"
        f" ORDER BY md5(id::text) LIMIT %s"
    )
    return [value for (value,) in loader.execute(statement.encode(), [who.business, least, amount])]


def _admin(loader: Connection, business: int) -> int:
    """The user who looks; made once, and nobody can sign in as that."""
    loader.execute(
        "INSERT INTO app_user (email, name, password_hash) VALUES (%s, 'Benchmark', '') ON CONFLICT DO NOTHING",
        [_USER],
    )
    (user,) = row(loader, "SELECT id FROM app_user WHERE email = %s", _USER)
    loader.execute(
        "INSERT INTO membership (business_id, user_id, role) VALUES (%s, %s, 'admin') ON CONFLICT DO NOTHING",
        [business, user],
    )
    return user


def row(loader: Connection, statement: str, *values: object) -> tuple[int, ...]:
    """Raises LookupError where there is none."""
    found = loader.execute(statement.encode(), values).fetchone()
    if found is None:
        raise LookupError(f"Nothing is found by {statement}")
    return found
