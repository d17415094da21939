"""What every request goes through, where no area is concerned: errors, a database that is away, permissions."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError

from app import create_app
from app.config import Config
from app.identity import COOKIE
from app.permissions import Permission, permission_of, requires
from tests.browsing import text_of
from tests.people import Town


@pytest.fixture
def cut_off(config: Config):  # type: ignore[no-untyped-def]
    """An application whose database cannot be reached."""
    return create_app(replace(config, database_url="postgresql+psycopg://regulars_app@/nowhere?host=/nowhere"))


@pytest.mark.parametrize("cookie", ["", "a token"])
def test_a_database_that_is_away_is_a_page_that_says_so(cut_off, cookie: str) -> None:  # type: ignore[no-untyped-def]
    client = cut_off.test_client()
    if cookie:
        client.set_cookie(COOKIE, cookie)
    answer = client.get("/customers" if cookie else "/readyz")
    assert answer.status_code == 503
    if cookie:
        assert "Try again in a minute" in text_of(answer)


@pytest.mark.parametrize("path", ["/my/kavalier", "/my/kavalier/messages", "/my", "/u/x", "/l/x", "/kiosk"])
@pytest.mark.parametrize("cookie", [COOKIE, "regulars_kiosk"])
def test_customers_are_told_so_without_a_word_of_the_platform(cut_off, path: str, cookie: str) -> None:  # type: ignore[no-untyped-def]
    """MY-1, KI-1, WL-1."""
    client = cut_off.test_client()
    client.set_cookie(cookie, "a token")
    answer = client.get(path)
    assert answer.status_code == 503
    assert "This page is busy" in text_of(answer)
    assert "Regulars" not in answer.text


def test_the_database_goes_away_in_the_middle_of_a_customers_page(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """MY-1: the page that says so asks it nothing, though a business is known by then."""
    gone = OperationalError("SELECT", {}, Exception("gone"), connection_invalidated=True)

    def fail(*_arguments: object, **_more: object) -> None:
        monkeypatch.setattr("sqlalchemy.orm.Session.execute", fail)
        monkeypatch.setattr("sqlalchemy.orm.Session.get", fail)
        raise gone

    monkeypatch.setattr("app.my.views.signing_in.every_program", fail)
    answer = town.app.test_client().get("/my/kavalier/sign-in")
    assert answer.status_code == 503
    assert "Regulars" not in answer.text


@pytest.mark.parametrize("path", ["/u/nowhere?no=1", "/l/nowhere?no=1", "/u/a/b", "/my/a/b/c/d"])
def test_errors_of_customers_pages_name_no_platform(town: Town, path: str) -> None:
    """WL-1: an address with what it does not take, and one that is none."""
    answer = town.app.test_client().get(path)
    assert answer.status_code in (400, 404)
    assert "regulars" not in answer.text.lower()


def test_health_needs_no_database(cut_off) -> None:  # type: ignore[no-untyped-def]
    assert cut_off.test_client().get("/healthz").json == {"status": "ok"}


def test_an_error_of_a_piece_is_a_toast(town: Town) -> None:
    answer = town.browser(town.anna).get("/customers/987654", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["kind"] == "error"
    assert answer.headers["HX-Reswap"] == "none"


def test_a_view_without_permission_stops_the_start() -> None:
    def forgotten() -> str:
        return ""

    with pytest.raises(LookupError, match="forgotten"):
        permission_of(forgotten)
    assert permission_of(requires(Permission.MEMBER)(forgotten)) is Permission.MEMBER
