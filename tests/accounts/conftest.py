"""A person and a form that it has open; a server that takes letters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.gateway_config import GatewayConfig
from app.messaging.gateways import close_gateways
from tests.browsing import Form, form_to
from tests.messaging.gateways.test_smtp import Mailbox, mail_server, settings
from tests.people import Town


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


@pytest.fixture
def form(anna: FlaskClient) -> Form:
    return form_to(anna.get("/terminals/new"), "/terminals")


@pytest.fixture
def mailbox(town: Town) -> Iterator[Mailbox]:
    """E-mails leave the house."""
    before = town.app.config["REGULARS"]
    with mail_server() as (box, port):
        chosen = GatewayConfig().chosen | {"email": "smtp"}
        town.app.config["REGULARS"] = replace(before, gateways=GatewayConfig(chosen=chosen, smtp=settings(port)))
        yield box
        with town.app.app_context():
            close_gateways()
    town.app.config["REGULARS"] = before
