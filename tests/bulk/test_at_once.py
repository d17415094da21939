"""Bulk actions that meet: over the same customers, in two tabs, of nobody, and with customers that are gone since."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from app.bulk.models import Batch, BatchItem, BatchState
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.customers.queries import customer_to_erase
from app.customers.services.erasing import confirmation, erase_customer
from app.customers.services.merging import hold_pair, merge_customers
from app.customers.services.selecting import Selection
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, Entry
from app.permissions import Role
from tests.browsing import text_of
from tests.bulk.batches import became, confirm, do, foreseen, preview, run, state, tallied
from tests.bulk.desk import Desk
from tests.bulk.kills import credit, crowd
from tests.factories import add_customer
from tests.people import Town

HELD = 1_000


def test_two_actions_on_the_same_customers_at_once(town: Town) -> None:
    """BA-13: each is done to each once, and neither waits for the other's end; half of the customers are in both."""
    shop = town.kavalier
    people = crowd(shop, 1_200)
    do(shop, town.anna, "credit", credit(town, HELD), people)
    removal = {"program": shop.program, "terminal": shop.own_terminal, "note": "", "amount": 300}
    adding = preview(shop, town.anna, "credit", credit(town, 500), people[:800])
    taking = preview(shop, town.anna, "removal", removal, people[400:])
    for each in (adding, taking):
        confirm(shop, town.anna, each)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: run(shop, number), [adding, taking] * 2))
    for each in (adding, taking):
        assert state(shop, each) is BatchState.DONE
        assert became(shop, each) == tallied(shop, each) == {"done": 800}
    with shop.work():
        assert faults() == []
        counted = select(Balance.amount, func.count()).where(Balance.wallet_id == shop.wallet).group_by(Balance.amount)
        assert dict(db.session.execute(counted).all()) == {1_500: 400, 1_200: 400, 700: 400}


def test_confirmed_in_two_tabs_at_once_it_is_done_once(town: Town) -> None:
    """BA-13: whoever is second is told how it stands."""
    shop = town.kavalier
    people = crowd(shop, 100)
    number = preview(shop, town.anna, "credit", credit(town), people)

    def press(_tab: int) -> str:
        try:
            with shop.work(town.anna):
                steering.confirm(held_batch(number), Role.ADMIN)
        except steering.WrongStateError as error:
            return error.state.name
        return "confirmed"

    with ThreadPoolExecutor(8) as pool:
        told = sorted(pool.map(press, range(8)))
    assert told == ["RUNNING"] * 7 + ["confirmed"]
    run(shop, number)
    with shop.work():
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 100


def test_what_another_tab_changed_meanwhile_is_not_confirmed_unseen(town: Town) -> None:
    """BA-11: who looks at one preview does not confirm another; the new one is shown instead."""
    with town.kavalier.work():
        ids = [add_customer("A"), add_customer("B")]
    desk = Desk(town, town.anna)
    page = desk.previewed(ids)
    seen = desk.seen(page)
    desk.send(f"{page}/action", action="tags", way="add", key="city", value="Lviv")
    assert desk.send(f"{page}/confirmation", seen=seen) == (303, page)
    shown = desk.client.get(page)
    assert "changed meanwhile" in shown.text
    assert "Confirm for 2 customers" in text_of(shown)
    desk.send(f"{page}/confirmation")
    assert "Confirm for" not in desk.see(page)


def test_the_same_confirmation_sent_twice_gets_the_same_answer(town: Town) -> None:
    """RELIABILITY: a double click, or a browser that had no answer."""
    with town.kavalier.work():
        people = [add_customer("C")]
    desk, key = Desk(town, town.anna), str(uuid.uuid4())
    page = desk.previewed(people)
    assert [desk.send(f"{page}/confirmation", form_key=key) for _click in range(2)] == [(303, page)] * 2


def test_a_selection_of_nobody(town: Town) -> None:
    """BA-11: it is previewed, says so, and cannot be confirmed."""
    shop, desk = town.kavalier, Desk(town, town.anna)
    with shop.work(town.anna):
        batch = steering.begin(Selection(ids=(999_999,)))
        steering.choose(batch, "tags", {"way": "add", "key": "city", "value": "Kyiv"}, 1)
        number, said = batch.id, batch.foreseen
    assert said == {"done": 0, "amount": 0, "reasons": {}}
    shown = desk.client.get(f"/bulk-actions/{number}")
    assert "Nobody would be reached" in text_of(shown)
    assert "/confirmation" not in shown.text or "Confirm for" not in text_of(shown)
    assert desk.send(f"/bulk-actions/{number}/confirmation")[0] == 409
    assert state(shop, number) is BatchState.PREVIEWED


def test_who_is_merged_or_erased_between_preview_and_run(town: Town) -> None:
    """BA-11: skipped, counted and named; the record that stands for a merged one gets nothing in its place."""
    shop = town.kavalier
    with shop.work():
        stays, merged, erased, survivor = (add_customer(name) for name in ("Stays", "Merged", "Erased", "Survivor"))
    number = preview(shop, town.anna, "credit", credit(town), [stays, merged, erased])
    assert foreseen(shop, number) == {"done": 3}
    with shop.work(town.anna):
        merge_customers(*hold_pair(survivor, merged), set())
        customer = customer_to_erase(erased)
        erase_customer(customer, confirmation(customer), None)
    confirm(shop, town.anna, number)
    run(shop, number)
    assert became(shop, number) == tallied(shop, number) == {"done": 1, "merged": 1, "erased": 1}
    with shop.work():
        named = select(BatchItem.customer_id, BatchItem.reason).where(BatchItem.reason.is_not(None))
        assert dict(db.session.execute(named).all()) == {
            merged: "merged",
            erased: "erased",
        }
        assert list(db.session.scalars(select(Entry.customer_id))) == [stays]
        assert db.session.get_one(Batch, (shop.id, number)).selected == 3
