"""The simulator's page: phones, what arrived on each, answers from them, and how messages fare."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from unittest.mock import patch
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.lib import dates
from app.messaging.models import Channel, MessageKind, MessageStatus, Simulator
from app.messaging.services import write_pin
from app.messaging.services.choosing import choose_gateway
from tests.browsing import form_to, forms_of, page_of, send, submit, text_of
from tests.factories import add_customer
from tests.messaging.pipeline import behave, clock, letter, listen, status_of, write
from tests.messaging.pipeline import send as send_all
from tests.people import Town

PHONE = "+380671112233"


@pytest.fixture
def olena(town: Town) -> int:
    """She allows all that is sent to her."""
    with town.kavalier.work():
        customer = add_customer("Олена", "Коваль", PHONE)
        db.session.execute(db.text("UPDATE customer SET email = 'o.k@ukr.net', app_installed = true"))
        return customer


def sent(town: Town, customer: int, *letters: object) -> list[int]:
    """Messages that the simulator was handed."""
    with town.kavalier.work():
        numbers = write(customer, *letters)  # type: ignore[arg-type]
    send_all(town.kavalier)
    return numbers


def bubbles(browser: FlaskClient, customer: int) -> list[str]:
    """What stands on a phone, newest first."""
    return [" ".join("".join(each.itertext()).split()) for each in articles(browser, customer)]


def articles(browser: FlaskClient, customer: int) -> list[Element]:
    return page_of(browser.get(f"/simulator/{customer}")).findall(".//article")


def test_shows_what_would_have_arrived_on_each_phone(town: Town, olena: int) -> None:
    """MS-1: SMS, e-mails and pushes, the newest first, each with its sender, time and status."""
    mail = letter("mail", channel=Channel.EMAIL, title="A new bread", text="Rye with walnuts.")
    sent(town, olena, letter("sms", text="Thank you."))
    sent(town, olena, mail)
    sent(town, olena, letter("push", channel=Channel.PUSH, title="Points", text="+12"))
    browser = town.browser(town.olha)
    push, email, sms = bubbles(browser, olena)
    assert push.startswith("Regulars Push Points+12")
    assert email.startswith("Kavalier E-mail · o.k@ukr.net A new breadRye with walnuts.")
    assert sms.startswith("Regulars SMS Thank you.")
    assert all(each.endswith("Sent") for each in (push, email, sms))
    listen(town.kavalier)
    assert all(each.endswith("Delivered") for each in bubbles(browser, olena))
    front = page_of(browser.get("/simulator"))
    assert [link.get("href") for link in front.findall(".//ul[@class='phones-all']//a")] == [f"/simulator/{olena}"]
    assert len(front.findall(".//article")) == 3, "the newest phone is open beside the list"


def test_a_refused_one_says_so(town: Town, olena: int) -> None:
    with town.kavalier.work():
        behave(refused=1000)
    sent(town, olena)
    assert bubbles(town.browser(town.anna), olena)[0].endswith("Refused: it did not arrive")


@pytest.mark.parametrize(
    ("said", "status"), [("yes", MessageStatus.DELIVERED), ("no", MessageStatus.FAILED)], ids=["deliver", "refuse"]
)
def test_one_on_its_way_is_delivered_or_refused_now(town: Town, olena: int, said: str, status: MessageStatus) -> None:
    """MS-3: by a receipt as from any gateway."""
    with town.kavalier.work():
        behave(delay=3600, seed=3)
    (number,) = sent(town, olena)
    browser = town.browser(town.anna)
    assert "On its way" in bubbles(browser, olena)[0]
    address = f"/simulator/{olena}/messages/{number}/receipt"
    form = form_to(browser.get(f"/simulator/{olena}"), address)
    assert send(browser, form, {"arrived": said}).status_code == 303
    listen(town.kavalier)
    with town.kavalier.work():
        assert status_of(number)[0] is status
    assert send(browser, form, {"arrived": said}).status_code == 404, "it is over"


def test_an_answer_comes_in_as_from_a_real_phone(town: Town, olena: int) -> None:
    """MS-1: and STOP opts its customer out, as it would there."""
    sent(town, olena)
    browser = town.browser(town.anna)
    for words in ("Дякую! Коли відкриваєтесь?", "STOP"):
        page = f"/simulator/{olena}"
        assert submit(browser, page, {"text": words}, action=f"{page}/answers").status_code == 303
        listen(town.kavalier)
    assert [each.get("class", "") for each in articles(browser, olena)] == [
        "said is-mine is-sms",
        "said is-mine is-sms",
        "said is-sms",
    ]
    incoming = text_of(browser.get("/messages?unread=yes"))
    assert "Дякую! Коли відкриваєтесь?" in incoming
    assert "STOP" in incoming
    with town.kavalier.work():
        granted = db.session.execute(db.text("SELECT granted FROM consent WHERE customer_id = :id"), {"id": olena})
        assert granted.scalars().all() == [False]


def test_an_answer_reaches_nobody_elses_business(town: Town, olena: int) -> None:
    """PR-1: whoever has a customer with a phone would else write in its name to all who wrote to that phone."""
    sent(town, olena)
    with town.teremok.work():
        write(add_customer(phone=PHONE))
    send_all(town.teremok)
    page = f"/simulator/{olena}"
    submit(town.browser(town.anna), page, {"text": "STOP"}, action=f"{page}/answers")
    listen(town.kavalier)
    for shop, number in ((town.kavalier, 1), (town.teremok, 0)):
        with shop.work():
            assert db.session.scalar(db.text("SELECT count(*) FROM message WHERE direction = 2")) == number
            assert db.session.scalar(db.text("SELECT count(*) FROM consent")) == number


def test_nobody_answers_in_a_customers_name_while_sms_go_by_an_operator(town: Town, olena: int) -> None:
    """The page is still there for the other channels."""
    page, browser = f"/simulator/{olena}", town.browser(town.anna)
    form = form_to(browser.get(page), f"{page}/answers")
    with town.kavalier.work():
        choose_gateway(Channel.SMS, "smpp")
    assert "Answer from" not in text_of(browser.get(page))
    assert send(browser, form, {"text": "STOP"}).status_code == 404


def test_an_empty_answer_is_refused(town: Town, olena: int) -> None:
    page = f"/simulator/{olena}"
    answer = submit(town.browser(town.anna), page, {"text": " "}, action=f"{page}/answers")
    assert answer.status_code == 422
    assert "Type what the phone writes." in text_of(answer)


def test_a_pin_is_shown_while_it_serves(town: Town, olena: int) -> None:
    """MS-2: on the phone it was meant for; the list of phones never tells it."""
    now = dates.now()
    with town.kavalier.work():
        write_pin(olena, "481516 is your PIN.", now + timedelta(minutes=5), language="en", dedupe_key="pin:1")
    send_all(town.kavalier)
    browser = town.browser(town.anna)
    page = browser.get(f"/simulator/{olena}")
    assert "481516 is your PIN." in text_of(page)
    assert page.text.count("481516") == 1
    browser = town.browser(town.anna)
    with clock(now + timedelta(minutes=6)):
        assert "481516" not in browser.get(f"/simulator/{olena}").text


def test_a_phone_is_found_by_words_that_stand_in_no_address(town: Town, olena: int) -> None:
    browser = town.browser(town.anna)
    form = form_to(browser.get("/simulator"), "/simulator/phones")
    assert send(browser, form, {"text": PHONE}).location == f"/simulator/{olena}"
    with town.kavalier.work():
        other = add_customer("Ольга", "Коваль", "+380671112244")
    found = page_of(send(browser, form, {"text": "коваль"})).findall(".//ul[@class='phones-all']//a")
    assert {link.get("href") for link in found} == {f"/simulator/{olena}", f"/simulator/{other}"}
    assert "Nobody is found by this." in text_of(send(browser, form, {"text": "nobody"}))
    assert send(browser, form, {"text": ""}).status_code == 422


def test_how_messages_fare_is_kept(town: Town) -> None:
    browser = town.browser(town.anna)
    assert submit(browser, "/simulator", {"delay": "20", "refused": "7"}, action="/simulator/habit").status_code == 303
    with town.kavalier.work():
        kept = db.session.get_one(Simulator, town.kavalier.id)
        assert (kept.delay, kept.refused, kept.seed) == (20, 70, 1)
    wrong = submit(browser, "/simulator", {"refused": "101"}, action="/simulator/habit")
    assert wrong.status_code == 422
    assert "Enter a whole number from 0 to 100." in text_of(wrong)


@pytest.mark.parametrize("address", ["/simulator", "/simulator/{}"])
def test_nothing_is_there_where_no_channel_goes_to_it(town: Town, olena: int, address: str) -> None:
    browser = town.browser(town.anna)
    with patch("app.messaging.views.simulator.is_simulated", lambda: False):
        assert browser.get(address.format(olena)).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("olha", 200), ("boris", 403), ("vera", 403)])
def test_is_for_who_handles_messages_of_the_whole_brand(town: Town, olena: int, who: str, status: int) -> None:
    """PR-3."""
    browser = town.browser(town.people[who])
    assert browser.get(f"/simulator/{olena}").status_code == status
    if who != "vera":
        assert ("Simulator" in text_of(browser.get("/messages"))) is (status == 200)


def test_nothing_of_another_business_is_there(town: Town, olena: int) -> None:
    """PR-1."""
    (number,) = sent(town, olena)
    oleg = town.browser(town.oleg)
    assert "No messages yet" in text_of(oleg.get("/simulator"))
    assert oleg.get(f"/simulator/{olena}").status_code == 404
    values = forms_of(oleg.get("/simulator"))[0].values
    for act in ("answers", f"messages/{number}/receipt"):
        assert oleg.post(f"/simulator/{olena}/{act}", data={**values, "text": "x", "arrived": "no"}).status_code == 404


def test_the_screen_alone_is_a_piece_or_leads_to_the_phone(town: Town, olena: int) -> None:
    browser = town.browser(town.anna)
    assert browser.get(f"/simulator/{olena}/screen").location == f"/simulator/{olena}"
    assert "<html" not in browser.get(f"/simulator/{olena}/screen", headers={"HX-Request": "true"}).text


def test_the_list_alone_is_a_piece_or_leads_to_the_page(town: Town, olena: int) -> None:
    sent(town, olena)
    browser = town.browser(town.anna)
    assert browser.get("/simulator/phones").location == "/simulator"
    piece = browser.get(f"/simulator/phones?customer={olena}", headers={"HX-Request": "true"}).text
    assert "<html" not in piece
    assert piece.count('aria-current="true"') == 1


def test_statements_do_not_grow_with_messages(
    town: Town, olena: int, count_statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    sent(town, olena)
    browser = town.browser(town.anna)
    with count_statements() as few:
        browser.get(f"/simulator/{olena}")
    sent(town, olena, *(letter(f"more:{number}", MessageKind.NOTICE) for number in range(30)))
    with count_statements() as many:
        browser.get(f"/simulator/{olena}")
    assert len(many) <= len(few)
