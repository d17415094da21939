"""The file of all that is known of one customer (CP-8, CT-11)."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.customers.registry import registry
from app.loyalty.models import FieldKind
from tests.browsing import submit, text_of
from tests.customers.editing import audit_lines
from tests.factories import (
    add_answer,
    add_customer,
    add_message,
    add_offer,
    add_points,
    add_question,
    add_sale,
    choice_ids,
    give_offer,
)
from tests.people import Town


@pytest.fixture
def soloma(town: Town) -> int:
    shop = town.kavalier
    with shop.work():
        customer = add_customer(
            "Соломія", "Яремчук", "+380674120855", cards=["7700"], tags=[("milk", "oat")], point_of_sale=shop.own_place
        )
        milk = add_question("Milk", FieldKind.CHOICE, choices=["Oat"])
        add_answer(customer, milk, choice_id=choice_ids(milk)[0])
        add_answer(customer, add_question("Cups", FieldKind.NUMBER), number=15000)
        add_answer(customer, add_question("Wedding", FieldKind.DATE), day=date(2020, 2, 29))
        add_answer(customer, add_question("Dog", FieldKind.YES_NO), yes=False)
        add_sale(customer, shop.own_terminal, 12345)
        add_points(customer, 31050, days=10)
        add_message(customer, "Welcome!", title="Kavalier")
        give_offer(customer, add_offer("Second croissant free"))
        add_customer("Petro", "Savchuk", "+380671112233", cards=["5050"])
    submit(town.browser(town.olha), f"/customers/{customer}/edit", {"email": "s@example.com", "consent_sms": []})
    return customer


def page(customer: int) -> str:
    return f"/customers/{customer}/personal-data"


def made(client: FlaskClient, customer: int) -> dict[str, Any]:
    return dict(json.loads(submit(client, page(customer), {"reason": "Asked by letter"}).data))


def test_holds_all_that_is_known_from_every_area(anna: FlaskClient, soloma: int) -> None:
    """CP-8: identity, cards, answers, consents, tags, programs, sales, points, messages, offers, changes."""
    known = made(anna, soloma)
    assert set(known) == {"business", "made_at", *registry.personal_data}
    assert known["business"] == "Kavalier"
    assert known["customer"]["phone"] == "+380674120855"
    assert known["customer"]["email"] == "s@example.com"
    assert known["customer"]["registered_at_point_of_sale"] == "Pechersk"
    assert [each["number"] for each in known["cards"]] == ["7700"]
    assert {each["question"]: each["answer"] for each in known["answers"]} == {
        "Milk": "Oat",
        "Cups": "1.5",
        "Wedding": "2020-02-29",
        "Dog": False,
    }
    assert [(each["kind"], each["granted"]) for each in known["consents"]] == [("sms", False)]
    assert [(each["key"], each["value"]) for each in known["tags"]] == [("milk", "oat")]
    assert [(each["program"], each["access"]) for each in known["programs"]] == [("Kavalier Club", "full")]
    (sale,) = known["transactions"]
    assert (sale["price"], sale["point_of_sale"], sale["goods"][0]["name"]) == ("123.45", "Pechersk", "Flat white")
    (points,) = known["points_and_accounts"]
    assert (points["balance"], points["open_lots"][0]["remaining"]) == ("310.50", "310.50")
    assert points["movements"][0]["amount"] == "310.50"
    (message,) = known["messages"]
    assert (message["title"], message["text"], message["status"]) == ("Kavalier", "Welcome!", "delivered")
    (offer,) = known["offers"]
    assert (offer["title"], offer["redeemed_at"]) == ("Second croissant free", None)
    assert known["changes"][0]["changes"]["email"] == {"old": None, "new": "s@example.com"}


def test_holds_nothing_of_others(anna: FlaskClient, soloma: int) -> None:
    """CP-8: neither other customers, nor who of the business did what."""
    text = json.dumps(made(anna, soloma), ensure_ascii=False)
    for piece in ("Savchuk", "380671112233", "5050", "Olha", "192.0.2.1"):
        assert piece not in text


def test_is_a_download_that_stays_in_no_cache(anna: FlaskClient, soloma: int) -> None:
    """CT-11: one customer's, by POST alone, and its name says only the customer's number."""
    response = submit(anna, page(soloma), {"reason": "Asked by letter"})
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert response.headers["Content-Disposition"] == f'attachment; filename="customer-{soloma}.json"'
    assert response.headers["Cache-Control"] == "no-store"
    assert "Соломія" not in str(response.headers)


def test_each_making_is_in_the_audit_log_with_its_reason(town: Town, anna: FlaskClient, soloma: int) -> None:
    """CP-8, PR-4."""
    before = len(audit_lines(town.kavalier, "customer", soloma))
    made(anna, soloma)
    made(anna, soloma)
    lines = audit_lines(town.kavalier, "customer", soloma)
    assert len(lines) == before + 2
    assert lines[0] == ("customer.personal_data", {"reason": (None, "Asked by letter")})


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_without_a_reason_there_is_none(town: Town, anna: FlaskClient, soloma: int, reason: str) -> None:
    """CP-8: the reason is obligatory."""
    before = audit_lines(town.kavalier, "customer", soloma)
    response = submit(anna, page(soloma), {"reason": reason})
    assert response.status_code == 422
    assert "Соломія" in text_of(response)
    assert audit_lines(town.kavalier, "customer", soloma) == before


@pytest.mark.parametrize("who", ["olha", "boris", "vera"])
def test_others_than_admins_may_not(town: Town, soloma: int, who: str) -> None:
    browser = town.browser(town.people[who])
    assert browser.get(page(soloma)).status_code == 403
    if who == "olha":
        assert page(soloma) not in browser.get(f"/customers/{soloma}").text
        assert page(soloma) in town.browser(town.anna).get(f"/customers/{soloma}").text


def test_statements_do_not_grow_with_what_there_is(
    town: Town, anna: FlaskClient, soloma: int, count_statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    anna.get(f"/customers/{soloma}")
    with count_statements() as few:
        made(anna, soloma)
    with town.kavalier.work():
        for _ in range(20):
            add_sale(soloma, town.kavalier.own_terminal, 100)
            add_points(soloma, 100)
            add_message(soloma)
            give_offer(soloma, add_offer())
    with count_statements() as many:
        made(anna, soloma)
    assert len(many) == len(few)
