"""What is typed wrongly at the Terminal, or came too late: said in words, and never a sale (TE-1 to TE-3, TE-6)."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.businesses.queries import own_business
from app.customers.models import Enrolment
from app.extensions import db
from app.ledger.check import faults
from app.lib import dates
from app.loyalty.models import Access, Good, Program
from app.loyalty.rules import Conditions, PointsPercent
from app.loyalty.services.rules import RuleSaid, add_rule
from app.transactions.models import OpenSale, Pin, Transaction
from tests.browsing import page_of, send, text_of
from tests.factories import add_customer, add_good, add_points
from tests.people import Town
from tests.terminal.counter import follow, look_up, sell, the_form

PHONE = "+380671112233"
NBSP, THIN = "\u00a0", "\u202f"


@pytest.fixture
def iryna(town: Town) -> int:
    """With 200 points; a PIN goes out from 50 points on."""
    shop = town.kavalier
    with shop.work():
        add_rule(shop.program, RuleSaid("Ten", True, 0, True, Conditions(), (PointsPercent(1_000),)))
        db.session.get_one(Program, (shop.id, shop.program)).pin_limit = 5_000
        number = add_customer("Iryna", "Melnyk", PHONE)
        add_points(number, 20_000)
        return number


def sales(town: Town) -> int:
    with town.kavalier.work():
        assert faults() == []
        return len(db.session.scalars(select(Transaction.id)).all())


def code_of(text: str) -> str:
    return text.partition("reads the PIN ")[2][:6]


@pytest.mark.parametrize(
    ("typed", "gross"),
    [
        (f"1{NBSP}326,50", 132_650),
        (f"1{THIN}326.50", 132_650),
        (f"{NBSP}326{NBSP}", 32_600),
        ("1'326.50", 132_650),
        ("1 234 567,89", 123_456_789),
        ("0326,5", 32_650),
        (".5", None),
        ("5.", None),
        ("1,23,456.7", None),
        ("+5", 500),
        ("₴5", None),
        ("٣٢٦", None),
        ("0,00", None),
        ("0.004", None),
        ("-0", None),
        ("9" * 10, None),
        ("9" * 40, None),
        ("0" * 40 + "5", 500),
        ("1\n2", 1_200),
    ],
)
def test_an_amount_is_read_exactly_or_asked_again(
    town: Town, sasha: FlaskClient, iryna: int, typed: str, gross: int | None
) -> None:
    page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": typed})
    with town.kavalier.work():
        kept = db.session.scalars(select(OpenSale.lines)).one()
    if gross is None:
        assert (page.status_code, kept) == (422, []), text_of(page)
    else:
        assert [line["gross"] for line in kept] == [gross]


@pytest.mark.parametrize(
    "typed",
    [
        *("0671112233", "067 111 22 33", "(067) 111-22-33", "+38 (067) 111 22 33", "380671112233", "00380671112233"),
        *(f"+380{NBSP}67{NBSP}111{NBSP}22{NBSP}33", "067.111.22.33", "\uff0b380671112233", "++380671112233"),
    ],
)
def test_a_phone_is_known_in_any_spelling(sasha: FlaskClient, iryna: int, typed: str) -> None:
    assert "Iryna Melnyk" in text_of(look_up(sasha, typed))


@pytest.mark.parametrize("typed", ["0", "+", "067111223", "06711122333", "9" * 40, "abc", "112"])
def test_what_is_no_phone_registers_nobody(town: Town, sasha: FlaskClient, iryna: int, typed: str) -> None:
    assert look_up(sasha, typed).status_code == 422
    with town.kavalier.work():
        assert db.session.scalars(select(OpenSale)).all() == []


@pytest.mark.parametrize("points", ["-1", "0.001", "200.01", "9" * 40, "all", "1,2,3"])
def test_points_that_cannot_pay_are_asked_again(town: Town, sasha: FlaskClient, iryna: int, points: str) -> None:
    page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "300"})
    assert follow(sasha, page, "/payment", {"points": points}).status_code == 422
    with town.kavalier.work():
        assert db.session.scalars(select(OpenSale.points)).one() == 0


@pytest.mark.parametrize(
    ("currency", "points", "words"),
    [
        ("KWD", "0.019", "2 behind the decimal sign"),
        ("JPY", "0.5", "Points pay in whole amounts of the currency."),
        ("JPY", "12.34", "Points pay in whole amounts of the currency."),
    ],
)
def test_points_that_pay_no_whole_amount_are_asked_again(
    town: Town, sasha: FlaskClient, iryna: int, currency: str, points: str, words: str
) -> None:
    """TE-2, LP-1: nothing is cut off."""
    with town.kavalier.work():
        own_business().currency = currency
    page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "300"})
    refused = follow(sasha, page, "/payment", {"points": points})
    assert refused.status_code == 422
    assert words in text_of(refused)
    assert follow(sasha, refused, "/payment", {"points": "12"}).status_code == 200
    with town.kavalier.work():
        assert db.session.scalars(select(OpenSale.points)).one() == 1_200


class TestPin:
    @pytest.fixture
    def asked(self, sasha: FlaskClient, iryna: int) -> TestResponse:
        return sell(sasha, PHONE, "300", "100")

    @pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "9" * 40, "12 34"])
    def test_that_is_none_is_refused(self, town: Town, sasha: FlaskClient, asked: TestResponse, typed: str) -> None:
        assert follow(sasha, asked, "/confirmation", {"code": typed}).status_code == 422
        assert sales(town) == 0

    def test_is_read_with_blanks(self, sasha: FlaskClient, asked: TestResponse) -> None:
        code = code_of(asked.text)
        page = follow(sasha, asked, "/confirmation", {"code": f" {code[:3]} {code[3:]} "})
        assert "The sale is made" in text_of(page)

    def test_that_is_old_is_over(self, town: Town, sasha: FlaskClient, asked: TestResponse) -> None:
        with town.kavalier.work():
            db.session.execute(update(Pin).values(expires_at=dates.now() - timedelta(seconds=1)))
        page = follow(sasha, asked, "/confirmation", {"code": code_of(asked.text)})
        assert "This PIN is over" in text_of(page)
        assert sales(town) == 0

    def test_serves_once(self, town: Town, sasha: FlaskClient, asked: TestResponse) -> None:
        """Another sale of the same amount to the same customer has a PIN of its own."""
        code = code_of(asked.text)
        follow(sasha, asked, "/confirmation", {"code": code})
        again = sell(sasha, PHONE, "300", "100")
        assert code_of(again.text) != code
        assert follow(sasha, again, "/confirmation", {"code": code}).status_code == 422
        assert sales(town) == 1

    def test_for_another_amount_opens_nothing(self, town: Town, sasha: FlaskClient, asked: TestResponse) -> None:
        code = code_of(asked.text)
        amount = sasha.get(asked.request.path.replace("/confirmation", "/amount"))
        page = follow(sasha, amount, "/amount", {"amount": "301"})
        page = follow(sasha, follow(sasha, page, "/payment", {"points": "100"}), "/pin")
        assert follow(sasha, page, "/confirmation", {"code": code}).status_code == 422
        assert sales(town) == 0

    def test_without_which_the_form_is_sent_anyway(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        """Past the step that sends it."""
        page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "300"})
        page = follow(sasha, page, "/payment", {"points": "100"})
        shown = sasha.get(page.request.path.replace("/payment", "/confirmation"))
        refused = follow(sasha, shown, "/confirmation", {"code": "123456"})
        assert refused.status_code == 422
        assert sales(town) == 0


class TestTooLate:
    """TE-2: what changed between the figures and the click is shown, and asked again."""

    def test_a_rule_ended(self, town: Town, sasha: FlaskClient, iryna: int, superuser: psycopg.Connection) -> None:
        page = sell(sasha, PHONE, "100")
        superuser.execute("UPDATE program_rule SET active = false")
        again = follow(sasha, page, "/confirmation")
        assert "The figures changed" in text_of(again)
        assert sales(town) == 0
        assert "The sale is made" in text_of(follow(sasha, again, "/confirmation"))

    def test_a_price_changed(self, town: Town, sasha: FlaskClient, iryna: int) -> None:
        with town.kavalier.work():
            good = add_good("Flat white")
        goods = sasha.get(look_up(sasha, PHONE).request.path.replace("/amount", "/goods"))
        page = follow(sasha, follow(sasha, goods, "/goods", {f"quantity_{good}": "1"}), "/pin")
        with town.kavalier.work():
            db.session.get_one(Good, (town.kavalier.id, good)).price = 12_000
        again = follow(sasha, page, "/confirmation")
        assert "The figures changed" in text_of(again)
        assert "120" in text_of(again)
        assert sales(town) == 0
        assert "The sale is made" in text_of(follow(sasha, again, "/confirmation"))

    def test_the_customer_was_blacklisted(
        self, town: Town, sasha: FlaskClient, iryna: int, superuser: psycopg.Connection
    ) -> None:
        """AC-1."""
        page = sell(sasha, PHONE, "100")
        superuser.execute("UPDATE enrolment SET access = %s", [int(Access.BLACKLISTED)])
        refused = follow(sasha, page, "/confirmation")
        assert refused.status_code == 409
        assert "blacklisted" in text_of(refused)
        assert sales(town) == 0

    def test_the_program_was_turned_off(
        self, town: Town, sasha: FlaskClient, iryna: int, superuser: psycopg.Connection
    ) -> None:
        page = sell(sasha, PHONE, "100")
        superuser.execute("UPDATE program SET active = false")
        refused = follow(sasha, page, "/confirmation")
        assert refused.status_code == 409
        assert "not active" in text_of(refused)
        assert sales(town) == 0


@pytest.mark.parametrize("name", ["total", "points", "due", "earned"])
@pytest.mark.parametrize("value", ["", "-1", "1e3", "9" * 40, "٣"])
def test_figures_that_nobody_saw_sell_nothing(
    town: Town, sasha: FlaskClient, iryna: int, name: str, value: str
) -> None:
    page = sell(sasha, PHONE, "100")
    answer = send(sasha, the_form(page, "/confirmation"), {name: value})
    assert answer.status_code in (400, 422)
    assert sales(town) == 0


def test_a_sum_too_large_for_a_check_is_refused(town: Town, sasha: FlaskClient, iryna: int) -> None:
    with town.kavalier.work():
        good = add_good("Gold", price=99_999_999_999)
    goods = sasha.get(look_up(sasha, PHONE).request.path.replace("/amount", "/goods"))
    page = follow(sasha, goods, "/goods", {f"quantity_{good}": "10000"})
    assert page.status_code == 409
    assert "too much for one check" in text_of(page)


class TestWhatCannotBeDone:
    """TE-0: whoever sells may not sign in to the panel, so nothing leads there."""

    @pytest.mark.parametrize("step", ["open-sales/8b0c1f3c-6f0c-4e7a-9c2f-000000000000/amount", "nowhere", "?no=1"])
    def test_leads_to_a_new_sale(self, sasha: FlaskClient, step: str) -> None:
        page = sasha.get(f"/terminal/{step}")
        assert page.status_code in (400, 404)
        assert the_form(page, "/sign-out")
        assert leads(page) == ["/terminal"]

    def test_leads_to_a_new_sale_from_a_customer_who_is_blacklisted(
        self, town: Town, sasha: FlaskClient, iryna: int
    ) -> None:
        page = sell(sasha, PHONE, "100")
        with town.kavalier.work():
            db.session.execute(update(Enrolment).values(access=Access.BLACKLISTED))
        page = follow(sasha, page, "/confirmation")
        assert "Begin a new sale." in text_of(page)
        assert leads(page) == ["/terminal"]

    def test_leads_to_no_business_of_another_tab(self, sasha: FlaskClient, iryna: int) -> None:
        """PR-1: it is changed with the Terminal."""
        page = follow(sasha, look_up(sasha, PHONE), "/amount", {"amount": "100", "business_id": "987654"})
        assert page.status_code == 409
        assert leads(page) == ["/terminal"]

    def test_leads_who_is_signed_out_to_the_sign_in(self, town: Town) -> None:
        page = town.app.test_client().get("/terminal/nowhere")
        assert page.status_code == 404
        assert leads(page) == ["/terminal"]


def leads(page: TestResponse) -> list[str | None]:
    """Where the links of its main part lead."""
    main = page_of(page).find(".//main")
    assert main is not None
    return [each.get("href") for each in main.iter("a")]
