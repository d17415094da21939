"""What every request goes through, where no area is concerned: errors, a database that is away, permissions."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

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
