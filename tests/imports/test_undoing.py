"""An import is taken back, but for what happened since, which is named (IM-2, BA-14)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.bulk.models import BatchItem, BatchState
from app.customers import stats
from app.customers.details import Details, details_of
from app.customers.models import Customer, CustomerSearch, Enrolment
from app.customers.services import change_customer
from app.extensions import db
from app.imports.queries import import_named
from app.ledger.check import faults
from app.ledger.models import Balance, EntryKind
from app.ledger.services import Many, spend_many
from app.loyalty.models import FieldKind
from app.loyalty.services import create_program
from tests.bulk.batches import became, foreseen, state
from tests.factories import add_answer, add_customer, add_message, add_points, add_question, add_sale, give_offer
from tests.factories import add_offer as make_offer
from tests.imports.files import HEAD, bring, counts, csv_bytes, customers, send, take_back
from tests.people import Shop, Town


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


def of(shop: Shop, phone: str) -> int:
    return next(each.id for each in customers(shop) if each.phone == phone)


def test_who_came_with_it_and_did_nothing_goes(town: Town, shop: Shop) -> None:
    """IM-2: phone and card are free again, and the same file makes them anew."""
    content = csv_bytes(["+380501112233", "Olena", "Koval", "o@example.com", "7701", "12"], ["+380501112244"])
    number = bring(shop, town.anna, content)
    batch = take_back(shop, town.anna, number)
    assert became(shop, batch) == {"done": 2}
    assert customers(shop) == []
    with shop.work():
        assert db.session.scalar(select(func.count()).select_from(CustomerSearch)) == 0
        assert faults() == []
        assert stats.differences().number == 0
        original = import_named(number).batch_id or 0
    assert state(shop, original) is BatchState.UNDONE
    again = bring(shop, town.anna, content)
    assert counts(shop, again) == {"new": 2}
    with shop.work():
        assert db.session.scalar(select(func.sum(Balance.amount))) == 1_200
        assert faults() == []


def test_who_did_something_since_stays(town: Town, shop: Shop) -> None:
    phones = [f"+38050111223{each}" for each in range(8)]
    number = bring(shop, town.anna, csv_bytes(*[[each, "Olena", "", "", "", "5"] for each in phones]))
    ids = [of(shop, each) for each in phones]
    with shop.work(town.anna):
        add_sale(ids[0], shop.own_terminal, 10_000)
        add_points(ids[1], 100)
        add_message(ids[2])
        give_offer(ids[3], make_offer())
        changed = db.session.get_one(Customer, (shop.id, ids[4]))
        change_customer(changed, Details("Olha", phone=phones[4], standings=details_of(changed).standings))
        db.session.get_one(Customer, (shop.id, ids[5])).confirmed = True
    batch = take_back(shop, town.anna, number)
    assert became(shop, batch) == {"done": 2, "active": 3, "written_to": 1, "changed_since": 2}
    assert foreseen(shop, batch) == became(shop, batch)
    assert [each.id for each in customers(shop)] == ids[:6]
    with shop.work():
        assert faults() == []
        assert stats.differences().number == 0


def test_what_it_changed_is_as_it_was(town: Town, shop: Shop) -> None:
    """Every value, in every table."""
    with shop.work():
        city, height = add_question("City"), add_question("Height", FieldKind.NUMBER)
        number = add_customer("Olena", "Koval", "", email="olena@example.com", cards=["7701"])
        add_answer(number, city, words="Lviv")
    kept = as_is(shop, number)
    head = (*HEAD, "birthday", "language", "City", "Height")
    row = ["+380501112233", "Olha", "Tkach", "o@example.com", "7701,7702", "9", "31.12.1990", "uk", "Kyiv", "1,7"]
    brought = bring(shop, town.anna, csv_bytes(row, head=head))
    assert as_is(shop, number) != kept
    with shop.work():
        found = details_of(db.session.get_one(Customer, (shop.id, number)))
        assert (found.phone, found.answers) == ("+380501112233", {city: "Kyiv", height: 17_000})
    batch = take_back(shop, town.anna, brought)
    assert became(shop, batch) == {"done": 1}
    assert as_is(shop, number) == kept
    assert left(shop, batch) == []
    with shop.work():
        assert faults() == []


def as_is(shop: Shop, number: int) -> tuple[object, ...]:
    """All that is known of a customer, but how often it was changed."""
    with shop.work():
        row = db.session.get_one(Customer, (shop.id, number))
        columns = [getattr(row, each.name) for each in Customer.__table__.columns if each.name != "version"]
        document = db.session.scalar(
            db.text("SELECT document::text FROM customer_search WHERE customer_id = :id"), {"id": number}
        )
        held = db.session.scalar(select(func.sum(Balance.amount)).where(Balance.customer_id == number))
        return (*columns, details_of(row), document, held)


def left(shop: Shop, batch: int) -> list[dict[str, list[str]]]:
    with shop.work():
        return [each for each in db.session.scalars(select(BatchItem.kept).where(BatchItem.batch_id == batch)) if each]


def test_what_was_changed_since_stays_and_is_named(town: Town, shop: Shop) -> None:
    with shop.work():
        city = add_question("City")
        number = add_customer("Olena", "Koval", "+380501112233")
    row = ["+380501112233", "Olha", "Tkach", "", "7702", "9", "Kyiv"]
    brought = bring(shop, town.anna, csv_bytes(row, head=(*HEAD, "City")))
    with shop.work(town.anna):
        changed = db.session.get_one(Customer, (shop.id, number))
        now = details_of(changed)
        change_customer(
            changed,
            Details(
                "Oksana", now.last_name, now.phone, cards=now.cards, answers={city: "Dnipro"}, standings=now.standings
            ),
        )
    spend(shop, town, number, 400)
    batch = take_back(shop, town.anna, brought)
    assert left(shop, batch) == [{"left": ["first_name", "points", f"answer_{city}"]}]
    with shop.work():
        found = details_of(db.session.get_one(Customer, (shop.id, number)))
        assert (found.first_name, found.last_name, found.cards) == ("Oksana", "Koval", ())
        assert found.answers == {city: "Dnipro"}
        assert db.session.scalar(select(Balance.amount).where(Balance.customer_id == number)) == 0
        assert faults() == []


def spend(shop: Shop, town: Town, number: int, amount: int) -> None:
    with shop.work(town.anna):
        spend_many(Many(shop.wallet, [number], EntryKind.REMOVED, "test"), [amount])


def test_who_was_taken_into_a_program_goes_out_of_it(town: Town, shop: Shop) -> None:
    with shop.work():
        second = create_program("Wine", {"en": "Wine"})
        number = add_customer("Olena", "Koval", "+380501112233")
    brought = bring(shop, town.anna, csv_bytes(["+380501112233"]), program=second)
    with shop.work():
        assert db.session.get(Enrolment, (shop.id, second, number)) is not None
    take_back(shop, town.anna, brought)
    with shop.work():
        assert db.session.get(Enrolment, (shop.id, second, number)) is None
        assert stats.differences().number == 0
    assert counts(shop, send(shop, town.anna, csv_bytes(["+380501112233"]))) == {"unchanged": 1}
