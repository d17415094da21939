"""A sale at the Terminal, step by step (TE-1 to TE-3, TE-6, AC-1, LP-7)."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.customers.models import Customer, Enrolment
from app.extensions import db
from app.ledger.check import faults
from app.loyalty.models import Access, FieldKind, Good, Program
from app.loyalty.rules import Conditions, PointsPercent
from app.loyalty.services.rules import RuleSaid, add_rule
from app.transactions.models import OpenSale, Transaction
from tests.browsing import Form, send
from tests.browsing import text_of as words_of
from tests.factories import add_account, add_customer, add_good, add_points, add_question
from tests.people import Town
from tests.terminal.counter import follow, look_up, sell, the_form

PHONE = "+380671112233"


def text_of(page: object) -> str:
    """Money is set in two pieces."""
    return re.sub(r"(\d) ([.,]\d\d)", r"\1\2", words_of(page))  # type: ignore[arg-type]


@pytest.fixture
def iryna(town: Town) -> int:
    with town.kavalier.work():
        ten = RuleSaid("Ten percent", True, 0, True, Conditions(), (PointsPercent(1_000),))
        add_rule(town.kavalier.program, ten)
        return add_customer("Iryna", "Melnyk", PHONE, cards=["77001122"])


def sales(town: Town) -> list[Transaction]:
    with town.kavalier.work():
        found = list(db.session.scalars(select(Transaction).order_by(Transaction.id)))
        db.session.expunge_all()
        assert faults() == []
        return found


class TestWhoBuys:
    @pytest.mark.parametrize("code", ["067 111-22-33", "+380 67 111 22 33", "(067)1112233", "7700-1122", "77001122"])
    def test_is_found_by_phone_in_any_spelling_and_by_card(self, sasha: FlaskClient, iryna: int, code: str) -> None:
        """TE-1: what a scanner types is no different."""
        page = look_up(sasha, code)
        assert "Iryna Melnyk" in text_of(page)
        assert "+380 ·· ··· 2233" in text_of(page)
        assert PHONE not in page.text

    @pytest.mark.parametrize("code", ["", "  ", "112233", "067", "Melnyk", "7700", "%", "1" * 201, "067 111 22 33 x5"])
    def test_is_never_found_by_a_part(self, sasha: FlaskClient, iryna: int, code: str) -> None:
        """TE-1: nobody lists customers at a Terminal."""
        page = look_up(sasha, code)
        assert page.status_code == 422
        assert "Melnyk" not in text_of(page)

    def test_stands_in_no_address(self, sasha: FlaskClient, iryna: int) -> None:
        page = look_up(sasha, PHONE)
        assert re.fullmatch(r"/terminal/open-sales/[0-9a-f-]{36}/amount", page.request.path)

    def test_is_looked_up_so_often_and_not_more(self, sasha: FlaskClient, iryna: int) -> None:
        """TE-1."""
        for _ in range(20):
            assert look_up(sasha, "067 999 99 99").status_code == 200
        page = look_up(sasha, PHONE)
        assert page.status_code == 429
        assert "Too many customers were looked up. Wait" in text_of(page)
        assert the_form(page, "/look-ups").values["code"] == [PHONE]

    def test_of_another_business_is_unknown(self, town: Town, sasha: FlaskClient) -> None:
        """PR-1."""
        with town.teremok.work():
            add_customer("Petro", "Savchuk", PHONE)
        page = look_up(sasha, PHONE)
        assert "New customer" in text_of(page)
        assert "Savchuk" not in page.text

    def test_new_is_registered_with_what_must_be_answered(self, town: Town, sasha: FlaskClient) -> None:
        """TE-1, LP-7, AC-2, CT-3: at this place, with the program's access type."""
        with town.kavalier.work():
            add_question("Favourite drink", required=True)
            add_question("Milk", FieldKind.CHOICE, choices=["Oat"])
            db.session.get_one(Program, (town.kavalier.id, town.kavalier.program)).default_access = Access.LIMITED
        page = look_up(sasha, "067 555 66 77")
        assert "+380 67 555 6677" in text_of(page)
        assert "Choose another customer" in text_of(page)
        form = the_form(page, "/customer")
        refused = send(sasha, form, {"first_name": "Олена"})
        assert refused.status_code == 422
        assert "Answer this question." in text_of(refused)
        answers = {name: "Flat white" for name in form.values if name.startswith("answer_")}
        answers = {
            name: "" if each == max(answers) else "Flat white" for each, name in zip(answers, answers, strict=True)
        }
        page = follow(sasha, page, "/customer", {"first_name": "Олена", "last_name": "Коваль", **answers})
        assert "Олена Коваль" in text_of(page)
        assert "Limited" in text_of(page)
        with town.kavalier.work():
            new = db.session.scalars(select(Customer).where(Customer.phone == "+380675556677")).one()
            assert new.registered_point_of_sale_id == town.kavalier.franchised_place
            assert db.session.scalars(select(OpenSale.phone)).all() == [""]

    def test_blacklisted_is_refused_with_the_reason(self, town: Town, sasha: FlaskClient) -> None:
        """AC-1."""
        with town.kavalier.work():
            add_customer("Petro", "Savchuk", PHONE, access=Access.BLACKLISTED)
        page = look_up(sasha, PHONE)
        assert "blacklisted" in text_of(page)
        open_sale = page.request.path
        form = Form(open_sale, {"csrf_token": the_form(page, "/sign-out").values["csrf_token"]})
        answer = send(sasha, form, {"amount": "10"}, follow_redirects=True)
        assert answer.status_code == 409
        assert "blacklisted" in text_of(answer)
        assert sales(town) == []


class TestWhatIsSold:
    @pytest.mark.parametrize(
        ("typed", "amount"),
        [
            ("326", "326"),
            ("326.5", "326.50"),
            ("326,50", "326.50"),
            ("1 326,50", "1326.50"),
            ("1,326.50", "1326.50"),
            ("1.326,50", "1326.50"),
            ("1,326", "1326"),
            ("0,01", "0.01"),
            ("999999999.99", "999999999.99"),
        ],
    )
    def test_is_an_amount_in_any_spelling_and_exact(
        self, town: Town, sasha: FlaskClient, iryna: int, typed: str, amount: str
    ) -> None:
        """TE-2."""
        follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": typed})
        with town.kavalier.work():
            (line,) = db.session.scalars(select(OpenSale.lines)).one()
        assert line["gross"] == int(Decimal(amount) * 100)

    @pytest.mark.parametrize("typed", ["", "0", "-5", "−5", "1" * 40, "1.005", "ten", "1e3", "1,2,3", "NaN", "1..5"])
    def test_is_never_guessed(self, town: Town, sasha: FlaskClient, iryna: int, typed: str) -> None:
        page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": typed})
        assert page.status_code == 422
        assert "Amount of the check" in text_of(page)


class TestPaying:
    def test_ends_in_a_receipt(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        """TE-2: sum, points to come, confirm, receipt; the sale is this Terminal's and this person's."""
        page = sell(sasha, PHONE, "326,50")
        assert "+32.65 points" in text_of(page)
        page = follow(sasha, page, "/confirmation")
        assert "The sale is made" in text_of(page)
        assert "326.50" in text_of(page)
        (sale,) = sales(town)
        assert page.request.path == f"/terminal/sales/{sale.id}"
        assert (sale.terminal_id, sale.user_id) == (town.kavalier.franchised_terminal, town.sasha.id)
        assert (sale.gross, sale.points_earned) == (32_650, 3_265)

    def test_a_fraction_of_points_is_told_as_several(self, sasha: FlaskClient, iryna: int) -> None:
        """TE-2: as everywhere else."""
        page = sell(sasha, PHONE, "15")
        assert "+1.50 points" in text_of(page)
        assert "+1.50 points" in text_of(follow(sasha, page, "/confirmation"))

    def test_points_pay_up_to_the_most(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        """TE-3: balance and share."""
        with town.kavalier.work():
            add_points(iryna, 20_000)
            program = db.session.get_one(Program, (town.kavalier.id, town.kavalier.program))
            program.points_share, program.pin_limit = 5_000, 100_000
        page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "326"})
        assert "up to 163" in text_of(page)
        assert "50% of the check" in text_of(page)
        refused = follow(sasha, page, "/payment", {"points": "163.01"})
        assert refused.status_code == 422
        assert "At most 163 points." in text_of(refused)
        page = follow(sasha, page, "/payment", {"points": "100"})
        assert "226.00" in text_of(page)
        page = follow(sasha, follow(sasha, page, "/pin"), "/confirmation")
        assert "The sale is made" in text_of(page)
        assert sales(town)[0].points_paid == 10_000

    def test_other_goods_let_the_points_be_chosen_anew(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        with town.kavalier.work():
            add_points(iryna, 20_000)
        first = look_up(sasha, PHONE)
        page = follow(sasha, first, "/amount", {"amount": "100"})
        follow(sasha, page, "/payment", {"points": "100"})
        follow(sasha, first, "/amount", {"amount": "50"})
        with town.kavalier.work():
            assert db.session.scalars(select(OpenSale.points)).one() == 0

    def test_an_account_that_does_not_pay_here_is_not_offered(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        """LP-4."""
        with town.kavalier.work():
            add_account("Gift account")
        page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100"})
        assert "Gift account" not in text_of(page)

    def test_new_figures_are_shown_and_asked_again(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        """TE-2."""
        page = sell(sasha, PHONE, "100")
        with town.kavalier.work():
            more = RuleSaid("Five more", True, 1, True, Conditions(), (PointsPercent(500),))
            add_rule(town.kavalier.program, more)
        again = follow(sasha, page, "/confirmation")
        assert again.status_code == 422
        assert "The figures changed" in text_of(again)
        assert "+15 points" in text_of(again)
        assert sales(town) == []
        assert "The sale is made" in text_of(follow(sasha, again, "/confirmation"))
        assert len(sales(town)) == 1

    def test_a_price_that_changed_is_shown_and_asked_again(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        """TE-2, LP-6: what was put in an hour ago is sold at the price of now; a price that was typed stays."""
        with town.kavalier.work():
            coffee, cake = add_good("Flat white"), add_good("Cake", price=20_000, variable_price=True)
        page = sasha.get(look_up(sasha, PHONE).request.path.replace("/amount", "/goods"))
        chosen = {f"quantity_{coffee}": "2", f"quantity_{cake}": "1", f"price_{cake}": "150"}
        page = follow(sasha, follow(sasha, page, "/goods", chosen), "/pin")
        with town.kavalier.work():
            for good in (coffee, cake):
                db.session.get_one(Good, (town.kavalier.id, good)).price = 10_001
        again = follow(sasha, page, "/confirmation")
        assert again.status_code == 422
        assert "The figures changed" in text_of(again)
        follow(sasha, again, "/confirmation")
        assert sales(town)[0].gross == 20_002 + 15_000

    @pytest.mark.parametrize("step", ["/payment", "/pin", "/confirmation"])
    def test_who_is_blacklisted_meanwhile_is_refused_at_every_step(
        self, town: Town, sasha: FlaskClient, iryna: int, step: str
    ) -> None:
        """AC-1."""
        with town.kavalier.work():
            add_points(iryna, 20_000)
        page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100"})
        if step == "/confirmation":
            page = follow(sasha, page, "/pin")
        with town.kavalier.work():
            db.session.execute(update(Enrolment).values(access=Access.BLACKLISTED))
        answer = follow(sasha, page, step)
        assert answer.status_code == 409
        assert "blacklisted" in text_of(answer)
        assert sales(town) == []


class TestOnce:
    def test_a_double_click_is_one_sale(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        """TE-6: the twin leads to the same receipt."""
        page = sell(sasha, PHONE, "100")
        first, second = follow(sasha, page, "/confirmation"), follow(sasha, page, "/confirmation")
        assert first.request.path == second.request.path
        assert len(sales(town)) == 1

    def test_a_form_with_another_key_is_no_second_sale(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        """TE-6."""
        page = sell(sasha, PHONE, "100")
        follow(sasha, page, "/confirmation")
        other = {"form_key": "8b0c1f3c-6f0c-4e7a-9c2f-000000000000"}
        assert "The sale is made" in text_of(follow(sasha, page, "/confirmation", other))
        assert len(sales(town)) == 1

    def test_after_a_lost_connection_its_key_says_what_became_of_it(
        self, town: Town, sasha: FlaskClient, iryna: int
    ) -> None:
        """TE-6: one sale or none, and which."""
        page = sell(sasha, PHONE, "100")
        key = page.request.path.removesuffix("/confirmation")
        none = sasha.get(key)
        assert "The sale was not made" in text_of(none)
        follow(sasha, page, "/confirmation")
        one = sasha.get(key, follow_redirects=True)
        assert "The sale is made" in text_of(one)
        for step in ("/amount", "/goods", "/payment", "/confirmation", "/customer"):
            assert "The sale is made" in text_of(sasha.get(key + step, follow_redirects=True)), step

    def test_figures_that_nobody_saw_are_refused(self, sasha: FlaskClient, iryna: int) -> None:
        page = sell(sasha, PHONE, "100")
        assert follow(sasha, page, "/confirmation", {"total": "much"}).status_code == 400


def test_a_sale_takes_few_statements(
    sasha: FlaskClient, iryna: int, count_statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """PERFORMANCE: at most 12 from the form to the receipt, beside the one that asks who sends it."""
    follow(sasha, sell(sasha, PHONE, "100"), "/confirmation")
    form = the_form(sell(sasha, PHONE, "120"), "/confirmation")
    with count_statements() as sent:
        assert send(sasha, form, {}).status_code == 303
    assert len([each for each in sent if "session_identity" not in each]) <= 12, "\n".join(sent)
