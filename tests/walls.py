"""What the tests of walls share: which tables, functions and rights there are to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import sql

from app.customers.models import Consent, ConsentKind
from app.extensions import db
from app.lib import dates
from app.loyalty.models import FieldKind
from tests.factories import (
    add_answer,
    add_customer,
    add_good,
    add_good_group,
    add_message,
    add_offer,
    add_points,
    add_question,
    add_sale,
    add_template,
    choice_ids,
    give_offer,
)
from tests.news.writing import add_news
from tests.people import Shop

OF_NO_BUSINESS = {
    *("alembic_version", "app_user", "business", "executor", "gateway_pace", "receipt", "sign_in_failure"),
    *("password_letter", "recovery_code", "second_factor", "user_session"),
}
"""`business` is walled by its own id, what is a person's by the person's; the others hold nobody's data."""
OUTSIDE = {"password_letter"}
"""Written before it is known who asks: seen outside of every business alone, there by a person no more than its own."""
WITHOUT_POLICIES = {"alembic_version", "executor", "gateway_pace", "sign_in_failure"}
APPEND_ONLY = {
    *("act", "act_file", "act_status", "audit_entry", "charge", "gift_card_entry", "ledger_entry", "lot_use", "tariff"),
    "transaction_line",
}


def tables(ask: Callable[..., list[Any]]) -> set[str]:
    return set(
        ask("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')")
    )


def written_columns(ask: Callable[..., list[Any]], table: str) -> list[str]:
    """All but those that PostgreSQL makes of the others."""
    return ask(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = ''",
        table,
    )


def set_scope(connection: psycopg.Connection, business: int | None, user: int | None = None) -> None:
    for name, value in (("business_id", business), ("franchisee_id", None), ("user_id", user)):
        connection.execute("SELECT set_config(%s, %s, false)", [f"app.{name}", "" if value is None else str(value)])


def count(connection: psycopg.Connection, table: str, where: str = "true") -> int:
    found = connection.execute(f"SELECT count(*) FROM {sql.Identifier(table).as_string()} WHERE {where}".encode())
    row = found.fetchone()
    assert row is not None
    return int(row[0])


OF_ACTS = (
    "INSERT INTO requisites (business_id, jurisdiction, language, details, complete)"
    " VALUES (%(id)s, 'ua', 'uk', '{}', false)",
    "INSERT INTO act (business_id, kind, month, year, number, dated, issued_at, jurisdiction, language, currency,"
    " total, vat, transactions, segments, lines, customer, executor) VALUES (%(id)s, 1, '2026-10-01', 2026, 1,"
    " '2026-10-31', now(), 'ua', 'uk', 'UAH', 0, 0, 0, 0, '[]', '{}', '{}')",
    *(
        f"INSERT INTO {table} (business_id, act_id{columns}) SELECT %(id)s, max(id){values} FROM act"
        " WHERE business_id = %(id)s"
        for table, columns, values in (
            ("act_file", ", content, sha256", ", 'x', 'x'"),
            ("act_status", ", status, day", ", 2, '2026-11-01'"),
            ("act_to_draw", "", ""),
        )
    ),
    "INSERT INTO act_close (business_id, month) VALUES (%(id)s, '2026-10-01')",
)
OF_MESSAGES = (
    *(
        f"INSERT INTO {table} (business_id, message_id, {columns}) SELECT %(id)s, min(id), {values} FROM message"
        " WHERE business_id = %(id)s"
        for table, columns, values in (
            ("message_outbox", "channel, priority, due_at", "1, 1, now()"),
            ("message_part", "number, gateway, gateway_id, status", "1, 'simulator', 'x', 4"),
            ("pin_text", "secret, expires_at", "'x', now()"),
            (
                "simulated_message",
                "channel, address, sender, title, text, language, fate, arrived, at",
                "1, '', '', '', '', '', 'accepted', true, now()",
            ),
        )
    ),
    "INSERT INTO simulator (business_id) VALUES (%(id)s)",
    "INSERT INTO simulated_event (business_id, due_at) VALUES (%(id)s, now())",
    "INSERT INTO receipt (gateway, gateway_id, reference, status, at) VALUES ('simulator', %(id)s::text, '', 6, now())",
)


def fill(shop: Shop, superuser: psycopg.Connection) -> None:
    """At least one row of the business in every table."""
    with shop.work():
        customer = add_customer(cards=["7700"], tags=[("city", "Kyiv")], point_of_sale=shop.franchised_place)
        sale = add_sale(
            customer, shop.franchised_terminal, 5_000, goods=[add_good(group_id=add_good_group(), code="105")]
        )
        entry = add_points(customer, 300, terminal_id=shop.franchised_terminal)
        milk = add_question("Milk", FieldKind.CHOICE, choices=["Oat"])
        add_answer(customer, milk, choice_id=choice_ids(milk)[0])
        db.session.add(
            Consent(business_id=shop.id, customer_id=customer, kind=ConsentKind.SMS, granted=False, at=dates.now())
        )
        add_message(customer, point_of_sale_id=shop.franchised_place)
        add_template()
        give_offer(customer, add_offer())
        add_news("New menu", shop.franchised_place, franchisee=shop.franchisee)
    superuser.execute(
        "INSERT INTO lot_use (business_id, entry_id, lot_id, amount) SELECT business_id, entry_id, id, 100 FROM lot"
        " WHERE business_id = %s AND entry_id = %s",
        [shop.id, entry],
    )
    person = "(SELECT min(user_id) FROM membership WHERE business_id = %(id)s)"
    for statement in (
        "INSERT INTO api_key (business_id, name, hint, secret_hash, scopes)"
        " VALUES (%(id)s, 'Till', 'rk_', 'x', '{sales:read}')",
        "INSERT INTO call_key (business_id, api_key_id, key, request_hash)"
        " SELECT %(id)s, max(id), 'key', 'x' FROM api_key WHERE business_id = %(id)s",
        "INSERT INTO program_account (business_id, program_id, wallet_id) VALUES (%(id)s, %(program)s, %(wallet)s)",
        "INSERT INTO form_key (business_id, key, user_id, request_hash)"
        f" VALUES (%(id)s, gen_random_uuid(), {person}, 'x')",
        "INSERT INTO table_settings (business_id, user_id, table_name, columns)"
        f" VALUES (%(id)s, {person}, 'customers', '[]')",
        f"INSERT INTO opened_profiles (business_id, user_id, day, customers) VALUES (%(id)s, {person}, now(), '{{1}}')",
        "INSERT INTO audit_check (business_id, at, lines, last_hash) VALUES (%(id)s, now(), 0, '')",
        f"INSERT INTO unsent_form (business_id, key, user_id, path, fields)"
        f" VALUES (%(id)s, gen_random_uuid(), {person}, '/terminals', '[]')",
        "INSERT INTO pin (business_id, customer_id, terminal_id, basket_hash, code_hash, expires_at) SELECT"
        " business_id, customer_id, terminal_id, '', '', now() FROM transaction WHERE business_id = %(id)s LIMIT 1",
        "INSERT INTO my_code (business_id, key, phone_hash, ending, code_hash, expires_at)"
        " VALUES (%(id)s, gen_random_uuid(), 'x', '33', 'x', now())",
        "INSERT INTO my_session (business_id, token_hash, customer_id, phone_hash)"
        " SELECT %(id)s, 'x', min(id), 'x' FROM customer WHERE business_id = %(id)s",
        "INSERT INTO saved_filter (business_id, key, conditions) VALUES (%(id)s, 'key', '{}')",
        "INSERT INTO terminal_user (business_id, terminal_id, user_id)"
        f" SELECT %(id)s, min(t.id), {person} FROM terminal t WHERE t.business_id = %(id)s ON CONFLICT DO NOTHING",
        "INSERT INTO open_sale (business_id, key, terminal_id, user_id, program_id)"
        f" SELECT %(id)s, gen_random_uuid(), min(t.id), {person}, %(program)s FROM terminal t"
        " WHERE t.business_id = %(id)s",
        "INSERT INTO kiosk (business_id, terminal_id, user_id, token_hash)"
        f" SELECT %(id)s, min(id), {person}, 'x' FROM terminal WHERE business_id = %(id)s",
        f"INSERT INTO sign_in_code (business_id, user_id, code_hash, expires_at) VALUES (%(id)s, {person}, 'x', now())",
        "INSERT INTO password_letter (email, kind, asked_at)"
        f" SELECT email, 'link', now() FROM app_user WHERE id = {person}",
        f"INSERT INTO second_factor (user_id, secret) VALUES ({person}, 'x')",
        f"INSERT INTO recovery_code (user_id, number, code_hash) VALUES ({person}, 0, 'x')",
        "INSERT INTO invitation (business_id, email, role, language, expires_at)"
        " VALUES (%(id)s, 'ivan@example.com', 'accountant', 'en', now())",
        "INSERT INTO tariff (business_id, valid_from, monthly_fee, transaction_price, sms_price, viber_price)"
        " VALUES (%(id)s, now(), 100, 1, 2, 3)",
        "INSERT INTO charge_total (business_id, day, kind, rate, quantity) VALUES (%(id)s, '2026-11-01', 1, -1, 1)",
        "INSERT INTO charge_reserved (business_id, kind, subject, quantity, rate) VALUES (%(id)s, 2, 1, 1, -2)",
        f"INSERT INTO balance_notice SELECT %(id)s, {person}, true, true, true",
        f"INSERT INTO balance_threshold (business_id, user_id, amount, below) VALUES (%(id)s, {person}, 5, true)",
        "INSERT INTO user_letter (business_id, user_id, channel, address, title, text, language, status)"
        f" VALUES (%(id)s, {person}, 3, 'a@example.com', '', '', 'en', 4)",
        "INSERT INTO user_browser (business_id, user_id, endpoint, p256dh, auth, agent)"
        f" VALUES (%(id)s, {person}, 'https://push.example.com/2', '', '', '')",
        "INSERT INTO picture (business_id, sha256, width, height, content, small, handed_in_at)"
        " VALUES (%(id)s, 'x', 4, 3, 'x', 'x', now())",
        "INSERT INTO business_feature (business_id, feature) VALUES (%(id)s, 'viber')",
        "INSERT INTO business_gateway (business_id, channel, name) VALUES (%(id)s, 1, 'simulator')",
        "INSERT INTO push_subscription (business_id, customer_id, endpoint, p256dh, auth)"
        " SELECT %(id)s, min(id), 'https://push.example.com/1', '', '' FROM customer WHERE business_id = %(id)s",
        "INSERT INTO program_rule (business_id, program_id, name, conditions, effects)"
        " VALUES (%(id)s, %(program)s, 'Always', '{}', '{\"points_percent\": 500}')",
        "INSERT INTO category_run (business_id, program_id, started_at) VALUES (%(id)s, %(program)s, now())",
        "INSERT INTO customer_merge (business_id, survivor_id, absorbed_id, at, undone_at)"
        " SELECT %(id)s, min(id), min(id), now(), now() FROM customer WHERE business_id = %(id)s",
        "INSERT INTO customer (business_id, registered_at) VALUES (%(id)s, now())",
        "INSERT INTO likely_duplicate (business_id, first_id, second_id, reasons)"
        " SELECT %(id)s, min(id), max(id), 1 FROM customer WHERE business_id = %(id)s",
        "INSERT INTO coupon_series (business_id, title, public_titles, kind, value, issue_from)"
        " VALUES (%(id)s, 'Ten', '{}', 'percent', 1000, now())",
        "INSERT INTO coupon (business_id, series_id, code, code_key, issued_at, issue_key)"
        " SELECT %(id)s, max(id), '7', '7', now(), 'test' FROM coupon_series WHERE business_id = %(id)s",
        "INSERT INTO gift_card (business_id, code, code_key, initial, balance, sold_at)"
        " VALUES (%(id)s, '7', '7', 100, 100, now())",
        "INSERT INTO gift_card_entry (business_id, card_id, amount, balance_after, at, key)"
        " SELECT %(id)s, max(id), 100, 100, now(), 'issue' FROM gift_card WHERE business_id = %(id)s",
        "INSERT INTO code_guess (business_id, terminal_id, since, tries)"
        " SELECT %(id)s, min(id), now(), 1 FROM terminal WHERE business_id = %(id)s",
        f"INSERT INTO batch (business_id, user_id) VALUES (%(id)s, {person})",
        "INSERT INTO batch_item (business_id, batch_id, customer_id, state) SELECT %(id)s, max(b.id), min(c.id), 1"
        " FROM batch b JOIN customer c USING (business_id) WHERE business_id = %(id)s",
        "INSERT INTO batch_tally (business_id, batch_id, at, done, first_customer, last_customer)"
        " SELECT %(id)s, max(id), now(), 1, 1, 1 FROM batch WHERE business_id = %(id)s",
        "INSERT INTO webhook_endpoint (business_id, url, events, secret)"
        " VALUES (%(id)s, 'https://example.com', '{2}', 'x')",
        "INSERT INTO webhook_event (business_id, event, at, items) VALUES (%(id)s, 1, now(), '[]')",
        "INSERT INTO webhook_delivery (business_id, endpoint_id, event_id, event, at, due_at, begun_at)"
        " SELECT %(id)s, max(e.id), max(h.id), 1, now(), now(), now() FROM webhook_endpoint e"
        " JOIN webhook_event h USING (business_id) WHERE business_id = %(id)s",
        "INSERT INTO webhook_attempt (business_id, delivery_id, at, took) SELECT %(id)s, max(id), now(), 1"
        " FROM webhook_delivery WHERE business_id = %(id)s",
        "INSERT INTO batch_limit (business_id, role, customers) VALUES (%(id)s, 'brand_operator', 1000)",
        "INSERT INTO import_job (business_id, name, size, sha256, encoding, delimiter, user_id)"
        f" VALUES (%(id)s, 'a.csv', 1, 'x', 'utf-8', ',', {person})",
        "INSERT INTO import_file (business_id, import_id, content) SELECT %(id)s, max(id), 'x' FROM import_job"
        " WHERE business_id = %(id)s",
        "INSERT INTO import_row (business_id, import_id, number, raw, state) SELECT %(id)s, max(id), 1, '[]', 1"
        " FROM import_job WHERE business_id = %(id)s",
        "INSERT INTO import_column (business_id, name, target) VALUES (%(id)s, 'tel', 'phone')",
        "INSERT INTO segment (business_id, name, name_key, conditions, changed_at)"
        " VALUES (%(id)s, 'Regulars', 'regulars', '{}', now())",
        f"INSERT INTO message_tester (business_id, user_id, customer_id) SELECT %(id)s, {person}, min(id) FROM customer"
        " WHERE business_id = %(id)s",
        *OF_MESSAGES,
        *OF_ACTS,
    ):
        superuser.execute(statement.encode(), {"id": shop.id, "program": shop.program, "wallet": shop.wallet})
    assert sale
