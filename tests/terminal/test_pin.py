"""Redeeming more points than pay without a PIN (TE-3)."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.extensions import db
from app.loyalty.models import Program
from app.transactions.models import Transaction
from tests.browsing import text_of
from tests.factories import add_customer, add_points
from tests.people import Town
from tests.terminal.counter import follow, sell

PHONE = "+380671112233"


@pytest.fixture
def asked(town: Town, sasha: FlaskClient) -> TestResponse:
    """The confirmation of a sale of 300 of which 100 points pay, where 50 pay without a PIN."""
    with town.kavalier.work():
        add_points(add_customer("Iryna", "Melnyk", PHONE), 20_000)
        db.session.get_one(Program, (town.kavalier.id, town.kavalier.program)).pin_limit = 5_000
    return sell(sasha, PHONE, "300", "100")


def code_of(page: TestResponse) -> str:
    found = re.search(r"reads the PIN (\d{6})", page.text)
    assert found
    return found[1]


def test_the_right_one_makes_the_sale(town: Town, sasha: FlaskClient, asked: TestResponse) -> None:
    """TE-3."""
    page = follow(sasha, asked, "/confirmation", {"code": code_of(asked)})
    assert "The sale is made" in text_of(page)


def test_a_wrong_one_says_how_many_tries_are_left_and_the_fifth_ends_it(
    town: Town, sasha: FlaskClient, asked: TestResponse
) -> None:
    """TE-3."""
    right = code_of(asked)
    wrong = "000000" if right != "000000" else "000001"
    page = asked
    for left in ("4 tries", "3 tries", "2 tries", "1 try", "0 tries"):
        page = follow(sasha, page, "/confirmation", {"code": wrong})
        assert page.status_code == 422
        assert f"{left} left" in text_of(page)
    page = follow(sasha, page, "/confirmation", {"code": right})
    assert "This PIN is over" in text_of(page)
    with town.kavalier.work():
        assert db.session.scalars(select(Transaction)).all() == []
    page = follow(sasha, page, "/pin", {"again": "1"})
    assert "The sale is made" in text_of(follow(sasha, page, "/confirmation", {"code": code_of(page)}))


def test_it_opens_no_other_basket(sasha: FlaskClient, asked: TestResponse) -> None:
    """TE-3: bound to the amount."""
    code = code_of(asked)
    payment = sasha.get(asked.request.path.replace("/confirmation", "/payment"))
    page = follow(sasha, follow(sasha, payment, "/payment", {"points": "120"}), "/pin")
    assert code_of(page) != code
    assert follow(sasha, page, "/confirmation", {"code": code}).status_code == 422


def test_the_same_payment_once_more_sends_no_other(sasha: FlaskClient, asked: TestResponse) -> None:
    """TE-3: a look back costs no SMS."""
    code = code_of(asked)
    payment = sasha.get(asked.request.path.replace("/confirmation", "/payment"))
    page = follow(sasha, follow(sasha, payment, "/payment", {"points": "100"}), "/pin")
    assert "reads the PIN" not in page.text
    assert "The sale is made" in text_of(follow(sasha, page, "/confirmation", {"code": code}))


def test_without_one_nothing_is_sold(town: Town, sasha: FlaskClient, asked: TestResponse) -> None:
    assert follow(sasha, asked, "/confirmation", {"code": ""}).status_code == 422
    with town.kavalier.work():
        assert db.session.scalars(select(Transaction)).all() == []
