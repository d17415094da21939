"""Editing places; moving a point of sale to another franchisee (PR-2, PR-3)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.businesses import hooks
from app.businesses.models import PointOfSale, StatsScope, Terminal
from app.customers.models import Customer
from app.customers.stats import differences
from app.extensions import db
from app.permissions import Role
from tests.browsing import form_to, page_of, send, submit, text_of
from tests.businesses.places import audited, rows
from tests.factories import add_customer, add_franchisee, add_sale
from tests.people import Person, Town, hire


def names_seen(town: Town, person: Person) -> set[str]:
    with town.kavalier.work(person):
        found = db.session.scalars(select(Customer)).all()
        return {f"{each.first_name} {each.last_name}" for each in found}


class TestEditing:
    def page(self, town: Town) -> str:
        return f"/points-of-sale/{town.kavalier.franchised_place}"

    def test_saves_and_says_so(self, town: Town, anna: FlaskClient) -> None:
        response = submit(anna, self.page(town), {"name": "Podil Lower", "published": []})
        assert (response.status_code, response.location) == (303, "/points-of-sale")
        assert rows(town.kavalier, PointOfSale)["Podil Lower"].published is False
        assert audited(town.kavalier)[0] == "point_of_sale.change"

    def test_saving_without_a_change_writes_nothing(self, town: Town, anna: FlaskClient) -> None:
        before = audited(town.kavalier)
        assert submit(anna, self.page(town), {}).status_code == 303
        assert audited(town.kavalier) == before

    def test_only_the_case_of_its_own_name_may_change(self, town: Town, anna: FlaskClient) -> None:
        assert submit(anna, self.page(town), {"name": "PODIL"}).status_code == 303
        assert submit(anna, self.page(town), {"name": "pechersk"}).status_code == 422

    def test_a_stale_form_is_refused_with_both_versions(self, town: Town, anna: FlaskClient) -> None:
        form = form_to(anna.get(self.page(town)), self.page(town))
        submit(anna, self.page(town), {"name": "Theirs", "franchisee_id": ""})
        response = send(anna, form, {"name": "Mine"})
        assert response.status_code == 409
        assert "Name Theirs Franchisee None: the brand runs it" in text_of(response)
        shown = form_to(response, self.page(town))
        assert shown.values["name"] == ["Mine"]
        assert "Theirs" in rows(town.kavalier, PointOfSale)
        assert send(anna, shown, {}).status_code == 303
        assert "Mine" in rows(town.kavalier, PointOfSale)

    def test_a_stale_form_that_says_the_same_is_no_conflict(self, town: Town, anna: FlaskClient) -> None:
        form = form_to(anna.get(self.page(town)), self.page(town))
        submit(anna, self.page(town), {"name": "Same"})
        assert send(anna, form, {"name": "Same"}).status_code == 303

    def test_a_terminals_page_leads_to_its_point_of_sale(self, town: Town, anna: FlaskClient) -> None:
        page = anna.get(f"/terminals/{town.kavalier.franchised_terminal}")
        path = page_of(page).findall(".//nav[@class='breadcrumbs']//a")
        assert [(link.text, link.get("href")) for link in path] == [
            ("Terminals", "/terminals"),
            ("Podil", f"/points-of-sale/{town.kavalier.franchised_place}"),
        ]

    def test_a_terminal_stays_at_its_point_of_sale(self, town: Town, anna: FlaskClient) -> None:
        page = f"/terminals/{town.kavalier.franchised_terminal}"
        submit(anna, page, {"name": "Till", "point_of_sale_id": str(town.kavalier.own_place)})
        assert rows(town.kavalier, Terminal)["Till"].point_of_sale_id == town.kavalier.franchised_place

    def test_moving_to_another_franchisee_moves_who_may_see_it(
        self, town: Town, anna: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """PR-3: places and scopes of figures follow the franchisee in force; who keeps figures is told."""
        told: list[bool] = []
        monkeypatch.setattr(hooks, "_regrouped", [lambda: told.append(True)])
        with town.kavalier.work():
            other = add_franchisee("Left Bank")
        submit(anna, self.page(town), {"franchisee_id": str(other)})
        with town.kavalier.work():
            scopes = db.session.scalars(select(StatsScope).where(StatsScope.owner_franchisee_id == other)).all()
            kinds = {(each.franchisee_id, each.point_of_sale_id, each.terminal_id, each.program_id) for each in scopes}
        place, terminal = town.kavalier.franchised_place, town.kavalier.franchised_terminal
        places = [(other, None, None), (None, place, None), (None, None, terminal)]
        assert kinds == {(*place, program) for place in places for program in (None, town.kavalier.program)}
        assert told == [True]
        assert "Podil" not in text_of(town.browser(town.boris).get("/points-of-sale")).replace("Podil Partners", "")

    def test_moving_it_moves_its_customers_and_figures(self, town: Town, anna: FlaskClient) -> None:
        """PR-3: who bought or registered there is seen by the franchisee in force; kept figures equal rebuilt ones."""
        here, elsewhere = town.kavalier.franchised_terminal, town.kavalier.own_terminal
        with town.kavalier.work():
            other = add_franchisee("Left Bank")
            for name, sales in (("Buyer", [(here, 100), (elsewhere, 900)]), ("Stranger", [(elsewhere, 500)])):
                customer = add_customer("Iryna", name)
                for terminal, amount in sales:
                    add_sale(customer, terminal, amount)
            add_customer("Iryna", "Newcomer", point_of_sale=town.kavalier.franchised_place)
        carol = hire(town.app, "Carol Moroz", town.kavalier.id, Role.LOCATION_OPERATOR, other)
        assert names_seen(town, town.boris) == {"Iryna Buyer", "Iryna Newcomer"}
        submit(anna, self.page(town), {"franchisee_id": str(other)})
        assert names_seen(town, town.boris) == set()
        assert names_seen(town, carol) == {"Iryna Buyer", "Iryna Newcomer"}
        with town.kavalier.work():
            assert differences().first == []

    def test_other_changes_tell_nobody(self, town: Town, anna: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[bool] = []
        monkeypatch.setattr(hooks, "_regrouped", [lambda: told.append(True)])
        submit(anna, self.page(town), {"name": "Renamed"})
        assert told == []
