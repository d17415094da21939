"""The dry run tells of each row what it does, before anything is written (IM-2)."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import func, select

from app.bulk.services.steering import forget_drafts
from app.customers.models import Customer
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.imports.models import ImportRow, ImportState
from app.imports.parsing import open_content
from app.imports.queries import due_imports, held_import, import_named
from app.imports.services import reading, uploading
from app.imports.services.uploading import EmptyError, TooLargeError, WrongStateError
from app.imports.targets import MappingError, suggested
from app.permissions import Role
from app.scope import Scope
from tests.factories import add_customer, add_question
from tests.imports.files import counts, csv_bytes, job_of, read, refusals, send
from tests.people import Shop, Town


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


def test_rows_are_new_updated_unchanged_or_refused(town: Town, shop: Shop) -> None:
    """IM-2: and nothing is written yet."""
    with shop.work():
        add_customer("Olena", "Koval", "+380501112233", email="olena@example.com", cards=["7701"])
        add_customer("Ivan", "Bondar", "+380501112244")
    content = csv_bytes(
        ["+380501112255", "Nina", "Levchuk"],
        ["+380501112233", "Olena", "Koval", "OLENA@example.com", "77-01"],
        ["+380501112244", "Ivan", "Bondarenko"],
        ["0501112266", "Petro"],
        ["", "Nobody"],
    )
    number = send(shop, town.anna, content)
    assert counts(shop, number) == {"new": 1, "unchanged": 1, "updated": 1, "refused": 2}
    assert refusals(shop, number) == [(4, "no_plus", "phone"), (5, "nobody", "")]
    with shop.work():
        assert db.session.scalar(select(func.count()).select_from(Customer)) == 2
        assert import_named(number).batch_id is not None


def test_doubles_in_the_file_are_refused(town: Town, shop: Shop) -> None:
    """By phone, by card, or as both lead to one customer."""
    with shop.work():
        add_customer("Olena", "Koval", "+380501112233", cards=["7701"])
    content = csv_bytes(
        ["+380501112233", "Olha"],
        ["+38 050 111 22 33", "Olga"],
        ["", "Olya", "", "", "7701"],
        ["+380501112244", "Ivan", "", "", "88"],
        ["+380501112255", "Petro", "", "", "88"],
    )
    number = send(shop, town.anna, content)
    assert counts(shop, number) == {"updated": 1, "new": 1, "refused": 3}
    assert refusals(shop, number) == [(2, "double", "1"), (3, "double", "1"), (5, "double", "4")]


def test_who_cannot_be_one_customer_is_refused(town: Town, shop: Shop) -> None:
    with shop.work():
        add_customer("Olena", "Koval", "+380501112233", cards=["7701"])
        add_customer("Ivan", "Bondar", "+380501112244", cards=["7702"])
        add_customer("Nina", "Levchuk", "", cards=["7703", *map(str, range(18))])
    told = {
        ("+380501112244", "Ivan", "", "", "7701"): "taken_card",
        ("", "Both", "", "", "7701, 7702"): "two_cards",
        ("+380501112255", "Moved", "", "", "7701"): "other_phone",
        ("+380501112266", "Nina", "", "", "7703, 900, 901"): "many_cards",
    }
    for row, reason in told.items():
        assert refusals(shop, send(shop, town.anna, csv_bytes(row))) == [(1, reason, "")]
    assert counts(shop, send(shop, town.anna, csv_bytes(["+380501112277", "Nina", "", "", "7703"]))) == {"updated": 1}


def test_who_was_merged_is_read_as_its_survivor(town: Town, shop: Shop) -> None:
    """CP-9."""
    with shop.work(town.anna):
        mine, theirs = add_customer("Olena", "Koval", "+380501112233"), add_customer("Lena", "K", "+380501112244")
        merge_customers(*hold_pair(mine, theirs), set())
    number = send(shop, town.anna, csv_bytes(["+380501112244", "Olena", "Koval"]))
    assert counts(shop, number) == {"unchanged": 1}
    with shop.work():
        assert db.session.scalars(select(ImportRow.customer_id)).all() == [mine]


def test_another_business_has_its_own_customers(town: Town, shop: Shop) -> None:
    """PR-1."""
    with town.teremok.work():
        add_customer("Olena", "Koval", "+380501112233", cards=["7701"])
    assert counts(shop, send(shop, town.anna, csv_bytes(["+380501112233", "", "", "", "7701"]))) == {"new": 1}


def test_columns_are_guessed_and_remembered(town: Town, shop: Shop) -> None:
    """IM-1."""
    with shop.work(town.anna):
        city = add_question("City")
        columns = ["Телефон", "Прізвище", "Номер картки", "city", "Код", "Картка", "Phone"]
        asked = ["phone", "last_name", "cards", f"answer_{city}", "", "cards", ""]
        assert suggested(columns) == asked
        job = uploading.begin(csv_bytes(head=columns), "c.csv")
        said = ["phone", "first_name", "cards", "", "last_name", "", ""]
        uploading.check(job, said, shop.program)
        assert suggested([" ТЕЛЕФОН ", "Прізвище", "Код"]) == ["phone", "first_name", "last_name"]
    with town.teremok.work(town.oleg):
        assert suggested(["Прізвище"]) == ["last_name"]


def test_a_mapping_must_say_who_a_customer_is(town: Town, shop: Shop) -> None:
    with shop.work(town.anna):
        job = uploading.begin(csv_bytes(["+380501112233"]), "c.csv")
        with pytest.raises(MappingError) as nobody:
            uploading.check(job, ["first_name"], shop.program)
        assert not nobody.value.known
        with pytest.raises(MappingError) as twice:
            uploading.check(job, ["phone", "phone"], shop.program)
        assert twice.value.twice == ["phone"]
        assert job.state is ImportState.UPLOADED


def test_it_can_be_checked_over_until_it_is_confirmed(town: Town, shop: Shop) -> None:
    content = csv_bytes(["0501112233", "Olena"], ["+380501112244", "Ivan"])
    number = send(shop, town.anna, content)
    assert counts(shop, number) == {"refused": 1, "new": 1}
    with shop.work(town.anna):
        job = held_import(number)
        first = job.batch_id
        uploading.check(job, job.mapping, shop.program, "UA")
    read(shop, number)
    assert counts(shop, number) == {"new": 2}
    with shop.work(town.anna):
        job = held_import(number)
        assert job.batch_id not in (None, first)
        uploading.confirm(job, Role.ADMIN)
        with pytest.raises(WrongStateError):
            uploading.check(job, job.mapping, shop.program)
        with pytest.raises(WrongStateError):
            uploading.discard(job)


def test_what_nobody_wants_is_removed(town: Town, shop: Shop) -> None:
    number = send(shop, town.anna, csv_bytes(["+380501112233", "Olena"]))
    with shop.work(town.anna):
        uploading.discard(held_import(number))
    with shop.work():
        for table in ("import_job", "import_file", "import_row", "batch", "batch_item"):
            assert db.session.scalar(db.text(f"SELECT count(*) FROM {table}")) == 0, table


def test_a_draft_that_lapsed_can_be_checked_again(town: Town, shop: Shop) -> None:
    """Bulk actions forget theirs after a day; the file is still there."""
    number = send(shop, town.anna, csv_bytes(["+380501112233", "Olena"]))
    with shop.work():
        db.session.execute(db.text("UPDATE batch SET created_at = created_at - interval '25 hours'"))
        assert forget_drafts() == 1
    with shop.work(town.anna):
        job = held_import(number)
        assert (job.batch_id, job.state) == (None, ImportState.READ)
        with pytest.raises(WrongStateError):
            uploading.confirm(job, Role.ADMIN)
        uploading.check(job, job.mapping, shop.program)
    read(shop, number)
    assert job_of(shop, number).batch_id is not None


def test_too_much_and_nothing(town: Town, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """RELIABILITY: files in."""
    with shop.work(town.anna):
        with pytest.raises(TooLargeError):
            uploading.begin(b"x" * (uploading.MOST_BYTES + 1), "c.csv")
        with pytest.raises(EmptyError):
            uploading.begin(b"", "c.csv")
    empty = job_of(shop, send(shop, town.anna, csv_bytes()))
    assert (empty.state, empty.fault) == (ImportState.FAILED, reading.NO_ROWS)
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    many = job_of(shop, send(shop, town.anna, csv_bytes(*[[f"+38050111223{each}"] for each in range(3)])))
    assert (many.state, many.fault) == (ImportState.FAILED, reading.TOO_MANY)


def test_a_name_of_a_file_is_only_shown(town: Town, shop: Shop) -> None:
    with shop.work(town.anna):
        for name, shown in (
            ("C:\\new\\клієнти.csv", "клієнти.csv"),
            ("../../etc/passwd", "passwd"),
            ("\0", "customers.csv"),
        ):
            assert uploading.begin(csv_bytes(["+380501112233"]), name).name == shown


def test_reading_goes_on_where_it_was_left(town: Town, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """IM-2: a worker that is killed has its last chunk read again, and doubles are still seen."""
    monkeypatch.setattr(reading, "CHUNK", 3)
    rows = [[f"+3805011122{each:02}"] for each in range(10)]
    content = csv_bytes(*rows, rows[0], rows[9])
    with shop.work(town.anna):
        job = uploading.begin(content, "c.csv")
        uploading.check(job, job.mapping, shop.program)
        number = job.id
    assert due_imports_of(shop) == [(shop.id, number)]
    for looks in (1, 2):
        answers = iter([False] * looks + [True])
        with shop.app.app_context():
            assert reading.work(shop.id, number, lambda left=answers: next(left))
    assert job_of(shop, number).lines == 9
    read(shop, number)
    assert counts(shop, number) == {"new": 10, "refused": 2}
    assert refusals(shop, number) == [(11, "double", "1"), (12, "double", "10")]
    assert due_imports_of(shop) == []


def test_who_comes_second_leaves_off(town: Town, shop: Shop) -> None:
    """Two workers at one file read no row twice."""
    with shop.work(town.anna):
        job = uploading.begin(csv_bytes(["+380501112233"], ["+380501112244"]), "c.csv")
        uploading.check(job, job.mapping, shop.program)
        number = job.id
    with shop.work(town.anna):
        job = import_named(number)
        found = list(reading.lines_of(job, open_content(csv_bytes(["+380501112233"]), uploading.format_of(job))))
    scope = Scope(shop.id, town.anna.id)
    with shop.app.app_context():
        assert reading.read_on(scope, number, iter(found), 0, lambda: False) is False
        assert reading.read_on(scope, number, iter(found), 0, lambda: False) is False
    assert job_of(shop, number).lines == 1


def test_what_was_read_before_it_was_said_otherwise_is_not_kept(town: Town, shop: Shop) -> None:
    """Another tab says what the columns are while a worker is at the first rows."""
    with shop.work(town.anna):
        job = uploading.begin(csv_bytes(["+380501112233", "Olena", "Koval"]), "c.csv")
        uploading.check(job, job.mapping, shop.program)
        number, swapped = job.id, ["phone", "last_name", "first_name", "", "", ""]

    def said_otherwise(once: list[int]) -> bool:
        if once:
            once.clear()
            with shop.work(town.anna):
                uploading.check(held_import(number), swapped, shop.program)
        return False

    with shop.app.app_context():
        assert reading.work(shop.id, number, partial(said_otherwise, [1])) is False
    assert job_of(shop, number).lines == 0
    read(shop, number)
    with shop.work():
        assert db.session.scalars(select(ImportRow.first_name)).all() == ["Koval"]


def test_what_is_removed_while_it_is_read_is_gone(town: Town, shop: Shop) -> None:
    with shop.work(town.anna):
        job = uploading.begin(csv_bytes(["+380501112233"]), "c.csv")
        uploading.check(job, job.mapping, shop.program)
        number = job.id

    def removed() -> bool:
        with shop.work(town.anna):
            uploading.discard(held_import(number))
        return False

    with shop.app.app_context():
        assert reading.work(shop.id, number, removed) is False


def test_a_file_that_breaks_the_reader_is_told_of_once(town: Town, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not tried again every few seconds for ever."""

    def breaking(*_values: object) -> None:
        raise RecursionError

    monkeypatch.setattr(reading, "read_on", breaking)
    broken = job_of(shop, send(shop, town.anna, csv_bytes(["+380501112233"])))
    assert (broken.state, broken.fault) == (ImportState.FAILED, reading.BROKEN)
    assert due_imports_of(shop) == []


def due_imports_of(shop: Shop) -> list[tuple[int, int]]:
    with shop.app.app_context():
        return due_imports()
