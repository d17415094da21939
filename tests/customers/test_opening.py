"""How many customers a user of the panel opens in a day (CT-11, RELIABILITY: data leaves by screens too)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.audit import AuditEntry
from app.customers.models import OpenedProfiles
from app.extensions import db
from app.lib import dates
from app.messaging.models import UserLetter
from jobs import housekeeping
from tests.browsing import text_of
from tests.customers.editing import page
from tests.factories import add_customer, add_sale
from tests.people import Town

REFUSED = "You opened too many customers today."


@pytest.fixture
def people(town: Town, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Four customers, of whom anyone opens two in a day."""
    monkeypatch.setattr("app.customers.opening.MOST", 2)
    with town.kavalier.work():
        made = [add_customer(f"Olena {number}") for number in range(4)]
        for each in made:
            add_sale(each, town.kavalier.franchised_terminal, 100)
        return made


def shown(client: FlaskClient, customer: int) -> int:
    return client.get(f"/customers/{customer}").status_code


def test_customers_count_and_not_pages(people: list[int], anna: FlaskClient) -> None:
    """CT-11: drawer, tabs and forms of one customer count once; those that were opened that day open on."""
    first, second, third, _fourth = people
    for path in ("", "", "/transactions", "/loyalty-history", "/edit", "/tags"):
        assert anna.get(f"/customers/{first}{path}").status_code == 200
    assert anna.get(f"/customers/summary?id={second}", headers={"HX-Request": "true"}).status_code == 200
    refused = anna.get(f"/customers/{third}")
    assert refused.status_code == 429
    assert REFUSED in text_of(refused)
    assert "Others can be opened from" in text_of(refused)
    assert "00:00" in text_of(refused)
    assert [shown(anna, each) for each in (first, second)] == [200, 200]
    assert anna.get("/customers").status_code == 200


@pytest.mark.parametrize("path", ["/edit", "/tags", "/transactions", "/messages", "/offers", "/erasure"])
def test_no_page_of_a_customer_leads_around_it(people: list[int], anna: FlaskClient, path: str) -> None:
    for each in people[:2]:
        shown(anna, each)
    assert anna.get(f"/customers/{people[2]}{path}").status_code == 429
    assert anna.get(f"/customers?open={people[2]}").status_code == 429


def test_a_form_that_is_refused_counts_too(people: list[int], anna: FlaskClient) -> None:
    """It shows the customer as well, and keeps nothing else."""
    token = anna.get(page(people[0])).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = {"csrf_token": token, "row": "add"}
    assert [anna.post(page(each), data=sent).status_code for each in people] == [422, 422, 429, 429]


def test_a_piece_of_a_page_says_it_in_a_toast(people: list[int], anna: FlaskClient) -> None:
    for each in people[:2]:
        shown(anna, each)
    answer = anna.get(f"/customers/summary?id={people[2]}", headers={"HX-Request": "true"})
    assert answer.status_code == 429
    assert REFUSED in answer.headers["HX-Trigger"]


def test_each_user_is_counted_alone_and_each_day_anew(town: Town, people: list[int], anna: FlaskClient) -> None:
    assert [shown(anna, each) for each in people] == [200, 200, 429, 429]
    for other in (town.olha, town.boris):
        assert [shown(town.browser(other), each) for each in people] == [200, 200, 429, 429]
    with town.kavalier.work():
        db.session.execute(update(OpenedProfiles).values(day=OpenedProfiles.day - 1))
    assert [shown(anna, each) for each in people] == [200, 200, 429, 429]


def test_who_opens_many_at_once_opens_no_more(town: Town, people: list[int]) -> None:
    browsers = [(town.browser(town.anna), each) for each in people]
    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(lambda each: shown(*each), browsers))
    assert answers == [200, 200, 429, 429]


def test_opening_one_again_writes_nothing(
    people: list[int], anna: FlaskClient, count_statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with count_statements() as first:
        shown(anna, people[0])
    with count_statements() as again:
        shown(anna, people[0])
    assert sum("INSERT INTO opened_profiles" in each for each in first) == 1
    assert not any("INSERT" in each or "UPDATE" in each for each in again)


def test_the_administrators_are_told_once(town: Town, people: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """By e-mail and in the audit log, of a location operator too, who sees no administrator."""
    monkeypatch.setattr("app.messaging.services.send_to_users", lambda _scope: 0)
    boris = town.browser(town.boris)
    for _each in range(2):
        assert [shown(boris, each) for each in people] == [200, 200, 429, 429]
        with town.app.app_context():
            housekeeping.tell_of_balances()
    with town.kavalier.work():
        (letter,) = db.session.scalars(select(UserLetter)).all()
        assert letter.address == town.anna.email
        assert town.boris.name in letter.title
        assert letter.text.endswith(f"/users/{town.boris.id}")
        lines = select(AuditEntry.subject_id).where(AuditEntry.action == "user.open_too_many")
        assert db.session.scalars(lines).all() == [town.boris.id]


def test_days_that_are_over_are_forgotten(town: Town, people: list[int], anna: FlaskClient) -> None:
    shown(anna, people[0])
    with town.kavalier.work():
        db.session.execute(update(OpenedProfiles).values(day=dates.now().date() - timedelta(days=2)))
    shown(anna, people[0])
    with town.app.app_context():
        housekeeping.forget_openings()
    with town.kavalier.work():
        assert len(db.session.scalars(select(OpenedProfiles)).all()) == 1


def test_nobody_reads_whom_others_opened(town: Town, people: list[int], anna: FlaskClient) -> None:
    """PR-3."""
    shown(anna, people[0])
    with town.kavalier.work(town.boris):
        assert db.session.scalars(select(OpenedProfiles)).all() == []
