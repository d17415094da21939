"""Pages of bulk actions: from the ticks to the report, for each role, without scripts (CT-10, BA-11, BA-12)."""

from __future__ import annotations

import uuid

import pytest

from tests.bulk.desk import Desk
from tests.factories import add_customer, add_segment
from tests.people import Town


@pytest.fixture
def customers(town: Town) -> list[int]:
    with town.kavalier.work():
        people = [add_customer(f"C{number}") for number in range(3)]
        return [*people, add_customer("Last", tags=[("city", "Lviv")])]


def test_from_ticks_to_the_report(town: Town, customers: list[int]) -> None:
    """BA-11, BA-12: every step has its address; the report adds up and names who was skipped."""
    desk = Desk(town, town.anna)
    page = desk.previewed(customers)
    preview = desk.see(page)
    assert "Add the tag city = Kyiv" in preview
    assert "What to do Add Key city Value Kyiv" in preview
    assert "Confirm for 3 customers" in preview
    assert "Has a tag of this key" in preview
    assert "Last Koval" in desk.see(f"{page}/customers?reason=has_tag")
    assert desk.send(f"{page}/confirmation") == (303, page)
    assert "Running" in desk.see(page)
    desk.work_all()
    report = desk.see(page)
    assert "100%" in report
    assert "4 of 4 customers" in report
    assert "Skipped: Has a tag of this key" in report
    assert "C0 Koval" in desk.see(f"{page}/customers")
    assert "Add the tag city = Kyiv" in desk.see("/bulk-actions")
    status, undoing = desk.send(f"{page}/undoing")
    assert status == 303
    assert "Undo: Add the tag city = Kyiv" in desk.see(undoing)
    assert "The undoing is prepared" in desk.see(page)
    desk.send(f"{undoing}/confirmation")
    desk.work_all()
    assert "Undone" in desk.see(page)


def test_an_undoing_begun_twice_is_one(town: Town, customers: list[int]) -> None:
    """BA-14: who asks for it in another tab comes to the one that is there."""
    desk = Desk(town, town.anna)
    page = desk.previewed(customers)
    desk.send(f"{page}/confirmation")
    desk.work_all()
    first, again = (desk.send(f"{page}/undoing") for _each in range(2))
    assert first == again
    assert first[0] == 303


def test_what_an_undoing_does_is_not_chosen(town: Town, customers: list[int]) -> None:
    """BA-14: a form that stands nowhere would have it put back what another action kept."""
    desk = Desk(town, town.anna)
    page = desk.previewed(customers)
    desk.send(f"{page}/confirmation")
    desk.work_all()
    _status, undoing = desk.send(f"{page}/undoing")
    access = {"action": "access", "program": str(town.kavalier.program), "given": "1"}
    assert desk.send(f"{undoing}/action", **access)[0] == 409
    assert "Undo: Add the tag city = Kyiv" in desk.see(undoing)


def test_with_nobody_ticked_it_asks_in_so_many_words(town: Town, customers: list[int]) -> None:
    """CT-10: for the whole filtered selection, with the count; a segment and a profile lead there too (CP-10)."""
    desk = Desk(town, town.anna)
    assert "All 4 customers of the selection" in desk.see("/bulk-actions/new")
    assert "Nobody is ticked in the table" in desk.see("/bulk-actions/new")
    with town.kavalier.work():
        segment = add_segment("Regulars")
    assert "Regulars" in desk.see(f"/bulk-actions/new?segment={segment}")
    assert f"/bulk-actions/new?segment={segment}" in desk.client.get("/segments").text
    assert "1 customer" in desk.see(f"/customers/{customers[0]}/bulk-action")
    assert desk.send("/bulk-actions") == (303, "/bulk-actions/new")


def test_all_that_match_but_some(town: Town, customers: list[int]) -> None:
    """CT-10: all matching is an explicit choice, and single ones are taken out again."""
    desk = Desk(town, town.anna)
    _status, what = desk.send("/bulk-actions", all="1", ids=str(customers[0]))
    page = what.removesuffix("/action")
    assert "All customers, but for 1" in desk.see(what)
    desk.send(what, action="tags", way="add", key="city", value="Kyiv")
    assert "Confirm for 2 customers" in desk.see(page)


def test_without_scripts_a_page_s_ticks_are_sent(town: Town, customers: list[int]) -> None:
    desk = Desk(town, town.anna)
    _status, what = desk.send("/bulk-actions", id=str(customers[0]))
    assert "For 1 customer" in desk.see(what)


def test_the_same_form_twice_is_one_batch(town: Town, customers: list[int]) -> None:
    """RELIABILITY: bulk work, 1: the same key and body answer with the same batch, another body is 409."""
    desk, key = Desk(town, town.anna), str(uuid.uuid4())
    first, again = (desk.send("/bulk-actions", form_key=key, ids=str(customers[0])) for _each in range(2))
    assert first == again
    assert desk.send("/bulk-actions", form_key=key, ids=str(customers[1]))[0] == 409
    page = desk.previewed(customers)
    assert desk.send(f"{page}/confirmation")[0] == 303
    assert desk.send(f"{page}/confirmation")[0] == 409


@pytest.mark.parametrize("ids", ["a", "1;2", "9" * 30, ",".join(map(str, range(10_001)))])
def test_what_no_table_sends_is_refused(town: Town, ids: str) -> None:
    assert Desk(town, town.anna).send("/bulk-actions", ids=ids)[0] == 400


def test_a_wrong_form_says_so(town: Town, customers: list[int]) -> None:
    desk = Desk(town, town.anna)
    page = desk.draft(customers)
    for action in ("credit", "account", "removal", "category", "access", "tags"):
        desk.see(f"{page}/action?action={action}")
    status, shown = desk.send(f"{page}/action", action="credit", amount="0", program="1", terminal="1", special="y")
    assert status == 422
    assert "Enter an amount above 0." in shown
    assert "Say for how many days special points are valid." in shown
    assert desk.client.get(f"{page}/action?action=nothing").status_code == 400
    shop = town.kavalier
    sent = {"action": "credit", "amount": "25", "program": str(shop.program), "terminal": str(shop.own_terminal)}
    assert desk.send(f"{page}/action", **sent) == (303, page)
    assert "Program Kavalier Club How many points for each 25" in desk.see(page)
    assert "Terminal Pechersk, Pechersk 1" in desk.see(page)
    confirmed = desk.previewed(customers)
    assert desk.send(f"{confirmed}/confirmation", start="2020-01-01T10:00")[0] == 422


def test_over_the_limit_a_second_person_approves(town: Town, customers: list[int]) -> None:
    """BA-15: limits of roles live in the settings."""
    anna, olha = Desk(town, town.anna), Desk(town, town.olha)
    assert anna.send("/settings/bulk-actions", brand_operator="2")[0] == 303
    page = olha.previewed(customers)
    olha.send(f"{page}/confirmation")
    assert "Waits for approval" in olha.see(page)
    assert "Limits of bulk actions changed" in anna.see("/audit-log")
    assert olha.send(f"{page}/approval")[0] == 403
    assert anna.send(f"{page}/approval")[0] == 303
    anna.work_all()
    assert "Approved by Anna Kovalenko." in olha.see(page)


def test_who_confirmed_another_s_draft_does_not_approve_it(town: Town, customers: list[int]) -> None:
    """BA-15: with the limit raised meanwhile neither; who drafted it is a second person."""
    anna, olha = Desk(town, town.anna), Desk(town, town.olha)
    page = olha.previewed(customers)
    anna.send("/settings/bulk-actions", admin="2")
    anna.send(f"{page}/confirmation")
    assert "Confirmed by Anna Kovalenko" in anna.see(page)
    anna.send("/settings/bulk-actions", admin="")
    assert anna.send(f"{page}/approval")[0] == 403
    assert olha.send(f"{page}/approval")[0] == 303


def test_strangers_and_other_roles_do_not_see_it(town: Town, customers: list[int]) -> None:
    """PR-1, PR-3: another business's is not there, nor the brand's for a location operator."""
    page = Desk(town, town.anna).previewed(customers)
    for person, status in ((town.oleg, 404), (town.boris, 404), (town.vera, 403)):
        assert town.browser(person).get(page).status_code == status
        assert Desk(town, person).send(f"{page}/confirmation")[0] == status
