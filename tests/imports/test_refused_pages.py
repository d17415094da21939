"""Refused rows on pages: as a file, mended, sent again alone; an import taken back from its page (IM-2)."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from sqlalchemy import update

from app.bulk.models import BatchState
from app.extensions import db
from app.imports.models import ImportJob
from app.lib import dates
from tests.browsing import form_to, send, text_of
from tests.bulk.batches import state
from tests.imports.desk import ImportDesk, number_of
from tests.imports.files import customers, take_back
from tests.people import Shop, Town

OLENA = ("+380501112233", "Olena", "Koval")
BROKEN = ("12", "Petro", "Savchuk", "petro@example.com", "", "7")
FORMULA = ("+1", "=1+1", "@cmd")


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


@pytest.fixture
def desk(town: Town) -> ImportDesk:
    return ImportDesk(town, town.anna)


class TestFile:
    def test_it_has_the_columns_of_the_file_and_the_reason(self, desk: ImportDesk) -> None:
        """IM-2; RELIABILITY: what a spreadsheet would take for a formula is text."""
        page = desk.imported(OLENA, BROKEN, FORMULA)
        answer = desk.client.get(f"{page}/refused.csv")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="refused-{number_of(page)}.csv"'
        head, *rows = csv.reader(StringIO(answer.data.decode("utf-8-sig")))
        assert head == ["phone", "first name", "last name", "e-mail", "cards", "points", "Reason"]
        assert rows[0] == [*BROKEN, "Phone: There is no such phone"]
        assert rows[1][:3] == ["'+1", "'=1+1", "'@cmd"]

    def test_mended_there_it_is_imported_as_any_file(self, desk: ImportDesk, shop: Shop) -> None:
        """IM-2: the columns are remembered, and what was made text is what it was."""
        page = desk.imported(OLENA, FORMULA)
        file = desk.client.get(f"{page}/refused.csv").data
        again = desk.imported(content=file.replace(b"'+1,", b"'+380501112244,"))
        assert "1 of 1 rows" in desk.see(again)
        assert [each.first_name for each in customers(shop)] == ["Olena", "=1+1"]

    def test_of_what_is_not_checked_there_is_none(self, desk: ImportDesk) -> None:
        page = desk.uploaded(OLENA)
        for noun in ("refused.csv", "mending"):
            assert desk.client.get(f"{page}/{noun}").status_code == 404


class TestMending:
    def test_what_is_mended_is_sent_again_alone(self, desk: ImportDesk, shop: Shop) -> None:
        """IM-2."""
        page = desk.imported(OLENA, BROKEN, FORMULA)
        answer = desk.send_from(f"{page}/mending", f"{page}/mending", {"cell-2-0": "+380501112244"})
        again = answer.location
        assert again not in (None, page)
        desk.read(again)
        assert "1 new 0 updated 0 unchanged 0 refused" in desk.see(again)
        assert f"Refused rows of No. {number_of(page)}, mended" in desk.see(again)
        desk.press(again, "confirmation")
        desk.write(again)
        assert [each.first_name for each in customers(shop)] == ["Olena", "Petro"]
        assert f"Mended rows were sent again: No. {number_of(again)}" in desk.see(page)

    def test_what_is_mended_in_turn_is_one_draft(self, desk: ImportDesk, shop: Shop) -> None:
        """Until it is confirmed; a row that is mended twice counts as it was mended last."""
        page = desk.imported(OLENA, BROKEN, FORMULA, ("", "Nobody"))
        form = form_to(desk.client.get(f"{page}/mending"), f"{page}/mending")
        again = send(desk.client, form, {"cell-2-0": "+380501112299"}).location
        desk.read(again)
        seen = form_to(desk.client.get(again), f"{again}/confirmation")
        for cell, phone in (("cell-2-0", "+380501112244"), ("cell-3-0", "+380501112255")):
            assert desk.send_from(f"{page}/mending", f"{page}/mending", {cell: phone}).location == again
        assert "together with the rows that were mended before" in desk.client.get(again).text
        desk.read(again)
        assert "2 new 0 updated 0 unchanged 0 refused" in desk.see(again)
        assert send(desk.client, seen, {}).location == again
        assert state(shop, desk.batch(again)) is BatchState.PREVIEWED
        desk.press(again, "confirmation")
        desk.write(again)
        assert [each.phone for each in customers(shop)] == ["+380501112233", "+380501112244", "+380501112255"]
        third = desk.send_from(f"{page}/mending", f"{page}/mending", {"cell-4-0": "+380501112266"}).location
        assert third not in (page, again)

    def test_rows_that_were_checked_anew_in_another_tab_are_shown_again(self, desk: ImportDesk, shop: Shop) -> None:
        """What was typed would be another row's, where a draft grew or is read otherwise."""
        page = desk.checked(OLENA, BROKEN)
        form = form_to(desk.client.get(f"{page}/mending"), f"{page}/mending")
        desk.choose(page)
        desk.read(page)
        assert send(desk.client, form, {"cell-2-0": "+380501112244"}).location == f"{page}/mending"
        assert "The rows were checked anew meanwhile." in desk.client.get(f"{page}/mending").text
        with shop.work():
            assert len(db.session.query(ImportJob).all()) == 1

    def test_while_rows_are_checked_none_is_mended(self, desk: ImportDesk) -> None:
        page = desk.checked(OLENA, BROKEN)
        form = form_to(desk.client.get(f"{page}/mending"), f"{page}/mending")
        desk.choose(page)
        assert send(desk.client, form, {"cell-2-0": "+380501112244"}).location == page
        assert "The rows were checked anew meanwhile." in desk.client.get(page).text

    def test_what_lies_at_fault_is_marked(self, desk: ImportDesk) -> None:
        page = desk.imported(OLENA, ("+380501112235", "Ann", "Lee", "no mail"))
        shown = desk.client.get(f"{page}/mending").text
        assert shown.count('aria-invalid="true"') == 1
        wrong = shown.partition('aria-invalid="true"')[0].rpartition("<input")[2]
        assert 'name="cell-2-3"' in wrong

    def test_cells_behind_the_last_column_are_shown(self, desk: ImportDesk, shop: Shop) -> None:
        """A comma within a name parted it: it is put together again."""
        page = desk.checked(content=b"phone,first name\n+380501112233,Ann, Mary\n")
        form = {"cell-1-1": "Ann Mary", "cell-1-2": ""}
        again = desk.send_from(f"{page}/mending", f"{page}/mending", form).location
        desk.read(again)
        desk.press(again, "confirmation")
        desk.write(again)
        assert [each.first_name for each in customers(shop)] == ["Ann Mary"]

    def test_with_nothing_changed_nothing_is_sent(self, desk: ImportDesk, shop: Shop) -> None:
        page = desk.checked(OLENA, ("12", "Two\nlines"))
        answer = desk.send_from(f"{page}/mending", f"{page}/mending", {})
        assert answer.location == f"{page}/mending"
        with shop.work():
            assert len(db.session.query(ImportJob).all()) == 1

    def test_many_rows_are_paged(self, desk: ImportDesk) -> None:
        page = desk.checked(*((str(n), f"Name{n}") for n in range(1, 41)))
        first = desk.client.get(f"{page}/mending")
        assert "Next page" in text_of(first)
        following = desk.client.get(f"{page}/mending?after=25")
        form = form_to(following, f"{page}/mending")
        assert "cell-26-0" in form.values
        assert "cell-25-0" not in form.values
        again = send(desk.client, form, {"cell-26-0": "+380501112244"}).location
        desk.read(again)
        assert "1 new" in desk.see(again)

    def test_who_goes_on_to_other_rows_loses_none(self, desk: ImportDesk) -> None:
        page = desk.checked(*((str(n), f"Name{n}") for n in range(1, 41)))
        form = form_to(desk.client.get(f"{page}/mending"), f"{page}/mending")
        following = send(desk.client, form, {"cell-1-0": "+380501112241", "then": "next"}).location
        assert following == f"{page}/mending?after=25"
        shown = desk.client.get(following)
        assert "What you changed is checked as an import of its own" in shown.text
        last = send(desk.client, form_to(shown, f"{page}/mending"), {"cell-26-0": "+380501112242"}).location
        desk.read(last)
        assert "2 new" in desk.see(last)
        untouched = send(desk.client, form_to(desk.client.get(following), f"{page}/mending"), {"then": "first"})
        assert untouched.location == f"{page}/mending"

    def test_a_cell_of_another_row_is_left_alone(self, desk: ImportDesk) -> None:
        """Field allowlists: only refused rows of the page, only cells that mean something."""
        page = desk.checked(OLENA, BROKEN)
        form = {"cell-1-0": "+380501112244", "cell-2-99": "x", "cell-9-0": "x"}
        assert desk.send_from(f"{page}/mending", f"{page}/mending", form).location == f"{page}/mending"

    def test_what_is_not_kept_any_more_cannot_be_mended(self, desk: ImportDesk, shop: Shop) -> None:
        page = desk.imported(OLENA, BROKEN)
        with shop.work():
            db.session.execute(update(ImportJob).values(forgotten_at=dates.now()))
        assert desk.client.get(f"{page}/mending").status_code == 404
        assert "Mend them here" not in desk.see(page)


class TestUndoing:
    def test_it_is_undone_from_its_page(self, town: Town, desk: ImportDesk, shop: Shop) -> None:
        """IM-2, BA-14: the undoing is previewed and confirmed as any bulk action."""
        page = desk.imported(OLENA)
        batch = desk.batch(page)
        undoing = desk.send_from(page, f"/bulk-actions/{batch}/undoing", {}).location
        assert "Undo: Import of customers.csv" in desk.see(undoing)
        assert "What will be done" not in desk.see(undoing)
        assert f"The undoing is prepared: No. {undoing.rpartition('/')[2]}" in desk.see(page)
        assert desk.send_from(undoing, f"{undoing}/confirmation", {}).location == undoing

    def test_taken_back_it_says_so(self, town: Town, desk: ImportDesk, shop: Shop) -> None:
        page = desk.imported(OLENA)
        take_back(shop, town.anna, number_of(page))
        assert "1 of 1 row taken back." in desk.see("/messages?unread=yes")
        assert "Undone" in desk.see(page)
        assert "Taken back by No." in desk.see(page)
        assert "No name" not in desk.see(page)
        assert customers(shop) == []

    def test_it_is_paused_continued_and_cancelled_from_its_page(self, desk: ImportDesk, shop: Shop) -> None:
        """BA-12: each leads back to the page of the import."""
        page = desk.checked(OLENA, ("+380501112234", "Petro"))
        desk.press(page, "confirmation")
        batch = desk.batch(page)
        for noun in ("pause", "continuation", "cancellation"):
            assert desk.send_from(page, f"/bulk-actions/{batch}/{noun}", {}).location == page
        assert state(shop, batch) is BatchState.CANCELLED
        assert customers(shop) == []
