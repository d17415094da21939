"""Writing a message in bulk, by its pages: live preview, templates, tests, costs, who may (BA-1, BA-5)."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select, update

from app.billing.services import Prices, set_tariff, top_up
from app.customers.models import Customer
from app.extensions import db
from app.messaging.models import Message, MessageKind, MessageTemplate
from tests.bulk.desk import Desk
from tests.factories import add_customer, add_template
from tests.people import Town

PHONE = "+380670000001"


@pytest.fixture
def customers(town: Town) -> list[int]:
    with town.kavalier.work():
        set_tariff(Prices(0, 0, 80, 50))
        top_up(1_000, "one")
        found = [
            add_customer("Ann", phone=PHONE, confirmed=True),
            add_customer("", phone="+380670000002", confirmed=True),
        ]
        db.session.execute(update(Customer).where(Customer.id.in_(found)).values(language="en"))
        return [*found, add_customer("Dan")]


def typed(town: Town, text: str = "Hi {first_name}!", **more: str) -> dict[str, str]:
    return {"action": "message", "program": str(town.kavalier.program), "channel": "sms", "texts": text, **more}


def messages(town: Town) -> list[tuple[MessageKind, str]]:
    """To customers, in their order."""
    told = select(Message).where(Message.customer_id.is_not(None))
    with town.kavalier.work():
        return [(each.kind, each.text) for each in db.session.scalars(told.order_by(Message.customer_id, Message.id))]


def test_from_the_text_to_what_customers_get(town: Town, customers: list[int]) -> None:
    """BA-1: the form previews for the selection; the preview counts, costs and names; then each gets its own."""
    desk = Desk(town, town.anna)
    page = desk.draft(customers)
    assert "Ann Koval" in desk.see(f"{page}/action?action=message")
    status, live = desk.send(f"{page}/text-preview", **typed(town))
    assert status == 200
    assert "Kavalier Club: Hi Ann!" in live
    assert desk.send(f"{page}/action", **typed(town)) == (303, page)
    shown = desk.see(page)
    assert "2 by SMS" in shown
    assert "Charged 2 ₴1" in shown
    assert "The balance of ₴10" in shown
    assert "There is nowhere to send it" in shown
    assert "1 customer has an empty variable" in shown
    assert "Kavalier Club: Hi Ann!" in shown
    assert "Kavalier Club: Hi !" in desk.see(f"{page}?look=2")
    assert "{first_name}" in desk.see(f"{page}/empty-variables")
    assert "Confirm for 2 customers" in shown
    desk.send(f"{page}/confirmation")
    desk.work_all()
    assert messages(town) == [(MessageKind.BULK, "Kavalier Club: Hi Ann!"), (MessageKind.BULK, "Kavalier Club: Hi !")]
    report = desk.see(page)
    assert "3 of 3 customers" in report
    assert "This cannot be undone" not in report


def test_a_template_is_taken_and_kept(town: Town, customers: list[int]) -> None:
    """BA-1: texts saved as templates; taking one loses nothing else that was typed."""
    with town.kavalier.work():
        taken = add_template("Sale", texts={"en": "Sale for {first_name}"}, channel="push").id
    desk = Desk(town, town.anna)
    page = desk.draft(customers)
    sent = typed(town, "", use="1", template=str(taken), keep_as="Kept")
    body = desk.client.post(
        f"{page}/text-preview", data={"csrf_token": desk.token, "business_id": desk.business, **sent}
    )
    assert "Sale for {first_name}</textarea>" in body.text
    assert 'value="Kept"' in body.text
    assert '<option selected value="push">' in body.text
    assert desk.send(f"{page}/action", **typed(town, keep_as="sale"))[0] == 422
    assert desk.send(f"{page}/action", **typed(town, keep_as="Spring")) == (303, page)
    with town.kavalier.work():
        kept = db.session.scalars(select(MessageTemplate).where(MessageTemplate.name == "Spring")).one()
        assert (kept.channel, kept.texts) == ("sms", {"en": "Hi {first_name}!"})
    location = Desk(town, town.boris)
    assert "keep_as" not in location.client.get(f"{location.draft(customers)}/action?action=message").text


def test_a_test_message_goes_to_oneself(town: Town, customers: list[int]) -> None:
    """BA-1: with one's own values, once for a form; nobody of the selection is written to."""
    desk = Desk(town, town.anna)
    page = desk.draft(customers)
    desk.send(f"{page}/action", **typed(town))
    status, told = desk.send(f"{page}/tests", phone="+380679999999")
    assert (status, "No customer has this phone" in told) == (422, True)
    key = str(uuid.uuid4())
    for _again in range(2):
        assert desk.send(f"{page}/tests", form_key=key, phone=PHONE)[0] == 303
    assert messages(town) == [(MessageKind.NOTICE, "Kavalier Club: Hi Ann!")]
    assert f'value="{PHONE}"' in desk.client.get(page).text
    assert "sent for a test" in desk.see("/audit-log")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"texts": ""}, "Enter it in at least one language."),
        ({"texts": "Hi {name}!"}, "There is no such variable: {name}."),
        ({"texts": "x" * 1_600}, "This takes 11 SMS; at most 10 are sent."),
        ({"channel": "pigeon"}, "Not a valid choice"),
        ({"channel": "viber"}, "Not a valid choice"),
        ({"channel": "email"}, "An e-mail needs a title"),
        ({"ends": "2020-01-01"}, "Choose a day from today on"),
        ({"program": "999999"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said(town: Town, customers: list[int], wrong: dict[str, str], told: str) -> None:
    desk = Desk(town, town.anna)
    status, page = desk.send(f"{desk.draft(customers)}/action", **{**typed(town), **wrong})
    assert status == 422
    assert told in page


def test_too_long_for_somebody_cannot_be_confirmed(town: Town, customers: list[int]) -> None:
    """BA-1: over ten SMS it is refused, with the number."""
    with town.kavalier.work():
        db.session.execute(update(Customer).where(Customer.id == customers[0]).values(first_name="Я" * 90))
    desk = Desk(town, town.anna)
    page = desk.draft(customers)
    desk.send(f"{page}/action", **typed(town, "{first_name}" + "x" * 600))
    shown = desk.see(page)
    assert "The text of 1 customer takes more SMS than are sent: 11, at most ten." in shown
    assert "Confirm for" not in shown
    assert desk.send(f"{page}/confirmation")[0] == 409


def test_a_credit_shows_its_message_or_that_there_is_none(town: Town, customers: list[int]) -> None:
    """BA-5: blank text is previewed with the balance to come; what is half typed is no error."""
    desk = Desk(town, town.anna)
    page = desk.draft(customers)
    form = {"action": "credit", "program": str(town.kavalier.program), "terminal": str(town.kavalier.own_terminal)}
    for amount, told in (("25", "25 bonus points, balance 25"), ("", "0 bonus points, balance 0"), ("x", "balance 0")):
        status, live = desk.send(f"{page}/text-preview", **form, amount=amount)
        assert (status, told in live) == (200, True), live
    assert desk.send(f"{page}/action", **form, amount="25") == (303, page)
    shown = desk.see(page)
    assert "you have been credited 25 bonus points, balance 25" in shown
    assert "1 without a message there is nowhere to send it" in shown


def test_strangers_and_other_roles(town: Town, customers: list[int]) -> None:
    """PR-1, PR-3: another business's batch is not there; whoever may no bulk actions sends nothing."""
    desk = Desk(town, town.anna)
    page = desk.draft(customers)
    desk.send(f"{page}/action", **typed(town))
    for person, status in ((town.oleg, 404), (town.boris, 404), (town.vera, 403)):
        other = Desk(town, person)
        assert town.browser(person).get(f"{page}/empty-variables").status_code == status
        assert other.send(f"{page}/tests", phone=PHONE)[0] == status
        assert other.send(f"{page}/text-preview", **typed(town))[0] == status
    assert messages(town) == []
