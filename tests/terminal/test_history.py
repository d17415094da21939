"""What a Terminal sold, and taking it back (TE-5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.ledger.models import Balance
from app.lib import dates
from app.loyalty.rules import Conditions, PointsPercent
from app.loyalty.services.rules import RuleSaid, add_rule
from app.transactions.models import Status, Transaction
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
