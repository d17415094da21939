"""What a Terminal sold, and taking it back (TE-5)."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.db import unit_of_work
from app.extensions import db
from app.filters import Home, at_home
from app.ledger.models import Balance
from app.lib import dates
from app.loyalty.rules import Conditions, PointsPercent
from app.loyalty.services.rules import RuleSaid, add_rule
from app.period import Period
from app.scope import Scope
from app.transactions.models import Status, Transaction
from app.transactions.services.open_sales import sales_made_at
from tests.browsing import Form, send, text_of
from tests.factories import add_customer, add_sale
from tests.people import Town
from tests.terminal.counter import follow, sell, the_form

PHONE = "+380671112233"


@pytest.fixture
def iryna(town: Town) -> int:
    with town.kavalier.work():
        add_rule(town.kavalier.program, RuleSaid("Ten", True, 0, True, Conditions(), (PointsPercent(1_000),)))
        return add_customer("Iryna", "Melnyk", PHONE)


def test_shows_the_sales_of_a_period_at_this_terminal_alone(town: Town, sasha: FlaskClient, iryna: int) -> None:
    """TE-5: today unless days are chosen."""
    shop = town.kavalier
    with shop.work():
        add_sale(iryna, shop.franchised_terminal, 11_100)
        add_sale(iryna, shop.own_terminal, 22_200)
        add_sale(iryna, shop.franchised_terminal, 33_300, dates.now() - timedelta(days=9))
    today = sasha.get("/terminal/sales")
    assert "₴111" in text_of(today)
    assert "1 sale" in text_of(today)
    assert "222" not in text_of(today)
    assert "333" not in text_of(today)
    assert "₴333" in text_of(sasha.get("/terminal/sales?from=2020-01-01"))
    assert "No sales" in text_of(sasha.get("/terminal/sales?to=2020-01-01"))
    assert "first day lies after" in text_of(sasha.get("/terminal/sales?from=2020-01-02&to=2020-01-01"))
    assert sasha.get("/terminal/sales?from=never").status_code == 400


def test_a_page_of_a_long_period_reads_no_more_than_it_shows(
    town: Town, iryna: int, superuser: psycopg.Connection
) -> None:
    """TE-5: at a counter plans are kept, and one that fits any period sorted all that the Terminal ever sold."""
    shop = town.kavalier
    with shop.work():
        sale = add_sale(iryna, shop.franchised_terminal, 11_100)
        names = ", ".join({each.name for each in Transaction.__table__.columns} - {"id", "at", "terminal_id"})
    # Without its checks and triggers, as so many sales one by one take long; one in twenty is of this Terminal.
    with superuser.transaction():
        superuser.execute("SET LOCAL session_replication_role = replica")
        superuser.execute(
            f"INSERT INTO transaction ({names}, at, terminal_id) SELECT {names}, at - number * interval '1 minute',"
            f" CASE number % 20 WHEN 0 THEN terminal_id ELSE {shop.own_terminal} END"
            f" FROM transaction, generate_series(1, 30000) number WHERE id = {sale}".encode()
        )
    superuser.execute("VACUUM ANALYZE transaction")
    read = text("SELECT pg_stat_get_xact_tuples_returned(CAST('transaction_of_terminal_idx' AS regclass))")
    with town.app.test_request_context(), unit_of_work(Scope(shop.id, at_counter=True)):
        at_home(Home("UAH", "Europe/Kyiv"))
        assert len(sales_made_at(shop.franchised_terminal, Period(date(2020, 1, 1)), None).lines) == 50
        assert 0 < (db.session.scalar(read) or 0) < 300


def test_a_cancelled_sale_is_as_if_it_had_not_been(town: Town, sasha: FlaskClient, iryna: int) -> None:
    """TE-5, TE-6: in one step, and once."""
    page = follow(sasha, sell(sasha, PHONE, "100"), "/confirmation")
    asked = sasha.get(page.request.path + "/cancellation")
    assert "Cancel this sale?" in text_of(asked)
    for _ in range(2):
        page = follow(sasha, asked, "/cancellation")
        assert "The sale is cancelled" in text_of(page)
    with town.kavalier.work():
        shop = town.kavalier
        assert db.session.get_one(Balance, (shop.id, shop.wallet, iryna)).amount == 0
    assert "0 sales" in text_of(sasha.get("/terminal/sales"))


def test_a_cancel_when_points_are_gone_says_exactly_what_is_missing(town: Town, sasha: FlaskClient, iryna: int) -> None:
    """TE-5."""
    first = follow(sasha, sell(sasha, PHONE, "100"), "/confirmation")
    page = sell(sasha, PHONE, "8", "8")
    code = page.text.partition("reads the PIN ")[2][:6]
    assert "The sale is made" in text_of(follow(sasha, page, "/confirmation", {"code": code}))
    refused = follow(sasha, sasha.get(first.request.path + "/cancellation"), "/cancellation")
    assert refused.status_code == 409
    assert "8 points are missing" in text_of(refused)
    with town.kavalier.work():
        number = int(first.request.path.rpartition("/")[2])
        assert db.session.get_one(Transaction, (town.kavalier.id, number)).status is Status.COMPLETED


def test_a_sale_of_another_terminal_is_not_there(town: Town, sasha: FlaskClient, iryna: int) -> None:
    """TE-5: only the Terminal that made it cancels it."""
    with town.kavalier.work():
        other = add_sale(iryna, town.kavalier.own_terminal, 100)
    page = follow(sasha, sell(sasha, PHONE, "100"), "/confirmation")
    asked = sasha.get(page.request.path + "/cancellation")
    assert sasha.get(f"/terminal/sales/{other}").status_code == 404
    assert sasha.get(f"/terminal/sales/{other}/cancellation").status_code == 404
    form = the_form(asked, "/cancellation")
    answer = send(sasha, Form(f"/terminal/sales/{other}/cancellation", form.values), {})
    assert answer.status_code == 404
