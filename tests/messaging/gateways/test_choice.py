"""Which gateway carries a channel: the configuration's, or the one that support chose for a business."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit import AuditEntry, AuditValue
from app.billing.models import Charge, FreshCharge
from app.businesses.models import Feature
from app.businesses.services import switch_feature
from app.extensions import db
from app.gateway_config import GatewayConfig
from app.mail import leaves
from app.messaging.gateways import close_gateways, configured_gateways, gateway_for, gateway_named
from app.messaging.gateways.base import Fate
from app.messaging.models import Channel, MessageStatus, SimulatedMessage
from tests.factories import add_customer
from tests.messaging.gateways.messages import outgoing
from tests.messaging.gateways.smsc import free_port, settings
from tests.messaging.pipeline import PHONE, send, status_of, write
from tests.people import Town


@pytest.fixture
def configured(app: Flask) -> Iterator[Flask]:
    """SMPP is there to be chosen; the simulator carries what nobody chose."""
    before = app.config["REGULARS"]
    app.config["REGULARS"] = replace(before, gateways=GatewayConfig(smpp=settings(free_port())))
    yield app
    with app.app_context():
        close_gateways()
    app.config["REGULARS"] = before


def carrier(town: Town, channel: Channel = Channel.SMS, business: str = "kavalier") -> str:
    with getattr(town, business).work():
        return gateway_for(channel).name


def support(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["support", "gateway", *words])
    return result.exit_code, result.output.strip()


def test_support_chooses_for_one_business_and_takes_it_back(configured: Flask, town: Town) -> None:
    """PR-4: each choice is in the business's audit log."""
    assert carrier(town) == "simulator"
    assert support(configured, "kavalier", "sms", "smpp") == (0, "sms of kavalier goes by smpp.")
    assert support(configured, "kavalier", "sms", "smpp") == (0, "sms of kavalier went by smpp already.")
    assert (carrier(town), carrier(town, business="teremok")) == ("smpp", "simulator")
    assert support(configured, "kavalier", "sms", "default") == (0, "sms of kavalier goes by default.")
    assert carrier(town) == "simulator"
    with town.kavalier.work():
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "business.gateway")).all()
        values = db.session.scalars(
            select(AuditValue).where(AuditValue.field == "gateway_sms").order_by(AuditValue.entry_id)
        ).all()
        assert len(entries) == 2
        assert [(each.old, each.new) for each in values] == [(None, "smpp"), ("smpp", None)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["kavalier", "sms", "smtp"], "Error: sms goes by simulator, smpp, or by the default."),
        (["kavalier", "email", "smtp"], "Error: smtp needs SMTP_URL."),
        (["nobody", "sms", "smpp"], "Error: There is no business with the short name nobody."),
        (["kavalier", "viber", "simulator"], "Error: Viber is off for kavalier: `flask support enable viber` first."),
    ],
)
def test_what_support_cannot_choose_is_said(configured: Flask, town: Town, words: list[str], said: str) -> None:
    assert support(configured, *words) == (1, said)


def test_viber_carries_nothing_until_support_enables_it(configured: Flask, town: Town) -> None:
    with town.kavalier.work():
        (answer,) = gateway_for(Channel.VIBER).send([outgoing(channel=Channel.VIBER)])
        assert answer.fate is Fate.REFUSED
        switch_feature(Feature.VIBER, on=True)
    assert carrier(town, Channel.VIBER) == "simulator"


def test_a_gateway_that_was_chosen_and_is_gone_is_not_replaced_by_another(configured: Flask, town: Town) -> None:
    """Least of all by the simulator, which would tell that all arrived."""
    support(configured, "kavalier", "sms", "smpp")
    configured.config["REGULARS"] = replace(configured.config["REGULARS"], gateways=GatewayConfig())
    with town.kavalier.work():
        (answer,) = gateway_for(Channel.SMS).send([outgoing()])
    assert (answer.fate, answer.reason) == (Fate.FAILED_BEFORE, "SMPP_URL is not set.")


@pytest.fixture
def unsaid(app: Flask) -> Iterator[None]:
    """Nothing was said of any gateway, in production."""
    before = app.config["REGULARS"]
    app.config["REGULARS"] = replace(before, gateways=GatewayConfig.from_environ({}, production=True))
    yield
    app.config["REGULARS"] = before


def test_what_no_gateway_was_named_for_waits_and_costs_nothing(unsaid: None, town: Town) -> None:
    with town.kavalier.work():
        (answer,) = gateway_for(Channel.SMS).send([outgoing()])
        (number,) = write(add_customer(phone=PHONE))
    assert (answer.fate, answer.reason) == (Fate.FAILED_BEFORE, "GATEWAY_SMS is not set.")
    send(town.kavalier, seconds=0)
    with town.kavalier.work():
        assert status_of(number)[0] is MessageStatus.QUEUED
        for kept in (Charge, FreshCharge, SimulatedMessage):
            assert db.session.scalars(select(kept)).first() is None


def test_letters_do_not_leave_where_no_gateway_was_named(unsaid: None, town: Town) -> None:
    """So that links are shown to who invites."""
    with town.kavalier.work():
        assert not leaves()


def test_a_process_has_one_of_each(configured: Flask) -> None:
    with configured.app_context():
        assert configured_gateways() == ["simulator", "smpp"]
        first = gateway_named("smpp")
        assert gateway_named("smpp") is first
        close_gateways()
        assert gateway_named("smpp") is not first


def test_keys_are_made_for_the_environment(app: Flask) -> None:
    lines = app.test_cli_runner().invoke(args=["push", "make-keys"]).output.splitlines()
    key = lines[0].removeprefix("VAPID_PRIVATE_KEY=")
    environ = {"VAPID_PRIVATE_KEY": key, "VAPID_SUBJECT": "mailto:club@example.com", "GATEWAY_PUSH": "webpush"}
    assert GatewayConfig.from_environ(environ).webpush
    assert len(lines[1].split()[-1]) == 87
