"""Pages of acts: the accountant's list, search and sums, files, requisites; and who may not (BI-3 to BI-6)."""

from __future__ import annotations

import hashlib
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from app.acts.models import Act, ActFile, ActKind, ActStatus, Requisites
from app.acts.services import close_months, draw_act, mark
from app.extensions import db
from tests.acts.papers import CUSTOMERS, Jurisdiction, add_act, at, ready
from tests.browsing import submit, text_of
from tests.lib.test_sheets import xlsx_cells
from tests.people import Shop, Town

SAVING = "/profile/financial?jurisdiction=ua"


class TestList:
    def test_an_accountant_finds_march_and_downloads_the_year(self, town: Town) -> None:
        """BI-6: by month, number, sum and status; the ZIP has every act of the year as it is."""
        year(town.kavalier)
        vera = town.browser(town.vera)
        page = text_of(vera.get("/acts"))
        assert "3 acts" in page
        for sought, found in (
            ("march", "2026-0003"),
            ("March 2026", "2026-0003"),
            ("2026-03", "2026-0003"),
            ("0002", "2026-0002"),
            ("11,081.10", "2026-0001"),
            ("signed", "2026-0001"),
        ):
            page = text_of(vera.get("/acts", query_string={"search": sought}))
            assert found in page, sought
        assert "No such act" in text_of(vera.get("/acts?search=2027"))
        assert "No such act" in text_of(vera.get("/acts", query_string={"search": "March 2025"}))
        answer = vera.get("/acts/2026.zip")
        with ZipFile(BytesIO(answer.data)) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == [f"2026/act-2026-{place:04}.pdf" for place in (1, 2, 3)]
            assert archive.read("2026/act-2026-0003.pdf") == b"%PDF 3"

    def test_sums_are_of_the_acts_that_are_shown_and_not_of_drafts(self, town: Town) -> None:
        """BI-6"""
        year(town.kavalier)
        vera = town.browser(town.vera)
        assert "33,243 .30" in text_of(vera.get("/acts"))
        page = text_of(vera.get("/acts?status=signed"))
        assert "11,081 .10" in page
        assert "33,243 .30" not in page
        assert "Signed to date ₴11,081 .10" in page

    def test_the_register_has_what_is_shown(self, town: Town) -> None:
        """BI-6: amounts as figures."""
        year(town.kavalier)
        answer = town.browser(town.vera).get("/acts/register.xlsx?status=issued")
        cells = xlsx_cells(answer.data)
        assert [words for _kind, words in cells if str(words).startswith("2026-0")] == ["2026-0003", "2026-0002"]
        assert [words for _kind, words in cells][11 + 8] == "11081.10"

    def test_a_month_of_another_year_than_its_act_is_told_once(self, town: Town) -> None:
        """BI-6: such as December, corrected in January."""
        with town.kavalier.work():
            first = add_act(date(2025, 12, 1))
            add_act(date(2025, 12, 1), kind=ActKind.CHARGES, corrects_id=first, year=2026)
        cells = xlsx_cells(town.browser(town.vera).get("/acts/register.xlsx").data)
        months = [words for _kind, words in cells if str(words).startswith("December")]
        assert months == ["December, correction (2025)", "December 2025"]

    def test_without_requisites_it_warns_and_links_to_the_form(self, town: Town) -> None:
        """BI-5"""
        answer = town.browser(town.vera).get("/acts")
        assert "Requisites are missing" in text_of(answer)
        assert 'href="/profile/financial"' in answer.text

    @pytest.mark.parametrize("address", ["/acts?year=x", "/acts?status=lost", f"/acts?search={'x' * 101}"])
    def test_an_address_that_cannot_be_read(self, town: Town, address: str) -> None:
        assert town.browser(town.vera).get(address).status_code == 400

    @pytest.mark.parametrize("who", ["olha", "boris"])
    def test_others_of_the_business_may_not(self, town: Town, who: str) -> None:
        """BI-4: acts are the admin's and the accountant's."""
        year(town.kavalier)
        browser = town.browser(town.people[who])
        for address in ("/acts", "/acts/2026.zip", "/acts/register.xlsx", "/profile/financial"):
            assert browser.get(address).status_code == 403


class TestFiles:
    def test_the_file_is_the_one_that_was_made(self, town: Town) -> None:
        """BI-5: the same bytes at each download, whose SHA-256 stands on the act's page."""
        ready(town.kavalier, at(2026, 3, 1, 0))
        with town.kavalier.work():
            close_months(at(2026, 4, 2))
        number = first(town.kavalier)
        vera = town.browser(town.vera)
        assert vera.get(f"/acts/{number}.pdf").status_code == 503
        assert "being made" in text_of(vera.get(f"/acts/{number}"))
        with town.kavalier.work():
            assert draw_act()
            assert not draw_act()
            kept = db.session.scalars(select(ActFile)).one()
            sha256, content = kept.sha256, kept.content
        assert hashlib.sha256(content).digest() == sha256
        for _ in range(2):
            answer = vera.get(f"/acts/{number}.pdf")
            assert answer.data == content
        assert answer.headers["Content-Disposition"] == 'attachment; filename="act-2026-0001.pdf"'
        assert sha256.hex() in text_of(vera.get(f"/acts/{number}"))

    def test_a_draft_of_the_open_month_and_of_no_other(self, town: Town) -> None:
        """BI-5: nor of one to come, of one that has its act, or of no month."""
        year(town.kavalier)
        vera = town.browser(town.vera)
        for month in ("2026-01", "2999-01", "2026-13", "2026-1", "x", "0000-01"):
            assert vera.get(f"/acts/drafts/{month}.pdf").status_code == 404, month

    def test_another_business_finds_nothing(self, town: Town) -> None:
        """BI-4, PR-1"""
        year(town.kavalier)
        number = first(town.kavalier)
        oleg = town.browser(town.oleg)
        for address in (f"/acts/{number}", f"/acts/{number}.pdf", "/acts/2026.zip"):
            assert oleg.get(address).status_code == 404
        assert "2026-0001" not in text_of(oleg.get("/acts"))


class TestAct:
    def test_it_is_marked_sent_and_signed_and_the_log_tells(self, town: Town) -> None:
        """BI-6, PR-4: by an accountant, with the day; twice the same is once."""
        year(town.kavalier)
        number = first(town.kavalier)
        vera = town.browser(town.vera)
        for _ in range(2):
            submit(vera, f"/acts/{number}", {"status": "3", "day": "2026-02-07"}, action=f"/acts/{number}/standing")
        page = text_of(vera.get(f"/acts/{number}"))
        assert page.count("7 February 2026") == 1
        assert "Status of an act changed" in text_of(town.browser(town.anna).get("/audit-log"))

    @pytest.mark.parametrize("day", ["2026-01-07", "", "someday", "0001-01-01"])
    def test_a_day_before_it_was_issued_or_none_is_refused(self, town: Town, day: str) -> None:
        year(town.kavalier)
        page = f"/acts/{first(town.kavalier)}"
        answer = submit(town.browser(town.vera), page, {"status": "2", "day": day}, action=f"{page}/standing")
        assert answer.status_code == 422


class TestRequisites:
    def test_an_accountant_saves_them_and_a_mistyped_digit_is_found(self, town: Town) -> None:
        """BI-3, PR-4: numbers are kept plainly, however they were written."""
        vera = town.browser(town.vera)
        typed = {**CUSTOMERS[Jurisdiction.UA], "language": "uk", "account": "UA21 3223 1300 0002 6007 2335 6600 1"}
        wrong = submit(vera, "/profile/financial", {**typed, "tax_id": "32855962"}, action=SAVING)
        assert wrong.status_code == 422
        assert "check digit" in text_of(wrong)
        assert submit(vera, "/profile/financial", typed, action=SAVING).status_code == 303
        with town.kavalier.work():
            kept = db.session.scalars(select(Requisites)).one()
            assert kept.complete
            assert kept.details["account"] == "UA213223130000026007233566001"
        assert "Financial information changed" in text_of(town.browser(town.anna).get("/audit-log"))

    def test_another_country_has_other_numbers(self, town: Town) -> None:
        """BI-3"""
        vera = town.browser(town.vera)
        assert "IIK (IBAN)" in text_of(vera.get("/profile/financial?jurisdiction=kz"))
        assert "KPP" in text_of(vera.get("/profile/financial?jurisdiction=ru"))
        assert vera.get("/profile/financial?jurisdiction=xx").status_code == 400

    def test_what_no_font_can_show_is_refused(self, town: Town) -> None:
        """BI-6"""
        answer = submit(
            town.browser(town.vera),
            "/profile/financial",
            {"legal_name": "Café ☕"},
            action=SAVING,
        )
        assert answer.status_code == 422
        assert "☕" in text_of(answer)


def year(shop: Shop) -> None:
    """Acts of January, which is signed, February and March."""
    with shop.work():
        for place in (1, 2, 3):
            add_act(date(2026, place, 1), place, b"%%PDF %d" % place)
    with shop.work():
        mark(db.session.scalars(select(Act).order_by(Act.id)).first(), ActStatus.SIGNED, date(2026, 2, 5))


def first(shop: Shop) -> int:
    with shop.work():
        return db.session.scalars(select(Act.id).order_by(Act.id)).first() or 0
