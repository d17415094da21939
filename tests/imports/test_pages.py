"""Imports on their pages, without scripts: file, columns, check, confirmation, report (IM-1, IM-2)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg
import pytest
from sqlalchemy import select

from app.bulk.models import Batch, BatchState
from app.extensions import db
from app.imports.models import ImportFile, ImportJob
from tests.browsing import form_to, page_of, send, text_of
from tests.bulk.batches import state
from tests.factories import add_customer
from tests.imports.desk import ImportDesk
from tests.imports.files import customers
from tests.people import Shop, Town

OLENA = ("+380501112233", "Olena", "Koval", "olena@example.com", "7701", "12.5")
PETRO = ("+380501112234", "Petro", "Savchuk")
BROKEN = ("067", "Nobody")


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


@pytest.fixture
def desk(town: Town) -> ImportDesk:
    return ImportDesk(town, town.anna)


class TestFile:
    def test_how_it_is_read_is_guessed_shown_and_chosen(self, desk: ImportDesk) -> None:
        """IM-1: the first rows stand there, read as the address says; a look writes nothing."""
        page = desk.uploaded(content="Телефон;Ім'я\n+380501112233;Ґанна\n".encode("cp1251"))
        shown = desk.client.get(f"{page}/columns")
        assert "Ґанна" in text_of(shown)
        assert _chosen(shown) == {"delimiter": "semicolon", "encoding": "cp1251", "header": "yes"}
        otherwise = desk.client.get(f"{page}/columns?delimiter=comma&encoding=cp1251&header=no")
        assert "Телефон;Ім'я" in text_of(otherwise)
        assert _chosen(desk.client.get(f"{page}/columns"))["delimiter"] == "semicolon"

    def test_what_is_read_otherwise_is_checked_so(self, desk: ImportDesk, shop: Shop) -> None:
        """IM-1: as it stood in the address when the columns were chosen."""
        page = desk.uploaded(content=b"+380501112233;Ann\n+380501112234;Ben\n")
        values = {"columns-0": "phone", "columns-1": "first_name"}
        assert desk.choose(page, "?header=no", **values).location == page
        desk.read(page)
        assert desk.press(page, "confirmation").location == page
        desk.write(page)
        assert [each.first_name for each in customers(shop)] == ["Ann", "Ben"]

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "There is nothing in this file."),
            (b"phone\n" + b"1" * (10 * 2**20), "at most 10 MB"),
        ],
    )
    def test_what_is_no_file_of_rows_is_refused(self, desk: ImportDesk, content: bytes, words: str) -> None:
        answer = desk.upload(content)
        assert answer.status_code == 422
        assert words in text_of(answer)

    def test_one_without_a_file_is_refused(self, desk: ImportDesk) -> None:
        answer = send(desk.client, form_to(desk.client.get("/imports/new"), "/imports"), {})
        assert answer.status_code == 422
        assert "Choose a file." in text_of(answer)

    @pytest.mark.parametrize("args", ["delimiter=x", "encoding=utf-7", "header=maybe", "no=1"])
    def test_an_address_that_reads_it_in_no_way_is_refused(self, desk: ImportDesk, args: str) -> None:
        page = desk.uploaded(OLENA)
        assert desk.client.get(f"{page}/columns?{args}").status_code == 400

    def test_its_name_is_shown_as_words_alone(self, desk: ImportDesk) -> None:
        answer = desk.upload(b"phone\n+380501112233\n", "../<b>x</b>.csv")
        assert "b>.csv" in text_of(desk.client.get(answer.location))


class TestColumns:
    def test_they_are_guessed_and_remembered(self, desk: ImportDesk) -> None:
        """IM-1: the next file with a column of this name begins with what was chosen for it."""
        page = desk.uploaded(content=b"phone,drink\n+380501112233,Flat white\n")
        assert _columns(desk, page) == ["phone", ""]
        assert desk.choose(page, **{"columns-1": "last_name"}).status_code == 303
        again = desk.uploaded(content=b"DRINK,phone\nFlat white,+380501112233\n")
        assert _columns(desk, again) == ["last_name", "phone"]

    def test_what_tells_nobody_apart_is_refused(self, desk: ImportDesk) -> None:
        page = desk.uploaded(OLENA)
        answer = desk.choose(page, **{"columns-0": "", "columns-4": ""})
        assert answer.status_code == 422
        assert "Choose which column holds the phone, or the cards" in text_of(answer)

    def test_two_columns_are_not_the_same(self, desk: ImportDesk) -> None:
        page = desk.uploaded(OLENA)
        answer = desk.choose(page, **{"columns-1": "last_name"})
        assert answer.status_code == 422
        assert text_of(answer).count("Two columns hold this.") == 2

    def test_a_form_about_other_columns_is_refused(self, desk: ImportDesk) -> None:
        """Another tab read the file otherwise."""
        page = desk.uploaded(OLENA)
        assert desk.choose(page, delimiter="tab").status_code == 409

    def test_a_program_of_another_business_cannot_be_chosen(self, town: Town, desk: ImportDesk) -> None:
        """PR-1."""
        page = desk.uploaded(OLENA)
        assert desk.choose(page, program_id=str(town.teremok.program)).status_code == 422

    def test_phones_are_read_in_the_country_that_is_chosen(self, desk: ImportDesk, shop: Shop) -> None:
        """IM-1."""
        page = desk.checked(("050 111 22 33", "Olena"), country="UA")
        assert "1 new" in desk.see(page)
        other = desk.checked(("050 111 22 33", "Olena"), country="")
        assert "The phone does not begin with +" in desk.see(other)


class TestCheck:
    def test_each_row_is_told(self, desk: ImportDesk, shop: Shop) -> None:
        """IM-2: new, updated, unchanged, or refused with the reason, row by row; and nothing is written."""
        with shop.work():
            add_customer("Petro", "Melnyk", PETRO[0])
        page = desk.checked(OLENA, PETRO, BROKEN, OLENA)
        shown = desk.see(page)
        assert "1 new 1 updated 0 unchanged 2 refused" in shown
        assert "Last name: Melnyk → Savchuk" in desk.see(f"{page}?state=updated")
        refused = desk.see(f"{page}?state=refused")
        assert "Phone: There is no such phone" in refused
        assert "The same customer as in row 1" in refused
        assert "Olena" not in desk.see(f"{page}?reason=phone").partition("Which rows")[2]
        assert len(customers(shop)) == 1

    def test_what_a_row_brings_agrees_with_its_number(self, desk: ImportDesk) -> None:
        shown = desk.see(desk.checked((*OLENA[:2], "", "", "", "1"), (*PETRO[:2], "", "", "", "1,5")))
        assert "1 point" in shown
        assert "1 points" not in shown
        assert "1.50 points" in shown

    def test_rows_are_paged(self, desk: ImportDesk) -> None:
        page = desk.checked(*((f"+3805011{n:05}", f"Name{n:03}") for n in range(120)))
        assert "Name049" in desk.see(page)
        assert "Name050" not in desk.see(page)
        following = desk.see(f"{page}?state=new&after=100")
        assert "Name100" in following
        assert "First page" in following

    def test_where_nothing_would_be_written_nothing_is_confirmed(self, desk: ImportDesk) -> None:
        page = desk.checked(BROKEN)
        shown = desk.client.get(page)
        assert "No row can be taken as it is." in text_of(shown)
        assert "Import 0" not in text_of(shown)
        assert desk.press(page, "confirmation").status_code == 409

    def test_one_under_way_shows_how_far_it_is(self, desk: ImportDesk) -> None:
        page = desk.uploaded(OLENA)
        desk.choose(page)
        shown = desk.client.get(page)
        assert "The rows are being checked" in text_of(shown)
        assert 'hx-trigger="every 1s"' in shown.text

    def test_a_file_without_rows_says_so(self, desk: ImportDesk) -> None:
        page = desk.uploaded(content=b"phone,first name\n")
        desk.choose(page)
        desk.read(page)
        assert "There is no row in the file behind its header." in desk.see(page)

    def test_a_draft_is_removed_with_its_file(self, desk: ImportDesk, shop: Shop) -> None:
        page = desk.checked(OLENA)
        assert desk.press(page, "removal").location == "/imports"
        with shop.work():
            for kind in (ImportJob, ImportFile, Batch):
                assert db.session.scalars(select(kind)).all() == []
        assert desk.client.get(page).status_code == 404


class TestList:
    def test_its_statements_do_not_grow_with_the_imports(
        self, desk: ImportDesk, count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        desk.imported(OLENA)
        desk.see("/imports")
        with count_statements() as few:
            desk.see("/imports")
        desk.imported(PETRO, BROKEN)
        desk.uploaded(OLENA)
        with count_statements() as many:
            assert "customers.csv Done 2 1 0 1" in desk.see("/imports")
        assert len(many) == len(few)


class TestConfirmation:
    def test_it_comes_in_and_is_reported(self, desk: ImportDesk, shop: Shop) -> None:
        """IM-2."""
        page = desk.checked(OLENA, PETRO, BROKEN)
        assert desk.press(page, "confirmation").location == page
        running = desk.client.get(page)
        assert "0% 0 of 2 rows" in text_of(running)
        assert 'hx-trigger="every 2s"' in running.text
        desk.write(page)
        report = desk.see(page)
        assert "100% 2 of 2 rows" in report
        assert "Handled 3 3" in report
        assert [each.first_name for each in customers(shop)] == ["Olena", "Petro"]
        assert "customers.csv Done 3 2 0 1" in desk.see("/imports")

    def test_a_double_click_is_one_import(self, desk: ImportDesk, shop: Shop) -> None:
        """RELIABILITY: the same form twice is carried out once; another one of the same page leads to where it is."""
        page = desk.checked(OLENA)
        form = form_to(desk.client.get(page), f"{page}/confirmation")
        for _each in range(2):
            assert send(desk.client, form, {}).location == page
        assert state(shop, desk.batch(page)) is BatchState.RUNNING

    def test_another_tab_that_confirms_is_told(self, desk: ImportDesk) -> None:
        page = desk.checked(OLENA)
        first, second = (form_to(desk.client.get(page), f"{page}/confirmation") for _each in range(2))
        assert send(desk.client, first, {}).location == page
        assert send(desk.client, second, {}).status_code == 409

    def test_what_was_checked_anew_is_looked_at_again(self, desk: ImportDesk, shop: Shop) -> None:
        """Another tab chose other columns since."""
        page = desk.checked(OLENA)
        form = form_to(desk.client.get(page), f"{page}/confirmation")
        desk.choose(page, **{"columns-1": ""})
        desk.read(page)
        assert send(desk.client, form, {}).location == page
        assert "The rows were checked anew meanwhile." in desk.client.get(page).text
        assert state(shop, desk.batch(page)) is BatchState.PREVIEWED

    def test_columns_of_a_confirmed_one_cannot_be_changed(self, desk: ImportDesk) -> None:
        page = desk.checked(OLENA)
        form = form_to(desk.client.get(f"{page}/columns"), f"{page}/columns")
        desk.press(page, "confirmation")
        assert send(desk.client, form, {}).status_code == 409
        assert desk.client.get(f"{page}/columns").location == page

    def test_the_password_is_asked_again(
        self, desk: ImportDesk, shop: Shop, monkeypatch: pytest.MonkeyPatch, superuser: psycopg.Connection
    ) -> None:
        """RELIABILITY: before what changes many; a wrong one is said beside its field."""
        monkeypatch.setattr("app.bulk.sensitive.MANY", 1)
        page = desk.checked(OLENA, PETRO)
        superuser.execute(b"UPDATE user_session SET proved_at = now() - interval '1 hour'")
        answer = desk.press(page, "confirmation", password="not this one at all")
        assert answer.status_code == 422
        assert "This is not your password." in text_of(answer)
        assert state(shop, desk.batch(page)) is BatchState.PREVIEWED

    def test_the_end_is_a_note_that_leads_here(self, desk: ImportDesk) -> None:
        """INTERFACE: the end of a job comes into the inbox."""
        page = desk.imported(OLENA)
        assert "Done: Import of customers.csv" in desk.see("/messages?unread=yes")
        assert desk.client.get(f"/bulk-actions/{desk.batch(page)}").location == page

    def test_it_is_in_the_audit_log(self, desk: ImportDesk) -> None:
        """PR-4."""
        desk.imported(OLENA)
        log = desk.see("/audit-log")
        assert "File of customers sent" in log
        assert "confirmed" in log


def _chosen(shown: object) -> dict[str, str]:
    """How the page says the file is read."""
    selects = {each.get("id"): each for each in page_of(shown).iter("select")}  # type: ignore[arg-type]
    found = {}
    for name in ("delimiter", "encoding", "header"):
        found[name] = next(
            each.get("value") for each in selects[name].iter("option") if each.get("selected") is not None
        )
    return found


def _columns(desk: ImportDesk, page: str) -> list[str]:
    """What the columns are said to hold, before anybody chose."""
    form = form_to(desk.client.get(f"{page}/columns"), f"{page}/columns")
    return [values[0] for name, values in sorted(form.values.items()) if name.startswith("columns-")]
