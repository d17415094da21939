"""A note in the inbox when a bulk action ends, once, for who may see it (INTERFACE: shell)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.bulk.services import steering
from app.bulk.services.locking import held_batch
from app.extensions import db
from app.messaging.models import Direction, Message
from app.permissions import Role
from tests.browsing import text_of
from tests.bulk.batches import confirm, do, preview, undo
from tests.factories import add_customer, add_sale
from tests.people import Person, Shop, Town

TAG = {"way": "add", "key": "city", "value": "Kyiv"}


@pytest.fixture
def customers(town: Town) -> list[int]:
    shop = town.kavalier
    with shop.work():
        people = [add_customer(f"C{number}") for number in range(2)]
        add_sale(people[0], shop.franchised_terminal, 1_000)
        return [*people, add_customer("Last", tags=[("city", "Lviv")])]


def notes(shop: Shop, person: Person | None = None) -> list[tuple[str, str]]:
    """Title and text of what came in, oldest first."""
    with shop.work(person):
        asked = select(Message.title, Message.text).where(Message.direction == Direction.IN).order_by(Message.id)
        return [tuple(row) for row in db.session.execute(asked)]


def test_the_end_comes_into_the_inbox(town: Town, customers: list[int]) -> None:
    """BA-12: what it was and what became of whom, with a link to the report; unread in the header."""
    number = do(town.kavalier, town.anna, "tags", TAG, customers)
    assert notes(town.kavalier) == [("Done: Add the tag city = Kyiv", "2 of 3 customers done. 1 skipped.")]
    browser = town.browser(town.anna)
    page = browser.get("/messages?unread=yes")
    assert "Unread messages: 1" in page.text
    with town.kavalier.work():
        note = db.session.scalars(select(Message.id)).one()
    opened = browser.get(f"/messages/{note}")
    assert f'href="/bulk-actions/{number}"' in opened.text
    undo(town.kavalier, town.anna, number)
    assert notes(town.kavalier)[1] == ("Done: Undo: Add the tag city = Kyiv", "2 of 2 customers done.")


def test_it_is_in_the_language_of_who_began(town: Town, customers: list[int], superuser: object) -> None:
    """I18-1: each in its own, though one worker ends both."""
    shop = town.kavalier
    superuser.execute(b"UPDATE app_user SET language = 'uk' WHERE name LIKE 'Olha%'")  # type: ignore[attr-defined]
    values = {"program": shop.program, "amount": 2_550, "special": False, "valid_days": None, "note": ""}
    do(shop, town.olha, "credit", {**values, "terminal": shop.own_terminal}, customers)
    do(shop, town.anna, "credit", {**values, "terminal": shop.own_terminal}, customers)
    (_uk, uk), (_en, en) = notes(shop)
    assert en == "3 of 3 customers done. In all: 76.50 points."
    assert uk == "Виконано для 3 з 3 клієнтів. Разом: 76,50 балів."


def test_a_location_operator_reads_its_own_alone(town: Town, customers: list[int]) -> None:
    """PR-3: unread, in the list of all, and opened; the brand's are not there, and the brand sees all."""
    shop = town.kavalier
    do(shop, town.anna, "tags", TAG, customers)
    assert notes(shop, town.boris) == []
    do(shop, town.boris, "tags", {**TAG, "key": "milk"}, customers[:1])
    mine = [("Done: Add the tag milk = Kyiv", "1 of 1 customer done.")]
    assert notes(shop, town.boris) == mine
    assert len(notes(shop, town.olha)) == 2
    browser = town.browser(town.boris)
    for page in ("/messages?unread=yes", "/messages", "/messages?direction=in"):
        shown = text_of(browser.get(page))
        assert "Add the tag milk" in shown, page
        assert "Add the tag city" not in shown, page
    assert "1" in text_of(browser.get("/messages/sums"))
    with shop.work():
        ids = list(db.session.scalars(select(Message.id).order_by(Message.id)))
    assert browser.get(f"/messages/{ids[0]}").status_code == 404
    assert "Location" not in text_of(browser.get(f"/messages/{ids[1]}")).partition("Show it")[2][:200]
    assert notes(town.teremok) == []


def test_one_that_is_cancelled_says_so(town: Town, customers: list[int]) -> None:
    """BA-12: whoever began it learns that someone else ended it."""
    shop = town.kavalier
    number = preview(shop, town.anna, "tags", TAG, customers)
    confirm(shop, town.anna, number)
    with shop.work(town.olha):
        steering.cancel(held_batch(number))
    told = "0 of 3 customers done. 1 skipped. 2 left out."
    assert notes(shop) == [("Cancelled: Add the tag city = Kyiv", told)]


def test_one_that_waits_for_a_second_person_says_so(town: Town, customers: list[int]) -> None:
    """BA-15: else nobody would hear of it."""
    shop = town.kavalier
    with shop.work(town.anna):
        steering.set_limits({Role.BRAND_OPERATOR: 1})
    number = preview(shop, town.olha, "tags", TAG, customers)
    with shop.work(town.olha):
        steering.confirm(held_batch(number), Role.BRAND_OPERATOR)
    told = "It is for 2 customers. A second person has to approve it."
    assert notes(shop) == [("Waits for approval: Add the tag city = Kyiv", told)]
