"""A tablet is let in by a code, known by its cookie, and turned out again (KI-1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.audit import AuditEntry
from app.businesses.models import Feature, Kiosk, Terminal
from app.businesses.services import let_kiosk_in, set_web_address, switch_feature
from app.extensions import db
from app.lib import dates
from tests.browsing import form_to, send, submit, text_of
from tests.kiosk.tablets import pair, show
from tests.people import Town

FIRST = "Your points and offers"
UNPAIRED = "Pair this tablet"


def code_for(town: Town) -> str:
    with town.kavalier.work(town.anna):
        return let_kiosk_in(town.kavalier.franchised_terminal)


class TestPairing:
    def test_an_admin_lets_a_tablet_in(self, kiosks_on: Town) -> None:
        """KI-1: the code is shown once; the tablet keeps a cookie, the database a hash of it."""
        town = kiosks_on
        page = f"/terminals/{town.kavalier.franchised_terminal}/kiosks"
        shown = submit(town.browser(town.anna), page, {})
        code = next(word for word in text_of(shown).split() if len(word) == 9 and word[4] == "-")
        tablet = town.browser()
        assert FIRST in text_of(pair(tablet, code.lower().replace("-", " ")))
        assert "Kavalier" in tablet.get("/kiosk").text
        with town.kavalier.work():
            kiosk = db.session.scalars(select(Kiosk)).one()
            line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "terminal.pair_kiosk")).one()
            assert (line.subject_id, line.user_id) == (town.kavalier.franchised_terminal, town.anna.id)
            cookie = tablet.get_cookie("regulars_kiosk")
            assert cookie is not None
            assert cookie.http_only
            assert kiosk.token_hash is not None
            assert cookie.value.encode() not in kiosk.token_hash

    def test_a_salesperson_lets_one_in_at_the_own_terminal(self, kiosks_on: Town, sasha: FlaskClient) -> None:
        shown = send(sasha, form_to(sasha.get("/terminal/kiosks"), "/terminal/kiosks"), {})
        code = next(word for word in text_of(shown).split() if len(word) == 9 and word[4] == "-")
        assert FIRST in text_of(pair(kiosks_on.browser(), code))
        assert "Kiosk no." in text_of(sasha.get("/terminal/kiosks"))

    def test_the_businesss_own_address_is_shown(self, kiosks_on: Town, sasha: FlaskClient) -> None:
        """WL-1: at the Terminal and in the panel."""
        town = kiosks_on
        with town.kavalier.work():
            set_web_address("https://club.kvr.ua")
        at_terminal = send(sasha, form_to(sasha.get("/terminal/kiosks"), "/terminal/kiosks"), {})
        in_panel = submit(town.browser(town.anna), f"/terminals/{town.kavalier.franchised_terminal}/kiosks", {})
        for page in (at_terminal, in_panel):
            assert "https://club.kvr.ua/kiosk" in text_of(page)

    def test_a_code_is_used_once(self, kiosks_on: Town) -> None:
        code = code_for(kiosks_on)
        assert FIRST in text_of(pair(kiosks_on.browser(), code))
        again = pair(kiosks_on.browser(), code)
        assert again.status_code == 422
        assert "This code is not known, or is over." in text_of(again)

    def test_a_newer_code_takes_the_place_of_the_one_before(self, kiosks_on: Town) -> None:
        old, new = code_for(kiosks_on), code_for(kiosks_on)
        assert pair(kiosks_on.browser(), old).status_code == 422
        assert pair(kiosks_on.browser(), new).status_code == 200

    def test_a_code_is_over_after_a_quarter_of_an_hour(self, kiosks_on: Town) -> None:
        code = code_for(kiosks_on)
        with kiosks_on.kavalier.work():
            db.session.execute(update(Kiosk).values(code_until=dates.now() - timedelta(seconds=1)))
        assert pair(kiosks_on.browser(), code).status_code == 422

    @pytest.mark.parametrize("code", ["", "ABCD-2345", "'; --", "x" * 500, "\u202e", "٣" * 8])
    def test_what_is_no_code_pairs_nothing(self, kiosks_on: Town, code: str) -> None:
        code_for(kiosks_on)
        assert pair(kiosks_on.browser(), code).status_code == 422

    def test_guessing_is_slowed_down(self, kiosks_on: Town) -> None:
        code = code_for(kiosks_on)
        tablet = kiosks_on.browser()
        answers = [pair(tablet, f"AAAA-{number:04}").status_code for number in range(25)]
        assert answers[:20] == [422] * 20
        assert set(answers[20:]) == {429}
        assert pair(tablet, code).status_code == 429

    def test_needs_the_feature(self, town: Town, sasha: FlaskClient) -> None:
        """LP-3: support turns it on; until then no code is made, and none that was made pairs."""
        anna = town.browser(town.anna)
        page = f"/terminals/{town.kavalier.franchised_terminal}/kiosks"
        assert "support turns them on" in text_of(anna.get(page))
        assert "Pair a tablet" not in anna.get(page).text
        assert "support turns them on" in text_of(sasha.get("/terminal/kiosks"))
        assert pair(town.browser(), code_for(town)).status_code == 422


class TestTurningOut:
    @pytest.fixture(autouse=True)
    def _paired(self, tablet: FlaskClient) -> Iterator[None]:
        assert FIRST in text_of(tablet.get("/kiosk"))
        yield
        assert UNPAIRED in text_of(tablet.get("/kiosk"))
        assert show_is_refused(tablet)

    def test_by_an_admin(self, town: Town) -> None:
        page = f"/terminals/{town.kavalier.franchised_terminal}/kiosks"
        anna = town.browser(town.anna)
        with town.kavalier.work():
            number = db.session.scalars(select(Kiosk.id)).one()
        assert submit(anna, page, {"kiosk": str(number)}, action=f"{page}/removal").status_code == 303
        assert "No tablet is paired" in text_of(anna.get(page))

    def test_by_the_salesperson(self, town: Town, sasha: FlaskClient) -> None:
        with town.kavalier.work():
            number = db.session.scalars(select(Kiosk.id)).one()
        form = form_to(sasha.get("/terminal/kiosks"), "/terminal/kiosks/removal")
        assert send(sasha, form, {"kiosk": str(number)}).status_code == 303

    def test_by_archiving_the_terminal(self, town: Town) -> None:
        with town.kavalier.work():
            mine = Terminal.id == town.kavalier.franchised_terminal
            db.session.execute(update(Terminal).where(mine).values(archived_at=dates.now()))

    def test_by_support(self, town: Town) -> None:
        with town.kavalier.work():
            switch_feature(Feature.KIOSK, False)


def show_is_refused(tablet: FlaskClient) -> bool:
    token = form_to(tablet.get("/kiosk"), "/kiosk/pairing").values["csrf_token"][0]
    answer = tablet.post("/kiosk/look-ups", data={"csrf_token": token, "code": "+380671112233"})
    return answer.status_code == 303 and answer.location == "/kiosk"


def test_nobody_turns_out_the_tablet_of_another_terminal(tablet: FlaskClient, town: Town) -> None:
    """PR-1: 404, for one of another Terminal and of another business alike."""
    with town.kavalier.work():
        number = db.session.scalars(select(Kiosk.id)).one()
    for person, terminal in ((town.anna, town.kavalier.own_terminal), (town.oleg, town.teremok.own_terminal)):
        page = f"/terminals/{terminal}/kiosks/removal"
        client = town.browser(person)
        token = form_to(client.get(f"/terminals/{terminal}"), f"/terminals/{terminal}").values["csrf_token"][0]
        assert client.post(page, data={"csrf_token": token, "kiosk": str(number)}).status_code == 404
    assert FIRST in text_of(tablet.get("/kiosk"))


def test_whoever_is_signed_in_beside_it_plays_no_part(kiosks_on: Town) -> None:
    """An admin tries it out in the own browser; the panel of another business stays open beside it."""
    oleg = kiosks_on.browser(kiosks_on.oleg)
    assert FIRST in text_of(pair(oleg, code_for(kiosks_on)))
    assert "Kavalier" in oleg.get("/kiosk").text
    assert show(oleg, "067 999 99 99").status_code == 200
    assert "Teremok" in oleg.get("/customers").text
