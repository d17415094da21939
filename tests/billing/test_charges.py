"""Sales are charged in their own transaction, each once, and nobody waits for another's (BI-1, TE-6)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Select, func, select

from app.billing.check import faults
from app.billing.models import Charge, ChargeKind, ChargeTotal, FreshCharge, Reserved, Tariff
from app.billing.queries import balance, tariff_at, totals
from app.billing.services import Prices, add_up, reserve_messages, set_tariff, top_up
from app.db import unit_of_work
from app.extensions import db
from app.lib import dates
from app.scope import Scope
from app.transactions.models import Transaction
from app.transactions.services import Basket, BasketLine, cancel_sale, sell
from app.transactions.services.adjusting import Adjustment, adjust
from jobs import housekeeping
from tests.factories import add_customer
from tests.people import Person, Shop, Town
from tests.transactions.races import many_connections

PRICES = Prices(monthly_fee=99_000, transaction_price=12, sms_price=79, viber_price=45)


@pytest.fixture
def shop(town: Town) -> Iterator[Shop]:
    """Kavalier has a tariff and 100.00 paid in; afterwards everything adds up."""
    with town.kavalier.work():
        set_tariff(PRICES)
        top_up(10_000, "first")
    yield town.kavalier
    with town.kavalier.work():
        assert faults() == []


def buy(shop: Shop, customer: int) -> int:
    return sell(Basket(customer, shop.program, shop.own_terminal, (BasketLine("Coffee", 500),))).transaction_id


def charges() -> list[tuple[object, ...]]:
    kept = select(Charge.kind, Charge.subject, Charge.quantity, Charge.rate).order_by(Charge.kind, Charge.subject)
    return [tuple(row) for row in db.session.execute(kept)]


def test_a_sale_is_charged_with_it_and_a_cancel_does_not_lift_that(shop: Shop) -> None:
    """BI-1, TE-6."""
    with shop.work():
        sale = buy(shop, add_customer())
    with shop.work():
        cancel_sale(db.session.get_one(Transaction, (shop.id, sale)))
    with shop.work():
        charge = db.session.get_one(Charge, (shop.id, ChargeKind.TRANSACTION, sale))
        at = db.session.get_one(Transaction, (shop.id, sale)).at
        assert (charge.quantity, charge.rate, charge.at) == (1, -12, at)
        assert charge.day == at.astimezone(ZoneInfo("Europe/Kyiv")).date()
        assert balance() == 10_000 - 12


def test_a_sale_that_is_given_up_is_not_charged(shop: Shop) -> None:
    with pytest.raises(InterruptedError), shop.work():  # noqa: PT012
        buy(shop, add_customer())
        raise InterruptedError
    with shop.work():
        assert balance() == 10_000


def test_what_is_credited_by_hand_is_not_charged(shop: Shop) -> None:
    """BI-1."""
    with shop.work():
        adjust(Adjustment(add_customer(), shop.wallet, 500, shop.own_terminal, "Sorry"))
        assert balance() == 10_000


def test_before_there_is_a_tariff_a_sale_costs_nothing(town: Town) -> None:
    with town.teremok.work():
        sale = buy(town.teremok, add_customer())
        assert charges() == [(ChargeKind.TRANSACTION, sale, 1, 0)]
        assert (balance(), faults()) == (0, [])


def test_a_new_tariff_leaves_what_was_charged(shop: Shop) -> None:
    """BI-1: in the middle of a month, and of a day."""
    with shop.work():
        customer = add_customer()
        buy(shop, customer)
        set_tariff(Prices(99_000, 15, 79, 45))
        set_tariff(Prices(1, 1, 1, 1), (dates.now() + timedelta(days=2)).date())
    with shop.work():
        buy(shop, customer)
        today = dates.now().astimezone(ZoneInfo("Europe/Kyiv")).date()
        sold = [(each.rate, each.quantity) for each in totals(today, today) if each.kind is ChargeKind.TRANSACTION]
        assert sold == [(-15, 1), (-12, 1)]
        assert tariff_at(dates.now() + timedelta(days=9)).monthly_fee == 1  # type: ignore[union-attr]
        assert balance() == 10_000 - 12 - 15


def test_charges_are_of_the_day_in_the_zone_of_the_business(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """BI-1: half past ten in the evening by UTC is tomorrow in Kyiv."""
    # Of a day on which nothing else is charged, whenever this runs.
    evening = (dates.now() + timedelta(days=2)).replace(hour=22, minute=30)
    tomorrow = (evening + timedelta(days=1)).date()
    with shop.work():
        monkeypatch.setattr(dates, "now", lambda: evening)
        buy(shop, add_customer())
    monkeypatch.undo()
    with shop.work():
        (found,) = totals(tomorrow, tomorrow)
        assert (found.day, found.kind, found.amount) == (tomorrow, ChargeKind.TRANSACTION, -12)


def test_sales_go_on_below_zero(shop: Shop) -> None:
    """BI-1: what is prepaid holds back messages alone."""
    with shop.work():
        set_tariff(Prices(0, 9_999, 0, 0))
    with shop.work():
        customer = add_customer()
        for _each in range(2):
            buy(shop, customer)
        assert balance() == 10_000 - 2 * 9_999


@pytest.mark.parametrize(
    ("who", "reads"), [("anna", True), ("vera", True), ("olha", False), ("boris", False), ("sasha", False)]
)
def test_who_may_read_charges_and_that_everyone_who_sells_makes_them(
    shop: Shop, town: Town, who: str, reads: bool
) -> None:
    """BI-1, PR-5: the admin and the accountant; row-level security shows others none."""
    person: Person = town.people[who]
    with shop.work():
        customer = add_customer(point_of_sale=shop.franchised_place)
        add_up()
        reserve_messages(ChargeKind.SMS, {7: 1})
    with shop.work() if person.franchisee else shop.work(person):
        sell(Basket(customer, shop.program, shop.franchised_terminal, (BasketLine("Coffee", 500),)))
    with shop.work(person):
        found = {
            each: bool(db.session.scalar(counted(each)))
            for each in (Charge, FreshCharge, ChargeTotal, Tariff, Reserved)
        }
        assert set(found.values()) == {reads}, found
        assert balance() == (10_000 - 12 if reads else 0)
    with shop.work():
        assert balance() == 10_000 - 12


def test_a_salesperson_of_another_business_reads_none(shop: Shop, town: Town) -> None:
    with town.teremok.work(town.oleg):
        assert not db.session.scalar(counted(Charge))
    with town.app.app_context(), unit_of_work(Scope(shop.id, town.oleg.id)):
        assert not db.session.scalar(counted(Charge))


def test_sales_do_not_wait_for_each_other(shop: Shop) -> None:
    """RELIABILITY: one that is not finished yet holds back neither another, nor its total, nor who pays in."""
    with shop.work():
        first, second = add_customer("First"), add_customer("Second")

    def meanwhile() -> int:
        with shop.work():
            buy(shop, second)
        with shop.work():
            assert add_up() > 0
        with shop.work():
            return top_up(500, "meanwhile")

    with ThreadPoolExecutor(1) as pool, shop.work():
        buy(shop, first)
        assert pool.submit(meanwhile).result(timeout=5) == 10_000 - 12 + 500
    with shop.work():
        assert balance() == 10_000 - 24 + 500


def test_a_race_of_sales_totals_and_payments_adds_up(shop: Shop) -> None:
    """BI-1: whoever reads meanwhile sees each charge once: the balance never falls by less than a whole price."""
    with shop.work():
        customers = [add_customer(f"C{number}") for number in range(8)]
        set_tariff(Prices(0, 12, 0, 0))
    done, seen = threading.Event(), []

    def sales(customer: int) -> None:
        for _each in range(10):
            with shop.work():
                buy(shop, customer)

    def adding_up() -> None:
        while not done.is_set():
            with shop.work():
                add_up()

    def reading() -> None:
        while not done.is_set():
            with shop.work():
                seen.append(balance())

    with many_connections(shop, 16), ThreadPoolExecutor(12) as pool:
        others = [pool.submit(each) for each in (adding_up, adding_up, reading)]
        list(pool.map(sales, customers))
        done.set()
        for each in others:
            each.result(timeout=10)
    assert seen == sorted(seen, reverse=True)
    assert {each % 12 for each in seen} == {10_000 % 12}
    with shop.work():
        assert balance() == 10_000 - 80 * 12


def test_the_job_takes_up_what_is_fresh_in_every_business(shop: Shop, town: Town) -> None:
    with town.teremok.work():
        buy(town.teremok, add_customer())
    with town.app.app_context():
        housekeeping.add_up_charges()
        housekeeping.add_up_charges()
    for each in (shop, town.teremok):
        with each.work():
            assert not db.session.scalar(counted(FreshCharge))
            assert db.session.scalar(counted(ChargeTotal)) == 1
            assert faults() == []


def counted(table: type[object]) -> Select[tuple[int]]:
    return select(func.count()).select_from(table)
