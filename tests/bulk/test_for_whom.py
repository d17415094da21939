"""Whom each person's bulk actions are for, and which of them it has (CP-10, CT-10, PR-3)."""

from __future__ import annotations

import pytest

from app.bulk.models import Batch
from app.bulk.registry import actions
from app.customers.queries import customer_to_change
from app.customers.services.erasing import confirmation, erase_customer
from app.extensions import db
from app.permissions import GRANTS
from tests.browsing import text_of
from tests.bulk.desk import Desk
from tests.factories import add_customer, add_sale
from tests.people import Town


@pytest.fixture
def customers(town: Town) -> dict[str, int]:
    """Own bought at Boris's point of sale and at another, Other only at another; New came to his and bought nothing."""
    shop = town.kavalier
    with shop.work():
        found = {name: add_customer(name) for name in ("Own", "Other")}
        add_sale(found["Own"], shop.franchised_terminal, 10_000)
        for each in found.values():
            add_sale(each, shop.own_terminal, 10_000)
        return found | {"New": add_customer("New", point_of_sale=shop.franchised_place)}


@pytest.mark.parametrize("name", ["anna", "olha", "boris"])
def test_every_action_is_reached_from_one_profile(town: Town, customers: dict[str, int], name: str) -> None:
    """CP-10: all that the role may do, the message among them; each is on the selection of that one customer."""
    person, own = town.people[name], customers["Own"]
    desk = Desk(town, person)
    assert f'href="/customers/{own}/bulk-action"' in desk.client.get(f"/customers/{own}").text
    assert "1 customer" in desk.see(f"/customers/{own}/bulk-action")
    page = desk.draft([own])
    offered = desk.client.get(f"{page}/action").text
    for each in actions():
        allowed = each.is_offered and each.permission in GRANTS[person.role]
        assert (f"{page}/action?action={each.key}" in offered) is allowed, each.key
        assert (desk.client.get(f"{page}/action?action={each.key}").status_code == 200) is allowed, each.key
    desk.send(f"{page}/action", action="tags", way="add", key="city", value="Kyiv")
    assert "Confirm for 1 customer" in desk.see(page)


def test_who_has_no_customers_has_no_actions(town: Town, customers: dict[str, int]) -> None:
    """CP-10: an accountant, and whoever sells."""
    own = customers["Own"]
    assert town.browser(town.vera).get(f"/customers/{own}/bulk-action").status_code == 403
    assert Desk(town, town.vera).send("/bulk-actions", ids=str(own))[0] == 403
    assert town.browser(town.sasha).get(f"/customers/{own}/bulk-action").status_code in (302, 303, 403)


def test_a_location_operator_counts_and_reaches_its_own_alone(town: Town, customers: dict[str, int]) -> None:
    """PR-3, CT-10: in the words that ask, in the preview, among its ids, on its profiles."""
    boris = Desk(town, town.boris)
    assert "All 2 customers of the selection" in boris.see("/bulk-actions/new")
    assert boris.client.get(f"/customers/{customers['Other']}/bulk-action").status_code == 404
    _status, what = boris.send("/bulk-actions", ids=",".join(map(str, customers.values())))
    page = what.removesuffix("/action")
    boris.send(what, action="tags", way="add", key="city", value="Kyiv")
    assert "Confirm for 2 customers" in boris.see(page)
    boris.send(f"{page}/confirmation")
    boris.work_all()
    report = boris.see(page)
    assert "2 of 2 customers" in report
    assert "Other" not in boris.see(f"{page}/customers")
    with town.kavalier.work():
        number = int(page.rpartition("/")[2])
        assert db.session.get_one(Batch, (town.kavalier.id, number)).franchisee_id == town.kavalier.franchisee


def test_the_brand_sees_a_franchisee_s_actions_and_not_the_other_way(town: Town, customers: dict[str, int]) -> None:
    """PR-3: a brand operator works over all locations; what it does is no business of one of them."""
    boris, olha = Desk(town, town.boris), Desk(town, town.olha)
    his, hers = boris.previewed([customers["Own"]]), olha.previewed(list(customers.values()))
    assert "Confirm for 3 customers" in olha.see(hers)
    assert "Confirm for 1 customer" in olha.see(his)
    assert boris.client.get(hers).status_code == 404
    assert hers not in boris.client.get("/bulk-actions").text
    assert his in olha.client.get("/bulk-actions").text


def test_nobody_else_chooses_what_a_franchisee_s_draft_does(town: Town, customers: dict[str, int]) -> None:
    """PR-3, BA-11: the brand would freeze customers of all locations, whom the run then could not see."""
    boris, anna = Desk(town, town.boris), Desk(town, town.anna)
    _status, what = boris.send("/bulk-actions", all="1")
    tag = {"action": "tags", "way": "add", "key": "city", "value": "Kyiv"}
    assert anna.client.get(what).headers["Location"] == "/bulk-actions"
    assert anna.send(what, **tag)[0] == 403
    boris.send(what, **tag)
    assert "Confirm for 2 customers" in boris.see(what.removesuffix("/action"))


def test_a_customer_who_left_the_view_is_masked_in_the_report(town: Town, customers: dict[str, int]) -> None:
    """BA-12, CP-8: who was deleted since is a number in its rows; nobody's rows can be downloaded (CT-11)."""
    anna = Desk(town, town.anna)
    page = anna.previewed(list(customers.values()))
    anna.send(f"{page}/confirmation")
    anna.work_all()
    with town.kavalier.work(town.anna):
        gone = customer_to_change(customers["New"])
        erase_customer(gone, confirmation(gone), None)
    shown = anna.client.get(f"{page}/customers")
    assert "Own Koval" in text_of(shown)
    assert f"No. {customers['New']}" in text_of(shown)
    assert "New Koval" not in text_of(shown)
    assert "download" not in shown.text.lower()
    assert anna.client.get(f"{page}/customers.csv").status_code == 404
