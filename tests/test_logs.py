"""Log lines: one JSON object each, without phones, cards and e-mails."""

from __future__ import annotations

import json
import logging
import sys

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DataError
from structlog.testing import capture_logs

from app.extensions import db
from app.logs import mask
from tests.accounts.apps import give_code, give_password, set_up
from tests.people import Town


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("call +380 67 412-08-55 now", "call [number] now"),
        ("+380674120855", "[number]"),
        ("(067) 412 08 55", "([number]"),
        ("card 2210 0458 is known", "card [number] is known"),
        ("s.yaremchuk@ukr.net wrote", "[e-mail] wrote"),
        ("/customers/123456/edit", "/customers/123456/edit"),
        ("GET /u/AfEaJw3UCRLbfzHs 200", "GET /u/[link] 200"),
        ("/forgotten-password/AfEaAaezps6pxmNKJQ", "/forgotten-password/[link]"),
        ("/l/AfEaAaezps6pxmNKJQ", "/l/[link]"),
        ("/invitations/AQEBAaezps6pxmNKJQ", "/invitations/[link]"),
        ("took 12.5 ms for 50 rows", "took 12.5 ms for 50 rows"),
    ],
)
def test_what_reads_like_a_phone_a_card_or_an_address_is_masked(said: str, masked: str) -> None:
    event = mask(None, "info", {"event": said, "nested": {"list": [said]}})
    assert event == {"event": masked, "nested": {"list": [masked]}}


def test_a_request_is_logged_by_its_path_alone(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    try:
        with caplog.at_level(logging.INFO):
            town.browser(town.anna).get("/customers?sort=phone&f=secret")
    finally:
        root.setLevel(before)
    lines = [record.getMessage() for record in caplog.records if "/customers" in record.getMessage()]
    assert lines
    assert not [line for line in lines if "secret" in line]


def test_a_line_is_json_even_of_an_exception(town: Town) -> None:
    handler = logging.getLogger().handlers[0]
    try:
        raise ValueError("no phone +380674120855")
    except ValueError:
        record = logging.LogRecord("app", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    line = json.loads(handler.format(record))
    assert line["event"] == "failed"
    assert "+380674120855" not in json.dumps(line)
    assert "ValueError" in line["exception"]


def test_making_a_file_of_an_act_does_not_fill_the_log(town: Town) -> None:
    """Its fonts would write a hundred lines each time, in which a newcomer loses the panel's address."""
    for name in ("fontTools", "weasyprint"):
        assert logging.getLogger(name).level >= logging.WARNING


def test_an_error_of_the_database_does_not_tell_what_was_asked(town: Town) -> None:
    """Names and words are not known by their look, so values of statements stay out of logs altogether."""
    with pytest.raises(DataError) as raised, town.kavalier.work():
        db.session.execute(text("SELECT 1 / 0, CAST(:name AS text)"), {"name": "Yaremchuk"})
    assert "Yaremchuk" not in str(raised.value)


def test_who_signs_in_and_who_fails_is_logged_without_names(town: Town) -> None:
    """RELIABILITY (ASVS 16.3.1): each sign-in, right or wrong, with its account and where from."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    app, client = set_up(town, town.anna), town.browser()
    with capture_logs() as lines:
        give_password(client, town.anna, password="wrong wrong wrong")
        give_password(client, town.anna)
        give_code(client, app.wrong())
        give_code(client, app.code())
    ours = [line for line in lines if "ip" in line]
    assert [line["event"] for line in ours] == ["wrong password", "wrong code", "signed in"]
    assert {(line["user"], line["ip"]) for line in ours} == {(town.anna.id, "127.0.0.1")}
    assert town.anna.email not in str(lines)
