"""The demonstration of a first start: Kavalier, Teremok and the accounts, made once and in one transaction."""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection

from app.config import Config
from app.demo import loading, users
from app.demo.acts import issue_past, write_requisites
from app.demo.calendar import Calendar
from app.demo.charges import charge_past, watch_balance
from app.demo.coupons import write_coupons, write_holdings
from app.demo.filling import fill
from app.demo.inbox import write_inbox
from app.demo.news import write_news
from app.demo.plans import BusinessPlan, kavalier, teremok
from app.demo.segments import write_segments
from app.demo.shoppers import Shop
from app.demo.structure import Structure, Writer, add_member, assign, write_structure
from app.demo.templates import write_templates
from app.permissions import Role


def ensure(config: Config, until: datetime, plans: tuple[BusinessPlan, BusinessPlan] | None = None) -> bool:
    """Makes the demonstration if there is no business yet, and sees to its accounts' passwords.

    Answers whether anything was made. Killed in the middle, it leaves no business, and begins again next time.
    """
    loading.grant_rights(config)
    with loading.connect(config.loader_database_url) as connection:
        # One start at a time; the lock ends with the transaction.
        connection.execute("SELECT pg_advisory_xact_lock(7202)")
        made = not connection.execute("SELECT 1 FROM business LIMIT 1").fetchone()
        if made:
            first, accountant = _make(connection, config, until, plans or (kavalier(), teremok()))
    if made:
        loading.tidy(config)
        # Killed before this, the workers issue the acts of all months at once.
        issue_past(first, accountant, until)
    users.follow_password(config.demo_password)
    return made


def _make(
    connection: Connection, config: Config, until: datetime, plans: tuple[BusinessPlan, BusinessPlan]
) -> tuple[int, int]:
    """Answers with the first business, and its accountant."""
    people = users.ensure_users(config.demo_password)
    loading.skip_triggers(connection)
    first, second = (_business(connection, plan, until, people[users.OPERATOR]) for plan in plans)
    for email, role, franchisee in (
        (users.ADMIN, Role.ADMIN, None),
        (users.OPERATOR, Role.BRAND_OPERATOR, None),
        (users.LOCATION_OPERATOR, Role.LOCATION_OPERATOR, first.franchisees[0]),
        (users.ACCOUNTANT, Role.ACCOUNTANT, None),
        (users.SALESPERSON, Role.SALESPERSON, None),
    ):
        add_member(connection, first.business, people[email], role, franchisee)
    for email in (users.ADMIN, users.ACCOUNTANT):
        watch_balance(connection, first.business, people[email])
    writer = Writer(connection, first.business)
    write_segments(writer, first, until)
    write_templates(writer, until)
    write_news(writer, first, until, people[users.OPERATOR])
    write_requisites(connection, first.business)
    assign(connection, first.business, first.places[0].terminals[0], people[users.SALESPERSON])
    # Still being tried, and here to be tried.
    connection.execute("INSERT INTO business_feature (business_id, feature) VALUES (%s, 'kiosk')", [first.business])
    add_member(connection, second.business, people[users.OTHER_ADMIN], Role.ADMIN)
    add_member(connection, second.business, people[users.ADMIN], Role.BRAND_OPERATOR)
    return first.business, people[users.ACCOUNTANT]


def _business(connection: Connection, plan: BusinessPlan, until: datetime, operator: int) -> Structure:
    structure = write_structure(connection, plan, until)
    calendar = Calendar(plan.zone, until)
    fill(connection, Shop(plan, structure, calendar, operator))
    charge_past(connection, structure.business, plan, calendar.first, until)
    write_coupons(connection, plan, structure, until)
    write_holdings(connection, structure.business)
    # A few of its messages do not arrive, and none at once.
    simulator = "INSERT INTO simulator (business_id, delay, refused, failed) VALUES (%s, 4, 10, 20)"
    connection.execute(simulator, [structure.business])
    write_inbox(connection, structure.business, until, plan.zone, poor=plan.paid_ahead < 0)
    return structure
