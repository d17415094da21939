"""Questions that businesses ask, each answered by what the panel does (LP-1 to LP-6, AC-1, AC-2, TE-3, TE-5, CP-2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.customers.models import Customer, Enrolment
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, Entry, EntryKind, Lot
from app.ledger.services import expire_lots
from app.lib import dates
from app.loyalty.models import Access, Program
from app.loyalty.queries import rule_named
from app.loyalty.rules import Conditions, DiscountPercent, Effect, PointsPercent
from app.loyalty.services.programs import create_program
from app.loyalty.services.rules import RuleSaid, add_rule, change_rule
from app.loyalty.services.settings import change_program
from app.messaging.models import Message, MessageKind
from app.transactions.models import Kind, Status, Transaction
from app.transactions.services import (
    Basket,
    BasketLine,
    MissingError,
    PinNeededError,
    RefusedError,
    cancel_sale,
    quote,
    sell,
)
from app.transactions.services.adjusting import Adjustment, adjust
from tests.factories import add_customer, add_points
from tests.loyalty.purchases import MORNING
from tests.people import Shop, Town

KYIV = ZoneInfo("Europe/Kyiv")


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


def rule(
    name: str, *effects: Effect, priority: int = 0, combines: bool = True, conditions: Conditions | None = None
) -> RuleSaid:
    return RuleSaid(name, True, priority, combines, conditions or Conditions(), effects)


def basket(shop: Shop, customer: int, amount: int, program: int | None = None, **more: Any) -> Basket:
    lines = (BasketLine("Beans", amount),)
    return Basket(customer, program or shop.program, shop.own_terminal, lines=lines, **more)


def balance(shop: Shop, customer: int, wallet: int | None = None) -> int:
    return db.session.get_one(Balance, (shop.id, wallet or shop.wallet, customer), populate_existing=True).amount


def credit(shop: Shop, customer: int, amount: int, days: int | None = None) -> int:
    return adjust(Adjustment(customer, shop.wallet, amount, shop.own_terminal, "A gift", days))


def kept(shop: Shop, number: int) -> Transaction:
    return db.session.get_one(Transaction, (shop.id, number), populate_existing=True)


class TestSeveralPrograms:
    """A business with shops and filling stations has one program, or two with rules of their own."""

    def test_points_earned_in_one_are_valid_in_the_other(self, shop: Shop) -> None:
        """LP-1: where they share them, each with its own rules."""
        with shop.work():
            fuel = create_program("Fuel", {"en": "Fuel"}, wallet_id=shop.wallet)
            add_rule(shop.program, rule("Ten", PointsPercent(1_000)))
            add_rule(fuel, rule("One", PointsPercent(100)))
            customer = add_customer()
            assert sell(basket(shop, customer, 10_000)).quote.earned == 1_000
            assert sell(basket(shop, customer, 10_000, fuel)).quote.earned == 100
            sell(basket(shop, customer, 1_100, fuel, points=1_100), pin_checked=True)
            assert balance(shop, customer) == 0
            assert faults() == []

    def test_points_of_another_wallet_do_not_pay(self, shop: Shop) -> None:
        """LP-1."""
        with shop.work():
            other = create_program("Fuel", {"en": "Fuel"})
            customer = add_customer()
            add_points(customer, 1_000)
            with pytest.raises(RefusedError):
                sell(basket(shop, customer, 1_000, other, points=100), pin_checked=True)

    def test_the_types_of_access_differ(self, shop: Shop) -> None:
        """AC-1, AC-2: blacklisted in one, and with full access in another."""
        with shop.work():
            other = create_program("Fuel", {"en": "Fuel"})
            add_rule(other, rule("Ten", PointsPercent(1_000)))
            customer = add_customer(access=Access.BLACKLISTED)
            with pytest.raises(RefusedError):
                sell(basket(shop, customer, 1_000))
            assert sell(basket(shop, customer, 1_000, other)).quote.earned == 100

    def test_each_gives_newcomers_its_own_type(self, shop: Shop) -> None:
        """AC-2: by its advanced settings, from the first purchase on, and until a person changes it."""
        with shop.work():
            other = create_program("Fuel", {"en": "Fuel"})
            change_program(db.session.get_one(Program, (shop.id, other)), {"default_access": Access.NONE})
            add_rule(other, rule("Ten", PointsPercent(1_000)))
            customer = add_customer()
            assert sell(basket(shop, customer, 1_000, other)).quote.earned == 0
            enrolment = db.session.get_one(Enrolment, (shop.id, other, customer))
            assert enrolment.access is Access.NONE
            enrolment.access = Access.LIMITED
            db.session.flush()
            assert sell(basket(shop, customer, 1_000, other)).quote.earned == 100
            with pytest.raises(RefusedError):
                sell(basket(shop, customer, 1_000, other, points=100), pin_checked=True)
            enrolment.access = Access.FULL
            db.session.flush()
            sell(basket(shop, customer, 1_000, other, points=100), pin_checked=True)


class TestPointsByHand:
    def test_points_are_credited_without_a_purchase(self, shop: Shop) -> None:
        """CP-2, TL-1: through a Terminal, which places them in the log."""
        with shop.work():
            customer = add_customer()
            assert credit(shop, customer, 5_000) == 5_000
            line = db.session.scalars(select(Transaction)).one()
            assert (line.kind, line.terminal_id, line.points_earned) == (Kind.CREDIT, shop.own_terminal, 5_000)

    def test_special_points_expire_first_and_others_stay(self, shop: Shop) -> None:
        """LP-3: by a period of validity of their own."""
        with shop.work():
            customer = add_customer()
            credit(shop, customer, 5_000)
            credit(shop, customer, 1_000, days=7)
            sell(basket(shop, customer, 400, points=400), pin_checked=True)
            assert list(db.session.scalars(select(Lot.remaining).order_by(Lot.id))) == [5_000, 600]
            special = db.session.scalars(select(Lot).where(Lot.expires_at.is_not(None))).one()
            special.expires_at = dates.now() - timedelta(days=1)
            db.session.flush()
            assert expire_lots() == 1
            assert balance(shop, customer) == 5_000

    def test_points_are_taken_off_by_a_sale_that_they_pay_without_any_message(self, shop: Shop) -> None:
        """LP-3, TE-3: while the limit without a PIN is high and nobody is told; then it is as before."""
        with shop.work():
            customer = add_customer()
            sell(basket(shop, customer, 100))
            credit(shop, customer, 5_000)
            program = db.session.get_one(Program, (shop.id, shop.program))
            before = len(db.session.scalars(select(Message)).all())
            with pytest.raises(PinNeededError):
                sell(basket(shop, customer, 3_000, points=3_000))
            change_program(program, {"pin_limit": 10_000, "notifications": "none"})
            sell(basket(shop, customer, 3_000, points=3_000))
            change_program(program, {"pin_limit": 0, "notifications": "sms"})
            assert balance(shop, customer) == 2_000
            assert len(db.session.scalars(select(Message)).all()) == before
            with pytest.raises(PinNeededError):
                sell(basket(shop, customer, 1_000, points=1_000))

    def test_the_limit_itself_needs_no_pin(self, shop: Shop) -> None:
        """LP-3: points up to the limit pay without a PIN."""
        with shop.work():
            change_program(db.session.get_one(Program, (shop.id, shop.program)), {"pin_limit": 2_000})
            customer = add_customer()
            credit(shop, customer, 5_000)
            assert not quote(basket(shop, customer, 9_000, points=2_000)).needs_pin
            assert quote(basket(shop, customer, 9_000, points=2_001)).needs_pin


class TestCancelling:
    def test_who_spent_the_points_of_a_returned_purchase_gives_them_back_first(self, shop: Shop) -> None:
        """TE-5: 100 points earned and spent on a gift; the return is refused, until what is missing is credited."""
        with shop.work():
            add_rule(shop.program, rule("Ten", PointsPercent(1_000)))
            customer = add_customer()
            first = sell(basket(shop, customer, 100_000)).transaction_id
            gift = sell(basket(shop, customer, 10_000, points=10_000), pin_checked=True).transaction_id
            assert balance(shop, customer) == 0
            with pytest.raises(MissingError) as raised:
                cancel_sale(kept(shop, first))
            assert raised.value.missing == {shop.wallet: 10_000}
            assert kept(shop, gift).status is Status.COMPLETED
            credit(shop, customer, 10_000)
            cancel_sale(kept(shop, first))
            assert (balance(shop, customer), kept(shop, first).status) == (0, Status.CANCELLED)
            assert faults() == []

    def test_or_cancels_what_they_were_spent_on(self, shop: Shop) -> None:
        """TE-5: the last first, and everything is as it was."""
        with shop.work():
            add_rule(shop.program, rule("Ten", PointsPercent(1_000)))
            customer = add_customer()
            sales = [sell(basket(shop, customer, 100_000)).transaction_id]
            sales.append(sell(basket(shop, customer, 10_000, points=10_000), pin_checked=True).transaction_id)
            for number in reversed(sales):
                cancel_sale(kept(shop, number))
            assert balance(shop, customer) == 0
            kinds = db.session.scalars(select(Entry.kind).order_by(Entry.id)).all()
            assert kinds == [EntryKind.EARNED, EntryKind.SPENT, EntryKind.REVERSED, EntryKind.REVERSED]
            assert faults() == []


class TestWhatCustomersRead:
    def test_messages_begin_with_the_public_name_in_the_language_of_the_customer(self, shop: Shop) -> None:
        """LP-1: not with the title that only the business knows; in another language where it has no name."""
        with shop.work():
            names = {"en": "Kavalier Coffee", "uk": "Кавалєр"}
            change_program(db.session.get_one(Program, (shop.id, shop.program)), {"public_names": names})
            begins = []
            for language in ("en", "uk", "ru", ""):
                customer = add_customer()
                db.session.get_one(Customer, (shop.id, customer)).language = language
                db.session.flush()
                sell(basket(shop, customer, 1_000))
                said = db.session.scalars(select(Message.text).where(Message.customer_id == customer)).all()
                assert len({text.partition(":")[0] for text in said}) == 1
                begins.append(said[0].partition(":")[0])
        assert begins == ["Kavalier Coffee", "Кавалєр", "Kavalier Coffee", "Кавалєр"]

    def test_the_welcome_cannot_be_turned_off(self, shop: Shop) -> None:
        """LP-5: at the first purchase in a program it goes out whatever the settings, with the terms, and once."""
        with shop.work():
            program = db.session.get_one(Program, (shop.id, shop.program))
            change_program(program, {"notifications": "none", "terms_url": "https://kavalier.example/terms"})
            customer = add_customer()
            first = sell(basket(shop, customer, 1_000)).transaction_id
            cancel_sale(kept(shop, first))
            sell(basket(shop, customer, 1_000))
            (welcome,) = db.session.scalars(select(Message)).all()
            assert welcome.kind is MessageKind.WELCOME
            assert "https://kavalier.example/terms" in welcome.text

    def test_points_by_hand_before_the_first_purchase_do_not_take_it_away(self, shop: Shop) -> None:
        """LP-5: who is in a program is told of its terms."""
        with shop.work():
            customer = add_customer()
            credit(shop, customer, 5_000)
            sell(basket(shop, customer, 1_000))
            assert MessageKind.WELCOME in db.session.scalars(select(Message.kind)).all()


class TestRulesTogether:
    @pytest.mark.parametrize(("hour", "percent"), [(9, 20), (10, 20), (11, 10), (17, 10), (8, 10)])
    def test_a_fifth_in_the_morning_and_a_tenth_at_other_times(self, shop: Shop, hour: int, percent: int) -> None:
        """LP-2: priority 0 from 9 to 11 and not combined, priority 1 always."""
        with shop.work():
            add_rule(shop.program, rule("Always", PointsPercent(1_000), priority=1, combines=False))
            add_rule(shop.program, rule("Morning", PointsPercent(2_000), combines=False, conditions=MORNING))
            customer = add_customer()
            when = datetime(2026, 11, 25, hour, tzinfo=KYIV)
            assert quote(basket(shop, customer, 10_000), when).earned == 100 * percent

    def test_a_change_of_rules_never_touches_past_sales(self, shop: Shop, town: Town) -> None:
        """LP-2, PR-4: neither what was earned nor what is told of it, and a cancel takes back what was earned then."""
        with shop.work(town.anna):
            number = add_rule(shop.program, rule("Ten", PointsPercent(1_000)))
            customer = add_customer()
            sale = sell(basket(shop, customer, 10_000)).transaction_id
        with shop.work():
            before = [kept(shop, sale).points_earned, kept(shop, sale).discount, kept(shop, sale).rules]
        with shop.work(town.anna):
            changed = rule("Half price", DiscountPercent(5_000), PointsPercent(9_000))
            change_rule(rule_named(shop.program, number), changed)
        with shop.work():
            assert [kept(shop, sale).points_earned, kept(shop, sale).discount, kept(shop, sale).rules] == before
            assert before[2][0]["name"] == "Ten"
            assert balance(shop, customer) == 1_000
            cancel_sale(kept(shop, sale))
            assert balance(shop, customer) == 0
