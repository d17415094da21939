"""Months closed by the business's clock: acts that come to the charges, in a series without gaps (BI-4, BI-5)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.acts.check import faults
from app.acts.lines import Line
from app.acts.models import Act, ActKind, ActToDraw, Jurisdiction
from app.acts.queries import closed_through, due_businesses
from app.acts.services import close_months, correct_charges, correct_requisites, draft_of, keep_requisites
from app.acts.services.correcting import NothingToCorrectError
from app.billing.models import Charge, ChargeKind
from app.businesses.queries import own_business
from app.extensions import db
from tests.acts.papers import CUSTOMERS, add_tariff, at, ready, write_executor
from tests.people import Shop, Town

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


class TestClosing:
    def test_a_month_gets_its_act_an_hour_after_it_is_over(self, town: Town) -> None:
        """BI-4: by the business's clock, with what was charged line by line, once."""
        ready(town.kavalier, at(2026, 3, 1, 0))
        charge(town.kavalier, 1, at(2026, 3, 14), -12, 40)
        charge(town.kavalier, 2, at(2026, 3, 31, 23), -79, 3)
        charge(town.kavalier, 2, at(2026, 4, 1, 0), -79, 9)
        with town.kavalier.work():
            assert close_months(at(2026, 4, 1, 0)) == 0
            assert close_months(at(2026, 4, 1, 1)) == 1
            assert close_months(at(2026, 4, 20)) == 0
        act = only(town.kavalier)
        assert (act.words, act.kind, act.month, act.dated) == ("2026-0001", ActKind.MONTHLY, MARCH, date(2026, 3, 31))
        assert [tuple(line[:3]) for line in act.lines] == [(4, -99_000, 1), (1, -12, 40), (2, -79, 3)]
        assert (act.total, act.vat, act.transactions, act.segments) == (99_717, 16_620, 40, 3)
        assert act.customer == CUSTOMERS[Jurisdiction.UA]
        proved(town.kavalier)

    def test_a_tariff_changed_in_the_middle_makes_two_lines(self, town: Town) -> None:
        """BI-4: each with its own price."""
        ready(town.kavalier, at(2026, 3, 1, 0))
        with town.kavalier.work():
            add_tariff(at(2026, 3, 16, 0), (119_000, 15, 89, 50))
        charge(town.kavalier, 1, at(2026, 3, 10), -12, 7)
        charge(town.kavalier, 1, at(2026, 3, 20), -15, 5)
        with town.kavalier.work():
            close_months(at(2026, 4, 2))
        assert [line[:3] for line in only(town.kavalier).lines][1:] == [[1, -15, 5], [1, -12, 7]]
        proved(town.kavalier)

    def test_a_month_in_which_nothing_was_charged_takes_no_number(self, town: Town) -> None:
        """BI-4: nor do things that cost nothing."""
        ready(town.kavalier, at(2026, 1, 1, 0), (0, 0, 0, 0))
        charge(town.kavalier, 1, at(2026, 1, 10), 0, 5)
        charge(town.kavalier, 2, at(2026, 3, 10), -1, 5)
        with town.kavalier.work():
            assert close_months(at(2026, 5, 1, 2)) == 1
            assert closed_through() == APRIL
        assert (only(town.kavalier).month, only(town.kavalier).number) == (MARCH, 1)
        proved(town.kavalier)

    def test_months_that_were_missed_come_in_their_order_each_year_with_its_series(self, town: Town) -> None:
        """BI-4: an act of December is of the old year's series, whenever it is issued."""
        ready(town.kavalier, at(2025, 11, 1, 0))
        with town.kavalier.work():
            assert close_months(at(2026, 3, 2)) == 4
            words = [act.words for act in db.session.scalars(select(Act).order_by(Act.id))]
        assert words == ["2025-0001", "2025-0002", "2026-0001", "2026-0002"]
        proved(town.kavalier)

    @pytest.mark.parametrize(
        ("zone", "last", "over"),
        [
            # Clocks there go forward in the last night of March 2024, and back in that of October 2021.
            ("Europe/Kyiv", datetime(2024, 3, 31, 20, 59, tzinfo=UTC), datetime(2024, 3, 31, 21, 0, tzinfo=UTC)),
            ("Europe/Kyiv", datetime(2021, 10, 31, 21, 59, tzinfo=UTC), datetime(2021, 10, 31, 22, 0, tzinfo=UTC)),
            ("Pacific/Auckland", datetime(2026, 3, 31, 10, 59, tzinfo=UTC), datetime(2026, 3, 31, 11, 0, tzinfo=UTC)),
        ],
    )
    def test_clocks_that_change_in_the_last_night(self, town: Town, zone: str, last: datetime, over: datetime) -> None:
        """BI-4: the last minute is of the month, the next of the next, whatever the clock did that night."""
        with town.kavalier.work():
            own_business().time_zone = zone
        ready(town.kavalier, last - timedelta(days=20), (0, 0, 0, 0))
        charge(town.kavalier, 1, last, -1, 3, zone)
        charge(town.kavalier, 1, over, -1, 5, zone)
        with town.kavalier.work():
            assert close_months(over + timedelta(minutes=59)) == 0
            assert close_months(over + timedelta(minutes=61)) == 1
        assert only(town.kavalier).transactions == 3

    def test_without_requisites_months_wait_and_then_come(self, town: Town) -> None:
        """BI-5: no act is issued with a blank; a draft says what is missing."""
        ready(town.kavalier, at(2026, 2, 1, 0))
        with town.kavalier.work():
            keep_requisites(Jurisdiction.UA, "uk", {"legal_name": "ТОВ «Кава»"})
        with town.app.app_context():
            assert due_businesses() == []
        with town.kavalier.work():
            assert close_months(at(2026, 4, 2)) == 0
            assert "address" in [entry.name for entry in draft_of(MARCH).missing]
            keep_requisites(Jurisdiction.UA, "uk", CUSTOMERS[Jurisdiction.UA])
        with town.app.app_context():
            assert due_businesses() == [town.kavalier.id]
        with town.kavalier.work():
            assert close_months(at(2026, 4, 2)) == 2

    def test_many_at_once_leave_no_gap_and_no_double(self, town: Town) -> None:
        """BI-4: eight that close the same months at the same time issue each once."""
        ready(town.kavalier, at(2025, 6, 1, 0))

        def close(_number: int) -> int:
            with town.kavalier.work():
                return close_months(at(2026, 4, 2))

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(close, range(8))) == 10
        with town.kavalier.work():
            numbers = [(act.year, act.number) for act in db.session.scalars(select(Act).order_by(Act.id))]
        assert numbers == [(2025, place) for place in range(1, 8)] + [(2026, place) for place in range(1, 4)]
        proved(town.kavalier)


class TestCorrecting:
    def test_what_was_charged_late_comes_as_a_correction(self, town: Town) -> None:
        """BI-5: of the month it belongs to, by the difference alone."""
        issued(town.kavalier)
        charge(town.kavalier, 1, at(2026, 3, 31, 23), -12, 2)
        with town.kavalier.work():
            assert close_months(at(2026, 5, 2)) == 2
            correction = db.session.scalars(select(Act).where(Act.kind == ActKind.CHARGES)).one()
            assert (correction.month, correction.total, correction.lines) == (MARCH, 24, [[1, -12, 2, ""]])
            assert correction.corrects_id == db.session.scalar(select(Act.id).where(Act.number == 1))
        proved(town.kavalier)

    def test_support_corrects_a_closed_month(self, town: Town) -> None:
        """BI-5: the act stays as it is; its correction and the balance say the same."""
        act = issued(town.kavalier)
        with town.kavalier.work():
            made = correct_charges(db.session.get_one(Act, (act.business_id, act.id)), 16_960, "212 SMS segments")
            assert (made.total, made.vat, made.lines) == (-16_960, -2_827, [[6, 16_960, 1, "212 SMS segments"]])
            assert made.dated > made.month
        with town.kavalier.work():
            kept = db.session.get_one(Act, (act.business_id, act.id))
            assert (kept.total, kept.lines) == (act.total, act.lines)
        proved(town.kavalier)

    def test_requisites_are_corrected_once(self, town: Town) -> None:
        """BI-5: with today's, and no sum changes."""
        act = issued(town.kavalier)
        new = {**CUSTOMERS[Jurisdiction.UA], "address": "04080, м. Київ, вул. Кирилівська, 1"}
        with town.kavalier.work():
            with pytest.raises(NothingToCorrectError):
                correct_requisites(db.session.get_one(Act, (act.business_id, act.id)))
            keep_requisites(Jurisdiction.UA, "uk", new)
        with town.kavalier.work():
            made = correct_requisites(db.session.get_one(Act, (act.business_id, act.id)))
            assert (made.kind, made.total, made.lines, made.customer) == (ActKind.REQUISITES, 0, [], new)
            with pytest.raises(NothingToCorrectError):
                correct_requisites(db.session.get_one(Act, (act.business_id, act.id)))
        proved(town.kavalier)

    def test_a_correction_is_taxed_as_what_it_corrects(self, town: Town) -> None:
        """BI-5: where the business is of another country by now, whose side of the platform pays no VAT."""
        issued(town.kavalier)
        with town.app.app_context():
            write_executor(Jurisdiction.OTHER, None)
        with town.kavalier.work():
            keep_requisites(Jurisdiction.OTHER, "en", CUSTOMERS[Jurisdiction.OTHER])
        with town.kavalier.work():
            act = db.session.scalars(select(Act)).one()
            made = correct_requisites(act)
            assert (made.total, made.vat, made.vat_rate) == (0, 0, 2_000)
            made = correct_charges(act, 12_000, "Twice charged")
            assert (made.total, made.vat, made.vat_rate) == (-12_000, -2_000, 2_000)


def charge(shop: Shop, kind: int, moment: datetime, rate: int, times: int, zone: str = "Europe/Kyiv") -> None:
    """As many charges of their own, as sales and messages write them; a message of so many segments."""
    kept = {"kind": ChargeKind(kind), "at": moment, "day": moment.astimezone(ZoneInfo(zone)).date(), "rate": rate}
    first, number, quantity = int(moment.timestamp()) * 1_000, *((times, 1) if kind == 1 else (1, times))
    with shop.work():
        for subject in range(first, first + number):
            db.session.add(Charge(business_id=shop.id, subject=subject, quantity=quantity, **kept))


def issued(shop: Shop) -> Act:
    """The act of March."""
    ready(shop, at(2026, 3, 1, 0))
    charge(shop, 1, at(2026, 3, 14), -12, 40)
    with shop.work():
        close_months(at(2026, 4, 2))
    return only(shop)


def only(shop: Shop) -> Act:
    with shop.work():
        act = db.session.scalars(select(Act).order_by(Act.id).limit(1)).one()
        assert db.session.get(ActToDraw, (act.business_id, act.id))
        db.session.expunge(act)
        return act


def proved(shop: Shop) -> None:
    with shop.work():
        assert faults() == []
        kept = db.session.scalars(select(Act)).all()
        assert all(sum(Line.from_kept(line).amount for line in act.lines) == act.total for act in kept)
