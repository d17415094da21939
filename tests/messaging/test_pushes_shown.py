"""What browsers tell of pushes: shown is delivered, so no SMS follows (BA-2, MS-3); and who has the app (CT-1)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.customers.models import Customer
from app.extensions import db
from app.gateway_config import GatewayConfig, PushSettings
from app.lib.outgoing import Caller
from app.lib.push_keys import make_keys
from app.links import push_receipt
from app.messaging.gateways import close_gateways
from app.messaging.gateways.webpush import WebPushGateway
from app.messaging.models import Channel, Message, MessageStatus, SimulatedMessage
from app.messaging.services.subscriptions import subscribe, unsubscribe
from tests.factories import add_customer
from tests.messaging.gateways.test_webpush import SUBJECT, Browser, PushService, service
from tests.messaging.pipeline import PHONE, letter, listen, make_due, send, status_of, step_of, write
from tests.people import Shop, Town

__all__ = ["service"]
SMART = {"channel": Channel.PUSH, "smart": True, "title": "Bread", "text": "Come and taste"}


def carried(town: Town, service: PushService, patch: pytest.MonkeyPatch, gateway: str) -> Iterator[Shop]:
    """Pushes go by a gateway, and those to browsers to a push service on this machine."""
    gateways = GatewayConfig(
        chosen=GatewayConfig().chosen | {"push": gateway}, webpush=PushSettings(make_keys()[0], SUBJECT)
    )
    patch.setitem(town.app.config, "REGULARS", replace(town.app.config["REGULARS"], gateways=gateways))
    here = Caller(connect=1, read=1, loopback=True, trust=service.trust)
    patch.setattr("app.messaging.gateways.webpush.Caller", lambda *_patience: here)
    with town.app.app_context():
        close_gateways()
    yield town.kavalier
    with town.app.app_context():
        close_gateways()


@pytest.fixture
def pushing(town: Town, service: PushService, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    yield from carried(town, service, monkeypatch, "webpush")


@pytest.fixture
def simulating(town: Town, service: PushService, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """As in the default run: simulated, with keys for pushes at hand."""
    yield from carried(town, service, monkeypatch, "simulator")


@pytest.fixture
def phone(service: PushService) -> Browser:
    return service.browser()


def olena(shop: Shop, phone: Browser) -> int:
    with shop.work():
        customer = add_customer(phone=PHONE)
        subscribe(customer, phone.subscription)
        return customer


def sent(shop: Shop, customer: int, key: str = "one") -> int:
    with shop.work():
        (message,) = write(customer, letter(key, **SMART))
    send(shop)
    return message


def channels(shop: Shop) -> list[tuple[Channel, MessageStatus]]:
    with shop.work():
        return [tuple(row) for row in db.session.execute(select(Message.channel, Message.status).order_by(Message.id))]


def has_app(shop: Shop, customer: int) -> bool:
    with shop.work():
        return bool(db.session.scalar(select(Customer.app_installed).where(Customer.id == customer)))


def test_a_push_that_a_browser_showed_is_all(
    pushing: Shop, phone: Browser, service: PushService, client: FlaskClient
) -> None:
    """BA-2: shown is delivered; once more changes nothing, and no SMS follows."""
    message = sent(pushing, olena(pushing, phone))
    read = phone.reads(service.got[-1][2])
    assert (read["title"], read["text"], read["url"]) == ("Bread", "Come and taste", f"/my/kavalier/messages/{message}")
    for address in (read["icon"], read["badge"]):
        assert client.get(address).mimetype == "image/png"
    assert channels(pushing) == [(Channel.PUSH, MessageStatus.SENT)]
    for _each in range(2):
        assert client.post(read["shown"]).status_code == 204
    with pushing.work():
        assert step_of(message) is None
        make_due()
    send(pushing)
    assert channels(pushing) == [(Channel.PUSH, MessageStatus.DELIVERED)]


def test_one_that_no_browser_showed_is_followed_by_an_sms(
    pushing: Shop, phone: Browser, service: PushService, client: FlaskClient
) -> None:
    """BA-2: and a receipt that comes later than that changes the push alone."""
    sent(pushing, olena(pushing, phone))
    with pushing.work():
        make_due()
    for _each in range(2):
        send(pushing)
    assert channels(pushing) == [(Channel.PUSH, MessageStatus.SENT), (Channel.SMS, MessageStatus.SENT)]
    client.post(phone.reads(service.got[-1][2])["shown"])
    assert channels(pushing) == [(Channel.PUSH, MessageStatus.DELIVERED), (Channel.SMS, MessageStatus.SENT)]


def test_a_receipt_may_come_before_the_answer(
    pushing: Shop, phone: Browser, service: PushService, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MS-3: a browser is quicker than the push service's answer."""
    wait = WebPushGateway._pushed

    def hurried(self: WebPushGateway, *told: object) -> object:
        answer = wait(self, *told)  # type: ignore[arg-type]
        with ThreadPoolExecutor(1) as pool:
            pool.submit(client.post, phone.reads(service.got[-1][2])["shown"]).result(10)
        return answer

    monkeypatch.setattr(WebPushGateway, "_pushed", hurried)
    message = sent(pushing, olena(pushing, phone))
    with pushing.work():
        assert status_of(message)[0] is MessageStatus.DELIVERED
        make_due()
    send(pushing)
    assert channels(pushing) == [(Channel.PUSH, MessageStatus.DELIVERED)]


def test_nobody_tells_of_anothers_message(town: Town, pushing: Shop, phone: Browser, client: FlaskClient) -> None:
    """PR-1: the address is signed, and stands in the push alone."""
    message = sent(pushing, olena(pushing, phone))
    with town.teremok.work():
        theirs = push_receipt(message)
    assert client.post(theirs).status_code == 204
    with pushing.work():
        own = push_receipt(message)
        other = push_receipt(message + 1)
    forged = own.replace("/receipts", "x/receipts")
    assert client.post(forged).status_code == 404
    assert client.post(other).status_code == 204
    assert client.get(own).status_code == 405
    assert client.post(own, headers={"Origin": "https://evil.example"}).status_code == 400
    assert channels(pushing) == [(Channel.PUSH, MessageStatus.SENT)]


def test_whoever_lets_pushes_in_has_the_app(pushing: Shop, phone: Browser, service: PushService) -> None:
    """CT-1: until no browser takes any for it."""
    other = service.browser("/other")
    customer = olena(pushing, phone)
    with pushing.work():
        subscribe(customer, other.subscription)
    assert has_app(pushing, customer)
    service.answers = {"/other": 410}
    sent(pushing, customer)
    assert has_app(pushing, customer)
    with pushing.work():
        unsubscribe(customer, phone.subscription.endpoint)
    assert not has_app(pushing, customer)


def test_a_browser_that_is_gone_is_the_end_of_the_app(pushing: Shop, phone: Browser, service: PushService) -> None:
    """BA-2: the next SMART goes as an SMS at once."""
    customer = olena(pushing, phone)
    service.answers = {"/one": 410}
    sent(pushing, customer)
    assert not has_app(pushing, customer)
    assert [each for each, _status in channels(pushing)] == [Channel.PUSH, Channel.SMS]
    sent(pushing, customer, "two")
    assert [each for each, _status in channels(pushing)] == [Channel.PUSH, Channel.SMS, Channel.SMS]


def test_a_browser_that_becomes_anothers_leaves_the_first_without(pushing: Shop, phone: Browser) -> None:
    customer = olena(pushing, phone)
    with pushing.work():
        petro = add_customer("Petro")
        subscribe(petro, phone.subscription)
    assert (has_app(pushing, customer), has_app(pushing, petro)) == (False, True)


def test_simulated_pushes_reach_browsers_too(
    simulating: Shop, phone: Browser, service: PushService, client: FlaskClient
) -> None:
    """In the default run a browser that let pushes in gets them, and everyone else a simulated phone."""
    customer = olena(simulating, phone)
    with simulating.work():
        write(add_customer("Petro", app_installed=True), letter("petro", **SMART))
    message = sent(simulating, customer)
    listen(simulating)
    with simulating.work():
        assert [each.message_id for each in db.session.scalars(select(SimulatedMessage))] == [message - 1]
        assert status_of(message)[0] is MessageStatus.SENT
    client.post(phone.reads(service.got[-1][2])["shown"])
    with simulating.work():
        assert status_of(message)[0] is MessageStatus.DELIVERED
        assert status_of(message - 1)[0] is MessageStatus.DELIVERED


def test_where_no_push_service_is_reached_they_are_simulated(
    simulating: Shop, phone: Browser, service: PushService
) -> None:
    service.answers = {"/one": 500}
    message = sent(simulating, olena(simulating, phone))
    listen(simulating)
    with simulating.work():
        assert status_of(message)[0] is MessageStatus.DELIVERED
