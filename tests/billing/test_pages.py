"""The pages of what is charged: a month by kind, price and day, and each charge behind a figure (BI-1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.billing.models import ChargeKind
from app.billing.services import (
    Prices,
    charge_messages,
    correct,
    post_monthly_fees,
    reserve_messages,
    set_tariff,
    top_up,
)
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.messaging.models import Channel, Direction, Message, MessageKind, MessageStatus
from app.paging import PAGE_SIZE
from app.transactions.models import Transaction
from app.transactions.services import cancel_sale
from tests.browsing import page_of, text_of
from tests.factories import add_customer, add_sale
from tests.lib.test_sheets import csv_rows, xlsx_cells
from tests.people import Shop, Town

# Clocks change in Kyiv in the night of the 29th; the tariff changes on the 15th.
MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
NIGHT = datetime(2026, 3, 31, 20, 59, tzinfo=UTC)
"""A minute before April in Kyiv."""


class Clock:
    """The hour that everything happens at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = MARCH
        monkeypatch.setattr(dates, "now", lambda: self.now)

    def set(self, now: datetime) -> None:
        self.now = now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def charged(town: Town, clock: Clock) -> Town:
    """Kavalier's March: two prices of a sale, SMS, what was paid in, a correction; a sale a minute before April."""
    shop = town.kavalier
    with shop.work():
        set_tariff(Prices(99_000, 12, 79, 45))
        post_monthly_fees()
        top_up(200_000, "Invoice 7")
        customer = add_customer("Olena", "Koval", "+380671234567")
    _sell(shop, customer, clock, MARCH)
    _send(shop, customer, 3)
    clock.set(MARCH + timedelta(days=14))
    with shop.work():
        set_tariff(Prices(119_000, 15, 89, 50))
        correct(-1_250, "Charged twice")
    for moment in (clock.now, NIGHT, NIGHT + timedelta(minutes=1)):
        _sell(shop, customer, clock, moment)
    clock.set(NIGHT + timedelta(days=9))
    with shop.work():
        post_monthly_fees()
    with town.teremok.work():
        set_tariff(Prices(0, 7, 7, 7))
        add_sale(add_customer("Foreign"), town.teremok.own_terminal, 500, dates.now())
    return town


def _sell(shop: Shop, customer: int, clock: Clock, moment: datetime) -> None:
    clock.set(moment)
    with shop.work():
        add_sale(customer, shop.own_terminal, 50_000, moment)


def _send(shop: Shop, customer: int, segments: int) -> None:
    with shop.work():
        message = Message(
            business_id=business_id(),
            customer_id=customer,
            direction=Direction.OUT,
            kind=MessageKind.WELCOME,
            channel=Channel.SMS,
            segments=segments,
            status=MessageStatus.SENT,
            gateway="simulator",
            dedupe_key="welcome",
            distributed_at=dates.now(),
        )
        db.session.add(message)
        db.session.flush()
        reserve_messages(ChargeKind.SMS, {message.id: segments})
        charge_messages(ChargeKind.SMS, [message.id])


def rows(response: TestResponse, table: str) -> list[list[str]]:
    lines = page_of(response).findall(f".//table[@class='table is-plain {table}']/tbody/tr")
    return [[" ".join("".join(cell.itertext()).split()) for cell in line] for line in lines]


def hrefs(response: TestResponse, table: str) -> list[str]:
    found = page_of(response).findall(f".//table[@class='table is-plain {table}']/tbody//a")
    return [each.get("href", "") for each in found]


def facts(response: TestResponse) -> list[tuple[str, str]]:
    pairs = page_of(response).findall(".//dl[@class='facts card-body']/div")
    return [tuple(" ".join("".join(part.itertext()).split()) for part in pair) for pair in pairs]  # type: ignore[misc]


@pytest.fixture
def vera(charged: Town) -> FlaskClient:
    return charged.browser(charged.vera)


class TestMonth:
    def test_shows_kinds_with_a_line_for_each_price(self, vera: FlaskClient) -> None:
        """BI-1: a tariff that changed in the middle of the month, and the last minute before its end by the clock."""
        response = vera.get("/billing?month=2026-03")
        assert rows(response, "services") == [
            ["Monthly fee", "1", "990.00", "990.00"],
            ["Transactions", "1", "0.12", "0.12"],
            ["Transactions", "2", "0.15", "0.30"],
            ["SMS segments", "3", "0.79", "2.37"],
        ]
        assert "Total 992 .79" in text_of(response)

    def test_the_balance_goes_from_its_beginning_to_its_end(self, vera: FlaskClient) -> None:
        assert facts(vera.get("/billing?month=2026-03"))[:5] == [
            ("At the beginning", "₴0.00"),
            ("Paid in", "₴2,000.00"),
            ("Corrections", "−₴12.50"),
            ("Charged", "−₴992.79"),
            ("At the end", "₴994.71"),
        ]
        april = facts(vera.get("/billing"))
        assert [april[0], april[3]] == [("At the beginning", "₴994.71"), ("Now", "−₴195.44")]

    def test_days_are_of_the_zone_of_the_business(self, vera: FlaskClient) -> None:
        days = rows(vera.get("/billing?month=2026-03"), "places bill-days")
        assert len(days) == 31
        assert days[0] == ["31 Mar", "–", "0.15", "–", "0.15", "–", "–", "994.71"]
        assert days[-1] == ["1 Mar", "990.00", "0.12", "2.37", "992.49", "2,000.00", "–", "1,007.51"]
        assert rows(vera.get("/billing"), "places bill-days")[-1][:3] == ["1 Apr", "1,190.00", "0.15"]

    def test_every_figure_leads_to_what_is_behind_it(self, vera: FlaskClient) -> None:
        """BI-1: and that comes to the same."""
        response = vera.get("/billing?month=2026-03")
        for line, href in zip(rows(response, "services"), hrefs(response, "services"), strict=True):
            behind = rows(vera.get(href), "charges")
            assert sum(int(each[-3]) for each in behind) == int(line[1]), href
            assert {each[-2] for each in behind} == {line[2]}
        assert all(rows(vera.get(href), "charges") for href in hrefs(response, "places bill-days"))

    def test_clocks_that_change_in_the_last_night_move_no_sale(self, town: Town, clock: Clock) -> None:
        """BI-1: on 31 October 2021 Kyiv went back by an hour, so it became November at ten in the evening by UTC."""
        shop = town.kavalier
        clock.set(datetime(2021, 10, 31, tzinfo=UTC))
        with shop.work():
            set_tariff(Prices(0, 12, 79, 45))
            customer = add_customer()
        for hour, minute in ((20, 59), (21, 59), (22, 0)):
            _sell(shop, customer, clock, datetime(2021, 10, 31, hour, minute, tzinfo=UTC))
        vera = town.browser(town.vera)
        for month, sales in (("2021-10", "2"), ("2021-11", "1")):
            response = vera.get(f"/billing?month={month}")
            assert [line[1] for line in rows(response, "services")] == [sales]
            assert len(rows(vera.get(hrefs(response, "services")[0]), "charges")) == int(sales)

    def test_an_empty_month_says_so(self, vera: FlaskClient) -> None:
        for month in ("2026-02", "2026-05", "2999-12"):
            response = vera.get(f"/billing?month={month}")
            assert response.status_code == 200
            assert "Nothing was charged in this month." in text_of(response)

    @pytest.mark.parametrize("month", ["march", "2026-3", "2026-13", "0001-01", "2026-03-01", "٢٠٢٦-٠٣"])
    def test_a_month_that_cannot_be_is_refused(self, vera: FlaskClient, month: str) -> None:
        assert vera.get("/billing", query_string={"month": month}).status_code == 400

    def test_leads_from_month_to_month_and_no_further(self, vera: FlaskClient) -> None:
        links = {each.get("href") for each in page_of(vera.get("/billing")).findall(".//main//a[@aria-label]")}
        assert "/billing?month=2026-03" in links
        first = page_of(vera.get("/billing?month=2026-03")).findall(".//main//a[@aria-label]")
        assert [each.get("href") for each in first if "month" in (each.get("aria-label") or "")] == ["/billing"]

    def test_says_which_tariff_holds_and_which_is_planned(self, charged: Town, vera: FlaskClient, clock: Clock) -> None:
        with charged.kavalier.work():
            set_tariff(Prices(1, 1, 1, 1), (clock.now + timedelta(days=5)).date())
        said = text_of(vera.get("/billing"))
        assert said.index("Tariff from 14 Apr planned") < said.index("Tariff from 15 Mar")
        assert "from 1 Mar" not in said
        assert "Tariff from 1 Mar" in text_of(vera.get("/billing?month=2026-03"))

    def test_tells_that_nothing_is_left(self, vera: FlaskClient, charged: Town) -> None:
        assert "Nothing is left on the balance." in text_of(vera.get("/billing"))
        with charged.kavalier.work():
            top_up(100_000, "Invoice 8")
        assert "Nothing is left on the balance." not in text_of(vera.get("/billing"))

    def test_files_have_each_day_kind_and_price(self, vera: FlaskClient) -> None:
        """BI-1: without personal data."""
        lines = csv_rows(vera.get("/billing/month.csv?month=2026-03").data)
        assert lines[0] == ["Date", "What for", "Quantity", "Price, ₴", "Charged, ₴", "Paid in, ₴"]
        assert ["2026-03-01", "SMS segments", "3", "0.79", "2.37", "0.00"] in lines
        assert ["2026-03-15", "Corrections", "1", "-12.50", "0.00", "-12.50"] in lines
        sheet = xlsx_cells(vera.get("/billing/month.xlsx?month=2026-03").data)
        assert len(sheet) == len(lines) * len(lines[0])


class TestCharges:
    def test_a_sale_is_told_by_place_and_basket(self, charged: Town, vera: FlaskClient) -> None:
        """TE-6: a cancelled one is charged and marked."""
        shop = charged.kavalier
        with shop.work():
            first = db.session.query(Transaction).order_by(Transaction.at).first()
            assert first is not None
            sale = first.id
            cancel_sale(first)
        response = vera.get("/billing/charges?from=2026-03-01&to=2026-03-10")
        (line,) = rows(response, "charges")
        assert line[1:] == [
            "Pechersk, Pechersk 1 cancelled, charged all the same",
            *("₴500.00", "1", "0.12", "0.12"),
        ]
        assert hrefs(response, "charges") == [f"/transactions/{sale}"]

    def test_a_message_is_told_masked(self, charged: Town, vera: FlaskClient) -> None:
        """BI-1: the accountant sees no more than the last digits, and is led to no message."""
        response = vera.get("/billing/charges?kind=sms")
        assert [line[1:] for line in rows(response, "charges")] == [["Welcome", "•••• 4567", "3", "0.79", "2.37"]]
        assert "+38067" not in response.text
        assert "Olena" not in response.text
        assert hrefs(response, "charges") == []
        assert hrefs(charged.browser(charged.anna).get("/billing/charges?kind=sms"), "charges")[0].startswith(
            "/messages"
        )

    def test_payments_and_fees_are_told_by_reference_and_month(self, vera: FlaskClient) -> None:
        assert rows(vera.get("/billing/charges?kind=top_up"), "charges") == [["1 Mar 14:00", "Invoice 7", "2,000.00"]]
        assert [line[1:3] for line in rows(vera.get("/billing/charges?kind=monthly_fee"), "charges")] == [
            ["April 2026", "1"],
            ["March 2026", "1"],
        ]

    def test_a_correction_of_an_earlier_month_stands_in_that_month(
        self, charged: Town, vera: FlaskClient, clock: Clock
    ) -> None:
        """BI-1: as its figure does, though it was booked later."""
        clock.set(datetime(2026, 5, 20, 12, tzinfo=UTC))
        with charged.kavalier.work():
            correct(16_960, "Act 3, 212 segments", datetime(2026, 3, 31, tzinfo=UTC).date())
        march = text_of(vera.get("/billing/charges?kind=correction&from=2026-03-01&to=2026-03-31"))
        assert "Act 3, 212 segments" in march
        assert "Charged twice" in march
        may = text_of(vera.get("/billing/charges?kind=correction&from=2026-05-01&to=2026-05-31"))
        assert "Act 3, 212 segments" not in may

    def test_a_price_is_chosen_of_those_that_the_kind_has(self, vera: FlaskClient) -> None:
        """One that stayed from another kind is left out."""
        prices = {
            query: len(rows(vera.get(f"/billing/charges?{query}"), "charges")) for query in ("price=15", "price=12")
        }
        assert prices == {"price=15": 3, "price=12": 1}
        for query in ("kind=top_up&price=12", "kind=sms&price=12"):
            assert len(rows(vera.get(f"/billing/charges?{query}"), "charges")) == 1

    def test_pages_meet_every_charge_once(self, charged: Town, vera: FlaskClient, clock: Clock) -> None:
        with charged.kavalier.work():
            customer = add_customer("Many")
            for number in range(PAGE_SIZE + 10):
                moment = clock.now + timedelta(seconds=number // 2)
                add_sale(customer, charged.kavalier.own_terminal, 100 + number, moment)
        seen: list[str] = []
        href: str | None = "/billing/charges"
        while href:
            response = vera.get(href)
            seen += hrefs(response, "charges")
            href = next((a.get("href") for a in page_of(response).findall(".//nav/a[@id='page-chevron-right']")), None)
        assert len(seen) == len(set(seen)) == PAGE_SIZE + 10 + 4

    @pytest.mark.parametrize("query", ["kind=gold", "price=-1", "price=x", "from=March", "after=0", "sort=at"])
    def test_what_cannot_be_read_is_refused(self, vera: FlaskClient, query: str) -> None:
        assert vera.get(f"/billing/charges?{query}").status_code == 400

    def test_an_impossible_period_is_told_of(self, vera: FlaskClient) -> None:
        response = vera.get("/billing/charges?from=2026-04-02&to=2026-04-01")
        assert response.status_code == 422
        assert "The first day lies after the last one." in text_of(response)


@pytest.mark.parametrize("address", ["/billing", "/billing/charges", "/billing/month.csv", "/billing/balance"])
def test_is_of_the_admin_and_the_accountant_alone(charged: Town, address: str) -> None:
    """BI-1, PR-5: operators and salespeople have no business with it, and another business sees its own."""
    for who, status in (("anna", {200, 303}), ("vera", {200, 303}), ("olha", {403}), ("boris", {403})):
        assert charged.browser(charged.people[who]).get(address).status_code in status
    own = charged.browser(charged.oleg).get("/billing?month=2026-04")
    assert rows(own, "services") == [["Transactions", "1", "0.07", "0.07"]]


def test_the_top_bar_tells_the_balance_to_who_may_know_it(charged: Town) -> None:
    assert "Prepaid balance: −₴195.44" in charged.browser(charged.anna).get("/customers").text
    assert "Prepaid balance" not in charged.browser(charged.olha).get("/customers").text
    piece = charged.browser(charged.vera).get("/billing/balance", headers={"HX-Request": "true"})
    assert "−₴195.44" in piece.text
    assert "<main" not in piece.text


def test_a_currency_without_decimals_has_none(charged: Town, clock: Clock) -> None:
    """BI-1: a price of 12 is 12 yen."""
    with charged.teremok.work():
        db.session.execute(db.text("UPDATE business SET currency = 'JPY'"))
    shown = charged.browser(charged.oleg).get("/billing")
    assert rows(shown, "services") == [["Transactions", "1", "7", "7"]]
