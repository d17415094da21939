"""Messages the whole way: written, sent through real gateways to peers, and told what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from flask import Flask

from app.customers.models import Customer
from app.db import business_id
from app.extensions import db
from app.gateway_config import GatewayConfig, PushSettings
from app.lib.outgoing import Caller
from app.lib.push_keys import make_keys
from app.messaging.gateways import close_gateways
from app.messaging.models import Channel, MessageStatus
from app.messaging.services import hear
from app.messaging.services.subscriptions import application_key, subscribe
from tests.factories import add_customer
from tests.messaging.gateways.smsc import Smsc, settings
from tests.messaging.gateways.test_smtp import SENDER, mail_server
from tests.messaging.gateways.test_smtp import settings as mail_settings
from tests.messaging.gateways.test_webpush import SUBJECT, push_service
from tests.messaging.pipeline import PHONE, letter, send, status_of, write
from tests.people import Town


@contextmanager
def carried(app: Flask, **gateways: Any) -> Iterator[None]:
    """The house's configuration, meanwhile."""
    before = app.config["REGULARS"]
    chosen = GatewayConfig().chosen | gateways.pop("chosen")
    app.config["REGULARS"] = replace(before, gateways=GatewayConfig(chosen=chosen, **gateways))
    try:
        yield
    finally:
        with app.app_context():
            close_gateways()
        app.config["REGULARS"] = before


def test_an_sms_is_delivered_when_all_its_parts_are(app: Flask, town: Town) -> None:
    """MS-3, by SMPP."""
    with (
        Smsc(lambda sent: f"id{sent.short_message[5]}") as smsc,
        carried(app, chosen={"sms": "smpp"}, smpp=settings(smsc.port, listens_as="transceiver")),
        app.app_context(),
    ):
        with town.kavalier.work():
            (number,) = write(add_customer(phone=PHONE), letter(text="ї" * 100))
        assert not send(town.kavalier)
        hear("smpp")
        for part, status in ((1, MessageStatus.SENT), (2, MessageStatus.DELIVERED)):
            with town.kavalier.work():
                assert status_of(number) == (MessageStatus.SENT, "")
            acknowledged = smsc.deliver(f"id:id{part} stat:DELIVRD".encode(), esm_class=4)
            while not hear("smpp"):
                pass
            hear("smpp")
            assert acknowledged.result(5).is_success
            with town.kavalier.work():
                assert status_of(number) == (status, "")
    assert {each.destination_addr for each in smsc.submitted} == {PHONE.removeprefix("+")}


def test_an_email_and_a_push_arrive(app: Flask, town: Town, tmp_path: Path) -> None:
    with (
        mail_server() as (box, port),
        push_service(tmp_path) as service,
        patch("app.messaging.gateways.webpush.Caller", lambda *_: Caller(1, 1, loopback=True, trust=service.trust)),
        carried(
            app,
            chosen={"email": "smtp", "push": "webpush"},
            smtp=mail_settings(port),
            webpush=PushSettings(make_keys()[0], SUBJECT),
        ),
    ):
        browser = service.browser()
        with app.app_context():
            assert len(application_key()) == 87
        with town.kavalier.work():
            olena = add_customer(phone=PHONE, email="olena@example.com")
            db.session.get_one(Customer, (business_id(), olena)).app_installed = True
            subscribe(olena, browser.subscription)
            written = write(
                olena, letter("mail", channel=Channel.EMAIL, title="Bread"), letter("push", channel=Channel.PUSH)
            )
        assert not send(town.kavalier)
        with town.kavalier.work():
            assert [status_of(each) for each in written] == [(MessageStatus.SENT, "")] * 2
    ((to, read),) = box.letters
    assert (to, read["Subject"], SENDER in read["From"]) == (["olena@example.com"], "Bread", True)
    assert [browser.reads(body)["text"] for _, _, body in service.got] == ["Your purchase: +12 points."]


def test_one_browsers_server_does_not_hold_up_others(app: Flask, town: Town, tmp_path: Path) -> None:
    """A customer names it, so it may ask for whatever pause it likes."""
    with (
        push_service(tmp_path) as service,
        patch("app.messaging.gateways.webpush.Caller", lambda *_: Caller(1, 1, loopback=True, trust=service.trust)),
        carried(app, chosen={"push": "webpush"}, webpush=PushSettings(make_keys()[0], SUBJECT)),
    ):
        service.answers = {"/busy": 429}
        numbers = []
        for path in ("/busy", "/free"):
            with town.kavalier.work():
                customer = add_customer()
                db.session.get_one(Customer, (business_id(), customer)).app_installed = True
                subscribe(customer, service.browser(path).subscription)
                numbers += write(customer, letter(path, channel=Channel.PUSH))
            send(town.kavalier, seconds=0)
        with town.kavalier.work():
            assert [status_of(each)[0] for each in numbers] == [MessageStatus.QUEUED, MessageStatus.SENT]


@pytest.mark.parametrize("status", [0x58, 0x0B])
def test_what_a_gateway_refuses_is_tried_again_or_failed(app: Flask, town: Town, status: int) -> None:
    with Smsc(lambda _sent: status) as smsc, carried(app, chosen={"sms": "smpp"}, smpp=settings(smsc.port)):
        with town.kavalier.work():
            (number,) = write(add_customer(phone=PHONE))
        send(town.kavalier, seconds=1)
        with town.kavalier.work():
            fate, _ = status_of(number)
    assert fate is (MessageStatus.QUEUED if status == 0x58 else MessageStatus.FAILED)
