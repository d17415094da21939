"""The financial report by Terminal and by day: figures, days, files, walls; it agrees with the log (TL-1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.transactions.figures import Figures
from app.transactions.log_filter import LogFilter
from app.transactions.log_queries import figures, figures_by_day
from app.transactions.models import Kind, Source, Status, Transaction
from app.transactions.report import Report
from tests.browsing import page_of, text_of
from tests.customers.looking import looking
from tests.factories import add_customer, add_point_of_sale, add_terminal
from tests.lib.test_sheets import csv_rows, xlsx_cells
from tests.people import Town
from tests.transactions.recording import record

KYIV = ZoneInfo("Europe/Kyiv")
NOON = datetime(2026, 3, 5, 10, tzinfo=UTC)
MARCH = "?from=2026-03-01&to=2026-03-31"


@pytest.fixture
def sold(town: Town) -> Town:
    """At Pechersk two sales and a cancelled one on 5 March, one late on the 6th; at Podil one sale and a credit."""
    shop = town.kavalier
    with shop.work():
        olena = add_customer("Олена", "Коваль", "+380671234567")
        record(olena, shop.own_terminal, NOON, gross=10_000, discount=500, points_paid=700, points_earned=800)
        record(olena, shop.own_terminal, NOON + timedelta(hours=1), gross=2_000, account_paid=2_000)
        record(olena, shop.own_terminal, NOON, gross=41_200, discount=200, status=Status.CANCELLED)
        # 23:30 in Kyiv, still the 6th there; half past midnight is the 7th.
        record(olena, shop.own_terminal, datetime(2026, 3, 6, 21, 30, tzinfo=UTC), gross=300)
        record(olena, shop.franchised_terminal, datetime(2026, 3, 6, 22, 30, tzinfo=UTC), gross=24_000)
        record(olena, shop.franchised_terminal, NOON, kind=Kind.CREDIT, source=Source.PANEL, points_earned=5_000)
    with town.teremok.work():
        record(add_customer("Foreign"), town.teremok.own_terminal, NOON, gross=99_900)
    return town


def rows(browser: FlaskClient, query: str, part: str = "tbody") -> list[list[str]]:
    lines = page_of(browser.get(f"/transactions/report{query}")).findall(f".//table/{part}/tr")
    return [[" ".join("".join(cell.itertext()).split()) for cell in line] for line in lines]


class TestPage:
    def test_has_a_line_for_each_terminal_and_a_total(self, sold: Town) -> None:
        """TL-1: money received is what neither discount, points nor accounts took; cancelled sales stand apart."""
        browser = sold.browser(sold.anna)
        assert rows(browser, MARCH) == [
            ["Pechersk", "Pechersk 1", "3", "123.00", "5.00", "7.00", "20.00", "91.00", "1 · 410.00"],
            ["Podil", "Podil 1", "1", "240.00", "0.00", "0.00", "0.00", "240.00", "–"],
        ]
        assert rows(browser, MARCH, "tfoot") == [
            ["Total", "", "4", "363.00", "5.00", "7.00", "20.00", "331.00", "1 · 410.00"],
        ]

    def test_days_are_those_of_the_business(self, sold: Town) -> None:
        browser = sold.browser(sold.anna)
        by_day = [[row[0], row[1], row[2]] for row in rows(browser, f"{MARCH}&by=day")]
        assert by_day == [["5 Mar", "2", "120.00"], ["6 Mar", "1", "3.00"], ["7 Mar", "1", "240.00"]]
        assert [row[:4] for row in rows(browser, f"{MARCH}&by=both")] == [
            ["5 Mar", "Pechersk", "Pechersk 1", "2"],
            ["6 Mar", "Pechersk", "Pechersk 1", "1"],
            ["7 Mar", "Podil", "Podil 1", "1"],
        ]

    def test_is_narrowed_by_place_and_period(self, sold: Town) -> None:
        browser, place = sold.browser(sold.anna), sold.kavalier.franchised_place
        assert [row[0] for row in rows(browser, f"{MARCH}&point_of_sale={place}")] == ["Podil"]
        assert [row[0] for row in rows(browser, "?from=2026-03-07&to=2026-03-07")] == ["Podil"]
        assert "Nothing was sold in this period" in text_of(
            browser.get("/transactions/report?from=2026-04-01&to=2026-04-02")
        )

    def test_is_of_this_month_unless_asked_otherwise(self, sold: Town) -> None:
        page = page_of(sold.browser(sold.anna).get("/transactions/report"))
        today = dates.now().astimezone(KYIV).date()
        given_days = [page.find(f".//input[@id='{name}']") for name in ("from", "to")]
        assert [each.get("value") for each in given_days if each is not None] == [
            str(today.replace(day=1)),
            str(today),
        ]

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("?to=2026-03-01", "Choose the first day of the report."),
            ("?from=2025-01-01&to=2026-01-02", "A report covers at most a year."),
            ("?from=2026-03-02&to=2026-03-01", "The first day lies after the last one."),
        ],
    )
    def test_a_period_that_cannot_be_is_said(self, sold: Town, query: str, words: str) -> None:
        browser = sold.browser(sold.anna)
        for page in ("report", "report.csv", "report.xlsx"):
            answer = browser.get(f"/transactions/{page}{query}")
            assert answer.status_code == 422
            assert words in text_of(answer)

    @pytest.mark.parametrize("query", ["?by=week", "?from=x", "?kind=sale", "?terminal=x"])
    def test_an_address_that_cannot_be_read_is_400(self, sold: Town, query: str) -> None:
        assert sold.browser(sold.anna).get(f"/transactions/report{query}").status_code == 400

    def test_says_how_many_lines_it_leaves_to_the_files(self, sold: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.transactions.report.MOST_LINES", 1)
        answer = sold.browser(sold.anna).get(f"/transactions/report{MARCH}&by=both")
        assert "2 more lines are not shown here; the files have all." in text_of(answer)


class TestFiles:
    def test_have_a_line_for_each_day_of_each_terminal(self, sold: Town) -> None:
        """TL-1: as CSV and as XLSX, without personal data."""
        browser = sold.browser(sold.vera)
        answer = browser.get(f"/transactions/report.csv{MARCH}")
        disposition = 'attachment; filename="financial-report-2026-03-01-2026-03-31.csv"'
        assert answer.headers["Content-Disposition"] == disposition
        head, *lines = csv_rows(answer.data)
        assert head[:5] == ["Date", "Point of sale", "Terminal", "Sales", "Gross, UAH"]
        assert lines == [
            ["2026-03-05", "Pechersk", "Pechersk 1", "2", "120.00", "5.00", "7.00", "20.00", "88.00", "1", "410.00"],
            ["2026-03-06", "Pechersk", "Pechersk 1", "1", "3.00", "0.00", "0.00", "0.00", "3.00", "0", "0.00"],
            ["2026-03-07", "Podil", "Podil 1", "1", "240.00", "0.00", "0.00", "0.00", "240.00", "0", "0.00"],
        ]
        cells = xlsx_cells(browser.get(f"/transactions/report.xlsx{MARCH}").data)
        assert [value for _kind, value in cells[11:14]] == ["46086", "Pechersk", "Pechersk 1"]
        assert [kind for kind, _value in cells[11:22]] == ["n", "s", "s", *"n" * 8]
        for text in (answer.text, " ".join(value for _kind, value in cells)):
            assert not any(personal in text for personal in ("Олена", "Коваль", "1234567", "Foreign"))

    def test_names_of_places_are_no_formulas(self, sold: Town) -> None:
        """TL-1: whoever names a place cannot make another's spreadsheet work something out."""
        with sold.kavalier.work():
            terminal = add_terminal(add_point_of_sale("=1+1"), "@SUM(A1)")
            record(add_customer(), terminal, NOON, gross=100)
        browser = sold.browser(sold.anna)
        lines = csv_rows(browser.get(f"/transactions/report.csv{MARCH}").data)
        assert ["'=1+1", "'@SUM(A1)"] in [line[1:3] for line in lines]
        assert ("s", "=1+1") in xlsx_cells(browser.get(f"/transactions/report.xlsx{MARCH}").data)


class TestWhoLooks:
    def test_a_location_operator_gets_its_own_places(self, sold: Town) -> None:
        """TL-1, PR-3."""
        browser = sold.browser(sold.boris)
        assert [row[0] for row in rows(browser, MARCH)] == ["Podil"]
        assert "Pechersk" not in browser.get(f"/transactions/report.csv{MARCH}").text
        own = sold.kavalier.own_terminal
        assert browser.get(f"/transactions/report.csv{MARCH}&terminal={own}").status_code == 404

    def test_another_business_has_none_of_it(self, sold: Town) -> None:
        """TL-1, PR-1."""
        oleg = sold.browser(sold.oleg)
        assert [row[3] for row in rows(oleg, MARCH)] == ["999.00"]
        assert oleg.get(f"/transactions/report{MARCH}&terminal={sold.kavalier.own_terminal}").status_code == 404

    @pytest.mark.parametrize(("who", "status"), [("olha", 200), ("vera", 200), ("sasha", 303)])
    def test_is_for_every_role_of_the_panel(self, sold: Town, who: str, status: int) -> None:
        for page in ("report", "report.csv", "report.xlsx"):
            assert sold.browser(sold.people[who]).get(f"/transactions/{page}").status_code == status


BEGAN = datetime(2026, 3, 27, 20, tzinfo=UTC)
"""Kyiv's clocks go forward on 29 March."""
sale = st.fixed_dictionaries(
    {
        "hours": st.integers(0, 80),
        "till": st.integers(0, 2),
        "kind": st.sampled_from([Kind.SALE, Kind.SALE, Kind.SALE, Kind.CREDIT]),
        "source": st.sampled_from(Source),
        "status": st.sampled_from([Status.COMPLETED, Status.COMPLETED, Status.CANCELLED]),
        "gross": st.integers(0, 10**9),
        "parts": st.tuples(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100)),
    }
)


@pytest.fixture
def tills(town: Town) -> list[int]:
    with town.kavalier.work():
        second = add_terminal(town.kavalier.own_place, "Pechersk 2")
    return [town.kavalier.own_terminal, town.kavalier.franchised_terminal, second]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    sales=st.lists(sale, max_size=30),
    who=st.sampled_from(["anna", "boris"]),
    days=st.tuples(st.integers(0, 4), st.integers(0, 4)).map(sorted),
    till=st.sampled_from([None, 0, 1]),
)
def test_agrees_with_the_log(
    town: Town, tills: list[int], sales: list[dict], who: str, days: list[int], till: int | None
) -> None:
    """TL-1: for the same filter the report's sums are the log's, and both those of the rows, whoever looks."""
    with town.kavalier.work():
        customer = add_customer()
        for each in sales:
            discount, points, account = (each["gross"] * part // 300 for part in each["parts"])
            amounts = {"gross": each["gross"], "discount": discount, "points_paid": points, "account_paid": account}
            classes = {name: each[name] for name in ("kind", "source", "status")}
            at = BEGAN + timedelta(hours=each["hours"])
            record(customer, tills[each["till"]], at, **amounts, **classes, points_earned=points)
    first, last = (date(2026, 3, 27) + timedelta(days=number) for number in days)
    args = {"from": str(first), "to": str(last)}
    own = town.kavalier.franchised_terminal
    if till is not None and (who == "anna" or tills[till] == own):
        args["terminal"] = str(tills[till])
    with looking(town, town.people[who]):
        report, log = Report(args), figures(LogFilter.from_args(args))
        assert report.total == replace(log, credits=0, points_added=0)
        assert sum((line.figures for line in report.detailed), Figures()) == report.total
        assert sum((line.figures for line in report.lines), Figures()) == report.total
        rows = db.session.scalars(db.select(Transaction).where(Transaction.business_id == business_id())).all()
        wanted = [
            each
            for each in rows
            if first <= each.at.astimezone(KYIV).date() <= last
            and args.get("terminal", str(each.terminal_id)) == str(each.terminal_id)
        ]
        done = [each for each in wanted if (each.kind, each.status) == (Kind.SALE, Status.COMPLETED)]
        assert (log.sales, log.gross, log.received) == (
            len(done),
            sum(each.gross for each in done),
            sum(each.gross - each.discount - each.points_paid - each.account_paid for each in done),
        )
        assert set(figures_by_day(report.filter)) == {
            (each.at.astimezone(KYIV).date(), each.terminal_id) for each in wanted if each.kind is Kind.SALE
        }
