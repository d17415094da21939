"""Registering a customer: the form, and the service that the Terminal, import and API share (CP-7, AC-2, CT-3)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.customers.details import Details, Standing
from app.customers.models import Customer, CustomerStats
from app.customers.services import TakenError, create_customer
from app.customers.stats import differences
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance
from app.loyalty.models import Access, FieldKind, Program
from tests.browsing import form_to, page_of, send, submit, text_of
from tests.customers.editing import audit_lines, column, kept
from tests.factories import add_customer, add_question
from tests.people import Town

NEW = "/customers/new"


def register(client: FlaskClient, values: dict[str, str]) -> int:
    """Fills in the form; answers with the new customer's id."""
    response = submit(client, NEW, values, action="/customers")
    assert response.status_code == 303, text_of(response)
    return int(str(response.location).rpartition("/")[2])


class TestForm:
    def test_registers_in_every_scope_that_lists_it(self, town: Town, anna: FlaskClient) -> None:
        """AC-2, CT-3: enrolled in the default program with its access and category, with a balance of nothing; the
        table lists it at once; kept figures equal rebuilt ones, the ledger is whole.
        """
        with town.kavalier.work():
            db.session.get_one(Program, (town.kavalier.id, town.kavalier.program)).default_access = Access.LIMITED
        number = register(anna, {"first_name": "Olena", "phone": "067 412 08 55"})
        standing = kept(town.kavalier, number).standings[town.kavalier.program]
        assert (standing.access, standing.category_id) == (Access.LIMITED, None)
        with town.kavalier.work():
            assert differences().first == []
            assert faults() == []
            held = db.session.scalars(select(Balance).where(Balance.customer_id == number)).all()
            assert [each.wallet_id for each in held] == [town.kavalier.wallet]
        for address in (
            "/customers?sort=name",
            "/customers?sort=points",
            f"/customers?program={town.kavalier.program}",
        ):
            assert f'href="/customers/{number}"' in anna.get(address).text, address
        found = submit(anna, "/customers", {"text": "0855"}, action="/customers/searches", follow_redirects=True)
        assert f'href="/customers/{number}"' in found.text

    def test_registered_at_a_franchised_place_its_operator_sees_it(self, town: Town, anna: FlaskClient) -> None:
        """PR-3, CT-3: from the first day, and not in the place's sample of buyers."""
        place = town.kavalier.franchised_place
        number = register(anna, {"first_name": "Olena", "point_of_sale": str(place)})
        boris = town.browser(town.boris)
        assert boris.get(f"/customers/{number}").status_code == 200
        assert f'href="/customers/{number}"' in boris.get("/customers").text
        assert f'href="/customers/{number}"' not in boris.get(f"/customers?point_of_sale={place}").text
        other = register(anna, {"first_name": "Petro", "point_of_sale": str(town.kavalier.own_place)})
        assert boris.get(f"/customers/{other}").status_code == 404

    def test_a_location_operator_registers_at_its_own_places(self, town: Town) -> None:
        """PR-3: and must say at which; other places are not offered, nor taken."""
        boris, shop = town.browser(town.boris), town.kavalier
        options = page_of(boris.get(NEW)).iterfind(".//select[@id='point_of_sale']/option")
        assert [each.get("value") for each in options] == ["", str(shop.franchised_place)]
        for place in ("", str(shop.own_place), str(town.teremok.own_place)):
            response = submit(boris, NEW, {"first_name": "Olena", "point_of_sale": place}, action="/customers")
            assert response.status_code == 422, place
        values = {
            "first_name": "Olena",
            "phone": "067 412 08 55",
            "cards": "7700",
            "point_of_sale": str(shop.franchised_place),
        }
        number = register(boris, values)
        assert boris.get(f"/customers/{number}").status_code == 200
        assert (town.browser(town.anna)).get(f"/customers/{number}").status_code == 200
        with shop.work():
            assert differences().first == []
            assert faults() == []

    def test_a_phone_of_a_customer_it_does_not_see_is_refused(self, town: Town) -> None:
        """CP-7, PR-3: one customer of the business has it, wherever it buys; who that is is not told."""
        with town.kavalier.work():
            add_customer("Petro", "Savchuk", "+380674120855")
        values = {"phone": "067 412 08 55", "point_of_sale": str(town.kavalier.franchised_place)}
        response = submit(town.browser(town.boris), NEW, values, action="/customers")
        assert response.status_code == 422
        assert "Another customer has this phone." in text_of(response)
        assert "Savchuk" not in response.text
        with town.kavalier.work():
            assert db.session.scalar(select(func.count()).select_from(Customer)) == 1
            assert db.session.scalar(select(func.count()).select_from(CustomerStats)) == 2

    def test_what_must_be_answered_is_insisted_on(self, town: Town, anna: FlaskClient) -> None:
        """LP-7."""
        with town.kavalier.work():
            asked = add_question("Cups a day", FieldKind.NUMBER, required=True)
        response = submit(anna, NEW, {"first_name": "Olena"}, action="/customers")
        assert "Answer this question." in text_of(response)
        number = register(anna, {"first_name": "Olena", f"answer_{asked}": "0"})
        assert kept(town.kavalier, number).answers == {asked: 0}

    def test_is_in_the_audit_log(self, town: Town, anna: FlaskClient) -> None:
        """PR-4."""
        number = register(anna, {"first_name": "Olena", "point_of_sale": str(town.kavalier.own_place)})
        ((action, changes),) = audit_lines(town.kavalier, "customer", number)
        assert action == "customer.create"
        assert changes == {
            "first_name": (None, "Olena"),
            f"access_{town.kavalier.program}": (None, "full"),
            "registered_point_of_sale_id": (None, town.kavalier.own_place),
        }

    def test_lines_of_cards_are_added_without_scripts(self, anna: FlaskClient) -> None:
        response = submit(anna, NEW, {"first_name": "Olena", "row": "add"}, action="/customers")
        lines = page_of(response).findall(".//input[@name='cards']")
        assert (response.status_code, len(lines)) == (422, 2)

    def test_the_same_form_twice_makes_one_customer(self, town: Town, anna: FlaskClient) -> None:
        """A double click leads to the customer of the first."""
        form = form_to(anna.get(NEW), "/customers")
        first, second = (send(anna, form, {"first_name": "Olena"}) for _ in range(2))
        assert first.status_code == second.status_code == 303
        assert first.location == second.location

    @pytest.mark.parametrize("who", ["vera", "sasha"])
    def test_others_may_not(self, town: Town, who: str) -> None:
        assert town.browser(town.people[who]).get(NEW).status_code in (303, 403)


class TestService:
    def test_two_at_once_with_one_phone_make_one_customer(self, town: Town) -> None:
        """CP-7: whoever comes second is told, however close behind."""

        def arrive(name: str) -> int | None:
            try:
                with town.kavalier.work(town.anna):
                    return create_customer(Details(first_name=name, phone="+380674120855"), None)
            except TakenError:
                return None

        with ThreadPoolExecutor(4) as terminals:
            made = list(terminals.map(arrive, "abcd"))
        assert len([each for each in made if each is not None]) == 1
        with town.kavalier.work():
            assert db.session.scalar(select(func.count()).select_from(Customer)) == 1
            assert differences().first == []

    def test_enrols_in_the_programs_named(self, town: Town) -> None:
        """AC-1: with the access given there."""
        shop = town.kavalier
        with shop.work():
            standings = {shop.program: Standing(Access.BLACKLISTED)}
            number = create_customer(Details(first_name="Olena", standings=standings), shop.franchised_place)
        assert kept(shop, number).standings[shop.program].access == Access.BLACKLISTED
        assert column(shop, number, "registered_point_of_sale_id") == shop.franchised_place

    def test_lists_nobody_who_is_listed_already(self, town: Town) -> None:
        """PR-3: the function that lists newcomers shows a franchisee no customer of others."""
        shop = town.kavalier
        with shop.work():
            stranger = add_customer("Petro", "Savchuk")
        with shop.work(town.boris):
            db.session.execute(select(func.list_customer(stranger, [shop.program], shop.franchisee)))
        assert town.browser(town.boris).get(f"/customers/{stranger}").status_code == 404
