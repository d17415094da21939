"""The monthly fee: once for each month of the business's zone, whenever the job runs (BI-1)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.billing.check import faults
from app.billing.models import Charge, ChargeKind, Tariff
from app.billing.queries import balance
from app.billing.services import post_monthly_fees
from app.businesses.models import Business
from app.extensions import db
from jobs import housekeeping
from tests.people import Shop, Town


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def shop(town: Town) -> Shop:
    """Kavalier has a tariff from 15 March 2026 on, and a dearer one from 10 May on."""
    with town.kavalier.work():
        add_tariff("2026-03-15 08:00", 10_000)
        add_tariff("2026-05-10 00:00", 12_000)
    return town.kavalier


def add_tariff(begins: str, fee: int) -> None:
    prices = {"transaction_price": 1, "sms_price": 1, "viber_price": 1}
    shop = db.session.scalars(select(Business.id)).one()
    db.session.add(Tariff(business_id=shop, valid_from=moment(begins), monthly_fee=fee, **prices))


def fees() -> list[tuple[object, ...]]:
    kept = select(Charge.subject, Charge.at, Charge.day, Charge.rate).where(Charge.kind == ChargeKind.MONTHLY_FEE)
    return [tuple(row) for row in db.session.execute(kept.order_by(Charge.subject))]


def test_each_month_is_charged_at_the_price_of_its_beginning(shop: Shop) -> None:
    """BI-1: by the business's zone, the first with its tariff; a dearer one in the middle of May counts in June."""
    with shop.work():
        assert post_monthly_fees(moment("2026-06-30 20:59")) == [202603, 202604, 202605, 202606]
        assert fees() == [
            (202603, moment("2026-03-15 08:00"), date(2026, 3, 15), -10_000),
            (202604, moment("2026-03-31 21:00"), date(2026, 4, 1), -10_000),
            (202605, moment("2026-04-30 21:00"), date(2026, 5, 1), -10_000),
            (202606, moment("2026-05-31 21:00"), date(2026, 6, 1), -12_000),
        ]
        assert post_monthly_fees(moment("2026-06-30 21:00")) == [202607]
        assert balance() == -54_000
        assert faults() == []


def test_a_month_is_charged_once_whenever_and_by_whomever_it_is_posted(shop: Shop) -> None:
    """BI-1: after months of downtime, too."""
    for now, posted in (
        ("2026-03-20", [202603]),
        ("2026-03-20", []),
        ("2026-08-05", [202604, 202605, 202606, 202607, 202608]),
    ):
        with shop.work():
            assert post_monthly_fees(moment(f"{now} 12:00")) == posted
    with shop.work():
        # The zone changed: what is charged keeps its month.
        db.session.scalars(select(Business)).one().time_zone = "America/New_York"
    with shop.work():
        assert post_monthly_fees(moment("2026-09-01 03:00")) == []
        assert post_monthly_fees(moment("2026-09-01 05:00")) == [202609]


def test_a_move_to_the_west_charges_no_month_before_the_first(town: Town) -> None:
    """BI-1: where the midnight at which the tariff began is of the month before."""
    with town.kavalier.work():
        add_tariff("2026-02-28 22:00", 10_000)
        assert post_monthly_fees(moment("2026-03-20 12:00")) == [202603]
        db.session.scalars(select(Business)).one().time_zone = "America/New_York"
    with town.kavalier.work():
        assert post_monthly_fees(moment("2026-03-20 12:00")) == []
        assert balance() == -10_000


def test_before_a_tariff_begins_nothing_is_charged(shop: Shop, town: Town) -> None:
    with shop.work():
        assert post_monthly_fees(moment("2026-03-15 07:59")) == []
    with town.teremok.work():
        assert post_monthly_fees() == []


def test_a_free_month_is_an_entry_of_nothing(town: Town) -> None:
    with town.kavalier.work():
        add_tariff("2026-03-15 08:00", 0)
        assert post_monthly_fees(moment("2026-03-15 08:00")) == [202603]
        assert (balance(), len(fees())) == (0, 1)


def test_the_job_goes_through_every_business_and_twins_charge_once(shop: Shop, town: Town) -> None:
    with town.teremok.work():
        add_tariff("2026-03-15 08:00", 1)
    with town.app.app_context():
        housekeeping.post_monthly_fees()
        housekeeping.post_monthly_fees()
    for each in (shop, town.teremok):
        with each.work():
            assert fees()[0][0] == 202603
            assert faults() == []
