"""Adding points of sale, Terminals and franchisees (PR-2)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import audit
from app.audit import AuditEntry, AuditValue
from app.businesses.models import PointOfSale, StatsScope, Terminal
from app.extensions import db
from tests.browsing import form_to, page_of, send, submit
from tests.businesses.places import NEW, add, archive, new_place_form, rows
from tests.people import Town


class TestAdding:
    def test_adds_and_returns_to_the_list(self, town: Town, anna: FlaskClient) -> None:
        response = add(anna, name="  Lva   Tolstoho ", address="Lva Tolstoho 1", franchisee_id="", published=[])
        assert (response.status_code, response.location) == (303, "/points-of-sale")
        row = rows(town.kavalier, PointOfSale)["Lva Tolstoho"]
        assert (row.address, row.franchisee_id, row.published) == ("Lva Tolstoho 1", None, False)
        assert "was added" in anna.get("/points-of-sale").text

    def test_is_in_the_audit_log(self, town: Town, anna: FlaskClient) -> None:
        """PR-4: who, from where, what, new values; the chain holds."""
        add(anna, name="Lva Tolstoho", franchisee_id=str(town.kavalier.franchisee))
        with town.kavalier.work():
            entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
            values = {
                each.field: each.new for each in db.session.scalars(select(AuditValue).filter_by(entry_id=entry.id))
            }
            assert (entry.action, entry.user_id, entry.address) == ("point_of_sale.add", town.anna.id, "127.0.0.1")
            expected = {"name": "Lva Tolstoho", "franchisee_id": town.kavalier.franchisee, "published": True}
            assert values == expected | {"address": ""}
            assert audit.first_broken_entry() is None

    def test_figures_can_be_kept_for_it_at_once(self, town: Town, anna: FlaskClient) -> None:
        add(anna, name="Lva Tolstoho", franchisee_id=str(town.kavalier.franchisee))
        place = rows(town.kavalier, PointOfSale)["Lva Tolstoho"].id
        submit(anna, "/terminals/new", {"name": "Till", "point_of_sale_id": str(place)}, action="/terminals")
        terminal = rows(town.kavalier, Terminal)["Till"].id
        with town.kavalier.work():
            scopes = db.session.scalars(select(StatsScope)).all()
            owners = {
                (each.program_id, each.point_of_sale_id, each.terminal_id): each.owner_franchisee_id for each in scopes
            }
        for kept in ((None, place, None), (None, None, terminal), (town.kavalier.program, None, terminal)):
            assert owners[kept] == town.kavalier.franchisee

    @pytest.mark.parametrize(
        ("name", "wrong"),
        [
            ("", "Enter a name."),
            ("   ", "Enter a name."),
            ("x" * 301, "At most 300 characters."),
            ("Po\u200bdil\x07", "cannot be seen"),
            ("pODIL", "has this name already"),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(self, town: Town, anna: FlaskClient, name: str, wrong: str) -> None:
        response = add(anna, name=name, address="Kept as typed")
        assert response.status_code == 422
        notes = page_of(response).find(".//p[@id='name-error']")
        assert wrong in "".join(notes.itertext())
        assert form_to(response, "/points-of-sale").values["address"] == ["Kept as typed"]
        assert len(rows(town.kavalier, PointOfSale)) == 2

    def test_takes_a_name_that_only_the_archive_has(self, town: Town, anna: FlaskClient) -> None:
        archive(anna, f"/points-of-sale/{town.kavalier.franchised_place}")
        assert add(anna, name="Podil").status_code == 303

    def test_takes_a_name_that_another_business_has(self, anna: FlaskClient) -> None:
        assert add(anna, name="Obolon").status_code == 303

    def test_terminals_of_two_points_of_sale_may_share_a_name(self, town: Town, anna: FlaskClient) -> None:
        form = form_to(anna.get("/terminals/new"), "/terminals")
        here = {"name": "Podil 1", "point_of_sale_id": str(town.kavalier.own_place)}
        assert send(anna, form, here).status_code == 303
        again = send(anna, form_to(anna.get("/terminals/new"), "/terminals"), here)
        assert again.status_code == 422

    @pytest.mark.parametrize("franchisee", ["0", "-1", "abc", "99999999999999999999", "theirs"])
    def test_refuses_a_franchisee_that_is_not_offered(self, town: Town, anna: FlaskClient, franchisee: str) -> None:
        """PR-1: another business's franchisee is as good as none."""
        chosen = str(town.teremok.franchisee) if franchisee == "theirs" else franchisee
        assert add(anna, name="Lva Tolstoho", franchisee_id=chosen).status_code == 422

    def test_a_terminal_needs_a_point_of_sale_in_use(self, town: Town, anna: FlaskClient) -> None:
        form = form_to(anna.get("/terminals/new"), "/terminals")
        archive(anna, f"/points-of-sale/{town.kavalier.own_place}")
        values = {"name": "Till", "point_of_sale_id": str(town.kavalier.own_place)}
        assert send(anna, form, values).status_code == 422

    def test_without_a_point_of_sale_the_way_leads_to_adding_one(self, town: Town, anna: FlaskClient) -> None:
        for place in (town.kavalier.own_place, town.kavalier.franchised_place):
            archive(anna, f"/points-of-sale/{place}")
        response = anna.get("/terminals/new")
        assert (response.status_code, response.location) == (303, NEW)

    def test_a_double_click_adds_one(self, town: Town) -> None:
        """The form's key goes in first, so a twin in flight waits and gets the same answer."""
        first = town.browser(town.anna)
        form = new_place_form(first)
        values = {**form.values, "name": "Lva Tolstoho"}
        cookies = [(cookie.key, cookie.value) for cookie in first._cookies.values()]

        def click(_number: int) -> tuple[int, str | None]:
            twin = town.app.test_client()
            for key, value in cookies:
                twin.set_cookie(key, value)
            response = twin.post("/points-of-sale", data=values)
            return response.status_code, response.location

        with ThreadPoolExecutor(4) as clicks:
            answers = list(clicks.map(click, range(4)))
        assert answers == [(303, "/points-of-sale")] * 4
        assert len(rows(town.kavalier, PointOfSale)) == 3

    def test_two_people_cannot_give_the_same_name_at_once(self, town: Town) -> None:
        forms = [(browser := town.browser(town.anna), new_place_form(browser)) for _ in range(3)]
        with ThreadPoolExecutor(3) as people:
            answers = people.map(lambda each: send(each[0], each[1], {"name": "Lva Tolstoho"}).status_code, forms)
        assert sorted(answers) == [303, 422, 422]
