"""Imports on their pages, without scripts: file, columns, check, confirmation, report (IM-1, IM-2)."""

from __future__ import annotations

import psycopg
import pytest

from app.bulk.models import BatchState
from tests.browsing import form_to, page_of, send, text_of
from tests.bulk.batches import state
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
            (b"PK\x03\x04" + bytes(100), "This is no CSV."),
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
        page = desk.imported(OLENA, BROKEN)
        note = desk.see("/messages?unread=yes")
        assert "Done: Import of customers.csv" in note
        assert "1 of 1 row written. 1 refused." in note
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
