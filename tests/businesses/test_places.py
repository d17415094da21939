"""Points of sale, Terminals and franchisees: who sees them, and who may change them (PR-2)."""

from __future__ import annotations

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from app.extensions import db
from tests.browsing import send, text_of
from tests.businesses.places import new_place_form
from tests.factories import add_franchisee, add_point_of_sale, add_terminal
from tests.people import Town

PAGES = ["points-of-sale", "terminals", "franchisees"]


def statements(town: Town, client: FlaskClient, page: str) -> int:
    """How many statements a page takes."""
    seen: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    with town.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert client.get(page).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(seen)


class TestLists:
    def test_shows_what_each_point_of_sale_is(self, town: Town, anna: FlaskClient) -> None:
        """PR-2: a point of sale, its franchisee, its Terminals."""
        text = text_of(anna.get("/points-of-sale"))
        assert "Pechersk" in text
        assert "Podil Podil Partners 1 Yes" in text.replace(" – ", " ")
        assert "Obolon" not in text

    def test_terminals_name_their_point_of_sale(self, anna: FlaskClient) -> None:
        assert "Podil 1 Podil" in text_of(anna.get("/terminals"))

    def test_franchisees_name_what_they_run(self, anna: FlaskClient) -> None:
        assert "Podil Partners Podil" in text_of(anna.get("/franchisees"))

    def test_sorts_by_the_alphabet(self, town: Town, anna: FlaskClient) -> None:
        with town.kavalier.work():
            for name in ("Юність", "Івана Франка", "Жуляни"):
                add_point_of_sale(name)
        text = text_of(anna.get("/points-of-sale"))
        assert text.index("Жуляни") < text.index("Івана Франка") < text.index("Юність")

    def test_location_operator_sees_its_own_places_alone(self, town: Town) -> None:
        """PR-3: Boris has the one place of his franchisee, and its Terminal."""
        boris = town.browser(town.boris)
        assert "Podil" in text_of(boris.get("/points-of-sale"))
        for page in ("/points-of-sale", "/terminals", "/franchisees"):
            assert "Pechersk" not in text_of(boris.get(page)), page

    def test_offers_changes_only_to_who_may_make_them(self, town: Town, anna: FlaskClient) -> None:
        assert 'href="/points-of-sale/new"' in anna.get("/points-of-sale").text
        for reader in (town.olha, town.boris):
            page = town.browser(reader).get("/points-of-sale").text
            assert "/points-of-sale/new" not in page
            assert f"/points-of-sale/{town.kavalier.franchised_place}" not in page

    @pytest.mark.parametrize("page", ["/points-of-sale", "/terminals", "/franchisees"])
    def test_the_number_of_statements_does_not_grow(self, town: Town, anna: FlaskClient, page: str) -> None:
        few = statements(town, anna, page)
        with town.kavalier.work():
            for number in range(10):
                franchisee = add_franchisee(f"Partner {number}")
                add_terminal(add_point_of_sale(f"Place {number}", franchisee), f"Terminal {number}")
        assert f"Partner {number}" in anna.get("/franchisees").text
        assert statements(town, anna, page) == few

    @pytest.mark.parametrize("page", ["/points-of-sale", "/terminals", "/franchisees"])
    def test_an_unknown_filter_is_said(self, anna: FlaskClient, page: str) -> None:
        assert anna.get(f"{page}?archived=2").status_code == 400
        assert anna.get(f"{page}?archived=1").status_code == 200


class TestWhoMay:
    @pytest.mark.parametrize("room", PAGES)
    def test_strangers_find_nothing(self, town: Town, room: str, superuser: psycopg.Connection) -> None:
        """PR-1: Oleg gets 404 for every place of Kavalier, whatever he does."""
        ids = {
            "points-of-sale": town.kavalier.own_place,
            "terminals": town.kavalier.own_terminal,
            "franchisees": town.kavalier.franchisee,
        }
        oleg = town.browser(town.oleg)
        form = new_place_form(oleg)
        page = f"/{room}/{ids[room]}"
        assert [oleg.get(page).status_code, oleg.get(f"{page}/archiving").status_code] == [404, 404]
        for action in (page, f"{page}/archiving", f"{page}/restoration"):
            form.action = action
            assert send(oleg, form, {"name": "Mine"}).status_code == 404, action
        assert not superuser.execute("SELECT 1 FROM point_of_sale WHERE name = 'Mine'").fetchone()

    @pytest.mark.parametrize("who", ["olha", "boris", "vera"])
    @pytest.mark.parametrize("room", PAGES)
    def test_only_the_admin_changes_places(self, town: Town, who: str, room: str) -> None:
        client = town.browser(town.people[who])
        assert client.get(f"/{room}/new").status_code == 403
        assert client.get(f"/{room}").status_code == (403 if who == "vera" else 200)

    def test_boris_cannot_edit_even_his_own(self, town: Town) -> None:
        assert town.browser(town.boris).get(f"/points-of-sale/{town.kavalier.franchised_place}").status_code == 403

    @pytest.mark.parametrize("number", ["0", "999999999", str(2**63 - 1), str(2**63), "9" * 30])
    def test_numbers_of_nothing_are_404(self, anna: FlaskClient, number: str) -> None:
        assert anna.get(f"/points-of-sale/{number}").status_code == 404
