"""Who got a message, asked by filters: that of a bulk action, or one of a kind in a period (CT-7)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.bulk.models import Batch
from app.customers.conditions.nodes import Condition, Group
from app.customers.models import Customer
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.lib import dates
from app.messaging.models import Channel, MessageKind, MessageStatus
from tests.browsing import text_of
from tests.bulk.desk import Desk
from tests.customers.conditions.test_selecting import names
from tests.factories import add_batch, add_customer, add_message, add_sale
from tests.people import Town

GOT = {"kind": MessageKind.BULK, "channel": Channel.PUSH}


@pytest.fixture
def batches(town: Town) -> list[int]:
    """Ada got both messages, Bo the second as an SMS, Cy's was rejected; Dan's record of it was merged."""
    shop = town.kavalier
    with shop.work():
        people = {name: add_customer(name) for name in ("Ada", "Bo", "Cy", "Dan", "Gone", "Eve")}
        made = [add_batch(people["Ada"], town.anna.id) for _each in range(2)]
        for number in made:
            batch = db.session.get_one(Batch, (shop.id, number))
            batch.started_at, batch.foreseen = dates.now(), {"done": 4, "message": {}}
        first, second = made
        month_ago = dates.now() - timedelta(30)
        add_message(people["Ada"], dedupe_key=f"batch:{first}:1", distributed_at=month_ago, **GOT)
        add_message(people["Ada"], dedupe_key=f"batch:{second}:1", **GOT)
        failed = {**GOT, "status": MessageStatus.FAILED, "distributed_at": None}
        add_message(people["Bo"], dedupe_key=f"batch:{second}:2", **failed)
        add_message(people["Bo"], dedupe_key=f"batch:{second}:2:sms", kind=MessageKind.BULK)
        add_message(people["Cy"], dedupe_key=f"batch:{second}:3", **{**failed, "status": MessageStatus.REJECTED})
        add_message(people["Gone"], dedupe_key=f"batch:{second}:4", **GOT)
        add_message(people["Eve"], dedupe_key=f"batch:{second}0:5", kind=MessageKind.NEWS)
        merge_customers(*hold_pair(people["Dan"], people["Gone"]), set())
    return made


def selected(town: Town, operator: str, *values: int | str, field: str = "message") -> str:
    return names(town, Group(members=(Condition(field, operator, tuple(map(str, values))),)))


def test_of_one_bulk_action(town: Town, batches: list[int]) -> None:
    """CT-7: of exactly this one, by whatever channel it came; what never left was not received (CP-9 too)."""
    first, second = batches
    assert selected(town, "equals", first) == "Ada"
    assert selected(town, "equals", second) == "Ada Bo Dan"
    assert selected(town, "in", first, second) == "Ada Bo Dan"
    assert selected(town, "differs", second) == "Cy Eve"
    assert selected(town, "missing") == "Cy"


@pytest.mark.parametrize(
    ("field", "operator", "values", "found"),
    [
        ("message_bulk_at", "exists", (), "Ada Bo Dan"),
        ("message_bulk_at", "older", (20,), "Ada"),
        ("message_bulk_at", "last", (1,), "Ada Bo Dan"),
        ("message_news_at", "last", (1,), "Eve"),
        ("message_sale_at", "exists", (), ""),
        ("message_at", "missing", (), "Cy"),
    ],
)
def test_of_a_kind_in_a_period(
    town: Town, batches: list[int], field: str, operator: str, values: tuple[int, ...], found: str
) -> None:
    """CT-7."""
    assert selected(town, operator, *values, field=field) == found


def test_an_operator_asks_of_its_own_places(town: Town, batches: list[int]) -> None:
    """PR-3: a message that another location sent is none to it."""
    shop = town.kavalier
    with shop.work():
        found = dict(db.session.execute(select(Customer.first_name, Customer.id)).tuples().all())
        for name in ("Bo", "Cy", "Eve"):
            add_sale(found[name], shop.franchised_terminal, 100)
        number = db.session.scalar(select(func.count()).select_from(Customer))
        elsewhere = {"kind": MessageKind.COUPON, "point_of_sale_id": shop.own_place}
        add_message(found["Eve"], dedupe_key=f"elsewhere:{number}", **elsewhere)
        add_message(found["Cy"], dedupe_key="here", **{**elsewhere, "point_of_sale_id": shop.franchised_place})
    group = Group(members=(Condition("message_coupon_at", "exists"),))
    assert names(town, group, viewer=town.boris) == "Cy"
    assert names(town, Group(members=(Condition("message_bulk_at", "exists"),)), viewer=town.boris) == "Bo"


def test_the_list_says_which_bulk_actions_there_were(town: Town, batches: list[int]) -> None:
    """CT-7: those that told their customers of it, with the day; another business's are not among them."""
    shown = text_of(town.browser(town.anna).get("/customers?draft=new"))
    assert "Got the message of bulk action" in shown
    assert "Got a message to many" in shown


def test_the_report_tells_what_became_of_messages(town: Town, batches: list[int]) -> None:
    """BA-12: by channel and status, of this action alone; nobody else's."""
    first, second = batches
    shown = Desk(town, town.anna).see(f"/bulk-actions/{second}/messages")
    assert "Push: Delivered 2" in shown
    assert "Push: Failed 1" in shown
    assert "Push: Rejected 1" in shown
    assert "SMS: Delivered 1" in shown
    assert "Push: Delivered 1" in Desk(town, town.anna).see(f"/bulk-actions/{first}/messages")
    for person in (town.boris, town.oleg):
        assert town.browser(person).get(f"/bulk-actions/{second}/messages").status_code == 404
