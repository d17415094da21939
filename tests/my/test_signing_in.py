"""Customers sign in to their page by a code that is sent to the phone (MY-1, BA-3, RELIABILITY: PIN)."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from app.customers.models import Customer
from app.extensions import db
from app.lib import dates
from app.messaging.models import Message, MessageKind
from app.messaging.services import read_pin
from app.my.models import MyCode
from tests.browsing import forms_of, text_of
from tests.customers.editing import audit_lines, column
from tests.my.arriving import ask, code_sent, give, my, pins, press, press_from, text_sent, wrong
from tests.my.conftest import PHONE
from tests.people import Shop, Town

pytestmark = pytest.mark.usefixtures("quickly")
NOBODY = "+380671119999"


class TestTheWayIn:
    def test_a_phone_in_any_spelling_gets_a_code_that_opens_the_page(
        self, shop: Shop, olena: int, client: FlaskClient
    ) -> None:
        assert client.get(my(shop)).location == my(shop, "/sign-in")
        page = ask(client, shop, "067 111 22 33").location or ""
        assert "ends in 33" in text_of(client.get(page))
        answer = give(client, page, f" {code_sent(shop)[:3]} {code_sent(shop)[3:]} ")
        assert (answer.status_code, answer.location) == (303, my(shop))
        assert "Hello, Olena" in text_of(client.get(my(shop)))

    def test_it_confirms_that_the_customer_takes_part(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        """BA-3: signed in to the customer's page; the audit log tells, and nobody of the business did it."""
        assert column(shop, olena, "confirmed") is False
        page = ask(client, shop, PHONE).location or ""
        assert column(shop, olena, "confirmed") is False
        give(client, page, code_sent(shop))
        assert column(shop, olena, "confirmed") is True
        assert audit_lines(shop, "customer", olena) == [("customer.confirm", {"confirmed": (False, True)})]

    def test_the_sms_is_in_the_customers_language_and_says_whose_it_is(
        self, shop: Shop, olena: int, client: FlaskClient
    ) -> None:
        ask(client, shop, PHONE)
        assert text_sent(shop) == f"Kavalier Club: {code_sent(shop)} is your code to sign in. Tell it to nobody."

    def test_a_language_that_nobody_speaks_keeps_no_code_back(
        self, shop: Shop, olena: int, client: FlaskClient
    ) -> None:
        """An import brought it; whose phone is known would be told by the error."""
        with shop.work():
            db.session.execute(update(Customer).values(language="ua"))
        assert ask(client, shop, PHONE).status_code == 303
        assert text_sent(shop).startswith("Kavalier Club: ")

    def test_one_is_led_on_to_the_page_that_was_asked_for(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        asked = my(shop, "/messages?after=1")
        assert client.get(asked).location == my(shop, "/sign-in?next=/my/kavalier/messages?after%3D1")
        page = ask(client, shop, PHONE, "/my/kavalier/messages").location or ""
        assert give(client, page, code_sent(shop)).location == my(shop, "/messages")

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/", "//evil.example", "/customers", "/my/teremok", "/my/kavalier/none"]
    )
    def test_and_nowhere_else(self, shop: Shop, olena: int, client: FlaskClient, elsewhere: str) -> None:
        page = ask(client, shop, PHONE).location or ""
        form = forms_of(client.get(page))[0]
        answer = client.post(f"{page}?next={elsewhere}", data={**form.values, "code": code_sent(shop)})
        assert answer.location == my(shop)

    def test_the_cookie_is_of_this_business_and_no_script_reads_it(
        self, shop: Shop, olena: int, client: FlaskClient
    ) -> None:
        page = ask(client, shop, PHONE).location or ""
        cookie = give(client, page, code_sent(shop)).headers["Set-Cookie"]
        assert cookie.startswith(f"regulars_my_{shop.id}=")
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie

    @pytest.mark.parametrize(
        "typed", ["", "12345", "0671112233 ext 5", "abc", "+380 67 111 22", "٠٦٧١١١٢٢٣٣", "9" * 50]
    )
    def test_what_is_no_phone_is_said(self, shop: Shop, olena: int, client: FlaskClient, typed: str) -> None:
        answer = ask(client, shop, typed)
        assert answer.status_code in (422, 303)
        assert pins(shop) == 0 or answer.status_code == 303

    @pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
    def test_what_is_no_code_is_said_and_counts_for_nothing(
        self, shop: Shop, olena: int, client: FlaskClient, typed: str
    ) -> None:
        page = ask(client, shop, PHONE).location or ""
        assert give(client, page, typed).status_code == 422
        assert give(client, page, code_sent(shop)).status_code == 303


class TestWhoIsNotKnown:
    def test_gets_the_same_answers_and_no_sms(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        known, unknown = ask(client, shop, PHONE), ask(client, shop, NOBODY)
        assert pins(shop) == 1
        assert known.status_code == unknown.status_code == 303
        pages = [known.location or "", unknown.location or ""]
        words = [text_of(client.get(page)).replace("ends in 99", "ends in 33") for page in pages]
        assert words[0] == words[1]
        bad = wrong(code_sent(shop))
        answers = [[text_of(give(client, page, bad)) for _each in range(4)] for page in pages]
        assert [each.replace("ends in 99", "ends in 33") for each in answers[1]] == answers[0]
        assert [give(client, page, bad).location for page in pages] == [my(shop, "/sign-in?over=1")] * 2

    def test_waits_as_long(self, shop: Shop, olena: int, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
        """However long writing an SMS takes, both are answered at the same moment."""
        waited: list[float] = []
        monkeypatch.setattr("app.my.views.signing_in.ANSWERED_AFTER", 60.0)
        monkeypatch.setattr("app.my.views.signing_in.time.sleep", waited.append)
        for phone in (PHONE, NOBODY):
            ask(client, shop, phone)
        assert all(59 < each <= 60 for each in waited)
        assert len(waited) == 2

    def test_no_code_opens_for_nobody(self, shop: Shop, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.my.services.codes.secrets.randbelow", lambda _most: 123_456)
        page = ask(client, shop, NOBODY).location or ""
        assert "Tries left: 4" in text_of(give(client, page, "123456"))

    def test_an_erased_customer_is_nobody(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        with shop.work():
            db.session.execute(text("UPDATE customer SET erased_at = now() WHERE id = :id"), {"id": olena})
        ask(client, shop, PHONE)
        assert pins(shop) == 0

    def test_a_customer_of_another_business_is_nobody_here(self, town: Town, olena: int, client: FlaskClient) -> None:
        """PR-1."""
        ask(client, town.teremok, PHONE)
        assert pins(town.teremok) == 0
        assert pins(town.kavalier) == 0


class TestGuessing:
    def test_five_tries_are_compared_and_the_right_one_then_is_over(
        self, shop: Shop, olena: int, client: FlaskClient
    ) -> None:
        page = ask(client, shop, PHONE).location or ""
        code = code_sent(shop)
        form = forms_of(client.get(page))[0]
        answers = [client.post(page, data={**form.values, "code": wrong(code)}).status_code for _ in range(5)]
        assert answers == [422] * 4 + [303]
        assert client.post(page, data={**form.values, "code": code}).location == my(shop, "/sign-in?over=1")

    def test_many_at_once_are_five(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        """A try is counted, and committed, before it is compared."""
        page, code = ask(client, shop, PHONE).location or "", code_sent(shop)

        def guess(number: int) -> int:
            browser = shop.app.test_client()
            address = {"REMOTE_ADDR": f"198.51.100.{number}"}
            return press_from(browser, page, wrong(code), address)

        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(guess, range(24)))
        with shop.work():
            assert db.session.scalars(select(MyCode.tries)).one() == 5
        assert statuses.count(422) <= 5

    def test_a_code_is_used_once(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        page, code = ask(client, shop, PHONE).location or "", ""
        code = code_sent(shop)
        other = shop.app.test_client()
        token = forms_of(other.get(page))[0].values
        assert give(client, page, code).location == my(shop)
        assert other.post(page, data={**token, "code": code}).location == my(shop, "/sign-in?over=1")
        assert other.get(my(shop)).location == my(shop, "/sign-in")

    def test_a_new_code_ends_the_one_before(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        first = ask(client, shop, PHONE).location or ""
        ask(client, shop, PHONE)
        assert client.get(first).location == my(shop, "/sign-in?over=1")

    def test_a_code_lasts_five_minutes(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        page = ask(client, shop, PHONE).location or ""
        code = code_sent(shop)
        form = forms_of(client.get(page))[0]
        with shop.work():
            left = db.session.scalars(select(MyCode.expires_at)).one() - dates.now()
            assert timedelta(minutes=4) < left <= timedelta(minutes=5)
            db.session.execute(update(MyCode).values(expires_at=dates.now()))
        assert client.post(page, data={**form.values, "code": code}).location == my(shop, "/sign-in?over=1")

    def test_a_code_of_another_business_is_none(self, town: Town, olena: int, client: FlaskClient) -> None:
        """PR-1."""
        page = ask(client, town.kavalier, PHONE).location or ""
        foreign = page.replace("kavalier", "teremok")
        assert client.get(foreign).location == "/my/teremok/sign-in?over=1"
        code = code_sent(town.kavalier)
        assert press(client, foreign, code=code).location == "/my/teremok/sign-in?over=1"
        assert give(client, page, code).location == "/my/kavalier"

    def test_a_key_that_was_never_given_is_over(self, shop: Shop, client: FlaskClient) -> None:
        page = my(shop, f"/codes/{uuid.uuid4()}")
        assert client.get(page).location == my(shop, "/sign-in?over=1")
        assert press(client, page, code="123456").location == my(shop, "/sign-in?over=1")
        assert "That code is over." in text_of(client.get(my(shop, "/sign-in?over=1")))


class TestAskingTwice:
    def test_a_double_click_sends_one_sms(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        form = forms_of(client.get(my(shop, "/sign-in")))[0]
        first, second = [client.post(form.action, data={**form.values, "phone": PHONE}) for _each in range(2)]
        assert first.location == second.location
        assert pins(shop) == 1
        assert give(client, first.location or "", code_sent(shop)).status_code == 303

    def test_two_at_once_too(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        form = forms_of(client.get(my(shop, "/sign-in")))[0]
        cookie = client.get_cookie("regulars_form")

        def once(_number: int) -> str | None:
            browser = shop.app.test_client()
            browser.set_cookie("regulars_form", cookie.value if cookie else "")
            return browser.post(form.action, data={**form.values, "phone": PHONE}).location

        with ThreadPoolExecutor(3) as pool:
            assert len(set(pool.map(once, range(3)))) == 1
        assert pins(shop) == 1

    def test_two_phones_by_one_form_at_once_are_two(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        form = forms_of(client.get(my(shop, "/sign-in")))[0]
        cookie = client.get_cookie("regulars_form")

        def once(phone: str) -> tuple[int, str | None]:
            browser = shop.app.test_client()
            browser.set_cookie("regulars_form", cookie.value if cookie else "")
            answer = browser.post(form.action, data={**form.values, "phone": phone})
            return answer.status_code, answer.location

        with ThreadPoolExecutor(2) as pool:
            answers = set(pool.map(once, (PHONE, NOBODY)))
        assert {status for status, _page in answers} == {303}
        assert len(answers) == 2

    def test_the_same_form_with_another_phone_asks_for_that(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        form = forms_of(client.get(my(shop, "/sign-in")))[0]
        pages = [client.post(form.action, data={**form.values, "phone": each}).location for each in (NOBODY, PHONE)]
        assert pages[0] != pages[1]
        assert pins(shop) == 1

    @pytest.mark.parametrize("key", ["", "x", "00000000", "\u0661" * 32])
    def test_a_damaged_key_is_made_anew(self, shop: Shop, olena: int, client: FlaskClient, key: str) -> None:
        form = forms_of(client.get(my(shop, "/sign-in")))[0]
        answer = client.post(form.action, data={**form.values, "phone": PHONE, "code_key": key})
        assert answer.status_code == 303
        assert pins(shop) == 1


def test_nobody_of_the_business_reads_the_code(shop: Shop, olena: int, client: FlaskClient) -> None:
    """MS-2: else whoever may open PINs is signed in as anyone."""
    ask(client, shop, PHONE)
    with shop.work():
        sent = db.session.scalars(select(Message.id).where(Message.kind == MessageKind.PIN)).one()
        assert read_pin(sent) is None
    assert code_sent(shop)


def test_the_code_itself_is_kept_nowhere(shop: Shop, olena: int, client: FlaskClient) -> None:
    """MS-2: neither in the message nor with the code; nor is the phone in what is kept of the sign-in."""
    page = ask(client, shop, PHONE).location or ""
    code = code_sent(shop)
    with shop.work():
        assert db.session.scalars(select(Message.text).where(Message.kind == MessageKind.PIN)).one() == ""
        kept = str(db.session.execute(text("SELECT row_to_json(c)::text FROM my_code c")).scalar_one())
        assert code not in kept
        assert PHONE[1:] not in kept
        assert db.session.scalar(select(Customer.confirmed).where(Customer.id == olena)) is False
    give(client, page, code)
    with shop.work():
        assert db.session.scalar(text("SELECT count(*) FROM pin_text")) == 0
