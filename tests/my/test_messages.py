"""A customer's messages on its own page: opening one there makes it Read, and nothing else does (CP-4, MY-1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.lib import dates
from app.messaging.models import Channel, Direction, Message, MessageKind, MessageStatus
from tests.browsing import forms_of, send, text_of
from tests.factories import add_customer, add_message
from tests.my.arriving import arrive, my, press
from tests.people import Shop, Town


@pytest.fixture
def hers(shop: Shop, olena: int) -> FlaskClient:
    return arrive(shop, olena)


@pytest.fixture
def letter(shop: Shop, olena: int) -> int:
    with shop.work():
        return add_message(olena, "Fresh <b>cakes</b> at https://cakes.example/", title="News")


def read_at(shop: Shop, message: int) -> object:
    with shop.work():
        return db.session.scalar(select(Message.read_at).where(Message.id == message))


class TestOpening:
    def test_makes_it_read(self, town: Town, olena: int, hers: FlaskClient, letter: int) -> None:
        shop = town.kavalier
        answer = hers.get(my(shop, "/messages"))
        assert 'class="my-unread">1<span' in answer.text
        assert "News , new" in text_of(answer)
        assert read_at(shop, letter) is None
        (form,) = [form for form in forms_of(answer) if form.action.endswith("/opening")]
        page = send(hers, form, {}, follow_redirects=True)
        assert page.request.path == my(shop, f"/messages/{letter}")
        assert "Fresh <b>cakes</b> at" in text_of(page)
        assert 'href="https://cakes.example/"' in page.text
        assert read_at(shop, letter) is not None
        assert "my-unread" not in hers.get(my(shop, "/messages")).text
        assert "Read" in text_of(town.browser(town.anna).get(f"/customers/{olena}/messages"))

    def test_once_is_when(self, shop: Shop, hers: FlaskClient, letter: int) -> None:
        press(hers, my(shop, f"/messages/{letter}/opening"))
        first = read_at(shop, letter)
        press(hers, my(shop, f"/messages/{letter}/opening"))
        assert read_at(shop, letter) == first

    def test_a_look_alone_writes_nothing_but_its_page_sends_the_form(
        self, shop: Shop, hers: FlaskClient, letter: int
    ) -> None:
        """Who comes from a push is on the page at once."""
        page = hers.get(my(shop, f"/messages/{letter}"))
        assert read_at(shop, letter) is None
        assert 'hx-trigger="load"' in page.text
        (form,) = [form for form in forms_of(page) if form.action.endswith("/opening")]
        answer = send(hers, form, {}, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.text) == (204, "")
        assert read_at(shop, letter) is not None
        assert "hx-trigger" not in hers.get(my(shop, f"/messages/{letter}")).text

    def test_what_is_over_says_so_and_counts_as_new_no_more(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        with shop.work():
            over = add_message(olena, "Today only", ends_at=dates.now() - timedelta(hours=1))
        answer = hers.get(my(shop, "/messages"))
        assert "over" in text_of(answer)
        assert "my-unread" not in answer.text
        assert "This message is over" in text_of(hers.get(my(shop, f"/messages/{over}")))


class TestWhichAreThere:
    @pytest.mark.parametrize("status", list(MessageStatus))
    def test_what_left_the_house(self, shop: Shop, olena: int, hers: FlaskClient, status: MessageStatus) -> None:
        with shop.work():
            number = add_message(olena, "Something", status=status)
        there = status in (*(MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.UNKNOWN),)
        assert ("Something" in text_of(hers.get(my(shop, "/messages")))) is there
        assert hers.get(my(shop, f"/messages/{number}")).status_code == (200 if there else 404)

    def test_no_pins_and_nothing_that_the_customer_wrote(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        """MS-2."""
        with shop.work():
            add_message(olena, "", kind=MessageKind.PIN)
            add_message(olena, "STOP", direction=Direction.IN, kind=MessageKind.NOTICE)
        assert "No messages yet" in text_of(hers.get(my(shop, "/messages")))

    def test_a_push_whose_sms_followed_is_there_once(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        """BA-2."""
        with shop.work():
            pushed = {"channel": Channel.PUSH, "status": MessageStatus.SENT}
            push = add_message(olena, "Cakes", **pushed, dedupe_key="bulk:1:1")
        assert "Cakes" in text_of(hers.get(my(shop, "/messages")))
        with shop.work():
            sms = add_message(olena, "Cakes", dedupe_key="bulk:1:1:sms")
        words = text_of(hers.get(my(shop, "/messages")))
        assert words.count("Cakes") == 1
        # Who comes from the push, which arrived late, is shown the same, and reads it by that.
        page = hers.get(my(shop, f"/messages/{push}"))
        (form,) = [form for form in forms_of(page) if form.action.endswith("/opening")]
        assert "Cakes" in text_of(page)
        assert form.action == my(shop, f"/messages/{sms}/opening")
        press(hers, my(shop, f"/messages/{push}/opening"))
        assert read_at(shop, sms) is not None
        assert hers.get(my(shop, f"/messages/{sms}")).status_code == 200

    def test_those_of_a_merged_record_too(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        """CP-9."""
        with shop.work():
            other = add_customer("Olenka")
            number = add_message(other, "To the other record")
            merge_customers(*hold_pair(olena, other), set())
        assert "To the other record" in text_of(hers.get(my(shop, "/messages")))
        press(hers, my(shop, f"/messages/{number}/opening"))
        assert read_at(shop, number) is not None

    def test_another_customers_are_not_found_and_not_read(self, shop: Shop, hers: FlaskClient) -> None:
        with shop.work():
            number = add_message(add_customer("Iryna"), "Not hers")
        for answer in (
            hers.get(my(shop, f"/messages/{number}")),
            press(hers, my(shop, f"/messages/{number}/opening")),
        ):
            assert answer.status_code == 404
        assert read_at(shop, number) is None

    def test_nor_another_businesss(self, town: Town, hers: FlaskClient) -> None:
        """PR-1."""
        with town.teremok.work():
            number = add_message(add_customer("Iryna"), "Not hers")
        for shop in (town.kavalier, town.teremok):
            assert press(hers, my(shop, f"/messages/{number}/opening")).status_code in (303, 404)
        assert read_at(town.teremok, number) is None
