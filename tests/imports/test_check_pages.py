"""The dry run on its page, and the list of imports (IM-2)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.bulk.models import Batch
from app.bulk.services.steering import forget_drafts
from app.extensions import db
from app.imports.models import ImportFile, ImportJob
from app.lib import dates
from app.loyalty.models import FieldKind
from app.loyalty.services import create_program
from tests.browsing import text_of
from tests.factories import add_answer, add_customer, add_question
from tests.imports.desk import ImportDesk
from tests.imports.files import csv_bytes, customers, phones
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

    def test_all_that_a_row_changes_is_named(self, desk: ImportDesk, shop: Shop) -> None:
        """IM-2: cards, answers and the program too, each as people read it; and nothing that stays."""
        with shop.work():
            city, height = add_question("City"), add_question("Height", FieldKind.NUMBER)
            add_question("Likes", FieldKind.CHOICE, choices=["Filter", "Espresso"])
            known = add_customer("Petro", "Savchuk", PETRO[0], cards=["7701"])
            add_answer(known, city, words="Lviv")
            add_answer(known, height, number=17_500)
            add_customer("Nina", phone="+380501112235")
            club = create_program("Coffee Club", {})
        head = ("phone", "first name", "cards", "City", "Height", "Likes")
        row = (PETRO[0], "Petro", "7701; 7702; 7703", "Kyiv", "1,75", "espresso")
        page = desk.checked(content=csv_bytes(row, ("+380501112235", "Nina"), head=head), program_id=str(club))
        shown = desk.see(f"{page}?state=updated")
        changes = "Additional cards: + 7702, 7703, City: Lviv → Kyiv, Likes: – → Espresso, Joins Coffee Club"
        assert changes in shown
        assert "Height:" not in shown.partition("Which rows")[2]
        assert shown.count("Joins Coffee Club") == 2

    def test_its_statements_do_not_grow_with_the_rows(
        self, desk: ImportDesk, shop: Shop, count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        rows = [(each, "Nina", "", "", f"77{each[-2:]}") for each in phones(4)]
        with shop.work():
            for each in rows:
                add_customer("Ann", phone=each[0])
            club = create_program("Coffee Club", {})
        one, all_ = (desk.checked(*some, program_id=str(club)) for some in (rows[:1], rows))
        desk.see(one)
        with count_statements() as few:
            desk.see(one)
        with count_statements() as many:
            assert desk.see(all_).count("Joins Coffee Club") == 4
        assert len(many) == len(few)

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

    def test_one_under_way_can_be_given_up(self, desk: ImportDesk, shop: Shop) -> None:
        page = desk.uploaded(OLENA)
        desk.choose(page)
        assert "Stop and remove draft" in desk.see(page)
        assert desk.press(page, "removal").location == "/imports"
        desk.read(page)
        with shop.work():
            assert db.session.scalars(select(ImportJob)).all() == []

    def test_one_that_lapsed_leads_where_it_can_be_checked_again(self, desk: ImportDesk, shop: Shop) -> None:
        """A command's file is not kept here, so that there is no page of its columns."""
        page = desk.checked(OLENA)
        with shop.work():
            db.session.execute(update(Batch).values(created_at=dates.now() - timedelta(days=2)))
            assert forget_drafts() == 1
        assert "Go back to the columns" in desk.see(page)
        with shop.work():
            db.session.execute(update(ImportJob).values(has_file=False))
        assert "Go back to the columns" not in desk.see(page)
        assert "Remove the draft and import the file again." in desk.see(page)
        assert "Remove the draft" in text_of(desk.press(page, "confirmation"))

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
