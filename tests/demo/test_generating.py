"""What the generator makes is coherent: as if every sale had gone through the application."""

from __future__ import annotations

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import func, select, text

from app.billing import check as charges
from app.billing.queries import balance
from app.billing.services import post_monthly_fees
from app.businesses.queries import every_business
from app.businesses.scopes import ensure_scopes
from app.customers.models import CustomerSearch
from app.customers.search import Criterion, query
from app.customers.stats import differences
from app.db import unit_of_work
from app.demo import indexes, loading, references
from app.demo.rows import COLUMNS
from app.extensions import db
from app.ledger.check import faults
from app.local.embedded import Postgres
from app.scope import Scope
from app.transactions import bought
from tests.demo.conftest import PLANS, UNTIL, make_database

# Each finds rows that must not be.
IMPOSSIBLE = {
    "a sale that is not the sum of its lines": """
        SELECT t.id FROM transaction t
        LEFT JOIN (SELECT business_id, transaction_id, sum(gross) AS gross, sum(discount) AS discount
            FROM transaction_line GROUP BY 1, 2) l ON l.business_id = t.business_id AND l.transaction_id = t.id
        WHERE (t.gross, t.discount) IS DISTINCT FROM (coalesce(l.gross, 0), coalesce(l.discount, 0))
            OR (t.kind = 1) <> (l.gross IS NOT NULL)""",
    "a basket of no or more than four goods": """
        SELECT transaction_id FROM transaction_line GROUP BY business_id, transaction_id
        HAVING count(*) > 4 OR min(number) <> 1 OR max(number) <> count(*)""",
    "a price that is not the quantity's": """
        SELECT 1 FROM transaction_line WHERE quantity <= 0 OR gross <= 0""",
    "a sale whose points or money the ledger does not know": """
        SELECT t.id FROM transaction t
        LEFT JOIN (SELECT e.business_id, e.transaction_id,
                coalesce(sum(e.amount) FILTER (WHERE e.kind IN (1, 3) AND w.kind = 'points'), 0) AS earned,
                coalesce(-sum(e.amount) FILTER (WHERE e.kind = 2 AND w.kind = 'points'), 0) AS spent,
                coalesce(-sum(e.amount) FILTER (WHERE e.kind = 2 AND w.kind = 'money'), 0) AS paid
            FROM ledger_entry e JOIN wallet w ON w.business_id = e.business_id AND w.id = e.wallet_id
            GROUP BY 1, 2) l ON l.business_id = t.business_id AND l.transaction_id = t.id
        WHERE (t.points_earned, t.points_paid, t.account_paid)
            IS DISTINCT FROM (coalesce(l.earned, 0), coalesce(l.spent, 0), coalesce(l.paid, 0))
            OR t.points_paid + t.account_paid > t.gross - t.discount""",
    "a cancelled sale that left something, or one not cancelled that was undone": """
        SELECT t.id FROM transaction t
        LEFT JOIN (SELECT business_id, transaction_id, sum(amount) AS left_over, bool_or(kind = 6) AS undone
            FROM ledger_entry GROUP BY 1, 2) l ON l.business_id = t.business_id AND l.transaction_id = t.id
        WHERE t.status = 2 AND (l.left_over <> 0 OR t.cancelled_at <= t.at) OR t.status = 1 AND l.undone
            OR (t.status = 2) <> (t.cancelled_at IS NOT NULL)""",
    "a lot past its date with something left": f"""
        SELECT id FROM lot WHERE expires_at < '{UNTIL}' AND remaining > 0""",
    "points that expired under another key, or early": """
        SELECT e.id FROM ledger_entry e
        LEFT JOIN lot l ON l.business_id = e.business_id AND e.key = 'expire:' || l.id AND e.at > l.expires_at
        WHERE e.kind = 5 AND l.id IS NULL""",
    "a spending that passed over points that expire sooner": """
        SELECT u.entry_id FROM lot_use u
        JOIN ledger_entry e ON e.business_id = u.business_id AND e.id = u.entry_id AND e.kind = 2
        JOIN lot l ON l.business_id = u.business_id AND l.id = u.lot_id
        JOIN lot sooner ON sooner.business_id = l.business_id AND sooner.customer_id = l.customer_id
            AND sooner.wallet_id = l.wallet_id AND sooner.expires_at < l.expires_at AND sooner.remaining > 0
        JOIN ledger_entry s ON s.business_id = sooner.business_id AND s.id = sooner.entry_id AND s.id < e.id
        WHERE NOT EXISTS (SELECT FROM ledger_entry r WHERE r.business_id = e.business_id AND r.reverses_id = e.id)""",
    "points of someone without access, or spent with limited access": """
        SELECT e.id FROM ledger_entry e
        JOIN program p ON p.business_id = e.business_id AND p.is_default
        JOIN enrolment n ON n.business_id = e.business_id AND n.customer_id = e.customer_id AND n.program_id = p.id
        JOIN wallet w ON w.business_id = e.business_id AND w.id = e.wallet_id AND w.kind = 'points'
        WHERE n.access = 3 OR n.access = 2 AND e.kind = 2""",
    "a customer outside the default program, without its points, or unlisted": """
        SELECT c.id FROM customer c
        JOIN program p ON p.business_id = c.business_id AND p.is_default
        LEFT JOIN enrolment e ON e.business_id = c.business_id AND e.customer_id = c.id AND e.program_id = p.id
        LEFT JOIN balance b ON b.business_id = c.business_id AND b.customer_id = c.id AND b.wallet_id = p.wallet_id
        LEFT JOIN customer_search s ON s.business_id = c.business_id AND s.customer_id = c.id
        WHERE e.customer_id IS NULL OR b.customer_id IS NULL OR s.customer_id IS NULL""",
    "a sale in a program that the customer is not in": """
        SELECT t.id FROM transaction t LEFT JOIN enrolment e ON e.business_id = t.business_id
            AND e.customer_id = t.customer_id AND e.program_id = t.program_id WHERE e.customer_id IS NULL""",
    "a count of cards or tags that is not theirs": """
        SELECT id FROM customer c WHERE card_count <>
                (SELECT count(*) FROM card o WHERE o.business_id = c.business_id AND o.customer_id = c.id)
            OR tag_count <>
                (SELECT count(*) FROM tag o WHERE o.business_id = c.business_id AND o.customer_id = c.id)""",
    "a sale before the registration, after the end, at night or at a Terminal of elsewhere": f"""
        SELECT t.id FROM transaction t JOIN customer c ON c.business_id = t.business_id AND c.id = t.customer_id
        JOIN terminal m ON m.business_id = t.business_id AND m.id = t.terminal_id
        WHERE t.at < c.registered_at OR t.at > '{UNTIL}' OR t.cancelled_at > '{UNTIL}'
            OR m.point_of_sale_id <> t.point_of_sale_id
            OR extract(hour FROM t.at AT TIME ZONE 'Europe/Kyiv') NOT BETWEEN 7 AND 20""",
    "a notice of no sale, of another customer's, of an old one, or at another time": f"""
        SELECT m.id FROM message m LEFT JOIN transaction t ON t.business_id = m.business_id
            AND m.dedupe_key = 'sale:' || t.id AND t.customer_id = m.customer_id AND t.kind = 1
        WHERE m.kind = 1 AND (t.id IS NULL OR m.point_of_sale_id <> t.point_of_sale_id
            OR t.at < timestamptz '{UNTIL}' - interval '91 days'
            OR m.created_at NOT BETWEEN t.at AND t.at + interval '1 minute')""",
    "a message in a language that is not its customer's, without text, or read before it was sent": """
        SELECT m.id FROM message m JOIN customer c ON c.business_id = m.business_id AND c.id = m.customer_id
        WHERE m.language <> c.language OR m.text = '' OR m.text ~ '[{}]' OR m.read_at < m.distributed_at
            OR (m.channel = 1) <> (m.segments > 0)""",
    "an offer given or redeemed outside of its days, or redeemed for points that nobody paid": """
        SELECT g.id FROM customer_offer g JOIN offer o ON o.business_id = g.business_id AND o.id = g.offer_id
        WHERE g.given_at NOT BETWEEN o.starts_at AND o.ends_at OR g.redeemed_at NOT BETWEEN g.given_at AND o.ends_at
            OR g.redeemed_at IS NOT NULL AND o.price > 0""",
    "an id beyond its sequence": """
        SELECT 1 WHERE (SELECT max(id) FROM customer) >= (SELECT last_value FROM customer_id_seq)
            OR (SELECT max(id) FROM card) >= (SELECT last_value FROM card_id_seq)
            OR (SELECT max(id) FROM transaction) >= (SELECT last_value FROM transaction_id_seq)
            OR (SELECT max(id) FROM ledger_entry) >= (SELECT last_value FROM ledger_entry_id_seq)
            OR (SELECT max(id) FROM lot) >= (SELECT last_value FROM lot_id_seq)""",
}


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_nothing_impossible_is_made(rows: psycopg.Connection, what: str) -> None:
    assert rows.execute(IMPOSSIBLE[what].encode()).fetchmany(5) == []


def test_the_ledger_balances_with_every_seed(generated: Flask) -> None:
    with generated.app_context():
        for business in every_business():
            with unit_of_work(Scope(business)):
                assert faults() == []
                assert charges.faults() == []
                assert balance() > 0
                assert post_monthly_fees(UNTIL) == []


def test_the_figures_are_those_of_the_transactions(generated: Flask) -> None:
    with generated.app_context():
        for business in every_business():
            with unit_of_work(Scope(business)):
                assert differences().number == 0
                assert bought.differences() == 0


def test_every_line_is_of_a_good(generated: Flask, rows: psycopg.Connection) -> None:
    """LP-6: what is sold is in the list, under its code and in a group; some goods have a variable price or none."""
    odd = (
        "SELECT count(*) FROM transaction_line l LEFT JOIN good g ON g.business_id = l.business_id AND g.id = l.good_id"
        " WHERE g.code IS DISTINCT FROM l.code OR g.group_id IS NULL"
    )
    assert rows.execute(odd).fetchone() == (0,)
    listed = "SELECT count(*), count(*) FILTER (WHERE variable_price), count(*) FILTER (WHERE price IS NULL) FROM good"
    first = listed + " WHERE business_id = (SELECT id FROM business WHERE slug = 'first')"
    assert rows.execute(first).fetchone() == (32, 2, 1)
    assert rows.execute("SELECT count(*) > 1000 FROM customer_good").fetchone() == (True,)


def test_every_reference_leads_somewhere(generated: Flask, rows: psycopg.Connection) -> None:
    config = generated.config["REGULARS"]
    businesses = [number for (number,) in rows.execute("SELECT id FROM business")]
    references.check(config, businesses)


def test_a_broken_reference_is_seen(postgres: Postgres) -> None:
    config = make_database(postgres, "broken", PLANS[:1])
    with postgres.connect(database="broken") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM customer WHERE id = (SELECT max(customer_id) FROM card)")
        business = connection.execute("SELECT id FROM business").fetchone()
    assert business
    with pytest.raises(references.BrokenReferenceError, match="card_business_id_customer_id_fkey"):
        references.check(config, [business[0]])
    postgres.drop_database("broken")


def test_as_many_customers_and_sales_as_asked_for(rows: psycopg.Connection) -> None:
    made = rows.execute(
        "SELECT slug, (SELECT count(*) FROM customer c WHERE c.business_id = b.id),"
        " (SELECT count(*) FROM transaction t WHERE t.business_id = b.id AND t.kind = 1) FROM business b ORDER BY id"
    ).fetchall()
    assert made == [(plan.slug, plan.customers, plan.sales) for plan in PLANS]


def test_few_buy_much_and_some_never(rows: psycopg.Connection) -> None:
    sales = [
        count
        for (count,) in rows.execute(
            "SELECT s.sales_count FROM customer_stats s JOIN stats_scope o USING (business_id)"
            " JOIN business b ON b.id = s.business_id AND b.slug = 'second' WHERE o.id = s.scope_id"
            " AND num_nulls(program_id, franchisee_id, point_of_sale_id, terminal_id) = 4 ORDER BY 1 DESC"
        )
    ]
    assert sum(sales[:60]) > sum(sales) / 2
    assert sales.count(0) > 20


def test_every_movement_of_the_ledger_occurs(rows: psycopg.Connection) -> None:
    kinds = rows.execute("SELECT DISTINCT kind FROM ledger_entry WHERE kind <> 4 ORDER BY 1").fetchall()
    assert kinds == [(1,), (2,), (3,), (5,), (6,)]
    assert rows.execute("SELECT 1 FROM ledger_entry WHERE kind = 6 AND amount > 0").fetchone()


def test_messages_of_each_kind_and_offers_occur(rows: psycopg.Connection) -> None:
    """CP-4, CP-5: the demonstration shows what the tabs are for."""
    kinds = rows.execute("SELECT DISTINCT kind FROM message ORDER BY 1").fetchall()
    assert kinds == [(1,), (2,), (5,)]
    read = rows.execute("SELECT count(read_at) > 0, count(*) > count(read_at) FROM message").fetchone()
    assert read == (True, True)
    held = rows.execute("SELECT count(redeemed_at) > 0, count(*) > count(redeemed_at) FROM customer_offer").fetchone()
    assert held == (True, True)


def test_the_scopes_are_those_that_the_application_keeps(generated: Flask, rows: psycopg.Connection) -> None:
    scopes = "SELECT * FROM stats_scope ORDER BY id"
    before = rows.execute(scopes).fetchall()
    with generated.app_context():
        for business in every_business():
            with unit_of_work(Scope(business)):
                ensure_scopes()
    assert rows.execute(scopes).fetchall() == before


def test_a_generated_customer_is_found(generated: Flask, rows: psycopg.Connection) -> None:
    business, customer, name, phone = rows.execute(
        "SELECT business_id, id, last_name, phone FROM customer WHERE last_name <> '' LIMIT 1"
    ).fetchall()[0]
    with generated.app_context(), unit_of_work(Scope(business)):
        for criterion, typed in ((Criterion.LAST_NAME, name[:4]), (Criterion.PHONE, phone[-4:])):
            wanted = query(business, criterion, typed)
            found = db.session.scalar(text("SELECT customer_search_ids(:query, NULL)"), {"query": wanted})
            assert customer in found
        assert db.session.scalar(select(func.count()).select_from(CustomerSearch))


def test_the_same_seed_makes_the_same_rows(postgres: Postgres, rows: psycopg.Connection) -> None:
    config = make_database(postgres, "again", PLANS)
    with loading.connect(config.loader_database_url) as again:
        for table, columns in COLUMNS.items():
            assert _content(again, table, columns) == _content(rows, table, columns), table
    postgres.drop_database("again")


def test_indexes_of_a_great_load_are_put_back_whatever_happens(postgres: Postgres) -> None:
    config = make_database(postgres, "indexed", [])
    every = _indexes(postgres)
    with pytest.raises(InterruptedError), indexes.dropped(config, 10**9):  # noqa: PT012
        assert len(_indexes(postgres)) < len(every) - 20
        raise InterruptedError
    assert _indexes(postgres) == every
    indexes.drop(config)
    with indexes.dropped(config, 1):
        assert _indexes(postgres) == every
    postgres.drop_database("indexed")


def _indexes(postgres: Postgres) -> set[str]:
    with postgres.connect(database="indexed") as connection:
        found = connection.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
        return {name for (name,) in found}


def _content(connection: psycopg.Connection, table: str, columns: str) -> list[tuple[object, ...]]:
    names = sql.SQL(", ").join(map(sql.Identifier, columns.split()))
    return connection.execute(
        # By what is compared: numbers that the database gives go to whichever of the loaders comes first.
        sql.SQL("SELECT {} FROM {} ORDER BY ({})").format(names, sql.Identifier(table), names)
    ).fetchall()
