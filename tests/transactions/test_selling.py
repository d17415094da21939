"""Sales: quoted, sold, cancelled; points, figures, goods, messages agree afterwards (TE-2, TE-3, TE-5, AC-1, LP-2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import select

from app.businesses.models import Business
from app.customers.models import Customer, CustomerStats, Enrolment
from app.customers.stats import differences
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, Lot
from app.loyalty.models import Access, Program
from app.loyalty.rules import AccountAmount, Conditions, DiscountPercent, Effect, PointsPercent
from app.loyalty.services.accounts import add_account as add_paying_account
from app.loyalty.services.programs import create_program
from app.loyalty.services.rules import RuleSaid, add_rule
from app.messaging.models import Message, MessageKind
from app.transactions import bought
from app.transactions.models import Status, Transaction, TransactionLine
from app.transactions.services import (
    AlreadyCancelledError,
    Basket,
    BasketLine,
    MissingError,
    PinNeededError,
    QuoteChangedError,
    Refusal,
    RefusedError,
    cancel_sale,
    quote,
    sell,
)
from tests.browsing import text_of
from tests.factories import add_account, add_customer, add_good, add_points
from tests.people import Shop, Town


@pytest.fixture
def shop(town: Town) -> Iterator[Shop]:
    """Kavalier gives 10% of what is paid as points; afterwards everything adds up."""
    shop = town.kavalier
    with shop.work():
        give_rule(shop, "Ten percent", PointsPercent(1_000))
    yield shop
    with shop.work():
        assert faults() == []
        assert differences().number == 0
        assert bought.differences() == 0


def give_rule(shop: Shop, name: str, effect: Effect) -> None:
    add_rule(shop.program, RuleSaid(name, True, 0, True, Conditions(), (effect,)))


def basket(shop: Shop, customer: int, *amounts: int, points: int = 0, **more: Any) -> Basket:
    lines = tuple(BasketLine(f"Good {number}", amount) for number, amount in enumerate(amounts, start=1))
    place = {"program_id": shop.program, "terminal_id": shop.own_terminal} | more
    return Basket(customer, lines=place.pop("lines", lines), points=points, **place)


def balance(shop: Shop, customer: int) -> int:
    return db.session.get_one(Balance, (shop.id, shop.wallet, customer)).amount


def test_a_sale_earns_what_the_rules_say_and_is_told(shop: Shop) -> None:
    """LP-3, LP-5: with a welcome at the first transaction."""
    with shop.work():
        customer = add_customer()
        sale = sell(basket(shop, customer, 10_000, 5_050))
    with shop.work():
        kept = db.session.get_one(Transaction, (shop.id, sale.transaction_id))
        assert (kept.gross, kept.discount, kept.points_earned, kept.points_paid) == (15_050, 0, 1_505, 0)
        assert [each["why"] for each in kept.rules] == ["applied"]
        assert balance(shop, customer) == 1_505 == sale.balance
        lines = select(TransactionLine.gross).where(TransactionLine.transaction_id == kept.id)
        assert list(db.session.scalars(lines.order_by(TransactionLine.number))) == [10_000, 5_050]
        letters = db.session.scalars(select(Message).order_by(Message.id)).all()
        assert [each.kind for each in letters] == [MessageKind.WELCOME, MessageKind.TRANSACTION]
        assert "150,50" in letters[1].text
        assert "15,05" in letters[1].text
        assert [each.segments for each in letters] == [-(-len(each.text) // 67) for each in letters]
        sell(basket(shop, customer, 100))
        assert len(db.session.scalars(select(Message)).all()) == 3


def test_a_sale_opens_to_the_rules_that_applied(shop: Shop, town: Town) -> None:
    """CP-3: as they were called then."""
    with shop.work():
        customer = add_customer()
        sale = sell(basket(shop, customer, 10_000))
    opened = town.browser(town.anna).get(f"/customers/{customer}/transactions/{sale.transaction_id}")
    assert "Rule Ten percent" in text_of(opened)


def test_points_pay_and_only_the_rest_earns(shop: Shop) -> None:
    """LP-1, BA-3: one point pays one unit; who redeems has confirmed."""
    with shop.work():
        customer = add_customer()
        add_points(customer, 3_000)
        asked = quote(basket(shop, customer, 10_000, points=3_000))
        assert (asked.total, asked.due, asked.earned) == (10_000, 7_000, 700)
        sell(basket(shop, customer, 10_000, points=3_000), asked.figures, pin_checked=True)
        assert balance(shop, customer) == 700
        assert db.session.get_one(Customer, (shop.id, customer), populate_existing=True).confirmed


@pytest.mark.parametrize(
    ("access", "points", "earned"),
    [(Access.FULL, 500, 50), (Access.LIMITED, 0, 100), (Access.NONE, 0, 0)],
)
def test_the_access_type_says_what_is_earned_and_redeemed(shop: Shop, access: Access, points: int, earned: int) -> None:
    """AC-1."""
    with shop.work():
        customer = add_customer(access=access)
        add_points(customer, 500)
        if not points:
            with pytest.raises(RefusedError) as raised:
                sell(basket(shop, customer, 1_000, points=500))
            assert raised.value.refusal is Refusal.NO_REDEEMING
        sale = sell(basket(shop, customer, 1_000, points=points), pin_checked=True)
        assert sale.quote.earned == earned


def test_a_blacklisted_customer_takes_part_in_no_transaction(shop: Shop) -> None:
    """AC-1."""
    with shop.work():
        customer = add_customer(access=Access.BLACKLISTED)
        with pytest.raises(RefusedError) as raised:
            sell(basket(shop, customer, 1_000))
        assert raised.value.refusal is Refusal.BLACKLISTED
        assert db.session.scalars(select(Transaction)).all() == []


def test_more_points_than_there_are_or_than_may_pay_are_refused_with_the_most(shop: Shop) -> None:
    """TE-3, LP-3."""
    with shop.work():
        db.session.get_one(Program, (shop.id, shop.program)).points_share = 5_000
        customer = add_customer()
        add_points(customer, 8_000)
        for gross, points, most in ((10_000, 5_001, 5_000), (100_000, 8_001, 8_000)):
            with pytest.raises(RefusedError) as raised:
                sell(basket(shop, customer, gross, points=points), pin_checked=True)
            assert (raised.value.refusal, raised.value.most) == (Refusal.TOO_MANY_POINTS, most)
        db.session.get_one(Program, (shop.id, shop.program)).points_share = 10_000


def test_points_over_the_limit_need_a_pin(shop: Shop) -> None:
    """TE-3, LP-3."""
    with shop.work():
        db.session.get_one(Program, (shop.id, shop.program)).pin_limit = 1_000
        customer = add_customer()
        add_points(customer, 5_000)
        sell(basket(shop, customer, 10_000, points=1_000))
        with pytest.raises(PinNeededError):
            sell(basket(shop, customer, 10_000, points=1_001))


def test_a_quote_that_grew_old_is_asked_again(shop: Shop) -> None:
    with shop.work():
        customer = add_customer()
        agreed = quote(basket(shop, customer, 10_000)).figures
        give_rule(shop, "Half price", DiscountPercent(5_000))
        with pytest.raises(QuoteChangedError) as raised:
            sell(basket(shop, customer, 10_000), agreed)
        assert raised.value.quote.total == 5_000
        sale = sell(basket(shop, customer, 10_000), raised.value.quote.figures)
        assert sale.quote.earned == 500


def test_a_cancelled_sale_returns_everything(shop: Shop) -> None:
    """TE-5: money, points, lots, figures and goods, in one step."""
    with shop.work():
        customer = add_customer()
        add_points(customer, 2_000, days=9)
        good = add_good()
        lines = (BasketLine("Flat white", 9_500, good_id=good),)
        before = figures(customer)
        sale = sell(basket(shop, customer, lines=lines, points=500), pin_checked=True)
        assert figures(customer) != before
    with shop.work():
        kept = db.session.get_one(Transaction, (shop.id, sale.transaction_id))
        cancel_sale(kept)
        assert kept.status is Status.CANCELLED
        assert (balance(shop, customer), figures(customer)) == (2_000, before)
        assert list(db.session.scalars(select(Lot.remaining).order_by(Lot.id))) == [2_000, 0]
        with pytest.raises(AlreadyCancelledError):
            cancel_sale(kept)


def test_a_cancel_when_points_are_gone_says_what_is_missing_and_an_admin_may_credit_it(shop: Shop) -> None:
    """TE-5."""
    with shop.work():
        customer = add_customer()
        first = sell(basket(shop, customer, 10_000))
        sell(basket(shop, customer, 800, points=800), pin_checked=True)
        kept = db.session.get_one(Transaction, (shop.id, first.transaction_id))
        for agreed in ({}, {shop.wallet: 799}, {shop.wallet: 801}):
            with pytest.raises(MissingError) as raised:
                cancel_sale(kept, credit=agreed)
            assert raised.value.missing == {shop.wallet: 800}
            assert kept.status is Status.COMPLETED
        cancel_sale(kept, reason="A wrong check", credit={shop.wallet: 800})
        assert balance(shop, customer) == 0


def test_money_accounts_pay_and_rules_fill_them(shop: Shop) -> None:
    """LP-4."""
    with shop.work():
        account = add_account("Gift account")
        customer = add_customer()
        with pytest.raises(RefusedError) as raised:
            sell(basket(shop, customer, 1_000, accounts={account: 1}))
        assert raised.value.refusal is Refusal.OTHER_ACCOUNT


@pytest.mark.parametrize(("access", "money"), [(Access.FULL, 70), (Access.LIMITED, 70), (Access.NONE, 0)])
def test_accounts_follow_the_access_type_as_points_do(shop: Shop, access: Access, money: int) -> None:
    """AC-1: who has no access earns nothing, and only full access redeems."""
    with shop.work():
        account = add_paying_account(shop.program, "Gift account", "UAH")
        give_rule(shop, "Gift money", AccountAmount(account, 70))
        customer = add_customer(access=access)
        sell(basket(shop, customer, 1_000))
        assert sum(db.session.scalars(select(Lot.remaining).where(Lot.wallet_id == account))) == money
        if access is not Access.FULL:
            with pytest.raises(RefusedError) as raised:
                sell(basket(shop, customer, 1_000, accounts={account: 1}))
            assert raised.value.refusal is Refusal.NO_REDEEMING


def test_most_points_are_never_more_than_may_pay_where_a_point_is_not_the_smallest_unit(shop: Shop) -> None:
    """LP-1, TE-3: a hundredth of a point pays ten of the thousandths of a dinar."""
    with shop.work():
        db.session.get_one(Business, shop.id).currency = "KWD"
        customer = add_customer()
        add_points(customer, 500)
        with pytest.raises(RefusedError) as raised:
            sell(basket(shop, customer, 15, points=2), pin_checked=True)
        assert raised.value.most == 1
        assert sell(basket(shop, customer, 15, points=1), pin_checked=True).quote.due == 5


def test_the_first_sale_in_a_program_enrols(shop: Shop) -> None:
    """AC-2: with the access type and the category that the program gives."""
    with shop.work():
        other = create_program("Bakery club", {"en": "Bakery club"})
        customer = add_customer()
        sell(basket(shop, customer, 1_000, program_id=other))
        enrolled = db.session.get_one(Enrolment, (shop.id, other, customer))
        assert enrolled.access is Access.FULL


@pytest.mark.parametrize("amounts", [(), (0,), (-5, 10), (10**13,)])
def test_baskets_that_are_none_are_refused(shop: Shop, amounts: tuple[int, ...]) -> None:
    with shop.work():
        customer = add_customer()
        with pytest.raises(RefusedError):
            sell(basket(shop, customer, *amounts))


def test_a_customer_of_another_business_is_not_there(shop: Shop, town: Town) -> None:
    with town.teremok.work():
        stranger = add_customer()
    with shop.work(), pytest.raises(RefusedError) as raised:
        sell(basket(shop, stranger, 1_000))
    assert raised.value.refusal is Refusal.CUSTOMER_GONE


def test_a_sale_takes_few_statements(
    shop: Shop, count_statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """PERFORMANCE: at most 12, its form's key among them."""
    with shop.work():
        customer = add_customer()
        add_points(customer, 500)
        good = add_good()
        sell(basket(shop, customer, 1_000))
    with shop.work():
        db.session.execute(select(1))
        lines = (BasketLine("Flat white", 9_500, good_id=good),)
        with count_statements() as sent:
            sell(basket(shop, customer, lines=lines))
    assert len(sent) <= 11, "\n".join(sent)


def figures(customer: int) -> list[tuple[object, ...]]:
    kept = select(*CustomerStats.__table__.columns).where(CustomerStats.customer_id == customer)
    return [tuple(row) for row in db.session.execute(kept.order_by(CustomerStats.scope_id))]
