"""What was typed in bulk actions for one customer alone goes with it (CP-8, CP-10)."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from sqlalchemy import update

from app.bulk.models import Batch, BatchState
from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.customers.models import Customer
from app.customers.queries import customer_to_erase
from app.customers.services.erasing import confirmation, erase_customer
from app.extensions import db
from tests.bulk.batches import became, confirm, do, preview, run, state
from tests.bulk.desk import Desk
from tests.factories import add_customer
from tests.people import Shop, Town

SECRET = "Dear Solomia, your oat milk"
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"


@pytest.fixture
def solomia(town: Town) -> int:
    with town.kavalier.work():
        return add_customer("Solomia", phone="+380674120855", confirmed=True)


def message(shop: Shop, **more: Any) -> dict[str, Any]:
    said = {"titles": {"en": f"{SECRET} is here"}, "texts": {"en": f"{SECRET} came"}, "ends": None}
    return {"program": shop.program, "channel": "email", **said, **more}


def crediting(shop: Shop) -> dict[str, Any]:
    place = {"program": shop.program, "terminal": shop.own_terminal, "note": ""}
    return {**place, "amount": 100, "special": False, "valid_days": None, "texts": {"en": SECRET}}


def erase(town: Town, customer: int) -> None:
    with town.kavalier.work(town.anna):
        row = customer_to_erase(customer)
        erase_customer(row, confirmation(row), None)


def tells_of(superuser: psycopg.Connection, words: str = "olomia") -> list[str]:
    """The tables in which the words stand."""
    tables = [name for (name,) in superuser.execute(TABLES)]
    return [
        name
        for name in tables
        if superuser.execute(
            f'SELECT 1 FROM "{name}" t WHERE t::text LIKE %s LIMIT 1'.encode(), [f"%{words}%"]
        ).fetchall()
    ]


def test_texts_and_titles_of_what_ended_are_gone_and_its_pages_say_so(
    town: Town, solomia: int, superuser: psycopg.Connection
) -> None:
    """CP-8: also the note in the inbox, which is headed by the text, and an undoing; in the panel's languages."""
    shop, desk = town.kavalier, Desk(town, town.anna)
    with shop.work():
        db.session.execute(update(Customer).values(email="s@example.com", language="en"))
    written = do(shop, town.anna, "message", message(shop), [solomia])
    credited = do(shop, town.anna, "credit", crediting(shop), [solomia])
    tagged = do(shop, town.anna, "tags", {"way": "add", "key": "likes", "value": "oat milk"}, [solomia])
    with shop.work(town.anna):
        undoing = steering.begin_undoing(held_batch(credited)).id
    assert {"batch", "message"} <= set(tells_of(superuser))
    erase(town, solomia)
    assert tells_of(superuser) == tells_of(superuser, "oat milk") == []
    assert "Message whose text was erased" in desk.see("/bulk-actions")
    assert "Add the tag likes = (erased)" in desk.see(f"/bulk-actions/{tagged}")
    for number in (written, credited, undoing):
        assert "It was erased with the customer." in desk.see(f"/bulk-actions/{number}")
    assert "1 of 1 customer done." in desk.see("/messages")
    for language, words in (("uk", "Повідомлення, текст якого стерто"), ("ru", "Сообщение, текст которого стёрт")):
        superuser.execute("UPDATE app_user SET language = %s", [language])
        assert words in desk.see("/bulk-actions"), language


def test_what_others_got_too_stays(town: Town, solomia: int) -> None:
    """It is not about one; who of them is erased is left without a text of its own alone."""
    shop = town.kavalier
    with shop.work():
        olena = add_customer("Olena", phone="+380671112233", confirmed=True)
    number = do(shop, town.anna, "message", message(shop, channel="sms", titles={}), [solomia, olena])
    erase(town, solomia)
    with shop.work():
        assert db.session.get_one(Batch, (shop.id, number)).values["texts"] == {"en": f"{SECRET} came"}


def test_what_is_drafted_or_waits_goes_at_once_and_ends_with_nobody(
    town: Town, solomia: int, superuser: psycopg.Connection
) -> None:
    """CP-8: nobody else is in it, so nobody is told anything."""
    shop, desk = town.kavalier, Desk(town, town.anna)
    said = message(shop, channel="sms", titles={})
    draft, waiting = (preview(shop, town.anna, "message", said, [solomia]) for _ in range(2))
    confirm(shop, town.anna, waiting)
    erase(town, solomia)
    assert tells_of(superuser) == []
    for number in (draft, waiting):
        assert "Message whose text was erased" in desk.see(f"/bulk-actions/{number}")
    assert "Text" in desk.see(f"/bulk-actions/{draft}/action?action=message")
    run(shop, waiting)
    assert became(shop, waiting) == {"erased": 1}
    assert state(shop, waiting) is BatchState.DONE
    assert tells_of(superuser) == []


def test_one_that_its_erasure_did_not_see_yet_goes_when_it_runs(
    town: Town, solomia: int, superuser: psycopg.Connection
) -> None:
    """CP-8: frozen in the moment of the erasure, as two who work at once may do."""
    shop = town.kavalier
    number = preview(shop, town.anna, "message", message(shop, channel="sms", titles={}), [solomia])
    confirm(shop, town.anna, number)
    with shop.work():
        db.session.execute(update(Customer).values(erased_at=Customer.created_at, first_name="", phone=""))
    run(shop, number)
    assert "batch" not in tells_of(superuser)


def test_drafts_of_one_are_met_by_an_index(town: Town, solomia: int, superuser: psycopg.Connection) -> None:
    """PERFORMANCE: an erasure walks no list of bulk actions."""
    preview(town.kavalier, town.anna, "credit", crediting(town.kavalier), [solomia])
    superuser.execute("SET enable_seqscan = off")
    asked = f"EXPLAIN SELECT * FROM batch WHERE business_id = {town.kavalier.id} AND only_customer_id = {solomia}"
    plan = " ".join(line for (line,) in superuser.execute(asked.encode()))
    assert "batch_only_customer_idx" in plan
