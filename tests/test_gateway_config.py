"""Gateways are configured by the environment: what is wrong is told in one line, and no line tells a secret."""

from __future__ import annotations

import pytest

from app.config import Config, ConfigError
from app.gateway_config import GatewayConfig, Server
from tests.test_config import PRODUCTION

SMPP = {"SMPP_URL": "smpp://club:pa%40ss@smsc.example.com:2776"}
SMTP = {"SMTP_URL": "smtps://mail.example.com", "SMTP_FROM": "club@example.com"}
PUSH = {"VAPID_PRIVATE_KEY": "a" * 43, "VAPID_SUBJECT": "mailto:club@example.com"}
VIBER = {"VIBER_URL": "https://api.example.com/rest", "VIBER_KEY": "key", "VIBER_SENDER": "Kavalier"}


def test_the_simulator_carries_everything_by_default() -> None:
    assert set(GatewayConfig.from_environ({}).chosen.values()) == {"simulator"}


def test_in_production_nothing_carries_what_was_not_said() -> None:
    """The simulator would have messages told delivered, and paid; written out, it is there."""
    config = Config.from_environ(PRODUCTION | SMPP)
    assert set(config.gateways.chosen.values()) == {"none"}
    assert config.doubts[0].startswith("Not set: GATEWAY_SMS, GATEWAY_EMAIL, GATEWAY_PUSH, GATEWAY_VIBER.")
    said = {f"GATEWAY_{channel}": "simulator" for channel in ("SMS", "EMAIL", "PUSH", "VIBER")}
    config = Config.from_environ(PRODUCTION | said)
    assert set(config.gateways.chosen.values()) == {"simulator"}
    assert config.doubts == []


def test_gateways_are_chosen_by_channel() -> None:
    chosen = {"GATEWAY_SMS": "smpp", "GATEWAY_EMAIL": "smtp", "GATEWAY_PUSH": "webpush", "GATEWAY_VIBER": "viber"}
    config = Config.from_environ({**SMPP, **SMTP, **PUSH, **VIBER, **chosen}).gateways
    assert config.chosen == {"sms": "smpp", "email": "smtp", "push": "webpush", "viber": "viber"}
    assert config.smpp
    assert config.smpp.server == Server("smsc.example.com", 2776, "club", "pa@ss", tls=False)
    assert config.smtp
    assert config.smtp.server == Server("mail.example.com", 465, "", "", tls=True)
    assert "pa@ss" not in repr(config)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"GATEWAY_SMS": "smtp"}, "GATEWAY_SMS is 'smtp'; it must be one of simulator, smpp."),
        ({"GATEWAY_SMS": "smpp"}, "GATEWAY_SMS is smpp, which needs SMPP_URL."),
        ({"GATEWAY_PUSH": "webpush"}, "GATEWAY_PUSH is webpush, which needs VAPID_PRIVATE_KEY."),
        *(
            ({"SMPP_URL": url}, "SMPP_URL is not an address of the form smpp://")
            for url in ("smsc.example.com", "http://a:secret@b", "smpp://", "smpp://a:secret@b:99999", "smpp://a@b?c=d")
        ),
        ({"SMPP_URL": "smpp://a:ninechars@b"}, "SMPP_URL needs a name of 1 to 15"),
        ({"SMPP_URL": "smpp://b"}, "SMPP_URL needs a name of 1 to 15"),
        (SMPP | {"SMPP_SENDER": "Far too long a name"}, "SMPP_SENDER is 'Far too long a name'; it must be a name"),
        (SMPP | {"SMPP_WINDOW": "0"}, "SMPP_WINDOW is '0'; it must be a number from 1 to 200."),
        (SMPP | {"SMPP_RATE": "fast"}, "SMPP_RATE is 'fast'"),
        (SMPP | {"SMPP_LISTENS_AS": "ear"}, "SMPP_LISTENS_AS is 'ear'"),
        (SMTP | {"SMTP_FROM": "Club <club@example.com>"}, "SMTP_FROM is 'Club <club@example.com>'; it must be an add"),
        (SMTP | {"SMTP_FROM": "a@b\r\nBcc: c@d"}, "SMTP_FROM is "),
        (PUSH | {"VAPID_PRIVATE_KEY": "secret"}, "VAPID_PRIVATE_KEY is no key that"),
        (PUSH | {"VAPID_SUBJECT": "club"}, "VAPID_SUBJECT is 'club'; it must be mailto:"),
        (VIBER | {"VIBER_URL": "http://api.example.com"}, "VIBER_URL is not an address of the form https://"),
        (VIBER | {"VIBER_KEY": "secret\n"}, "VIBER_KEY is missing, or not of printable ASCII."),
        (VIBER | {"VIBER_SENDER": "A name that is too long"}, "VIBER_SENDER is "),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(environ: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Config.from_environ(environ)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
