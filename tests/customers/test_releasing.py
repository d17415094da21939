"""A category set by hand is given back to the rules by a button (AC-3)."""

from __future__ import annotations

import pytest

from app.customers.models import Enrolment
from app.customers.services.assigning import assign_categories
from app.extensions import db
from app.loyalty.queries import categories_of
from app.loyalty.services import create_program
from app.loyalty.services.categories import add_category
from tests.browsing import form_to, send, submit, text_of
from tests.customers.assigning import buy, rule, set_by_hand, standing
from tests.customers.editing import audit_lines
from tests.factories import add_customer
from tests.people import Shop, Town


@pytest.fixture
def shop(town: Town) -> Shop:
    """Kavalier gives Gold from a turnover of 1,000.00."""
    with town.kavalier.work(town.anna):
        add_category(town.kavalier.program, "Gold", rule(100_000))
    return town.kavalier


def test_a_location_operator_releases_into_what_the_whole_business_sold(town: Town, shop: Shop) -> None:
    """AC-3, PR-3: the rules count every sale, also those that it does not see."""
    with shop.work():
        customer = add_customer(point_of_sale=shop.franchised_place)
        buy(shop, customer, 500_000)
    with shop.work(town.boris):
        enrolment = db.session.get_one(Enrolment, (shop.id, shop.program, customer))
        enrolment.category_id = categories_of(shop.program)[0].id
        db.session.flush()
        assert assign_categories(shop.program, [customer]) == 1
    assert standing(shop, customer) == "Gold"


class TestRelease:
    def test_a_button_gives_the_category_back_to_the_rules(self, town: Town, shop: Shop) -> None:
        """AC-3: it stands in the profile while the category is set by hand, and is audited."""
        with shop.work():
            customer = add_customer()
            buy(shop, customer, 500_000)
            set_by_hand(shop, customer, "New Customers")
        anna, profile = town.browser(town.anna), f"/customers/{customer}"
        assert "Category set by hand" in text_of(anna.get(profile))
        assert "set by hand" in anna.get(f"/customers?open={customer}").text
        release = f"{profile}/programs/{shop.program}/category-release"
        assert submit(anna, profile, {}, action=release).location == profile
        assert standing(shop, customer) == "Gold"
        assert "by hand" not in text_of(anna.get(profile))
        action, changes = audit_lines(shop, "customer", customer)[0]
        assert (action, list(changes)) == ("customer.change", [f"category_{shop.program}"])

    def test_a_program_that_the_customer_is_not_in_is_not_there(self, town: Town, shop: Shop) -> None:
        with shop.work():
            customer = add_customer()
            other = create_program("Beans", {"en": "Beans"})
            set_by_hand(shop, customer, "Gold")
        anna, profile = town.browser(town.anna), f"/customers/{customer}"
        form = form_to(anna.get(profile), f"{profile}/programs/{shop.program}/category-release")
        for program in (other, 999_999):
            response = anna.post(f"{profile}/programs/{program}/category-release", data=form.values)
            assert response.status_code == 404

    def test_an_accountant_and_another_business_cannot(self, town: Town, shop: Shop) -> None:
        """PR-1."""
        with shop.work():
            customer = add_customer()
            set_by_hand(shop, customer, "Gold")
        profile = f"/customers/{customer}"
        release = f"{profile}/programs/{shop.program}/category-release"
        form = form_to(town.browser(town.anna).get(profile), release)
        assert town.browser(town.oleg).get(profile).status_code == 404
        assert send(town.browser(town.vera), form, {}).status_code in (400, 403, 409)
        assert standing(shop, customer) == "Gold"
