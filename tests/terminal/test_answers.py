"""What a known customer has not answered is asked at a sale (LP-7)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit import AuditEntry
from app.customers.details import details_of
from app.customers.models import Customer
from app.extensions import db
from app.loyalty.models import Access, FieldKind
from tests.browsing import text_of
from tests.factories import add_answer, add_customer, add_question
from tests.people import Town
from tests.terminal.counter import follow, look_up

PHONE = "+380671112233"


@pytest.fixture
def iryna(town: Town) -> int:
    with town.kavalier.work():
        return add_customer("Iryna", "Melnyk", PHONE)


def answers(town: Town, customer: int) -> dict[int, object]:
    with town.kavalier.work():
        return dict(details_of(db.session.get_one(Customer, (town.kavalier.id, customer))).answers)


def test_what_must_be_answered_comes_before_the_amount(town: Town, sasha: FlaskClient, iryna: int) -> None:
    """LP-7, PR-4: with what may be answered beside it; nothing else of the customer changes."""
    with town.kavalier.work():
        drink = add_question("Favourite drink", required=True)
        walks = add_question("Walks by", FieldKind.YES_NO)
    asked = look_up(sasha, PHONE)
    assert asked.request.path.endswith("/answers")
    assert "Ask the customer" in text_of(asked)
    refused = follow(sasha, asked, "/answers")
    assert refused.status_code == 422
    assert "Answer this question." in text_of(refused)
    amount = sasha.get(asked.request.path.replace("/answers", "/amount"), follow_redirects=True)
    assert amount.request.path.endswith("/answers")
    page = follow(sasha, asked, "/answers", {f"answer_{drink}": "Flat white", f"answer_{walks}": "yes"})
    assert "Amount of the check" in text_of(page)
    assert answers(town, iryna) == {drink: "Flat white", walks: True}
    with town.kavalier.work():
        last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last is not None
        assert (last.action, last.user_id) == ("customer.change", town.sasha.id)
        kept = db.session.get_one(Customer, (town.kavalier.id, iryna))
        assert (kept.phone, kept.first_name, kept.registered_point_of_sale_id) == (PHONE, "Iryna", None)


def test_what_need_not_be_is_offered_and_may_be_left(town: Town, sasha: FlaskClient, iryna: int) -> None:
    """LP-7."""
    with town.kavalier.work():
        milk = add_question("Milk", FieldKind.CHOICE, choices=["Oat"])
        add_question("Walks by", FieldKind.YES_NO)
    page = look_up(sasha, PHONE)
    assert "Amount of the check" in text_of(page)
    assert "Ask the customer 2 questions" in text_of(page)
    asked = sasha.get(page.request.path.replace("/amount", "/answers"))
    page = follow(sasha, asked, "/answers")
    assert "Amount of the check" in text_of(page)
    assert answers(town, iryna) == {}
    wrong = follow(sasha, asked, "/answers", {f"answer_{milk}": "999999"})
    assert wrong.status_code == 422


def test_what_was_answered_is_asked_no_more(town: Town, sasha: FlaskClient, iryna: int) -> None:
    """LP-7: also when someone else asks at the same time."""
    with town.kavalier.work():
        drink = add_question("Favourite drink", required=True)
    asked = look_up(sasha, PHONE)
    with town.kavalier.work():
        add_answer(iryna, drink, words="Tea")
    page = follow(sasha, asked, "/answers", {f"answer_{drink}": "Flat white"})
    assert "Amount of the check" in text_of(page)
    assert answers(town, iryna) == {drink: "Tea"}
    again = look_up(sasha, PHONE)
    assert "Ask the customer" not in text_of(again)
    back = sasha.get(again.request.path.replace("/amount", "/answers"), follow_redirects=True)
    assert "Amount of the check" in text_of(back)


def test_who_is_blacklisted_is_asked_nothing(town: Town, sasha: FlaskClient) -> None:
    """AC-1."""
    with town.kavalier.work():
        add_question("Favourite drink", required=True)
        add_customer("Petro", "Savchuk", PHONE, access=Access.BLACKLISTED)
    assert "blacklisted" in text_of(look_up(sasha, PHONE))
