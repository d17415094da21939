"""A sale cancelled by an administrator in the log, or in a customer's profile (TE-5, TE-6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.audit import AuditEntry, AuditValue
from app.customers import stats
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, Entry
from app.ledger.services import expire_lots
from app.lib import dates
from app.loyalty.models import Program
from app.loyalty.rules import AccountAmount, Conditions, PointsPercent
from app.loyalty.services.accounts import add_account as add_paying_account
from app.loyalty.services.rules import RuleSaid, add_rule
from app.transactions import bought
from app.transactions.models import Kind, Status, Transaction
from app.transactions.services import Basket, BasketLine, cancel_sale, sell
from tests.browsing import Form, csrf_token, form_to, page_of, send, submit, text_of
from tests.factories import add_customer, add_good, add_points
from tests.people import Shop, Town


@pytest.fixture
def iryna(town: Town) -> int:
    with town.kavalier.work():
        add_rule(town.kavalier.program, RuleSaid("Ten", True, 0, True, Conditions(), (PointsPercent(1_000),)))
        return add_customer("Iryna", "Melnyk", "+380671112233", point_of_sale=town.kavalier.own_place)


def make_sale(town: Town, customer: int, amount: int = 10_000, points: int = 0, at: int = 0) -> int:
    """A good sold by Sasha at the Terminal of the franchisee, or at another."""
    shop = town.kavalier
    with shop.work(town.sasha):
        line = BasketLine("Flat white", amount, good_id=add_good())
        where = at or shop.franchised_terminal
        return sell(Basket(customer, shop.program, where, (line,), points), pin_checked=True).transaction_id


def page(sale: int) -> str:
    return f"/transactions/{sale}/cancellation"


def cancel(browser: FlaskClient, sale: int, reason: str = "A wrong check") -> TestResponse:
    return submit(browser, page(sale), {"reason": reason}, follow_redirects=True)


def status(shop: Shop, sale: int) -> Status:
    with shop.work():
        assert faults() == []
        assert stats.differences().number == 0
        assert bought.differences() == 0
        return db.session.get_one(Transaction, (shop.id, sale)).status


def points(shop: Shop, customer: int) -> int:
    with shop.work():
        return db.session.get_one(Balance, (shop.id, shop.wallet, customer)).amount


class TestInTheLog:
    def test_returns_everything_and_says_why(self, town: Town, iryna: int) -> None:
        """TE-5, PR-4: in one step, whichever Terminal sold."""
        sale = make_sale(town, iryna)
        anna = town.browser(town.anna)
        opened = anna.get(f"/transactions/{sale}")
        assert "Cancel the sale" in text_of(opened)
        done = cancel(anna, sale)
        assert done.request.path == f"/transactions/{sale}"
        assert "Cancel the sale" not in text_of(done)
        assert status(town.kavalier, sale) is Status.CANCELLED
        assert points(town.kavalier, iryna) == 0
        with town.kavalier.work():
            last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
            assert last is not None
            assert (last.action, last.subject_id, last.user_id) == ("transaction.cancel", sale, town.anna.id)
            reason = select(AuditValue.new).where(AuditValue.entry_id == last.id, AuditValue.field == "reason_given")
            assert db.session.scalars(reason).all() == ["A wrong check"]

    def test_leads_back_to_where_it_was_opened(self, town: Town, iryna: int) -> None:
        sale = make_sale(town, iryna)
        anna = town.browser(town.anna)
        tab = anna.get(f"/customers/{iryna}/transactions/{sale}?status=completed")
        links = [each.get("href", "") for each in page_of(tab).iter("a")]
        link = next(each for each in links if "cancellation" in each)
        done = submit(anna, link, {"reason": "A wrong check"}, action=page(sale))
        assert done.location == f"/customers/{iryna}/transactions/{sale}?status=completed"

    @pytest.mark.parametrize("back", ["https://example.com/", "//example.com", "/nowhere", "javascript:alert(1)"])
    def test_leads_nowhere_else(self, town: Town, iryna: int, back: str) -> None:
        sale = make_sale(town, iryna)
        done = submit(town.browser(town.anna), page(sale), {"reason": "A wrong check", "back": back})
        assert done.location == f"/transactions/{sale}"

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\x07b"])
    def test_needs_a_reason(self, town: Town, iryna: int, reason: str) -> None:
        sale = make_sale(town, iryna)
        assert cancel(town.browser(town.anna), sale, reason).status_code == 422
        assert status(town.kavalier, sale) is Status.COMPLETED

    def test_is_a_dialog_where_scripts_run(self, town: Town, iryna: int) -> None:
        sale = make_sale(town, iryna)
        piece = town.browser(town.anna).get(page(sale), headers={"HX-Request": "true", "HX-Target": "dialog"})
        assert "<main" not in piece.text
        assert "Cancel this sale?" in piece.text


class TestOnce:
    def test_a_double_click_is_one_cancel(self, town: Town, iryna: int) -> None:
        """TE-6: the twin leads to the same page, and so does Back with another try."""
        sale = make_sale(town, iryna)
        anna = town.browser(town.anna)
        form = form_to(anna.get(page(sale)), page(sale))
        answers = [send(anna, form, {"reason": "A wrong check"}) for _ in range(2)]
        assert [each.location for each in answers] == [f"/transactions/{sale}"] * 2
        assert "cancelled before" in text_of_all(anna.get(page(sale), follow_redirects=True))
        assert cancels(town.kavalier) == 1

    def test_two_tabs_are_one_cancel(self, town: Town, iryna: int) -> None:
        sale = make_sale(town, iryna)
        anna = town.browser(town.anna)
        forms = [form_to(anna.get(page(sale)), page(sale)) for _ in range(2)]
        send(anna, forms[0], {"reason": "A wrong check"})
        second = send(anna, forms[1], {"reason": "Another reason"}, follow_redirects=True)
        assert "cancelled before" in text_of_all(second)
        assert cancels(town.kavalier) == 1


class TestWhenPointsAreGone:
    @pytest.fixture
    def spent(self, town: Town, iryna: int) -> int:
        """A sale that earned 10 points, 8 of which paid another one."""
        first = make_sale(town, iryna)
        make_sale(town, iryna, 800, 800)
        return first

    def test_says_exactly_what_is_missing_and_changes_nothing(self, town: Town, iryna: int, spent: int) -> None:
        """TE-5."""
        refused = cancel(town.browser(town.anna), spent)
        assert refused.status_code == 409
        assert "8 points are missing" in text_of(refused)
        assert "Credit and cancel the sale" in text_of(refused)
        assert (status(town.kavalier, spent), points(town.kavalier, iryna)) == (Status.COMPLETED, 200)

    def test_credits_exactly_that_and_cancels(self, town: Town, iryna: int, spent: int) -> None:
        """TE-5, TL-1, PR-4: in one step; the credit is a line of the log with the reason, like any other."""
        anna = town.browser(town.anna)
        refused = cancel(anna, spent, "The guest was charged twice")
        done = send(anna, form_to(refused, page(spent)), {}, follow_redirects=True)
        assert done.request.path == f"/transactions/{spent}"
        assert (status(town.kavalier, spent), points(town.kavalier, iryna)) == (Status.CANCELLED, 0)
        with town.kavalier.work():
            credit = db.session.scalars(select(Transaction).where(Transaction.kind == Kind.CREDIT)).one()
            assert (credit.points_earned, credit.user_id) == (800, town.anna.id)
            note = select(Entry.note).where(Entry.transaction_id == credit.id)
            assert db.session.scalars(note).one() == "The guest was charged twice"
            actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
            assert list(actions[-2:]) == ["customer.adjust", "transaction.cancel"]

    def test_asks_again_when_more_is_missing_by_then(self, town: Town, iryna: int, spent: int) -> None:
        anna = town.browser(town.anna)
        refused = cancel(anna, spent)
        make_sale(town, iryna, 100, 100)
        again = send(anna, form_to(refused, page(spent)), {})
        assert again.status_code == 409
        assert "9 points are missing" in text_of(again)
        assert status(town.kavalier, spent) is Status.COMPLETED

    @pytest.mark.parametrize("credit", ["", "x", "1:2:3", "1:" + "9" * 40, "-1:800", ":", "999:800"])
    def test_credits_nothing_that_was_not_agreed(self, town: Town, iryna: int, spent: int, credit: str) -> None:
        anna = town.browser(town.anna)
        answer = send(anna, form_to(anna.get(page(spent)), page(spent)), {"reason": "Why", "credit": credit})
        assert answer.status_code == 409
        assert points(town.kavalier, iryna) == 200

    def test_tells_of_points_and_of_each_account(self, town: Town, iryna: int) -> None:
        """LP-4: what the rules put on money accounts is taken back too."""
        shop = town.kavalier
        with shop.work(town.anna):
            account = add_paying_account(shop.program, "Gift account", "UAH")
            gift = RuleSaid("Gift", True, 1, True, Conditions(least=5_000), (AccountAmount(account, 500),))
            add_rule(shop.program, gift)
        first = make_sale(town, iryna)
        with shop.work(town.sasha):
            lines = (BasketLine("Flat white", 2_000),)
            sell(Basket(iryna, shop.program, shop.own_terminal, lines, 1_000, {account: 400}), pin_checked=True)
        anna = town.browser(town.anna)
        refused = cancel(anna, first)
        assert "9.40 points are missing" in text_of(refused)
        assert "₴4.00 is missing on Gift account" in text_of(refused)
        done = send(anna, form_to(refused, page(first)), {}, follow_redirects=True)
        assert done.request.path == f"/transactions/{first}"
        assert status(shop, first) is Status.CANCELLED


class TestWhenPointsExpired:
    """TE-5: to how it was: what of them expired is back already, and no other sale's points pay for it."""

    @pytest.fixture
    def later(self, town: Town, iryna: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """A sale whose 10 points expired and one of which they paid 4; then one more that earned 10."""
        with town.kavalier.work():
            db.session.get_one(Program, (town.kavalier.id, town.kavalier.program)).points_days = 30
        sales = [make_sale(town, iryna), make_sale(town, iryna, 400, 400)]
        moment = dates.now() + timedelta(days=35)
        monkeypatch.setattr(dates, "now", lambda: moment)
        return [*sales, make_sale(town, iryna)]

    @pytest.mark.parametrize("ran", [True, False])
    def test_what_was_spent_goes_and_no_more(self, town: Town, iryna: int, later: list[int], ran: bool) -> None:
        if ran:
            with town.kavalier.work():
                expire_lots()
        with town.kavalier.work():
            cancel_sale(db.session.get_one(Transaction, (town.kavalier.id, later[0])))
        assert points(town.kavalier, iryna) == 600
        assert status(town.kavalier, later[0]) is Status.CANCELLED

    def test_what_paid_expires_once_it_is_back(self, town: Town, iryna: int, later: list[int]) -> None:
        with town.kavalier.work():
            for sale in (later[1], later[0]):
                cancel_sale(db.session.get_one(Transaction, (town.kavalier.id, sale)))
        assert points(town.kavalier, iryna) == 1_000
        assert status(town.kavalier, later[0]) is Status.CANCELLED

    def test_nothing_is_missing_where_nothing_was_spent(self, town: Town, iryna: int, later: list[int]) -> None:
        with town.kavalier.work():
            for sale in reversed(later):
                cancel_sale(db.session.get_one(Transaction, (town.kavalier.id, sale)))
        assert points(town.kavalier, iryna) == 0
        assert status(town.kavalier, later[0]) is Status.CANCELLED


class TestWhoMay:
    @pytest.mark.parametrize("who", ["olha", "boris", "vera"])
    def test_others_see_it_and_may_not(self, town: Town, iryna: int, who: str) -> None:
        """TE-5: only the Terminal that made it, or an administrator."""
        sale = make_sale(town, iryna)
        browser = town.browser(town.people[who])
        shown = browser.get(f"/transactions/{sale}")
        assert shown.status_code == 200
        assert "Cancel the sale" not in text_of(shown)
        assert browser.get(page(sale)).status_code == 403
        form = Form(page(sale), {"csrf_token": [csrf_token(browser)], "reason": ["Why"]})
        assert send(browser, form, {}).status_code == 403
        assert status(town.kavalier, sale) is Status.COMPLETED

    def test_another_business_finds_nothing(self, town: Town, iryna: int) -> None:
        """PR-1."""
        sale = make_sale(town, iryna)
        oleg = town.browser(town.oleg)
        assert oleg.get(page(sale)).status_code == 404
        form = Form(page(sale), {"csrf_token": [csrf_token(oleg)], "reason": ["Why"]})
        assert send(oleg, form, {}).status_code == 404

    def test_a_credit_by_hand_is_no_sale(self, town: Town, iryna: int) -> None:
        with town.kavalier.work():
            add_points(iryna, 100)
        credit = credit_by_hand(town, iryna)
        anna = town.browser(town.anna)
        assert "Cancel the sale" not in text_of(anna.get(f"/transactions/{credit}"))
        assert anna.get(page(credit)).status_code == 404


class TestFigures:
    """PR-3, CT-2: whoever sells or cancels, figures of every scope follow."""

    def test_follow_a_sale_and_a_cancel_in_every_scope(self, town: Town, iryna: int) -> None:
        sales = [make_sale(town, iryna), make_sale(town, iryna, at=town.kavalier.own_terminal)]
        for sale in sales:
            assert status(town.kavalier, sale) is Status.COMPLETED
            cancel(town.browser(town.anna), sale)
            assert status(town.kavalier, sale) is Status.CANCELLED

    def test_are_never_kept_in_a_scope_that_hides_some(self, town: Town, iryna: int) -> None:
        shop, sale = town.kavalier, make_sale(town, iryna)
        with pytest.raises(RuntimeError), shop.work(town.boris):
            cancel_sale(db.session.get_one(Transaction, (shop.id, sale)))
        basket = Basket(iryna, shop.program, shop.franchised_terminal, (BasketLine("Flat white", 100),))
        with pytest.raises(RuntimeError), shop.work(town.boris):
            sell(basket)
        assert status(shop, sale) is Status.COMPLETED


def cancels(shop: Shop) -> int:
    with shop.work():
        done = select(AuditEntry).where(AuditEntry.action == "transaction.cancel")
        return len(db.session.scalars(done).all())


def credit_by_hand(town: Town, customer: int) -> int:
    shop = town.kavalier
    said = {"way": "add", "wallet": str(shop.wallet), "amount": "1", "terminal": str(shop.own_terminal)}
    submit(town.browser(town.anna), f"/customers/{customer}/points-adjustment", said | {"reason": "A gift"})
    with shop.work():
        return db.session.scalars(select(Transaction.id).where(Transaction.kind == Kind.CREDIT)).one()


def text_of_all(response: TestResponse) -> str:
    """With the toasts, which stand beside the main part."""
    return " ".join(" ".join(page_of(response).itertext()).split())
