"""A customer looks itself up at a Kiosk, and the Terminal beside it takes it over (KI-1)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from app.businesses.models import Kiosk
from app.businesses.queries import own_business
from app.customers.models import Customer, Enrolment
from app.customers.services.identifying import number_to_show
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.ledger.models import EntryKind
from app.ledger.services import Credit, post
from app.lib import dates
from app.loyalty.models import Access
from app.loyalty.services.accounts import add_account
from app.transactions.models import OpenSale
from app.transactions.services.visits import KEPT, LASTS, LONGEST, forget_visits
from tests.browsing import form_to, forms_of, send
from tests.browsing import text_of as words_of
from tests.factories import add_customer, add_points
from tests.kiosk.tablets import press, show, visit_of
from tests.people import Town
from tests.transactions.bringing import coupon_for, offer_for

PHONE = "+380671112233"
HTMX = {"HX-Request": "true"}


def text_of(page: object) -> str:
    return re.sub(r"(\d) ([.,]\d\d)", r"\1\2", words_of(page))  # type: ignore[arg-type]


@pytest.fixture
def iryna(town: Town) -> int:
    with town.kavalier.work():
        iryna = add_customer("Iryna", "Melnyk", PHONE, email="iryna@example.com", cards=["77001122"])
        add_points(iryna, 128_400)
        add_points(iryna, 3_000, days=5)
        coupon_for(iryna, value=1_500, title="15% off")
        offer_for(iryna, 3_000)
        return iryna


class TestWhatIsSeen:
    @pytest.mark.parametrize("code", ["067 111-22-33", PHONE, "7700-1122"])
    def test_name_points_and_what_can_be_redeemed(self, tablet: FlaskClient, iryna: int, code: str) -> None:
        """KI-1."""
        page = show(tablet, code)
        said = text_of(page)
        for words in ("Hello, Iryna!", "Kavalier Club", "1,314", "30 of them until", "15% off", "30 points"):
            assert words in said, (words, said)

    def test_by_the_code_on_the_own_page_which_confirms(self, tablet: FlaskClient, town: Town, iryna: int) -> None:
        """KI-1, BA-3: who shows its QR code takes part."""
        with town.kavalier.work():
            code = number_to_show(iryna)
        assert "Hello, Iryna!" in text_of(show(tablet, code))
        with town.kavalier.work():
            assert db.session.get_one(Customer, (town.kavalier.id, iryna)).confirmed

    def test_no_more_than_may_be_seen_from_behind(self, tablet: FlaskClient, iryna: int) -> None:
        """KI-1: no last name, phone, e-mail, card or code."""
        page = show(tablet, PHONE)
        for secret in ("Melnyk", "1112233", "2233", "iryna@", "77001122"):
            assert secret not in page.text, secret
        assert PHONE not in page.request.path

    def test_money_accounts(self, tablet: FlaskClient, town: Town, iryna: int) -> None:
        with town.kavalier.work(town.anna):
            account = add_account(town.kavalier.program, "Gift account", "")
            post(iryna, [Credit(account, EntryKind.ADDED, "a gift", amount=15_000)])
        assert "Gift account ₴150.00" in text_of(show(tablet, PHONE))

    def test_it_names_no_platform(self, tablet: FlaskClient, iryna: int) -> None:
        """WL-1."""
        for page in (tablet.get("/kiosk"), show(tablet, PHONE), tablet.get("/kiosk/nothing"), show(tablet, "x")):
            assert "Regulars" not in page.text

    def test_it_has_the_look_of_the_business(self, tablet: FlaskClient, town: Town) -> None:
        """WL-1: its colour, icon and name."""
        with town.kavalier.work():
            own_business().colour = "#8a1c4a"
        head = tablet.get("/kiosk").text.partition("<body")[0]
        assert 'href="/colours/8a1c4a.css"' in head
        assert 'content="#8a1c4a"' in head
        assert "· Kavalier</title>" in head

    def test_the_address_of_the_business_stands_at_the_foot(self, tablet: FlaskClient, town: Town, iryna: int) -> None:
        """WL-1: on each screen; where there is none, nothing is left for it."""
        assert "kiosk-foot" not in tablet.get("/kiosk").text
        with town.kavalier.work():
            own_business().address = "Kyiv, Khreshchatyk 1"
        for page in (tablet.get("/kiosk"), show(tablet, PHONE), show(tablet, "x")):
            assert "Kyiv, Khreshchatyk 1</p></footer>" in page.text

    def test_its_errors_lead_to_its_first_screen(self, tablet: FlaskClient) -> None:
        page = tablet.get("/kiosk/nothing")
        assert page.status_code == 404
        assert 'href="/kiosk"' in page.text
        assert "customers" not in page.text

    def test_who_is_new_is_led_to_the_counter(self, tablet: FlaskClient) -> None:
        page = show(tablet, "067 999 99 99")
        assert "This phone is not known here yet." in text_of(page)

    @pytest.mark.parametrize("code", ["", " ", "112233", "Melnyk", "7700", "%", "1" * 201])
    def test_nobody_is_found_by_a_part(self, tablet: FlaskClient, iryna: int, code: str) -> None:
        page = show(tablet, code)
        assert page.status_code == 422
        assert "Iryna" not in page.text

    @pytest.mark.parametrize("access", [Access.NONE, Access.BLACKLISTED])
    def test_who_takes_no_part_sees_nothing(self, tablet: FlaskClient, town: Town, iryna: int, access: Access) -> None:
        """AC-1."""
        with town.kavalier.work():
            db.session.execute(update(Enrolment).where(Enrolment.customer_id == iryna).values(access=access))
        said = text_of(show(tablet, PHONE))
        assert "Ask at the counter" in said
        assert "1,314" not in said
        assert "15% off" not in said

    def test_limited_access_shows_points_and_nothing_to_redeem(
        self, tablet: FlaskClient, town: Town, iryna: int
    ) -> None:
        """AC-1."""
        with town.kavalier.work():
            db.session.execute(update(Enrolment).where(Enrolment.customer_id == iryna).values(access=Access.LIMITED))
        said = text_of(show(tablet, PHONE))
        assert "1,314" in said
        assert "15% off" not in said

    def test_a_merged_record_leads_to_the_one_that_stands(self, tablet: FlaskClient, town: Town, iryna: int) -> None:
        """CP-9."""
        with town.kavalier.work(town.anna):
            merge_customers(*hold_pair(iryna, add_customer("Ira", "Melnyk", "+380501112233")), set())
        assert "Hello, Iryna!" in text_of(show(tablet, "+380501112233"))

    def test_customers_of_another_business_are_not_known(self, tablet: FlaskClient, town: Town) -> None:
        """PR-1."""
        with town.teremok.work():
            add_customer("Taras", "Shevchenko", PHONE)
        page = show(tablet, PHONE)
        assert "not known here yet" in text_of(page)
        assert "Taras" not in page.text

    def test_in_the_language_of_the_customer_or_the_one_that_was_chosen(
        self, tablet: FlaskClient, town: Town, iryna: int
    ) -> None:
        """I18-1."""
        with town.kavalier.work():
            db.session.execute(update(Customer).where(Customer.id == iryna).values(language="ru"))
        assert 'lang="ru"' in show(tablet, PHONE).text[:200]
        assert 'lang="uk"' in show(tablet, PHONE, "uk").text[:200]
        assert 'lang="en"' in tablet.get("/kiosk").text[:200]

    def test_looking_up_is_slowed_down(self, tablet: FlaskClient, iryna: int) -> None:
        for _each in range(10):
            assert show(tablet, "067 999 99 99").status_code == 200
        page = show(tablet, PHONE)
        assert page.status_code == 429
        assert "Iryna" not in page.text


class TestHowItEnds:
    def test_done_leads_to_the_first_screen_and_back_shows_nothing(self, tablet: FlaskClient, iryna: int) -> None:
        page = show(tablet, PHONE)
        assert page.headers["Cache-Control"] == "no-store"
        assert press(tablet, page, "/end").request.path == "/kiosk"
        back = tablet.get(visit_of(page))
        assert (back.status_code, back.location) == (303, "/kiosk")

    def test_after_a_while_unless_someone_is_still_there(self, tablet: FlaskClient, town: Town, iryna: int) -> None:
        page = show(tablet, PHONE)
        near = dates.now() + timedelta(seconds=5)
        with town.kavalier.work():
            db.session.execute(update(Kiosk).values(visit_until=near))
        assert press(tablet, page, "/extension").request.path == visit_of(page)
        with town.kavalier.work():
            assert db.session.scalars(select(Kiosk.visit_until)).one() > near + timedelta(minutes=1)
            db.session.execute(update(Kiosk).values(visit_until=dates.now()))
        assert tablet.get(visit_of(page)).location == "/kiosk"
        assert press(tablet, page, "/extension").request.path == "/kiosk"
        state = tablet.get(f"{visit_of(page)}/state?shown=waiting", headers=HTMX)
        assert state.headers["HX-Redirect"] == "/kiosk"

    def test_a_reload_is_a_sign_too_but_not_for_ever(self, tablet: FlaskClient, town: Town, iryna: int) -> None:
        """KI-1: without scripts there is no other; who reads for a quarter of an hour begins anew."""
        page = visit_of(show(tablet, PHONE))
        with town.kavalier.work():
            db.session.execute(update(Kiosk).values(visit_until=dates.now() + timedelta(seconds=5)))
        assert tablet.get(page).status_code == 200
        with town.kavalier.work():
            lasts = db.session.scalars(select(Kiosk.visit_until)).one() - dates.now()
            assert timedelta(seconds=60) < lasts <= LASTS
            db.session.execute(update(Kiosk).values(used_at=dates.now() - LONGEST))
        tablet.get(page)
        assert tablet.get(page).location == "/kiosk"

    def test_a_tablet_that_is_turned_out_leaves_the_page_of_a_visit_too(
        self, tablet: FlaskClient, town: Town, iryna: int
    ) -> None:
        """Its page asks by itself: it goes whole, and no other page is put into the midst of it."""
        page = show(tablet, PHONE)
        with town.kavalier.work():
            db.session.execute(delete(Kiosk))
        state = tablet.get(f"{visit_of(page)}/state?shown=waiting", headers=HTMX)
        assert (state.status_code, state.headers.get("HX-Redirect")) == (204, "/kiosk")

    def test_another_visitor_takes_the_place(self, tablet: FlaskClient, town: Town, iryna: int) -> None:
        first = show(tablet, PHONE)
        second = show(tablet, "067 999 99 99")
        assert tablet.get(visit_of(first)).location == "/kiosk"
        assert tablet.get(visit_of(second)).status_code == 200
        press(tablet, first, "/end")
        assert tablet.get(visit_of(second)).status_code == 200

    def test_what_nobody_ended_is_forgotten(self, tablet: FlaskClient, town: Town) -> None:
        show(tablet, "067 999 99 99")
        with town.kavalier.work():
            forget_visits()
            assert db.session.scalars(select(Kiosk.phone)).one() == "+380679999999"
            db.session.execute(update(Kiosk).values(visit_until=dates.now() - KEPT))
            forget_visits()
            kiosk = db.session.scalars(select(Kiosk)).one()
            assert (kiosk.phone, kiosk.visit_key, kiosk.customer_id) == ("", None, None)

    def test_a_visit_is_seen_at_its_own_tablet_alone(self, tablet: FlaskClient, town: Town, iryna: int) -> None:
        page = visit_of(show(tablet, PHONE))
        assert town.browser().get(page).location == "/kiosk"
        assert town.browser(town.anna).get(page).location == "/kiosk"


class TestTakingOver:
    def visitors(self, client: FlaskClient) -> str:
        return text_of(client.get("/terminal"))

    def test_the_terminal_goes_on_with_the_customer(self, tablet: FlaskClient, sasha: FlaskClient, iryna: int) -> None:
        """KI-1: pressed twice it is one sale, and the tablet tells the customer."""
        shown = show(tablet, PHONE)
        page = sasha.get("/terminal")
        assert "Iryna Melnyk +380 ·· ··· 2233 Waits at the Kiosk" in text_of(page)
        first = press(sasha, page, "/sale")
        assert re.fullmatch(r"/terminal/open-sales/[0-9a-f-]{36}/amount", first.request.path)
        assert "Iryna Melnyk" in text_of(first)
        assert press(sasha, page, "/sale").request.path == first.request.path
        assert "Iryna" not in self.visitors(sasha)
        assert "You are being served." in text_of(tablet.get(visit_of(shown)))

    def test_who_is_new_is_registered_under_the_phone(self, tablet: FlaskClient, sasha: FlaskClient) -> None:
        show(tablet, "067 999 99 99")
        page = sasha.get("/terminal")
        assert "New customer +380 ·· ··· 9999" in text_of(page)
        new = press(sasha, page, "/sale")
        assert new.request.path.endswith("/customer")
        assert "+380 67 999 9999" in text_of(new)

    def test_who_was_registered_meanwhile_is_known(self, tablet: FlaskClient, sasha: FlaskClient, town: Town) -> None:
        show(tablet, "067 999 99 99")
        page = sasha.get("/terminal")
        with town.kavalier.work():
            add_customer("Nova", "Klientka", "+380679999999")
        assert "Nova Klientka" in text_of(press(sasha, page, "/sale"))

    def test_who_has_left_is_not_taken_over(
        self, tablet: FlaskClient, sasha: FlaskClient, town: Town, iryna: int
    ) -> None:
        shown = show(tablet, PHONE)
        page = sasha.get("/terminal")
        press(tablet, shown, "/end")
        assert "not at the Kiosk any more" in press(sasha, page, "/sale").text
        with town.kavalier.work():
            assert db.session.scalars(select(OpenSale)).all() == []

    def test_whose_page_closed_waits_on_for_some_minutes(
        self, tablet: FlaskClient, sasha: FlaskClient, town: Town, iryna: int
    ) -> None:
        """KI-1: in the queue nobody touches the Kiosk; and whoever comes to it sees nothing of who was there."""
        shown = show(tablet, PHONE)
        token = form_to(tablet.get("/kiosk"), "/kiosk/look-ups").values["csrf_token"][0]
        assert tablet.post(f"{visit_of(shown)}/closing", data={"csrf_token": token}).location == "/kiosk"
        assert tablet.get(visit_of(shown)).location == "/kiosk"
        assert press(tablet, shown, "/extension").request.path == "/kiosk"
        page = sasha.get("/terminal")
        assert "Iryna Melnyk" in text_of(page)
        with town.kavalier.work():
            forget_visits()
        assert "Iryna Melnyk" in text_of(press(sasha, page, "/sale"))

    def test_who_waited_so_long_or_was_followed_by_another_does_no_more(
        self, tablet: FlaskClient, sasha: FlaskClient, town: Town, iryna: int
    ) -> None:
        show(tablet, PHONE)
        with town.kavalier.work():
            db.session.execute(update(Kiosk).values(visit_until=dates.now() - KEPT + timedelta(seconds=30)))
        page = sasha.get("/terminal")
        assert "Iryna Melnyk" in text_of(page)
        with town.kavalier.work():
            db.session.execute(update(Kiosk).values(visit_until=dates.now() - KEPT))
        assert "Iryna" not in self.visitors(sasha)
        assert "not at the Kiosk any more" in press(sasha, page, "/sale").text
        show(tablet, PHONE)
        show(tablet, "067 999 99 99")
        assert "Iryna" not in self.visitors(sasha)

    def test_another_terminal_sees_and_takes_nobody(self, tablet: FlaskClient, town: Town, iryna: int) -> None:
        shown = visit_of(show(tablet, PHONE)).rpartition("/")[2]
        with town.kavalier.work():
            db.session.execute(update(Kiosk).values(terminal_id=town.kavalier.own_terminal))
        sasha = town.browser(town.sasha)
        assert "Iryna" not in self.visitors(sasha)
        token = form_to(sasha.get("/terminal"), "/terminal/look-ups").values["csrf_token"][0]
        answer = sasha.post(f"/terminal/visitors/{shown}/sale", data={"csrf_token": token})
        assert answer.location == "/terminal"

    def test_screens_ask_by_themselves_and_are_answered_when_it_changed(
        self, tablet: FlaskClient, sasha: FlaskClient, iryna: int
    ) -> None:
        assert sasha.get("/terminal/visitors", headers=HTMX).status_code == 204
        shown = show(tablet, PHONE)
        answer = sasha.get("/terminal/visitors", headers=HTMX)
        assert "Iryna Melnyk" in answer.text
        key = visit_of(shown).rpartition("/")[2]
        # htmx gives the focus back to a button that has an id.
        assert f'id="visitor-{key}"' in answer.text
        assert sasha.get(f"/terminal/visitors?shown={key}", headers=HTMX).status_code == 204
        state = f"{visit_of(shown)}/state?shown="
        assert tablet.get(f"{state}waiting", headers=HTMX).status_code == 204
        press(sasha, sasha.get("/terminal"), "/sale")
        assert "You are being served." in tablet.get(f"{state}waiting", headers=HTMX).text
        assert sasha.get(f"/terminal/visitors?shown={key}", headers=HTMX).status_code == 200

    def test_the_receipt_shows_who_waits_next(self, tablet: FlaskClient, sasha: FlaskClient, iryna: int) -> None:
        page = press_through(sasha, "067 111 22 33")
        assert "The sale is made" in text_of(page)
        show(tablet, PHONE)
        assert "Waits at the Kiosk" in text_of(sasha.get(page.request.path))

    def test_without_a_kiosk_nothing_is_asked(self, town: Town, sasha: FlaskClient) -> None:
        assert "/terminal/visitors" not in sasha.get("/terminal").text


def press_through(sasha: FlaskClient, phone: str) -> object:
    first = send(sasha, form_to(sasha.get("/terminal"), "/terminal/look-ups"), {"code": phone}, follow_redirects=True)
    form = next(each for each in forms_of(first) if each.action.endswith("/amount"))
    page = press(sasha, send(sasha, form, {"amount": "100"}, follow_redirects=True), "/pin")
    return press(sasha, page, "/confirmation")
