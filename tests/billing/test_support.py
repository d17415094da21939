"""Support's commands about money: each wrong thing gives one clear line and books nothing (BI-1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import Result
from sqlalchemy import func, select

from app.billing.models import Charge, ChargeKind, Tariff
from app.billing.queries import balance, tariff_at
from app.businesses.queries import own_business
from app.businesses.services import change_business
from app.extensions import db
from app.lib import dates
from tests.browsing import text_of
from tests.customers.editing import audit_lines
from tests.people import Town

PRICES = ("--monthly-fee", "990.00", "--transaction", "0.12", "--sms", "0.79", "--viber", "0.45")


def support(town: Town, *arguments: str) -> Result:
    return town.app.test_cli_runner().invoke(args=["support", *arguments])


class TestTopUp:
    def test_is_booked_and_audited(self, town: Town) -> None:
        """BI-1, PR-4: by nobody of the business."""
        for amount, reference, after in (("1500", "Invoice 7", "1500.00"), ("0.05", "Invoice 8", "1500.05")):
            result = support(town, "top-up", amount, "--business", "kavalier", "--reference", reference)
            assert (result.exit_code, result.output) == (0, f"The balance of kavalier is {after} UAH.\n")
        with town.kavalier.work():
            assert balance() == 150_005
            notes = select(Charge.note).where(Charge.kind == ChargeKind.TOP_UP).order_by(Charge.subject)
            assert list(db.session.scalars(notes)) == ["Invoice 7", "Invoice 8"]
        with town.teremok.work():
            assert balance() == 0
        assert audit_lines(town.kavalier, "billing", town.kavalier.id)[0] == (
            "billing.top_up",
            {"amount": (None, 5), "reference": (None, "Invoice 8")},
        )
        log = text_of(town.browser(town.anna).get("/audit-log"))
        assert "Balance topped up by support" in log
        assert "1,500" in log

    @pytest.mark.parametrize(
        ("amount", "says"),
        [
            ("0", "The amount is nothing."),
            ("-5", "The amount is more than zero."),
            ("1,5", "“1,5” is no amount in UAH"),
            ("1.005", "at most 2 digits behind it"),
            ("twenty", "“twenty” is no amount in UAH"),
            ("", "“” is no amount in UAH"),
            ("1e5", "“1e5” is no amount in UAH"),
            ("NaN", "“NaN” is no amount in UAH"),
            ("9" * 40, "a number up to 10000000000.00"),
            ("10000000000.01", "a number up to 10000000000.00"),
            ("٣", "is no amount in UAH"),
        ],
    )
    def test_says_what_is_wrong_with_an_amount(self, town: Town, amount: str, says: str) -> None:
        result = support(town, "top-up", amount, "--business", "kavalier", "--reference", "Invoice 7")
        assert result.exit_code == 1
        assert says in result.output
        assert result.output.count("\n") == 1
        assert charged(town) == 0

    def test_amounts_are_of_the_currency(self, town: Town) -> None:
        with town.kavalier.work():
            own_business().currency = "JPY"
        result = support(town, "top-up", "5.5", "--business", "kavalier", "--reference", "Invoice 7")
        assert "“5.5” is no amount in JPY: a number up to 1000000000000 with a point and at most 0" in result.output
        result = support(town, "top-up", "1,500", "--business", "kavalier", "--reference", "Invoice 7")
        assert result.output == "The balance of kavalier is 1500 JPY.\n"

    @pytest.mark.parametrize("reference", ["", "  ", "x" * 201, "In\x07voice"])
    def test_asks_for_a_reference(self, town: Town, reference: str) -> None:
        result = support(town, "top-up", "5", "--business", "kavalier", "--reference", reference)
        assert (result.exit_code, charged(town)) == (1, 0)
        assert "The reference has 1 to 200 characters" in result.output

    def test_a_reference_serves_once(self, town: Town) -> None:
        """BI-1: typed twice, it is paid in once."""
        for _each in range(2):
            result = support(town, "top-up", "5", "--business", "kavalier", "--reference", " Invoice  7")
        assert "“Invoice 7” was booked before. Nothing was booked now." in result.output
        assert charged(town) == 1
        assert support(town, "top-up", "5", "--business", "teremok", "--reference", "Invoice 7").exit_code == 0

    def test_says_that_there_is_no_such_business(self, town: Town) -> None:
        result = support(town, "top-up", "5", "--business", "nowhere", "--reference", "Invoice 7")
        assert result.output == "Error: There is no business with the short name nowhere.\n"


def test_a_correction_may_take(town: Town) -> None:
    """BI-1."""
    for amount, reference, after in (("-12.50", "Ticket 3", "-12.50"), ("2.5", "Ticket 4", "-10.00")):
        result = support(town, "correct", amount, "--business", "kavalier", "--reference", reference)
        assert result.output == f"The balance of kavalier is {after} UAH.\n"
    assert support(town, "correct", "0", "--business", "kavalier", "--reference", "x").exit_code == 1
    assert audit_lines(town.kavalier, "billing", town.kavalier.id)[0][0] == "billing.correct"


class TestTariff:
    def test_holds_at_once_or_from_a_day_on(self, town: Town) -> None:
        """BI-1, PR-4: from midnight in the zone of the business."""
        result = support(town, "tariff", "--business", "kavalier", *PRICES)
        assert result.exit_code == 0, result.output
        later = (dates.now() + timedelta(days=40)).date()
        dear = ("--monthly-fee", "1000", "--transaction", "0", "--sms", "1", "--viber", "1")
        result = support(town, "tariff", "--business", "kavalier", "--from", later.isoformat(), *dear)
        assert f"The tariff of kavalier holds from {later} 00:00 +0" in result.output
        with town.kavalier.work():
            assert [tariff_at(dates.now() + timedelta(days=days)).monthly_fee for days in (0, 38, 42)] == [  # type: ignore[union-attr]
                99_000,
                99_000,
                100_000,
            ]
        action, changes = audit_lines(town.kavalier, "billing", town.kavalier.id)[0]
        assert (action, changes["monthly_fee"], changes["sms_price"]) == (
            "billing.tariff",
            (99_000, 100_000),
            (79, 100),
        )
        assert "Tariff set by support" in text_of(town.browser(town.anna).get("/audit-log"))

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("--from", "2026-02-30", *PRICES), "does not match the format"),
            (("--from", "2020-01-01", *PRICES), "2020-01-01 is over. A tariff begins today,"),
            ((*PRICES[:-1], "-1"), "A price is not below zero."),
            ((*PRICES[:-1], "0.005"), "--viber: “0.005” is no amount in UAH"),
            (PRICES[:-2], "Missing option '--viber'"),
        ],
    )
    def test_says_what_is_wrong(self, town: Town, arguments: tuple[str, ...], says: str) -> None:
        result = support(town, "tariff", "--business", "kavalier", *arguments)
        assert result.exit_code > 0
        assert says in result.output
        with town.kavalier.work():
            assert db.session.scalar(select(func.count()).select_from(Tariff)) == 0

    def test_with_one_the_currency_stays(self, town: Town) -> None:
        """BI-1: its prices are amounts."""
        support(town, "tariff", "--business", "kavalier", *PRICES)
        with pytest.raises(ValueError, match="present currency"), town.kavalier.work(town.anna):
            change_business(own_business(), {"currency": "EUR"})


def charged(town: Town) -> int:
    with town.kavalier.work():
        return db.session.scalar(select(func.count()).select_from(Charge)) or 0
