"""PINs opened one by one, unknown messages resolved by a person (MS-1, MS-2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.extensions import db
from app.lib import dates
from app.messaging.models import MessageStatus, Reason
from app.messaging.services import write_pin
from tests.browsing import form_to, forms_of, page_of, send, text_of
from tests.factories import add_customer, add_message
from tests.messaging.pipeline import status_of
from tests.people import Town

DIGITS = "Kavalier: 481516 is your PIN."


@pytest.fixture
def pin(town: Town) -> int:
    """A PIN that serves for five minutes."""
    with town.kavalier.work():
        olena = add_customer("Олена", point_of_sale=town.kavalier.franchised_place)
        until = dates.now() + timedelta(minutes=5)
        number = write_pin(olena, DIGITS, until, language="en", dedupe_key="pin:1")
        assert number is not None
        return number


@pytest.fixture
def unknown(town: Town) -> int:
    with town.kavalier.work():
        olena = add_customer("Олена", point_of_sale=town.kavalier.franchised_place)
        return add_message(olena, status=MessageStatus.UNKNOWN, reason=Reason.NO_ANSWER)


class TestPins:
    @pytest.mark.parametrize("who", ["anna", "olha"])
    @pytest.mark.parametrize("script", [True, False])
    def test_one_is_opened_with_an_audit_line(self, town: Town, pin: int, who: str, script: bool) -> None:
        """MS-2: masked in the list and where it is opened; its digits stand on that answer alone."""
        browser = town.browser(town.people[who])
        address = f"/messages/{pin}"
        assert "481516" not in browser.get("/messages").text + browser.get(address).text
        headers = {"HX-Request": "true"} if script else {}
        shown = send(browser, form_to(browser.get(address), f"{address}/pin"), {}, headers=headers)
        assert DIGITS in shown.text
        assert ("<html" in shown.text) is not script
        assert "481516" not in browser.get(address).text
        assert "PIN opened" in audit_lines(town)

    def test_one_that_is_over_is_wiped_and_says_so(self, town: Town, pin: int) -> None:
        """MS-2: whoever asks; nobody is written down who saw nothing."""
        browser = town.browser(town.anna)
        form = form_to(browser.get(f"/messages/{pin}"), f"/messages/{pin}/pin")
        with town.kavalier.work():
            db.session.execute(db.text("UPDATE message SET valid_until = now()"))
            db.session.execute(db.text("DELETE FROM pin_text"))
        assert "its digits were wiped" in text_of(send(browser, form, {}))
        assert "its digits were wiped" in text_of(browser.get(f"/messages/{pin}"))
        assert "PIN opened" not in audit_lines(town)

    @pytest.mark.parametrize("who", ["anna", "olha", "boris"])
    def test_a_code_to_sign_in_is_its_customers_alone(self, town: Town, who: str) -> None:
        """MS-2, MY-1: else whoever may open PINs signs in as any customer."""
        with town.kavalier.work():
            olena = add_customer("Олена", point_of_sale=town.kavalier.franchised_place)
            until = dates.now() + timedelta(minutes=5)
            code = write_pin(olena, DIGITS, until, language="en", dedupe_key="my:1", private=True)
        browser = town.browser(town.people[who])
        page = browser.get(f"/messages/{code}")
        assert "Nobody else sees its digits." in text_of(page)
        assert not [form for form in forms_of(page) if form.action.endswith("/pin")]
        values = form_to(browser.get("/messages/customer"), "/messages/customer").values
        answer = browser.post(f"/messages/{code}/pin", data=values)
        assert answer.status_code == (403 if who == "boris" else 404)
        assert "481516" not in page.text + answer.text

    def test_a_location_operator_opens_none(self, town: Town, pin: int) -> None:
        """MS-2, PR-1."""
        browser = town.browser(town.boris)
        page = browser.get(f"/messages/{pin}")
        assert "The digits of a PIN are not shown here." in text_of(page)
        values = form_to(browser.get("/messages/customer"), "/messages/customer").values
        assert browser.post(f"/messages/{pin}/pin", data=values).status_code == 403

    def test_nothing_else_is_opened_so(self, town: Town, unknown: int) -> None:
        browser = town.browser(town.anna)
        values = form_to(browser.get("/messages/customer"), "/messages/customer").values
        assert browser.post(f"/messages/{unknown}/pin", data=values).status_code == 404


class TestUnknown:
    @pytest.mark.parametrize(
        ("said", "status"), [("yes", MessageStatus.SENT), ("no", MessageStatus.FAILED)], ids=["arrived", "lost"]
    )
    def test_a_person_says_what_became_of_it(self, town: Town, unknown: int, said: str, status: MessageStatus) -> None:
        """MS-1: with an audit line; twice is once."""
        browser = town.browser(town.olha)
        form = form_to(browser.get(f"/messages/{unknown}"), f"/messages/{unknown}/fate")
        assert send(browser, form, {"arrived": said}).status_code == 303
        with town.kavalier.work():
            assert status_of(unknown)[0] is status
        assert "Said what became of an unknown message" in audit_lines(town)
        page = browser.get(f"/messages/{unknown}")
        assert not [each for each in forms_of(page) if each.action.endswith("/fate")]

    def test_what_turned_out_meanwhile_stays(self, town: Town, unknown: int) -> None:
        browser = town.browser(town.anna)
        form = form_to(browser.get(f"/messages/{unknown}"), f"/messages/{unknown}/fate")
        with town.kavalier.work():
            db.session.execute(db.text("UPDATE message SET status = 6"))
        assert send(browser, form, {"arrived": "no"}).status_code == 409
        with town.kavalier.work():
            assert status_of(unknown)[0] is MessageStatus.DELIVERED

    def test_it_has_to_be_said_what(self, town: Town, unknown: int) -> None:
        browser = town.browser(town.anna)
        form = form_to(browser.get(f"/messages/{unknown}"), f"/messages/{unknown}/fate")
        assert send(browser, form, {"arrived": "perhaps"}).status_code == 400

    def test_a_location_operator_does_not_say_it(self, town: Town, unknown: int) -> None:
        """PR-1."""
        browser = town.browser(town.boris)
        assert "It arrived" not in text_of(browser.get(f"/messages/{unknown}"))
        values = form_to(browser.get("/messages/customer"), "/messages/customer").values
        assert browser.post(f"/messages/{unknown}/fate", data={**values, "arrived": "no"}).status_code == 403


def audit_lines(town: Town) -> str:
    lines = page_of(town.browser(town.anna).get("/audit-log")).findall(".//main//li")
    return " ".join("".join(line.itertext()) for line in lines)
