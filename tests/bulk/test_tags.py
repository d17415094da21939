"""Tags in bulk, and the life of a batch on the simplest of actions (BA-10 to BA-14)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.bulk.models import Batch, BatchState
from app.bulk.services import steering
from app.bulk.services.locking import held_batch, share
from app.customers.models import Customer, Tag
from app.extensions import db
from app.lib import dates
from app.permissions import Role
from tests.bulk.batches import became, confirm, do, foreseen, preview, run, state, tallied, undo
from tests.factories import add_customer
from tests.people import Shop, Town

CITY = {"way": "add", "key": "city", "value": "Kyiv"}


def tags(shop: Shop) -> dict[int, str]:
    with shop.work():
        counts = dict(db.session.execute(select(Customer.id, Customer.tag_count)).all())
        found = {row.customer_id: row.value for row in db.session.scalars(select(Tag).where(Tag.key == "city"))}
    assert {number for number, count in counts.items() if count} == set(found)
    return found


@pytest.fixture
def customers(town: Town) -> list[int]:
    """Five, the last of whom lives in Lviv."""
    with town.kavalier.work():
        return [add_customer(f"C{number}") for number in range(4)] + [add_customer("Last", tags=[("city", "Lviv")])]


def test_a_tag_is_added_where_there_is_none(town: Town, customers: list[int]) -> None:
    """BA-10, BA-11, BA-12: matched = done + the sum of skip reasons, in the preview and in the run."""
    shop, last = town.kavalier, customers[-1]
    number = preview(shop, town.anna, "tags", CITY, customers)
    assert foreseen(shop, number) == {"done": 4, "has_tag": 1}
    assert state(shop, number) is BatchState.PREVIEWED
    confirm(shop, town.anna, number)
    run(shop, number)
    assert became(shop, number) == tallied(shop, number) == {"done": 4, "has_tag": 1}
    assert tags(shop) == {**dict.fromkeys(customers[:4], "Kyiv"), last: "Lviv"}
    assert state(shop, number) is BatchState.DONE


@pytest.mark.parametrize("way", ["add", "change", "remove"])
def test_what_was_done_is_undone(town: Town, customers: list[int], way: str) -> None:
    """BA-14: the undoing is a batch of its own; a tag that someone changed since stays."""
    shop, before = town.kavalier, tags(town.kavalier)
    number = do(shop, town.anna, "tags", CITY | {"way": way}, customers)
    assert tags(shop) != before
    undoing = undo(shop, town.anna, number)
    assert tags(shop) == before
    assert (state(shop, number), state(shop, undoing)) == (BatchState.UNDONE, BatchState.DONE)
    with shop.work(town.anna), pytest.raises(steering.WrongStateError):
        steering.begin_undoing(held_batch(number))


def test_who_changed_since_the_preview_is_skipped_and_counted(town: Town, customers: list[int]) -> None:
    """BA-11: tagged, merged or erased meanwhile."""
    shop = town.kavalier
    number = preview(shop, town.anna, "tags", CITY, customers)
    with shop.work():
        db.session.add(Tag(business_id=shop.id, customer_id=customers[0], key="city", value="Odesa"))
        db.session.execute(update(Customer).where(Customer.id == customers[0]).values(tag_count=1))
        db.session.execute(update(Customer).where(Customer.id == customers[1]).values(erased_at=dates.now()))
        merged = update(Customer).where(Customer.id == customers[2])
        db.session.execute(merged.values(merged_into_id=customers[3]))
    confirm(shop, town.anna, number)
    run(shop, number)
    assert became(shop, number) == tallied(shop, number) == {"done": 1, "erased": 1, "merged": 1, "has_tag": 2}


def test_whom_the_preview_skipped_stays_skipped(town: Town, customers: list[int]) -> None:
    """BA-11: the run does what the preview said, for who would be reached by now too."""
    shop, last = town.kavalier, customers[-1]
    number = preview(shop, town.anna, "tags", CITY, customers)
    with shop.work():
        db.session.execute(Tag.__table__.delete())
        db.session.execute(update(Customer).values(tag_count=0))
    confirm(shop, town.anna, number)
    run(shop, number)
    assert last not in tags(shop)


def test_a_location_operator_reaches_its_own_alone(town: Town) -> None:
    """PR-3: whoever is ticked, and who is another location's by the time of the run."""
    shop = town.kavalier
    with shop.work():
        own = add_customer("Own", point_of_sale=shop.franchised_place)
        other = add_customer("Other", point_of_sale=shop.own_place)
    number = do(shop, town.boris, "tags", CITY, [own, other])
    assert became(shop, number) == {"done": 1}
    assert tags(shop) == {own: "Kyiv"}
    with town.teremok.work(town.oleg):
        assert db.session.get(Batch, (shop.id, number)) is None
    brand = do(shop, town.anna, "tags", CITY, [other])
    with shop.work(town.boris):
        assert db.session.scalars(select(Batch.id)).all() == [number]
    assert became(shop, brand) == {"done": 1}


def test_it_is_confirmed_once_and_not_for_nobody(town: Town, customers: list[int]) -> None:
    shop = town.kavalier
    number = preview(shop, town.anna, "tags", CITY, customers)
    confirm(shop, town.anna, number)
    with pytest.raises(steering.WrongStateError):
        confirm(shop, town.anna, number)
    nobody = preview(shop, town.anna, "tags", CITY, [customers[-1]])
    with pytest.raises(steering.NothingToDoError):
        confirm(shop, town.anna, nobody)


def test_paused_it_waits_and_cancelled_it_ends(town: Town, customers: list[int]) -> None:
    """BA-12: nothing is done of what was paused; what was done before a cancel stays."""
    shop = town.kavalier
    number = preview(shop, town.anna, "tags", CITY, customers)
    confirm(shop, town.anna, number)
    with shop.work(town.anna):
        steering.pause(held_batch(number))
    assert state(shop, number) is BatchState.PAUSED
    run(shop, number)
    assert became(shop, number) == {"pending": 4, "has_tag": 1}
    with shop.work(town.anna):
        steering.go_on(held_batch(number))
    with shop.work(town.anna):
        steering.cancel(held_batch(number))
    run(shop, number)
    assert state(shop, number) is BatchState.CANCELLED
    assert became(shop, number) == {"pending": 4, "has_tag": 1}


def test_it_is_stopping_until_the_chunks_under_way_have_ended(town: Town, customers: list[int]) -> None:
    """RELIABILITY: bulk work, 8."""
    shop = town.kavalier
    number = preview(shop, town.anna, "tags", CITY, customers)
    confirm(shop, town.anna, number)
    with shop.app.app_context(), shop.app.app_context():
        with shop.work():
            share(number)
            with shop.work(town.anna):
                steering.pause(held_batch(number))
            assert state(shop, number) is BatchState.PAUSING
        run(shop, number)
    assert state(shop, number) is BatchState.PAUSED


def test_over_a_role_s_limit_a_second_person_is_asked(town: Town, customers: list[int]) -> None:
    """BA-15: who confirmed it does not approve it, nor whose own limit is lower."""
    shop = town.kavalier
    with shop.work(town.anna):
        steering.set_limits({Role.BRAND_OPERATOR: 3, Role.LOCATION_OPERATOR: 3})
    number = preview(shop, town.olha, "tags", CITY, customers)
    confirm(shop, town.olha, number, Role.BRAND_OPERATOR)
    assert state(shop, number) is BatchState.WAITING
    for person, role in ((town.olha, Role.ADMIN), (town.anna, Role.BRAND_OPERATOR)):
        with shop.work(person), pytest.raises(steering.SecondPersonError):
            steering.approve(held_batch(number), role)
    with shop.work(town.anna):
        steering.approve(held_batch(number), Role.ADMIN)
    run(shop, number)
    assert became(shop, number) == {"done": 4, "has_tag": 1}


def test_set_for_later_it_begins_then(town: Town, customers: list[int]) -> None:
    """BA-15: for the customers frozen now."""
    shop = town.kavalier
    number = preview(shop, town.anna, "tags", CITY, customers)
    confirm(shop, town.anna, number, start_at=dates.now() + timedelta(hours=1))
    run(shop, number)
    assert state(shop, number) is BatchState.SCHEDULED
    with shop.work():
        db.session.execute(update(Batch).values(start_at=dates.now() - timedelta(seconds=1)))
    run(shop, number)
    assert became(shop, number) == {"done": 4, "has_tag": 1}


def test_drafts_lapse_after_a_day(town: Town, customers: list[int]) -> None:
    shop = town.kavalier
    old, new = (preview(shop, town.anna, "tags", CITY, customers) for _each in range(2))
    standing = do(shop, town.anna, "tags", CITY, customers)
    with shop.work():
        past = dates.now() - timedelta(hours=25)
        db.session.execute(update(Batch).where(Batch.id != new).values(created_at=past))
    with shop.work():
        assert steering.forget_drafts() == 1
    with shop.work():
        assert set(db.session.scalars(select(Batch.id))) == {new, standing}
    assert became(shop, old) == {}
