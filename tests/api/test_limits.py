"""How often a key may call (AP-1): counted in Valkey; while it is away, look-ups alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from limits import RateLimitItemPerDay, RateLimitItemPerMinute
from sqlalchemy import select

from app import call_limits, create_app
from app.accounts.models import ApiKey
from app.config import Config
from app.extensions import db
from app.local.embedded import Valkey
from tests.api.calling import Program, problem, program
from tests.factories import add_customer, add_sale
from tests.people import Town

CALLS = 8
"""A minute."""


@pytest.fixture(scope="module")
def valkey(scratch: Path) -> Iterator[Valkey]:
    server = Valkey(scratch / "api-valkey")
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _no_rush(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call asks by itself."""
    monkeypatch.setattr(call_limits, "TURN", 0)


@pytest.fixture
def shops(config: Config, valkey: Valkey, town: Town) -> list[Program]:
    """Two programs of a house that counts."""
    app = create_app(replace(config, redis_url=valkey.url, api_calls=CALLS))
    return [Program(app, program(town.kavalier).secret) for _ in range(2)]


def test_each_key_is_counted_by_itself(shops: list[Program]) -> None:
    """AP-1: who calls too often is told how long to wait; another program is not kept waiting."""
    first, second = shops
    assert [first.get("/about").status_code for _ in range(CALLS)] == [200] * CALLS
    answer = first.get("/about")
    problem(answer, 429, "too-many-calls")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert second.get("/about").status_code == 200


def test_calls_of_a_rush_are_counted_with_the_next(shops: list[Program], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was let through without asking is made up for: no key gets more out of it than a turn's calls."""
    shop = shops[0]
    assert shop.get("/about").status_code == 200
    monkeypatch.setattr(call_limits, "TURN", 60)
    assert [shop.get("/about").status_code for _ in range(CALLS - 3)] == [200] * (CALLS - 3)
    monkeypatch.setattr(call_limits, "TURN", 0)
    assert [shop.get("/about").status_code for _ in range(4)] == [200, 200, 429, 429]


def test_a_rush_beyond_the_limit_is_made_up_for(shops: list[Program], monkeypatch: pytest.MonkeyPatch) -> None:
    shop = shops[0]
    shop.get("/about")
    monkeypatch.setattr(call_limits, "TURN", 60)
    assert [shop.get("/about").status_code for _ in range(2 * CALLS)] == [200] * 2 * CALLS
    monkeypatch.setattr(call_limits, "TURN", 0)
    assert [shop.get("/about").status_code for _ in range(3)] == [429] * 3


def test_threads_that_ask_at_once_count_a_rush_once(shops: list[Program], monkeypatch: pytest.MonkeyPatch) -> None:
    shop, hit, beside = shops[0], call_limits._hit, ThreadPoolExecutor(1)
    shop.get("/about")
    monkeypatch.setattr(call_limits, "TURN", 60)
    assert [shop.get("/about").status_code for _ in range(2)] == [200] * 2
    monkeypatch.setattr(call_limits, "TURN", 0)

    def hit_beside(*values: Any) -> int:
        monkeypatch.setattr(call_limits, "_hit", hit)
        assert beside.submit(shop.get, "/about").result().status_code == 200
        return hit(*values)

    monkeypatch.setattr(call_limits, "_hit", hit_beside)
    assert [shop.get("/about").status_code for _ in range(CALLS - 3)] == [200] * (CALLS - 4) + [429]


def test_looking_customers_up_has_a_limit_of_its_own(
    shops: list[Program], town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CT-11: nobody lists customers by their ids."""
    monkeypatch.setattr(call_limits, "LOOK_UPS", (RateLimitItemPerMinute(2),))
    with town.kavalier.work():
        customer = add_customer("Iryna")
    first = shops[0]
    assert [first.get(f"/customers/{number}").status_code for number in (customer, 999_999)] == [200, 404]
    for answer in (
        first.get(f"/customers/{customer}"),
        first.get(f"/customers/{customer}/messages"),
        first.patch(f"/customers/{customer}", {}),
        first.post("/customers/look-up", {"number": "7700"}),
    ):
        problem(answer, 429, "too-many-calls")
    assert first.get("/about").status_code == 200


def test_what_the_minute_refuses_does_not_count_for_the_day(
    shops: list[Program], town: Town, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CT-11: else who asks too quickly for a while looks nobody up until the next day."""
    minute, day = RateLimitItemPerMinute(1), RateLimitItemPerDay(3)
    monkeypatch.setattr(call_limits, "LOOK_UPS", (minute, day))
    assert [shops[0].get("/customers/999999").status_code for _ in range(5)] == [404, *[429] * 4]
    with town.kavalier.work():
        who = call_limits._who(db.session.scalars(select(ApiKey.id).order_by(ApiKey.id)).first())
    assert call_limits._counter(valkey.url).get_window_stats(day, "look-ups", who).remaining == 2


def test_registering_who_is_known_is_a_look_up(
    shops: list[Program], town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CT-11: 409 tells that a phone is a customer's. Newcomers are registered without an end until then."""
    monkeypatch.setattr(call_limits, "LOOK_UPS", (RateLimitItemPerMinute(2),))
    with town.kavalier.work():
        add_customer("Iryna", phone="+380501112233")
    first, known = shops[0], {"phone": "+380501112233"}
    assert [first.post("/customers", {"phone": f"+38050222000{each}"}).status_code for each in range(3)] == [201] * 3
    assert [first.post("/customers", known).status_code for _ in range(2)] == [409] * 2
    for phone in ("+380501112233", "+380502220009"):
        problem(first.post("/customers", {"phone": phone}), 429, "too-many-calls")
    problem(first.get("/customers/999999"), 404)


def test_a_franchisee_serves_whom_it_never_saw_by_look_ups_alone(
    config: Config, valkey: Valkey, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PR-3: ids are guessed, and a salesperson sees who comes. Whoever was looked up or bought there is served."""
    monkeypatch.setattr(call_limits, "LOOK_UPS", (RateLimitItemPerMinute(2),))
    shop, app = town.kavalier, create_app(replace(config, redis_url=valkey.url))
    till, brand = (
        Program(app, program(shop, terminal_id=terminal).secret)
        for terminal in (shop.franchised_terminal, shop.own_terminal)
    )
    with shop.work():
        shown, guessed, another = add_customer(phone="+380501112233"), add_customer(), add_customer()
        regular = add_customer()
        add_sale(regular, shop.franchised_terminal, 500)
    assert till.post("/customers/look-up", {"number": "+380501112233"}).status_code == 200
    basket = {"amount": 100}
    for customer in (shown, regular, guessed, guessed):
        assert till.post("/quotes", {**basket, "customer_id": customer}).status_code == 200
    for number in (another, 999_999):
        problem(till.post("/codes", {"code": "spring", "customer_id": number}), 429, "too-many-calls")
    problem(till.post("/codes", {"code": "spring", "customer_id": guessed}), 409, "code-unknown")
    for path in ("/quotes", "/pins", "/sales"):
        problem(till.post(path, {**basket, "customer_id": another}), 429, "too-many-calls")
        problem(till.post(path, {**basket, "customer_id": 999_999}), 429, "too-many-calls")
    for customer in (shown, regular, guessed):
        assert till.post("/sales", {**basket, "customer_id": customer}).status_code == 201
    assert brand.post("/sales", {**basket, "customer_id": another}).status_code == 201


def test_while_it_is_away_calls_go_on(town: Town, config: Config) -> None:
    """Sales do not wait for what only counts them."""
    app = create_app(replace(config, api_calls=1))
    shop = Program(app, program(town.kavalier).secret)
    assert [shop.get("/about").status_code for _ in range(3)] == [200] * 3


def test_while_it_is_away_look_ups_are_counted_still(
    town: Town, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CT-11: each process counts them for itself."""
    monkeypatch.setattr(call_limits, "LOOK_UPS", (RateLimitItemPerMinute(2),))
    shop = Program(create_app(config), program(town.kavalier).secret)
    assert [shop.get("/customers/999999").status_code for _ in range(3)] == [404, 404, 429]
    assert shop.get("/about").status_code == 200
