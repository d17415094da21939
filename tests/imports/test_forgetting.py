"""Files and rows go in time, and with who is erased (RELIABILITY: files in; CP-8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.bulk.models import RESTS_LAST, Batch
from app.bulk.services.lapsing import lapse_resting
from app.bulk.services.steering import set_limits
from app.customers.details import Details
from app.customers.models import Customer
from app.customers.services.creating import create_customer
from app.customers.services.erasing import Reason, confirmation, erase_customer
from app.extensions import db
from app.imports.models import ImportFile, ImportJob, ImportRow, ImportState
from app.imports.queries import held_import, import_named
from app.imports.services import reading
from app.imports.services.forgetting import KEPT, forget_old
from app.imports.services.mending import refused_file
from app.imports.services.reading import GONE
from app.imports.services.uploading import begin, check, confirm
from app.lib import dates
from app.permissions import Role
from tests.browsing import text_of
from tests.bulk.batches import became
from tests.imports.desk import ImportDesk
from tests.imports.files import bring, csv_bytes, customers, job_of, read, refusals, send, write
from tests.people import Shop, Town

OLENA = Details(phone="+380501112233", email="olena@example.com", cards=("770101",))


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


def test_files_and_rows_go_after_thirty_days(town: Town, shop: Shop) -> None:
    """RELIABILITY: files in."""
    content = csv_bytes(["+380501112233", "Olena"])
    number = bring(shop, town.anna, content)
    with shop.work():
        assert forget_old() == 0
        db.session.execute(update(ImportJob).values(created_at=dates.now() - KEPT - timedelta(1)))
        assert forget_old() == 0
        db.session.execute(db.text("UPDATE batch SET finished_at = finished_at - interval '31 days'"))
    with shop.work():
        assert (forget_old(), forget_old()) == (1, 0)
        assert db.session.scalar(select(func.count()).select_from(ImportRow)) == 0
        assert db.session.scalar(select(func.count()).select_from(ImportFile)) == 0
        assert import_named(number).counts == {"new": 1}
    assert len(customers(shop)) == 1


def test_what_nobody_approves_goes_too(town: Town, shop: Shop) -> None:
    """It lapses after thirty days, and as nothing of it can be undone its rows and file go at once."""
    number = send(shop, town.anna, csv_bytes(["+380501112233", "Olena"]))
    with shop.work(town.anna):
        set_limits({Role.ADMIN: 0})
        confirm(held_import(number), Role.ADMIN)
        db.session.execute(update(ImportJob).values(created_at=dates.now() - KEPT - timedelta(1)))
    with shop.work():
        assert (lapse_resting(), forget_old()) == (0, 0)
        db.session.execute(update(Batch).values(rests_since=dates.now() - RESTS_LAST - timedelta(1)))
        assert (lapse_resting(), forget_old(), forget_old()) == (1, 1, 0)
        assert db.session.scalar(select(func.count()).select_from(ImportRow)) == 0
        assert db.session.scalar(select(func.count()).select_from(ImportFile)) == 0
    page = text_of(town.browser(town.anna).get(f"/imports/{number}"))
    assert "Nobody approved or continued it for 30 days, so it lapsed." in page
    assert customers(shop) == []


def test_what_was_never_confirmed_goes_whole(town: Town, shop: Shop) -> None:
    with shop.work(town.anna):
        begin(csv_bytes(["+380501112233"]), "c.csv")
        db.session.execute(update(ImportJob).values(created_at=dates.now() - KEPT - timedelta(1)))
    with shop.work():
        assert forget_old() == 1
        assert db.session.scalar(select(func.count()).select_from(ImportJob)) == 0


def test_who_is_erased_goes_out_of_the_files(town: Town, shop: Shop) -> None:
    """CP-8: in rows that were written and in those that were refused, in any spelling of the phone."""
    content = csv_bytes(
        ["+380501112233", "Olena", "", "", "7701"], ["(050) 111-22-33", "Olenka"], ["+380501112244", "Ivan"]
    )
    number = bring(shop, town.anna, content)
    with shop.work(town.anna):
        customer = db.session.scalars(select(Customer).where(Customer.phone == "+380501112233")).one()
        erase(customer)
    with shop.work():
        assert [each.raw[:2] for each in db.session.scalars(select(ImportRow).order_by(ImportRow.number))] == [
            [],
            [],
            ["+380501112244", "Ivan"],
        ]
        assert db.session.scalar(select(func.count()).select_from(ImportFile)) == 0
        assert not import_named(number).has_file
        found = "SELECT string_agg(r::text, ' ') FROM import_row r"
        with town.app.test_request_context():
            first = refused_file(import_named(number)).decode("utf-8-sig").splitlines()[1]
        assert first.startswith(",,,,,,Phone: ")
        assert "Olen" not in (text := db.session.scalar(db.text(found)))
        assert "7701" not in text


@pytest.mark.parametrize(
    "row",
    [
        ["+380501112233", "Olena"],
        ["(050) 111 22-33", "Olena"],
        ["", "Olena", "", "Olena@example.com"],
        ["", "Olena", "", "", "7701 01"],
    ],
)
def test_who_is_erased_goes_out_of_files_that_nobody_checked(town: Town, shop: Shop, row: list[str]) -> None:
    """CP-8: its rows are known of none of them, so they are looked into."""
    with shop.work(town.anna):
        customer = create_customer(OLENA, None)
        number = begin(csv_bytes(["+380501112244", "Ivan"], row), "customers.csv").id
        other = begin(csv_bytes(["+380501112255", "Petro", "", "", "7701011"], ["1", "2233"]), "others.csv").id
    with shop.work(town.anna):
        erase(db.session.get_one(Customer, (shop.id, customer)))
    assert (job_of(shop, number).state, job_of(shop, number).fault) == (ImportState.FAILED, GONE)
    assert (job_of(shop, other).state, job_of(shop, other).has_file) == (ImportState.UPLOADED, True)
    with shop.work():
        assert db.session.scalars(select(ImportFile.import_id)).all() == [other]
    assert "The file is not kept any more." in ImportDesk(town, town.anna).see(f"/imports/{number}")


def test_who_is_erased_goes_out_of_a_file_that_is_being_read(
    town: Town, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the rest of it is not read any more."""
    monkeypatch.setattr(reading, "CHUNK", 1)
    with shop.work(town.anna):
        customer = create_customer(OLENA, None)
        job = begin(csv_bytes(["+380501112244", "Ivan"], ["+380501112233", "Olena"]), "customers.csv")
        check(job, job.mapping, shop.program)
        number = job.id
    stops = iter((False, True))
    with shop.app.app_context():
        assert reading.work(shop.id, number, lambda: next(stops))
    with shop.work(town.anna):
        erase(db.session.get_one(Customer, (shop.id, customer)))
    read(shop, number)
    assert (job_of(shop, number).state, job_of(shop, number).lines) == (ImportState.FAILED, 1)


@pytest.mark.parametrize("details", [OLENA, Details(cards=("7701",))])
def test_who_is_erased_does_not_come_back_by_a_draft(town: Town, shop: Shop, details: Details) -> None:
    """The row is about somebody new, as nobody had the phone or the card when it was checked."""
    row = [details.phone, "Olena", "", "", *details.cards]
    number = send(shop, town.anna, csv_bytes(row, ["+380501112244", "Ivan"]))
    with shop.work(town.anna):
        customer = create_customer(details, None)
        erase(db.session.get_one(Customer, (shop.id, customer)))
    assert became(shop, write(shop, town.anna, number)) == {"forgotten": 1, "done": 1}
    assert [each.first_name for each in customers(shop)] == ["Ivan"]


def test_who_is_erased_goes_out_of_a_row_that_was_refused_for_another(town: Town, shop: Shop) -> None:
    """CP-8: the card is another customer's, so it is to that one that the row leads."""
    with shop.work(town.anna):
        create_customer(Details(phone="+380501112244", cards=("7701",)), None)
    number = send(shop, town.anna, csv_bytes([OLENA.phone, "Olena", "", "", "7701"]))
    assert refusals(shop, number) == [(1, "other_phone", "")]
    with shop.work(town.anna):
        customer = create_customer(OLENA, None)
        erase(db.session.get_one(Customer, (shop.id, customer)))
        assert db.session.scalars(select(ImportRow.raw)).all() == [[]]


def erase(customer: Customer) -> None:
    erase_customer(customer, confirmation(customer), Reason.REQUEST)
