"""One person in several businesses (PR-1)."""

from __future__ import annotations

import json

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.services import add_member
from app.businesses.models import PointOfSale
from app.extensions import db
from app.permissions import Role
from tests.accounts.late_forms import NOT_CARRIED_OUT, kept
from tests.browsing import csrf_token, form_to, page_of, send, submit, text_of
from tests.people import Town


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    """Anna, who is admin of Kavalier and of Teremok, at work in Kavalier."""
    with town.app.app_context():
        add_member(town.teremok.id, town.anna.id, Role.ADMIN)
    return town.browser(town.anna)


def switch(client: FlaskClient, to: int) -> int:
    return submit(client, "/businesses", {"to": str(to)}, action="/businesses/current").status_code


class TestSwitching:
    def test_shows_the_other_business_everywhere(self, town: Town, anna: FlaskClient) -> None:
        """PR-1: every tab then works in the chosen business."""
        assert "Pechersk" in text_of(anna.get("/points-of-sale"))
        assert switch(anna, town.teremok.id) == 303
        page = text_of(anna.get("/points-of-sale"))
        assert "Obolon" in page
        assert "Pechersk" not in page

    def test_ids_of_the_business_before_are_not_found(self, town: Town, anna: FlaskClient) -> None:
        """PR-1: even for who may see both: an id is of the business at hand or of nothing."""
        page = f"/points-of-sale/{town.kavalier.own_place}"
        assert anna.get(page).status_code == 200
        switch(anna, town.teremok.id)
        assert anna.get(page).status_code == 404

    def test_the_role_is_that_of_the_business(self, town: Town, anna: FlaskClient) -> None:
        """PR-1: a role in each."""
        with town.app.app_context():
            add_member(town.teremok.id, town.olha.id, Role.ACCOUNTANT)
        olha = town.browser(town.olha)
        assert olha.get("/customers").status_code == 200
        switch(olha, town.teremok.id)
        assert olha.get("/customers").status_code == 403

    @pytest.mark.parametrize("to", ["0", "-1", "abc", "", str(2**63), "9" * 40])
    def test_what_is_no_business_is_not_found(self, town: Town, anna: FlaskClient, to: str) -> None:
        data = {"csrf_token": csrf_token(anna), "to": to}
        assert anna.post("/businesses/current", data=data).status_code == 404

    def test_a_business_of_others_is_not_found(self, town: Town) -> None:
        """PR-1: as if it did not exist."""
        olha = town.browser(town.olha)
        assert switch(olha, town.teremok.id) == 404
        assert "Pechersk" in text_of(olha.get("/points-of-sale"))

    def test_the_switcher_lists_the_persons_businesses(self, town: Town, anna: FlaskClient) -> None:
        menu = page_of(anna.get("/profile")).find(".//div[@id='menu-business']")
        assert menu is not None
        words = " ".join("".join(menu.itertext()).split())
        assert "Kavalier Business admin" in words
        assert "Teremok Business admin" in words
        assert page_of(town.browser(town.olha).get("/profile")).find(".//div[@id='menu-business']") is None


class TestTwoTabs:
    def test_a_form_of_the_business_before_is_refused(self, town: Town, anna: FlaskClient) -> None:
        """PR-1: a form carries its business; sent after a switch in another tab it is 409, and nothing is done."""
        form = form_to(anna.get("/points-of-sale/new"), "/points-of-sale")
        switch(anna, town.teremok.id)
        response = send(anna, form, {"name": "Lva Tolstoho"})
        assert response.status_code == 409
        assert "You switched to another business in another tab" in text_of(response)
        for shop in (town.kavalier, town.teremok):
            with shop.work():
                assert "Lva Tolstoho" not in db.session.scalars(select(PointOfSale.name)).all()

    def test_what_was_entered_is_kept_and_shown_after_switching_back(self, town: Town, anna: FlaskClient) -> None:
        """PR-1: the answer names the business, leads back to it and to the form as filled in, and does nothing."""
        form = form_to(anna.get("/points-of-sale/new"), "/points-of-sale")
        switch(anna, town.teremok.id)
        referer = {"Referer": "http://localhost/points-of-sale/new"}
        refused = send(anna, form, {"name": "Lva Tolstoho"}, headers=referer)
        assert "What you entered is kept. Switch back to Kavalier" in text_of(refused)
        back = send(anna, form_to(refused, "/businesses/current"), {"to": str(town.kavalier.id)})
        shown = anna.get(back.location)
        assert back.location.startswith("/points-of-sale/new?unsent=")
        assert NOT_CARRIED_OUT in shown.text
        again = form_to(shown, "/points-of-sale")
        assert again.values["name"] == ["Lva Tolstoho"]
        assert "Lva Tolstoho" not in text_of(anna.get("/points-of-sale"))
        assert send(anna, again, {}).status_code == 303
        assert text_of(anna.get("/points-of-sale")).count("Lva Tolstoho") == 1

    @pytest.mark.parametrize(
        ("entered", "headers"),
        [
            ({"csrf_token": "forged"}, {}),
            ({}, {"Origin": "https://evil.example"}),
            ({}, {"HX-Request": "true"}),
            ({"business_id": "987654"}, {}),
        ],
        ids=["forged", "foreign", "still on its page", "of others"],
    )
    def test_what_cannot_be_shown_again_is_not_kept(
        self,
        town: Town,
        anna: FlaskClient,
        superuser: psycopg.Connection,
        entered: dict[str, str],
        headers: dict[str, str],
    ) -> None:
        """RELIABILITY: nothing of another site, nor for a business that the person does not belong to."""
        form = form_to(anna.get("/points-of-sale/new"), "/points-of-sale")
        switch(anna, town.teremok.id)
        refused = send(anna, form, {"name": "Lva Tolstoho", **entered}, headers=headers)
        assert refused.status_code == 409
        assert "is kept" not in refused.text
        assert kept(superuser) == []

    def test_switching_leads_nowhere_else(self, town: Town, anna: FlaskClient) -> None:
        """The page to see after it is one of ours."""
        data = {"csrf_token": csrf_token(anna), "to": str(town.teremok.id), "next": "//evil.example"}
        assert anna.post("/businesses/current", data=data).location == "/"

    def test_it_is_refused_as_that_where_the_other_role_may_not(self, town: Town) -> None:
        """PR-1: 409 says what happened; that the role there is a smaller one is beside the point."""
        with town.app.app_context():
            add_member(town.teremok.id, town.anna.id, Role.ACCOUNTANT)
        anna = town.browser(town.anna)
        form = form_to(anna.get("/points-of-sale/new"), "/points-of-sale")
        switch(anna, town.teremok.id)
        assert send(anna, form, {"name": "Lva Tolstoho"}).status_code == 409

    def test_a_page_of_the_business_before_is_drawn_anew(self, town: Town, anna: FlaskClient) -> None:
        """PR-1: no rows of one business under the name of the other."""
        body = page_of(anna.get("/customers")).find(".//body")
        assert body is not None
        headers = {"HX-Request": "true", **json.loads(body.attrib["hx-headers"])}
        assert anna.get("/customers?sort=name", headers=headers).status_code == 200
        switch(anna, town.teremok.id)
        for page in ("/customers?sort=name", "/customers/count", "/customers/sums"):
            response = anna.get(page, headers=headers)
            assert (response.status_code, response.headers["HX-Refresh"], response.text) == (204, "true", "")

    def test_it_can_be_sent_after_switching_back(self, town: Town, anna: FlaskClient) -> None:
        form = form_to(anna.get("/points-of-sale/new"), "/points-of-sale")
        switch(anna, town.teremok.id)
        send(anna, form, {"name": "Lva Tolstoho"})
        switch(anna, town.kavalier.id)
        assert send(anna, form, {"name": "Lva Tolstoho"}).status_code == 303
        assert "Lva Tolstoho" in text_of(anna.get("/points-of-sale"))

    def test_signing_out_needs_no_business(self, town: Town, anna: FlaskClient) -> None:
        """A person can always leave, whatever another tab shows."""
        form = form_to(anna.get("/profile"), "/logout")
        switch(anna, town.teremok.id)
        assert send(anna, form, {}).status_code == 303
