"""Statements that go to the driver as they are, and connections that the server let go."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from app import driver
from app.db import ask, rollback, unit_of_work
from app.driver import RESTED
from app.extensions import db
from app.scope import Scope
from tests.people import Shop, Town

CUT = b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'regulars_app'"
NUMBER = text("SELECT CAST(:number AS integer) AS number")
SETTINGS = text("SELECT name, setting, reset_val FROM pg_settings")
TOLD = text("SELECT set_config('plan_cache_mode', :mode, true)")
MODE = text("SELECT current_setting('plan_cache_mode') AS mode")
NOBODYS = text("INSERT INTO good_group (business_id, name, name_key) VALUES (:business, 'Tea', NULL)")


@pytest.fixture
def pings(town: Town, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Connections that were asked whether they are there."""
    asked: list[object] = []
    with town.app.app_context():
        dialect = db.engine.dialect
    ping = dialect.do_ping

    def note(connection: Any) -> bool:
        asked.append(connection)
        return ping(connection)

    monkeypatch.setattr(dialect, "do_ping", note)
    return asked


def number(shop: Shop, wanted: int) -> int:
    with shop.work():
        return int(ask(NUMBER, {"number": wanted})[0].number)


def test_an_end_that_vanishes_is_missed_by_the_other_within_half_a_minute(town: Town) -> None:
    """The server says 0 of what a socket of one machine has no use for, and what it was asked for beside it."""
    with town.app.app_context(), db.engine.connect() as connection:
        asked: Any = connection.connection.driver_connection
        found = {row.name: row for row in connection.execute(SETTINGS)}
    ours = asked.info.get_parameters()
    assert {name: ours[name] for name in ("connect_timeout", "tcp_user_timeout")} == {
        "connect_timeout": "5",
        "tcp_user_timeout": "20000",
    }
    for name, value in {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3"}.items():
        assert ours[name] == found[f"tcp_{name}"].reset_val == value
    assert found["statement_timeout"].setting == "60000"
    assert found["idle_in_transaction_session_timeout"].setting == "60000"
    assert found["idle_session_timeout"].setting == "0"


class TestRest:
    @pytest.mark.parametrize(("rest", "times"), [(60.0, 0), (0.0, 1)])
    def test_a_connection_is_asked_after_a_rest_alone(
        self, town: Town, pings: list[object], monkeypatch: pytest.MonkeyPatch, rest: float, times: int
    ) -> None:
        number(town.kavalier, 1)
        pings.clear()
        monkeypatch.setattr(driver, "RESTED", rest)
        number(town.kavalier, 2)
        assert len(pings) == times

    def test_one_that_is_gone_after_a_rest_is_replaced(self, town: Town, superuser: psycopg.Connection) -> None:
        number(town.kavalier, 1)
        superuser.execute(CUT)
        time.sleep(RESTED * 1.5)
        assert number(town.kavalier, 2) == 2

    def test_once_one_is_lost_the_others_are_asked_without_a_rest(
        self, town: Town, superuser: psycopg.Connection
    ) -> None:
        """After a restart of the server each connection met an error of its own."""
        with town.kavalier.work():
            ask(NUMBER, {"number": 1})
            number(town.kavalier, 2)
            superuser.execute(CUT)
            with pytest.raises(OperationalError):
                ask(NUMBER, {"number": 3})
            rollback()
        assert number(town.kavalier, 4) == 4


class TestErrors:
    def test_they_are_those_of_the_library(self, town: Town) -> None:
        with pytest.raises(IntegrityError, match="name_key"), town.kavalier.work():
            ask(NOBODYS, {"business": town.kavalier.id})
        assert number(town.kavalier, 2) == 2

    def test_what_people_typed_stands_in_none(self, town: Town) -> None:
        with pytest.raises(Exception, match="hidden") as raised, town.kavalier.work():
            ask(NUMBER, {"number": "Sasha"})
        assert "Sasha" not in str(raised.value).split("[SQL")[1]

    def test_a_connection_that_is_lost_meanwhile_is_let_go(self, town: Town, superuser: psycopg.Connection) -> None:
        with town.kavalier.work():
            ask(NUMBER, {"number": 1})
            superuser.execute(CUT)
            with pytest.raises(OperationalError):
                ask(NUMBER, {"number": 2})
            rollback()
        assert number(town.kavalier, 3) == 3


def test_what_fails_in_a_savepoint_is_given_up_alone(town: Town) -> None:
    with town.kavalier.work():
        ask(NUMBER, {"number": 1})
        with pytest.raises(IntegrityError), db.session.begin_nested():
            ask(NOBODYS, {"business": town.kavalier.id})
        assert ask(NUMBER, {"number": 2})[0].number == 2


@pytest.mark.parametrize("moment", ["before_cursor_execute", "after_cursor_execute"])
def test_whoever_listens_for_statements_hears_of_them(town: Town, moment: str) -> None:
    heard: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        heard.append(statement)

    with town.app.app_context():
        event.listen(db.engine, moment, note)
        try:
            number(town.kavalier, 1)
        finally:
            event.remove(db.engine, moment, note)
    assert "SELECT CAST(%(number)s AS integer) AS number" in heard


@pytest.mark.parametrize(("at_counter", "mode"), [(True, "force_generic_plan"), (False, "force_custom_plan")])
def test_plans_are_kept_where_somebody_waits_at_a_counter(town: Town, at_counter: bool, mode: str) -> None:
    """What is asked there is asked by keys; anything else is planned for the business at hand."""
    with town.app.app_context(), unit_of_work(Scope(town.kavalier.id, at_counter=at_counter)):
        assert ask(MODE, {})[0].mode == mode


def test_a_savepoint_keeps_the_settings_of_its_transaction(town: Town) -> None:
    with town.kavalier.work():
        ask(TOLD, {"mode": "auto"})
        with db.session.begin_nested():
            assert ask(MODE, {})[0].mode == "auto"
