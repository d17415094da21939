"""Customers come out of a file as if each had been registered by hand, once (IM-1, IM-2)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app import audit
from app.bulk.models import Batch, BatchState
from app.bulk.services.steering import WrongStateError
from app.customers import stats
from app.customers.details import Details, Standing, details_of
from app.customers.models import Customer, Enrolment
from app.customers.services import create_customer
from app.customers.services.leaving import leave_program
from app.customers.services.merging import hold_pair, merge_customers
from app.customers.services.writing import keep_search_of
from app.extensions import db
from app.imports.models import ImportRow
from app.imports.queries import held_import, import_named, sent_before
from app.imports.services import uploading
from app.ledger.check import faults
from app.ledger.models import Balance, Entry, Lot
from app.lib.collation import sort_key
from app.loyalty.models import Access, FieldKind, Program
from app.loyalty.services import create_program
from app.permissions import Role
from tests.bulk.batches import became, foreseen, run, state, tallied
from tests.factories import add_answer, add_customer, add_question, choice_ids, default_program
from tests.imports.files import HEAD, bring, counts, csv_bytes, customers, refusals, send, take_back, write
from tests.people import Shop, Town

FULL = ("phone", "first name", "last name", "e-mail", "birthday", "language", "cards", "points")
OLENA = ["+380501112233", "Олена", "Коваль-О'Брайен", "Olena@Example.com", "31.12.1990", "uk", "77-01; 7702", "12,5"]


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


def test_a_row_becomes_what_registering_by_hand_makes(town: Town, shop: Shop) -> None:
    """Every table is written as by app.customers.services.create_customer, the search row to the letter."""
    with shop.work():
        default_program().default_access = Access.LIMITED
    number = bring(shop, town.anna, csv_bytes(OLENA, head=FULL))
    (brought,) = customers(shop)
    details = Details("Олена", "Коваль-О'Брайен", "", "olena@example.com", date(1990, 12, 31), "uk")
    with shop.work(town.anna):
        by_hand = create_customer(details, None)
        twin = db.session.get_one(Customer, (shop.id, by_hand))
        for column in Customer.__table__.columns:
            if column.name not in ("id", "phone", "registered_at", "created_at", "card_count"):
                assert getattr(brought, column.name) == getattr(twin, column.name), column.name
        found = details_of(db.session.get_one(Customer, (shop.id, brought.id)))
        assert found == Details(
            *("Олена", "Коваль-О'Брайен", "+380501112233", "olena@example.com", date(1990, 12, 31), "uk"),
            cards=("7701", "7702"),
            standings={shop.program: Standing(Access.LIMITED)},
        )
        for table in ("customer_stats", "enrolment", "balance", "customer_holding"):
            rows = {
                each: db.session.scalar(
                    db.text(f"SELECT count(*) FROM {table} WHERE customer_id = :customer"), {"customer": each}
                )
                for each in (brought.id, by_hand)
            }
            assert rows[brought.id] == rows[by_hand] > 0, table
        assert stats.differences().number == 0
    assert counts(shop, number) == {"new": 1}


def test_it_is_found_as_who_was_registered_by_hand(town: Town, shop: Shop) -> None:
    """CT-6: the same lexemes, of who is new and of who was changed."""
    with shop.work():
        add_customer("Olena", "Koval", "+380501112244", cards=["88"])
    bring(shop, town.anna, csv_bytes(OLENA, ["+380501112244", "Olha", "", "o@example.com"], head=FULL))
    with shop.work():
        ids = [each.id for each in db.session.scalars(select(Customer))]
        before = documents(ids)
        keep_search_of(ids)
        assert documents(ids) == before
        assert all("f:" in each and "r:" in each for each in before)


def documents(ids: list[int]) -> list[str]:
    asked = db.text("SELECT document::text FROM customer_search WHERE customer_id = ANY(:ids) ORDER BY customer_id")
    return list(db.session.scalars(asked, {"ids": ids}))


def test_what_a_row_leaves_open_stays(town: Town, shop: Shop) -> None:
    """IM-1: a known customer gets what the row says, and keeps the rest."""
    with shop.work():
        city, coffee = add_question("City"), add_question("Coffee", FieldKind.CHOICE, choices=["Latte", "Mocha"])
        number = add_customer("Olena", "Koval", "+380501112233", email="olena@example.com", cards=["7701"])
        add_answer(number, city, words="Lviv")
        latte, mocha = choice_ids(coffee)
    content = csv_bytes(["+380501112233", "Olha", "", "", "7702", "", "Mocha"], head=(*HEAD, "Coffee"))
    bring(shop, town.anna, content)
    with shop.work():
        changed = db.session.get_one(Customer, (shop.id, number))
        found = details_of(changed)
        assert found.names == {"first_name": "Olha", "last_name": "Koval"}
        assert (found.email, found.cards) == ("olena@example.com", ("7701", "7702"))
        assert found.answers == {city: "Lviv", coffee: mocha}
        assert (changed.name_key, changed.card_count, changed.version) == (sort_key("Koval", "Olha"), 2, 2)
        assert latte != mocha


def test_the_program_takes_them_in(town: Town, shop: Shop) -> None:
    """AC-2: who is new comes into the default program as well, each with the program's own default."""
    with shop.work():
        second = create_program("Wine", {"en": "Wine"})
        db.session.get_one(Program, (shop.id, second)).default_access = Access.NONE
        known = add_customer("Olena", "Koval", "+380501112233", point_of_sale=shop.franchised_place)
    content = csv_bytes(["+380501112233"], ["+380501112244", "", "", "", "", "5"])
    bring(shop, town.anna, content, program=second)
    new = next(each.id for each in customers(shop) if each.id != known)
    with shop.work():
        rows = db.session.execute(select(Enrolment.customer_id, Enrolment.program_id, Enrolment.access))
        assert set(map(tuple, rows)) == {
            *((each, shop.program, Access.FULL) for each in (known, new)),
            *((each, second, Access.NONE) for each in (known, new)),
        }
        wallet = db.session.get_one(Program, (shop.id, second)).wallet_id
        held = select(Balance.customer_id, Balance.amount).where(Balance.wallet_id == wallet)
        assert dict(map(tuple, db.session.execute(held))) == {known: 0, new: 500}
        assert stats.differences().number == 0


def test_points_to_begin_with_are_an_entry_of_the_ledger(town: Town, shop: Shop) -> None:
    """IM-1: with the validity of ordinary points."""
    with shop.work():
        default_program().points_days = 30
        add_customer("Ivan", "Bondar", "+380501112244")
    number = bring(shop, town.anna, csv_bytes(OLENA, ["+380501112244", *[""] * 6, "3"], head=FULL))
    with shop.work():
        entries = db.session.scalars(select(Entry).order_by(Entry.amount)).all()
        assert [(each.amount, each.note) for each in entries] == [(300, "customers.csv"), (1_250, "customers.csv")]
        lots = db.session.scalars(select(Lot)).all()
        assert {each.expires_at - entries[0].at < timedelta(30) for each in lots} == {True}
        assert faults() == []
        batch = import_named(number).batch_id or 0
    assert foreseen(shop, batch) == became(shop, batch) == tallied(shop, batch) == {"done": 2}


def test_the_same_file_again_makes_nothing_again(town: Town, shop: Shop) -> None:
    """IM-2: nor with more points in it, nor after a merge."""
    bring(shop, town.anna, csv_bytes(OLENA, ["+380501112244", "Ivan", *[""] * 5, "3"], head=FULL))
    again = send(shop, town.anna, csv_bytes(OLENA, ["+380501112244", "Ivan", *[""] * 5, "99"], head=FULL))
    assert counts(shop, again) == {"unchanged": 2}
    with shop.work(town.anna):
        assert import_named(again).batch_id is None
        olena, ivan = (each.id for each in db.session.scalars(select(Customer).order_by(Customer.id)))
        merge_customers(*hold_pair(olena, ivan), set())
    content = csv_bytes(["+380501112244", *[""] * 6, "3"], head=FULL)
    assert counts(shop, send(shop, town.anna, content)) == {"unchanged": 1}
    with shop.work():
        assert db.session.scalar(select(func.sum(Balance.amount))) == 1_550
        assert faults() == []


def test_points_that_were_given_already_are_not_foreseen(town: Town, shop: Shop) -> None:
    """BA-11: by what the row does else, nor shown beside it."""
    bring(shop, town.anna, csv_bytes(["+380501112244", "Ivan", *[""] * 5, "3"], head=FULL))
    rows = ["+380501112244", "Petro", *[""] * 5, "99"], ["+380501112255", *[""] * 6, "2"]
    number = send(shop, town.anna, csv_bytes(*rows, head=FULL))
    assert counts(shop, number) == {"updated": 1, "new": 1}
    with shop.work():
        found = import_named(number)
        points = select(ImportRow.points).where(ImportRow.import_id == number).order_by(ImportRow.number)
        assert db.session.scalars(points).all() == [0, 200]
        assert db.session.get_one(Batch, (shop.id, found.batch_id)).foreseen["amount"] == 200
    write(shop, town.anna, number)
    with shop.work():
        assert db.session.scalar(select(func.sum(Balance.amount))) == 500


def test_who_left_or_is_blacklisted_gets_no_points(town: Town, shop: Shop) -> None:
    """AC-1, LP-5: as by a bulk credit; a row without points is taken, and who waits for access has them waiting."""
    with shop.work():
        default_program().default_access = Access.NONE
        gone = add_customer("Nina", "Levchuk", "+380501112233")
        add_customer("Ivan", "Bondar", "+380501112244", access=Access.BLACKLISTED)
        add_customer("Oleh", "Moroz", "+380501112255", access=Access.NONE)
        leave_program(db.session.get_one(Customer, (shop.id, gone)), shop.program)
    given = [[f"+3805011122{each}", *[""] * 4, "5"] for each in (33, 44, 55, 66)]
    number = send(shop, town.anna, csv_bytes(*given))
    assert refusals(shop, number) == [(1, "left", "points"), (2, "blacklisted", "points")]
    write(shop, town.anna, number)
    with shop.work():
        assert db.session.scalar(select(func.sum(Balance.amount))) == 1_000
    named = send(shop, town.anna, csv_bytes(["+380501112233", "Nino"], ["+380501112244", "Ivan", "Bondarenko"]))
    assert counts(shop, named) == {"updated": 2}


def test_who_leaves_after_the_dry_run_is_passed_over(town: Town, shop: Shop) -> None:
    with shop.work():
        known = [add_customer("Nina", phone=each) for each in ("+380501112233", "+380501112244")]
    rows = [[each, "Nino", *[""] * 3, points] for each, points in (("+380501112233", 5), ("+380501112244", ""))]
    number = send(shop, town.anna, csv_bytes(*rows))
    with shop.work():
        for each in known:
            leave_program(db.session.get_one(Customer, (shop.id, each)), shop.program)
    assert became(shop, write(shop, town.anna, number)) == {"done": 1, "left": 1}


def test_a_file_that_was_sent_before_is_recognised(town: Town, shop: Shop) -> None:
    content = csv_bytes(OLENA, head=FULL)
    draft = send(shop, town.anna, content)
    again = send(shop, town.anna, content)
    with shop.work():
        assert sent_before(import_named(again)) is None
    write(shop, town.anna, draft)
    with shop.work():
        assert (found := sent_before(import_named(again))) is not None
        assert found.id == draft
    take_back(shop, town.anna, draft)
    with shop.work():
        assert sent_before(import_named(again)) is None


def test_who_came_meanwhile_is_refused_and_the_rest_is_written(town: Town, shop: Shop) -> None:
    """BA-11: what changed since the dry run is passed over, with the reason; never two customers of one phone."""
    with shop.work():
        known = add_customer("Nina", "Levchuk", "+380501112266", cards=["7701"])
    rows = (["+380501112233"], ["+380501112244"], ["", "Nino", "", "", "7701"], ["+380501112255", "", "", "", "7703"])
    number = send(shop, town.anna, csv_bytes(*rows))
    with shop.work(town.anna):
        create_customer(Details(phone="+380501112233"), None)
        create_customer(Details(cards=("7703",)), None)
        other = create_customer(Details(phone="+380501112277"), None)
        merge_customers(*hold_pair(other, known), set())
    batch = write(shop, town.anna, number)
    told = {"done": 1, "taken_phone": 1, "merged": 1, "taken_card": 1}
    assert became(shop, batch) == tallied(shop, batch) == told
    assert sorted(each.phone for each in customers(shop)) == [
        "",
        *sorted(f"+3805011122{each}" for each in (33, 44, 66, 77)),
    ]
    with shop.work():
        assert stats.differences().number == 0


def test_it_is_confirmed_once(town: Town, shop: Shop) -> None:
    number = send(shop, town.anna, csv_bytes(OLENA, head=FULL))
    with shop.work(town.anna):
        batch = uploading.confirm(held_import(number), Role.ADMIN).id
    with shop.work(town.anna), pytest.raises(WrongStateError):
        uploading.confirm(held_import(number), Role.ADMIN)
    run(shop, batch)
    assert state(shop, batch) is BatchState.DONE
    assert refusals(shop, number) == []
    with shop.work():
        lines = db.session.scalars(select(audit.AuditEntry.action).order_by(audit.AuditEntry.id)).all()
        assert [each for each in lines if each.startswith("import.")] == ["import.upload", "import.confirm"]
        assert audit.first_broken_entry() is None
