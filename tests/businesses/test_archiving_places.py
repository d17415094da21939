"""The archive of places (PR-2)."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.businesses.models import Franchisee, PointOfSale, Terminal
from tests.browsing import form_to, send, submit, text_of
from tests.businesses.places import NEW, add, archive, audited, rows
from tests.factories import add_customer, add_sale, add_terminal
from tests.people import Town


class TestArchiving:
    def test_asks_to_take_the_terminals_along(self, town: Town, anna: FlaskClient) -> None:
        page = f"/points-of-sale/{town.kavalier.franchised_place}"
        with town.kavalier.work():
            add_terminal(town.kavalier.franchised_place, "Podil 2")
        asked = anna.get(f"{page}/archiving")
        assert "Its 2 Terminals Podil 1, Podil 2 are archived with it" in text_of(asked)
        assert "Archive it and its 2 Terminals" in text_of(asked)
        assert archive(anna, page).status_code == 303
        assert "Podil" not in text_of(anna.get("/points-of-sale")).replace("Podil Partners", "")
        assert "Podil 1 Podil" in text_of(anna.get("/terminals?archived=1"))
        assert audited(town.kavalier) == ["point_of_sale.archive", "terminal.archive", "terminal.archive"]

    def test_asks_again_when_there_is_more_to_take_along(self, town: Town, anna: FlaskClient) -> None:
        page = f"/points-of-sale/{town.kavalier.franchised_place}/archiving"
        form = form_to(anna.get(page), page)
        with town.kavalier.work():
            add_terminal(town.kavalier.franchised_place, "Podil 2")
        response = send(anna, form, {})
        assert response.status_code == 409
        assert "Its 2 Terminals" in text_of(response)
        assert rows(town.kavalier, PointOfSale)["Podil"].archived_at is None

    def test_a_franchisee_that_runs_places_stays(self, town: Town, anna: FlaskClient) -> None:
        page = f"/franchisees/{town.kavalier.franchisee}"
        asked = anna.get(f"{page}/archiving")
        assert "It runs Podil. First give these to another franchisee" in text_of(asked)
        form = form_to(anna.get("/points-of-sale/new"), "/points-of-sale")
        form.action = f"{page}/archiving"
        assert send(anna, form, {}).status_code == 409
        assert rows(town.kavalier, Franchisee)["Podil Partners"].archived_at is None

    def test_a_franchisee_without_places_goes(self, town: Town, anna: FlaskClient) -> None:
        submit(anna, f"/points-of-sale/{town.kavalier.franchised_place}", {"franchisee_id": ""})
        assert archive(anna, f"/franchisees/{town.kavalier.franchisee}").status_code == 303
        assert "Podil Partners" not in text_of(anna.get(NEW))

    def test_twice_is_once(self, town: Town, anna: FlaskClient) -> None:
        page = f"/terminals/{town.kavalier.own_terminal}"
        first = form_to(anna.get(f"{page}/archiving"), f"{page}/archiving")
        archive(anna, page)
        assert send(anna, first, {}).status_code == 303
        assert audited(town.kavalier)[0] == "terminal.archive"
        assert audited(town.kavalier)[1] != "terminal.archive"

    def test_comes_back_out_of_the_archive(self, town: Town, anna: FlaskClient) -> None:
        page = f"/points-of-sale/{town.kavalier.own_place}"
        archive(anna, page)
        restored = submit(anna, page, {}, action=f"{page}/restoration")
        assert (restored.status_code, restored.location) == (303, page)
        assert "Pechersk" in text_of(anna.get("/points-of-sale"))
        assert rows(town.kavalier, Terminal)["Pechersk 1"].archived_at is not None

    def test_does_not_come_back_beside_its_namesake(self, town: Town, anna: FlaskClient) -> None:
        page = f"/points-of-sale/{town.kavalier.own_place}"
        archive(anna, page)
        add(anna, name="Pechersk")
        response = submit(anna, page, {}, action=f"{page}/restoration")
        assert response.status_code == 409
        assert "Give one of them another name" in response.text
        assert submit(anna, page, {"name": "Pechersk Old"}).status_code == 303
        assert submit(anna, page, {}, action=f"{page}/restoration").status_code == 303

    def test_a_terminal_does_not_come_back_before_its_point_of_sale(self, town: Town, anna: FlaskClient) -> None:
        archive(anna, f"/points-of-sale/{town.kavalier.own_place}")
        page = f"/terminals/{town.kavalier.own_terminal}"
        assert submit(anna, page, {}, action=f"{page}/restoration").status_code == 409

    def test_figures_keep_what_was_sold_there(self, town: Town, anna: FlaskClient) -> None:
        with town.kavalier.work():
            add_sale(add_customer("Iryna", "Melnyk"), town.kavalier.own_terminal, 12_300)
        archive(anna, f"/points-of-sale/{town.kavalier.own_place}")
        page = anna.get(f"/customers?point_of_sale={town.kavalier.own_place}")
        assert "Melnyk" in page.text
