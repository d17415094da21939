"""Each write by the API is done once (AP-1, RELIABILITY)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import func, select

from app import call_keys
from app.customers.models import Customer
from app.customers.queries import customer_to_erase
from app.customers.services.erasing import Reason, erase_customer
from app.extensions import db
from tests.api.calling import problem, program
from tests.people import Shop, Town

OLHA = {"first_name": "Olha", "phone": "+380671112233"}


def number_of_customers(shop: Shop) -> int:
    with shop.work():
        return db.session.scalar(select(func.count()).select_from(Customer)) or 0


def test_a_write_brings_a_key(town: Town) -> None:
    shop = program(town.kavalier)
    problem(shop.post("/customers", OLHA, ""), 400, "idempotency-key-missing")
    for wrong in ("a b", "x" * 256):
        problem(shop.post("/customers", OLHA, wrong), 400, "idempotency-key-wrong")
    assert number_of_customers(town.kavalier) == 0


def test_the_same_call_twice_is_done_once_and_answered_alike(town: Town) -> None:
    shop = program(town.kavalier)
    first, second = (shop.post("/customers", OLHA, "key-1") for _ in range(2))
    assert (first.status_code, first.text, first.location) == (second.status_code, second.text, second.location)
    assert (first.status_code, second.headers["Idempotency-Replayed"]) == (201, "true")
    assert "Idempotency-Replayed" not in first.headers
    assert number_of_customers(town.kavalier) == 1


def test_a_key_with_another_call_is_refused(town: Town) -> None:
    shop = program(town.kavalier)
    made = shop.post("/customers", OLHA, "key-1").get_json()
    problem(shop.post("/customers", {"first_name": "Olha"}, "key-1"), 422, "idempotency-key-reused")
    problem(shop.patch(f"/customers/{made['id']}", OLHA, "key-1"), 422, "idempotency-key-reused")


def test_a_key_is_the_programs_own(town: Town) -> None:
    """PR-1: of another program of the business too, let alone of another business."""
    shops = [program(town.kavalier), program(town.kavalier), program(town.teremok)]
    phones = ("+380671112233", "+380671112234", "+380671112233")
    answers = [shop.post("/customers", {"phone": phone}, "key-1") for shop, phone in zip(shops, phones, strict=True)]
    assert [each.status_code for each in answers] == [201] * 3
    assert len({each.get_json()["id"] for each in answers}) == 3


def test_a_refused_call_keeps_no_key(town: Town) -> None:
    """It can be sent again, as it is or mended."""
    shop = program(town.kavalier)
    taken = shop.post("/customers", OLHA).get_json()
    problem(shop.post("/customers", OLHA, "key-1"), 409, "phone-taken")
    shop.patch(f"/customers/{taken['id']}", {"phone": None})
    assert shop.post("/customers", OLHA, "key-1").status_code == 201


def test_a_twin_in_flight_waits_and_gets_the_same_answer(town: Town) -> None:
    shops = program(town.kavalier)

    def send(_number: int) -> tuple[int, str]:
        one = type(shops)(shops.app, shops.secret)
        response = one.post("/customers", OLHA, "key-1")
        return response.status_code, response.text

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(16)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 201
    assert number_of_customers(town.kavalier) == 1


def test_the_answer_goes_with_the_customer_that_it_tells_of(town: Town, superuser: psycopg.Connection) -> None:
    """CP-8: erased, nothing of it is left in what the API keeps; and the call is not done once more."""
    shop = program(town.kavalier)
    made = shop.post("/customers", OLHA, "key-1").get_json()
    with town.kavalier.work(town.anna):
        erase_customer(customer_to_erase(made["id"]), "2233", Reason.REQUEST)
    problem(shop.post("/customers", OLHA, "key-1"), 410, "answer-erased")
    row = superuser.execute("SELECT string_agg(call_key::text, '') FROM call_key").fetchone()
    assert row
    assert "Olha" not in row[0]
    assert "1112233" not in row[0]
    assert number_of_customers(town.kavalier) == 1


@pytest.mark.parametrize(("age", "left"), [(timedelta(days=29), 1), (timedelta(days=31), 0)])
def test_answers_are_kept_for_thirty_days(town: Town, superuser: psycopg.Connection, age: timedelta, left: int) -> None:
    program(town.kavalier).post("/customers", OLHA, "key-1")
    superuser.execute("UPDATE call_key SET created_at = now() - %s", [age])
    with town.app.app_context():
        call_keys.forget_old()
    assert superuser.execute("SELECT count(*) FROM call_key").fetchone() == (left,)
