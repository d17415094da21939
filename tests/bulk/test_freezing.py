"""Whom a bulk action is about: frozen by a job where they are many, and read as the person reads it (CT-10, BA-11)."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, update

from app.accounts.models import User
from app.bulk.models import Batch, BatchItem, BatchState, ItemState
from app.bulk.services import freezing, steering
from app.customers.conditions.nodes import Condition, Group
from app.customers.saved_filters import Kept, Search, keep
from app.customers.search import Criterion
from app.customers.services.selecting import Selection
from app.extensions import db
from tests.browsing import text_of
from tests.bulk.batches import foreseen, run, state
from tests.factories import add_customer, add_sale, add_segment
from tests.people import Person, Town

CITY = {"way": "add", "key": "city", "value": "Kyiv"}


@pytest.fixture
def customers(town: Town) -> list[int]:
    """The first three bought: for 100.00, 200.00 and 300.00, the third at the franchisee's."""
    shop = town.kavalier
    with shop.work():
        people = [add_customer(f"C{number}", phone=f"+38067000000{number}") for number in range(5)]
        for place, customer in enumerate(people[:3], start=1):
            add_sale(customer, shop.franchised_terminal if place == 3 else shop.own_terminal, place * 10_000)
    return people


def frozen(town: Town, person: Person, args: Mapping[str, str], **more: Any) -> set[int]:
    """Whom a job freezes for a filter, however few they are."""
    shop = town.kavalier
    with shop.work(person):
        batch = steering.begin(Selection(dict(args), **more))
        steering.choose(batch, "tags", CITY, None)
        number = batch.id
    assert state(shop, number) is BatchState.FREEZING
    run(shop, number)
    assert state(shop, number) is BatchState.PREVIEWED
    with shop.work():
        assert db.session.get_one(Batch, (shop.id, number)).selected == sum(foreseen(shop, number).values())
        return set(db.session.scalars(select(BatchItem.customer_id).where(BatchItem.batch_id == number)))


def filtered(town: Town, *conditions: Condition) -> dict[str, str]:
    with town.kavalier.work():
        return {"f": keep(Kept(conditions=Group(members=conditions)))}


def test_everyone(town: Town, customers: list[int]) -> None:
    assert frozen(town, town.anna, {}) == set(customers)
    assert frozen(town, town.anna, {}, left_out=(customers[0],)) == set(customers[1:])
    assert frozen(town, town.anna, {}, ids=(customers[0],)) == {customers[0]}


def test_a_preview_in_the_making_says_how_far_it_is(
    town: Town, customers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """BA-11: others see it before it is done; of one that was killed nothing is left."""
    shop, browser = town.kavalier, town.browser(town.anna)
    monkeypatch.setattr(freezing, "STEP", 2)
    with shop.work(town.anna):
        batch = steering.begin(Selection())
        steering.choose(batch, "tags", CITY, None)
        number = batch.id
    with contextlib.suppress(InterruptedError), shop.work():
        freezing.freeze(db.session.get_one(Batch, (shop.id, number)))
        with ThreadPoolExecutor(1) as pool:
            seen = pool.submit(lambda: text_of(browser.get(f"/bulk-actions/{number}"))).result()
        assert "The preview is being prepared" in seen
        assert "80%" in seen
        raise InterruptedError
    assert "0%" in text_of(browser.get(f"/bulk-actions/{number}"))


def test_a_filter_is_read_as_the_person_reads_it(town: Town, customers: list[int]) -> None:
    """CT-7: an amount of the business's currency, in the person's language."""
    with town.kavalier.work(town.anna):
        db.session.execute(update(User).where(User.id == town.anna.id).values(language="uk"))
    args = filtered(town, Condition("average", "more", ("150",)))
    assert frozen(town, town.anna, args) == set(customers[1:3])
    within = filtered(town, Condition("last_at", "last", ("1",)))
    assert frozen(town, town.anna, within) == set(customers[:3])


def test_a_search_a_scope_and_a_segment(town: Town, customers: list[int]) -> None:
    shop = town.kavalier
    with shop.work():
        searched = {"f": keep(Kept(search=Search(Criterion.ALL, "C1")))}
        segment = add_segment("Buyers", Condition("sales_count", "more", ("0",)))
    assert frozen(town, town.anna, searched) == {customers[1]}
    assert frozen(town, town.anna, {"point_of_sale": str(shop.own_place)}) == set(customers[:2])
    assert frozen(town, town.anna, {"segment": str(segment)}) == set(customers[:3])


def test_a_location_operator_freezes_its_own(town: Town, customers: list[int]) -> None:
    """PR-3."""
    assert frozen(town, town.boris, {}) == {customers[2]}
    assert frozen(town, town.boris, {}, ids=tuple(customers)) == {customers[2]}


def test_later_changes_do_not_alter_it(town: Town, customers: list[int]) -> None:
    """BA-11: who comes after the preview is not among them; another action freezes anew."""
    shop = town.kavalier
    with shop.work(town.anna):
        batch = steering.begin(Selection())
        steering.choose(batch, "tags", CITY, 5)
        number = batch.id
    with shop.work():
        late = add_customer("Late")
    with shop.work(town.anna):
        steering.confirm(db.session.get_one(Batch, (shop.id, number)), town.anna.role)
    run(shop, number)
    with shop.work():
        done = select(BatchItem.customer_id).where(BatchItem.batch_id == number, BatchItem.state == ItemState.DONE)
        assert set(db.session.scalars(done)) == set(customers)
    with shop.work(town.anna):
        draft = steering.begin(Selection())
        steering.choose(draft, "tags", CITY, 6)
        steering.choose(draft, "access", {"program": shop.program, "given": 2}, 6)
        assert draft.foreseen == {"done": 6, "amount": 0, "reasons": {}}
    assert late
