"""Refused rows come back as a file, are mended and sent again alone; files and rows go in time (IM-2, CP-8)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.customers.details import Details
from app.customers.services.creating import create_customer
from app.imports.models import ImportJob
from app.imports.parsing import Format
from app.imports.queries import every_refused, held_import, import_named, mended_as, refused_page
from app.imports.services import mending, reading, uploading
from app.imports.services.mending import refused_file, send_again
from app.imports.services.uploading import WrongStateError
from app.loyalty.queries import question_named
from app.loyalty.services.questionnaire import archive_question
from tests.bulk.batches import became
from tests.factories import add_question
from tests.imports.files import HEAD, bring, counts, csv_bytes, customers, read, refusals, send, write
from tests.people import Shop, Town

ROWS = (
    ["+380501112233", "Olena"],
    ["0501112244", "=cmd()", "-1"],
    ["+380501112255", "Ivan", "", "ivan@"],
)


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


def test_they_come_as_a_file_with_their_columns_and_the_reason(town: Town, shop: Shop) -> None:
    """IM-2: what spreadsheets would work out is text in it, and read as it was when it is sent again."""
    number = send(shop, town.anna, csv_bytes(*ROWS))
    with shop.work(town.anna), town.app.test_request_context():
        content = refused_file(import_named(number))
        assert len(list(every_refused(number))) == 2
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0] == "phone,first name,last name,e-mail,cards,points,Reason"
    assert lines[1].startswith("0501112244,'=cmd(),'-1,,,,Phone: The phone does not begin with +")
    assert lines[2].startswith("'+380501112255,Ivan,,ivan@,,,E-mail: ")
    again = send(shop, town.anna, content, country="UA")
    assert counts(shop, again) == {"new": 1, "refused": 1}
    assert refusals(shop, again) == [(2, "email", "email")]
    write(shop, town.anna, again)
    assert [(each.first_name, each.last_name) for each in customers(shop)] == [("=cmd()", "-1")]


def test_the_file_has_the_delimiter_that_theirs_had(town: Town, shop: Shop) -> None:
    """IM-2: a spreadsheet opens it as it wrote the first; rows that are mended twice, too."""
    number = bring(shop, town.anna, b"phone;name\n0501112244;a,b\n0501112255;c\n+380501112288;d\n")
    with shop.work(town.anna), town.app.test_request_context():
        assert refused_file(import_named(number)).decode("utf-8-sig").startswith("phone;name;Reason\r\n0501112244;a,b;")
        again = send_again(import_named(number), {1: ["0501112266", "a;b"]}).id
    read(shop, again)
    with shop.work(town.anna), town.app.test_request_context():
        assert send_again(held_import(number), {2: ["0501112277", "c"]}).id == again
    read(shop, again)
    with shop.work(town.anna), town.app.test_request_context():
        lines = refused_file(import_named(again)).decode("utf-8-sig").splitlines()
    assert [line.rpartition(";")[0] for line in lines] == ["phone;name", '0501112266;"a;b"', "0501112277;c"]


def test_mended_rows_are_sent_again_alone(town: Town, shop: Shop) -> None:
    number = bring(shop, town.anna, csv_bytes(*ROWS))
    with shop.work(town.anna):
        (_first, second) = (each.row for each in refused_page(number))
        mended = [*second.raw[:3], "ivan@example.com", *second.raw[4:]]
        again = send_again(import_named(number), {second.number: mended}).id
    read(shop, again)
    assert counts(shop, again) == {"new": 1}
    write(shop, town.anna, again)
    assert [each.email for each in customers(shop)] == ["", "ivan@example.com"]
    with shop.work():
        assert [each.id for each in mended_as(import_named(number))] == [again]


def test_what_joins_a_draft_while_it_is_read_is_read_too(town: Town, shop: Shop) -> None:
    """Its first rows are not yet kept, and those that the worker has in hand are of the file before."""
    number = bring(shop, town.anna, csv_bytes(*ROWS))
    phones = {2: "+380501112244", 3: "+380501112255"}

    def mend(row: int) -> int:
        with shop.work(town.anna):
            return send_again(held_import(number), {row: [phones[row], *[""] * 5]}).id

    again = mend(2)
    joined: list[int] = []

    def joining() -> bool:
        joined[:] = joined or [mend(3)]
        return False

    with shop.app.app_context():
        assert reading.work(shop.id, again, joining) is False
    assert joined == [again]
    read(shop, again)
    assert counts(shop, again) == {"new": 2}


def test_a_draft_that_is_removed_meanwhile_is_joined_no_more(
    town: Town, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = send(shop, town.anna, csv_bytes(*ROWS))
    with shop.work(town.anna):
        first = send_again(held_import(number), {2: ["+380501112244", *[""] * 5]}).id

    def removing(job: ImportJob) -> Sequence[ImportJob]:
        found = mended_as(job)
        with shop.work(town.anna):
            uploading.discard(held_import(first))
        return found

    monkeypatch.setattr(mending, "mended_as", removing)
    with shop.work(town.anna):
        again = send_again(held_import(number), {3: ["+380501112255", *[""] * 5]})
        assert (again.id == first, again.parent_rows) == (False, [3])


def test_rows_of_another_reading_are_a_draft_of_their_own(town: Town, shop: Shop) -> None:
    """Their numbers are other ones: the row that was mended before would be lost under one of them."""
    number = send(shop, town.anna, csv_bytes(*ROWS))
    with shop.work(town.anna):
        first = send_again(held_import(number), {3: ["+380501112255", *[""] * 5]}).id
    with shop.work(town.anna):
        job = held_import(number)
        uploading.read_as(job, Format("utf-8", ",", has_header=False))
        uploading.check(job, ["phone", "first_name", *[""] * 4], shop.program)
    read(shop, number)
    with shop.work(town.anna):
        other = send_again(held_import(number), {3: ["+380501112244", *[""] * 5]})
        assert (other.id == first, other.parent_rows) == (False, [3])


def test_a_draft_that_grew_has_other_numbers(town: Town, shop: Shop) -> None:
    """So what was mended of its own refused rows before is no place for those that are mended after."""
    number = send(shop, town.anna, csv_bytes(*ROWS))

    def mend(of: int, row: int, phone: str) -> int:
        with shop.work(town.anna):
            draft = send_again(held_import(of), {row: [phone, *[""] * 5]}).id
        read(shop, draft)
        return draft

    draft = mend(number, 3, "3")
    third = mend(draft, 1, "+380501112255")
    assert mend(number, 2, "2") == draft
    assert counts(shop, draft) == {"refused": 2}
    assert mend(draft, 1, "+380501112244") != third
    assert counts(shop, third) == {"new": 1}


def test_all_of_them_can_be_read_with_a_country(town: Town, shop: Shop) -> None:
    number = send(shop, town.anna, csv_bytes(*ROWS))
    with shop.work(town.anna):
        again = send_again(import_named(number), {}, country="UA").id
    read(shop, again)
    assert counts(shop, again) == {"new": 1, "refused": 1}
    with shop.work(town.anna), pytest.raises(WrongStateError):
        send_again(import_named(bring(shop, town.anna, csv_bytes(["+380671112233"]))), {})


def test_what_is_not_asked_any_more_is_left_out(town: Town, shop: Shop) -> None:
    """LP-7: the question went into the archive after the file was sent."""
    with shop.work(town.anna):
        city = add_question("City")
    number = send(shop, town.anna, csv_bytes(["0501112244", "Olena", *[""] * 4, "Lviv"], head=(*HEAD, "City")))
    with shop.work(town.anna):
        archive_question(question_named(city))
    with shop.work(town.anna):
        again = send_again(import_named(number), {}, country="UA").id
    read(shop, again)
    assert counts(shop, again) == {"new": 1}


def test_what_the_run_passed_over_is_among_them(town: Town, shop: Shop) -> None:
    number = send(shop, town.anna, csv_bytes(["+380501112233", "Olena"]))
    with shop.work(town.anna):
        create_customer(Details(phone="+380501112233"), None)
    batch = write(shop, town.anna, number)
    assert became(shop, batch) == {"taken_phone": 1}
    with shop.work(town.anna):
        (row,) = refused_page(number)
        assert row.later == "taken_phone"
        again = send_again(import_named(number), {}).id
    read(shop, again)
    assert counts(shop, again) == {"updated": 1}
