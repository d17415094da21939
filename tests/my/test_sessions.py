"""How long a customer stays signed in, and what ends it (MY-1, PR-1, CP-8, CP-9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text, update

from app.customers.details import details_of
from app.customers.family import hold_family
from app.customers.models import Enrolment
from app.customers.queries import customer_to_change, customer_to_erase
from app.customers.services.changing import change_customer
from app.customers.services.erasing import Reason, confirmation, erase_customer
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.lib import dates
from app.my.models import MyCode, MySession
from app.my.services import forget_old
from app.my.services.sessions import IDLE, LONGEST
from tests.browsing import submit, text_of
from tests.factories import add_customer
from tests.my.arriving import arrive, ask, code_sent, my, press
from tests.my.conftest import PHONE
from tests.people import Shop, Town

pytestmark = pytest.mark.usefixtures("quickly")


def is_in(client: FlaskClient, shop: Shop) -> bool:
    answer = client.get(my(shop))
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


def sessions(shop: Shop) -> int:
    with shop.work():
        return len(db.session.scalars(select(MySession)).all())


class TestWhatEndsIt:
    def test_signing_out_here(self, shop: Shop, olena: int) -> None:
        here, there = arrive(shop, olena), arrive(shop, olena)
        token = here.get_cookie(f"regulars_my_{shop.id}")
        assert submit(here, my(shop, "/settings"), {"where": "here"}, action=my(shop, "/sign-out")).status_code == 303
        assert not is_in(here, shop)
        here.set_cookie(f"regulars_my_{shop.id}", token.value if token else "")
        assert not is_in(here, shop)
        assert is_in(there, shop)

    def test_signing_out_everywhere(self, shop: Shop, olena: int) -> None:
        here, there = arrive(shop, olena), arrive(shop, olena)
        press(here, my(shop, "/sign-out"), where="everywhere")
        assert not is_in(there, shop)
        assert sessions(shop) == 0

    @pytest.mark.parametrize(
        ("column", "span"), [("last_seen_at", IDLE), ("created_at", LONGEST)], ids=["not used", "in any case"]
    )
    def test_time(self, shop: Shop, olena: int, column: str, span: timedelta) -> None:
        client = arrive(shop, olena)
        with shop.work():
            db.session.execute(update(MySession).values({column: dates.now() - span + timedelta(minutes=1)}))
        assert is_in(client, shop)
        with shop.work():
            db.session.execute(update(MySession).values({column: dates.now() - span - timedelta(minutes=1)}))
        assert not is_in(client, shop)

    def test_another_phone(self, shop: Shop, olena: int) -> None:
        """The code went to the old one, which may be somebody else's by now."""
        client = arrive(shop, olena)
        with shop.work():
            db.session.execute(text("UPDATE customer SET phone = '+380671112244' WHERE id = :id"), {"id": olena})
        assert not is_in(client, shop)

    def test_another_phone_ends_a_code_that_went_to_the_old_one(
        self, shop: Shop, olena: int, client: FlaskClient
    ) -> None:
        page = ask(client, shop, PHONE).location or ""
        code = code_sent(shop)
        with shop.work():
            customer = customer_to_change(olena)
            change_customer(customer, replace(details_of(customer), phone="+380671112244"))
        assert press(client, page, code=code).location == my(shop, "/sign-in?over=1")
        assert not is_in(client, shop)

    def test_an_erasure(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        """CP-8."""
        browser = arrive(shop, olena)
        ask(client, shop, PHONE)
        with shop.work():
            customer = customer_to_erase(olena)
            erase_customer(customer, confirmation(customer), Reason.REQUEST)
        assert not is_in(browser, shop)
        with shop.work():
            assert [db.session.scalars(select(kind)).all() for kind in (MyCode, MySession)] == [[], []]

    def test_leaving_the_last_program(self, shop: Shop, olena: int) -> None:
        """LP-5: signed out everywhere; who signs in again still sees what stays."""
        client, other = arrive(shop, olena), arrive(shop, olena)
        page = my(shop, f"/programs/{shop.program}/leaving")
        assert submit(client, page, {"sure": "yes"}).status_code == 303
        assert not is_in(client, shop)
        assert not is_in(other, shop)
        again = arrive(shop, olena)
        assert "You left this program." in text_of(again.get(my(shop)))

    def test_being_merged_does_not(self, shop: Shop, olena: int) -> None:
        """CP-9: by the phone of either record one is the customer that both are read with."""
        with shop.work():
            survivor = add_customer("Olenka", phone="+380671112255")
        client = arrive(shop, olena)
        with shop.work():
            merge_customers(*hold_pair(survivor, olena), set())
            assert hold_family(survivor).survivor == survivor
        assert "1,234.50" in text_of(client.get(my(shop)))

    def test_a_customer_in_no_program_sees_its_page(self, shop: Shop, olena: int) -> None:
        client = arrive(shop, olena)
        with shop.work():
            db.session.execute(delete(Enrolment).where(Enrolment.customer_id == olena))
        assert is_in(client, shop)


class TestWalls:
    def test_a_session_of_one_business_opens_no_other(self, town: Town, olena: int) -> None:
        """PR-1: nor does its token under the other's name."""
        client = arrive(town.kavalier, olena)
        assert not is_in(client, town.teremok)
        token = client.get_cookie(f"regulars_my_{town.kavalier.id}")
        client.set_cookie(f"regulars_my_{town.teremok.id}", token.value if token else "")
        assert not is_in(client, town.teremok)

    def test_one_browser_is_in_several(self, town: Town, olena: int) -> None:
        client = arrive(town.kavalier, olena)
        with town.teremok.work():
            other = add_customer("Olena", "Other", phone=PHONE)
        arrive(town.teremok, other, client)
        assert is_in(client, town.kavalier)
        assert is_in(client, town.teremok)
        words = text_of(client.get("/my"))
        assert "Kavalier" in words
        assert "Teremok" in words

    def test_the_panels_person_is_nobody_here(self, town: Town, olena: int) -> None:
        client = town.browser(town.anna)
        assert not is_in(client, town.kavalier)
        arrive(town.kavalier, olena, client)
        assert is_in(client, town.kavalier)
        page = client.get(my(town.kavalier)).text
        assert "Anna" not in page
        press(client, my(town.kavalier, "/preferences"), language="uk")
        with town.kavalier.work():
            who = text("SELECT user_id FROM audit_entry WHERE subject_kind = 'customer'")
            assert list(db.session.scalars(who)) == [None]

    def test_a_customer_is_nobody_in_the_panel(self, shop: Shop, olena: int) -> None:
        client = arrive(shop, olena)
        assert client.get("/customers").status_code == 303

    @pytest.mark.parametrize("token", ["", "x", "'", "A" * 5000, "%00", "ключ"])
    def test_forged_tokens_are_nobodys(self, shop: Shop, olena: int, token: str) -> None:
        client = shop.app.test_client()
        client.set_cookie(f"regulars_my_{shop.id}", token)
        assert not is_in(client, shop)

    def test_forged_names_of_cookies_find_nothing(self, shop: Shop, client: FlaskClient) -> None:
        for name in ("regulars_my_", "regulars_my_x", f"regulars_my_{shop.id}", f"regulars_my_{'9' * 18}"):
            client.set_cookie(name, "x")
        answer = client.get("/my")
        assert answer.status_code == 200
        assert "Kavalier" not in text_of(answer)


def test_a_day_later_the_session_is_seen_anew(shop: Shop, olena: int) -> None:
    client = arrive(shop, olena)
    with shop.work():
        db.session.execute(update(MySession).values(last_seen_at=dates.now() - timedelta(days=2)))
    assert is_in(client, shop)
    with shop.work():
        assert dates.now() - db.session.scalars(select(MySession.last_seen_at)).one() < timedelta(minutes=1)


def test_what_is_of_no_use_goes(shop: Shop, olena: int, client: FlaskClient) -> None:
    arrive(shop, olena)
    ask(client, shop, PHONE)
    with shop.work():
        forget_old()
        assert [len(db.session.scalars(select(kind)).all()) for kind in (MyCode, MySession)] == [1, 1]
        db.session.execute(update(MyCode).values(created_at=dates.now() - timedelta(days=3)))
        db.session.execute(update(MySession).values(last_seen_at=dates.now() - IDLE - timedelta(days=1)))
        forget_old()
        assert [len(db.session.scalars(select(kind)).all()) for kind in (MyCode, MySession)] == [0, 0]
