"""The audit log's page: what it shows of each line, its filters, its pages (PR-4)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import audit
from app.audit import AuditEntry, Subject
from app.audit_words import kinds
from app.extensions import db
from tests.browsing import form_to, page_of, send, submit, text_of
from tests.factories import add_customer, add_question
from tests.people import Person, Town

PAGE = "/audit-log"


@pytest.fixture
def olena(town: Town) -> int:
    with town.kavalier.work():
        return add_customer("Olena", "Koval", "+380674120855")


def edit(town: Town, person: Person, customer: int, **values: str) -> None:
    assert submit(town.browser(person), f"/customers/{customer}/edit", values).status_code == 303


def shown(client: FlaskClient, address: str = PAGE) -> list[str]:
    """What each line says, newest first."""
    response = client.get(address)
    assert response.status_code == 200, address
    lines = page_of(response).iterfind(".//details")
    return [" ".join(" ".join(line.itertext()).split()) for line in lines]


def numbers(response: TestResponse) -> list[int]:
    """The numbers of the lines on a page, as they stand."""
    return [int(line.get("id", "").removeprefix("line-")) for line in page_of(response).iter("details")]


def link(response: TestResponse, name: str) -> str:
    found = page_of(response).find(f".//a[@id='{name}']")
    return str(found.get("href")) if found is not None else ""


class TestLines:
    def test_say_who_when_from_where_what_and_both_values(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """PR-4: in words, with the way to the thing and to all lines about it."""
        edit(town, town.olha, olena, email="o@example.com", phone="067 111 22 33")
        newest = shown(anna)[0]
        for piece in (
            *("Olha Tkachenko", "Customer changed", "Olena Koval", "2 values", "E-mail – became o@example.com"),
            *("Phone +380 67 412 0855 became +380 67 111 2233", "from 127.0.0.1"),
        ):
            assert piece in newest, piece
        hrefs = [link.get("href") for link in page_of(anna.get(PAGE)).iter("a")]
        assert f"/customers/{olena}" in hrefs
        assert f"{PAGE}?kind=customer&id={olena}" in hrefs

    def test_every_change_that_the_panel_makes_has_words(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """PR-4, I18-1: no action or field stands there as the code calls it."""
        with town.kavalier.work():
            question = add_question("Milk")
        edit(town, town.anna, olena, first_name="Lena", consent_processing="y", **{f"answer_{question}": "Oat"})
        submit(anna, f"/customers/{olena}/tags", {"key": "milk", "value": "oat"})
        submit(anna, f"/customers/{olena}/personal-data", {"reason": "Asked by letter"})
        submit(anna, "/points-of-sale/new", {"name": "Obolon"}, action="/points-of-sale")
        page = f"/points-of-sale/{town.kavalier.franchised_place}"
        submit(anna, page, {"name": "Podil Lower", "franchisee_id": ""})
        submit(anna, f"{page}/archiving", {})
        new = {"name": "Cups", "kind": "number"}
        submit(anna, "/questionnaire/questions/new", new, action="/questionnaire/questions")
        submit(anna, "/questionnaire", {"move": f"down:{question}"}, action="/questionnaire/order")
        submit(anna, "/settings", {"country": "PL"})
        submit(anna, f"/customers/{olena}/erasure", {"typed": "0855", "reason": "request"})
        lines = " ".join(shown(anna))
        assert "_" not in lines.replace("__", "")
        with town.kavalier.work():
            written = set(db.session.scalars(select(AuditEntry.action)))
        assert written <= {action for kind in kinds().values() for action in kind.actions}
        for piece in ("Order Milk, Cups became Cups, Milk", "Reason – became The customer asked for it"):
            assert piece in lines, piece

    def test_what_was_erased_says_so(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """PR-4, CP-8: the line stays, its personal values are gone."""
        edit(town, town.anna, olena, email="o@example.com")
        submit(anna, f"/customers/{olena}/erasure", {"typed": "0855"})
        erased, changed = shown(anna)[:2]
        assert "Customer deleted" in erased
        assert "E-mail Erased" in changed
        assert "o@example.com" not in anna.get(PAGE).text
        assert f"No. {olena}" in changed
        assert f'href="/customers/{olena}"' not in anna.get(PAGE).text

    def test_a_value_that_was_altered_is_marked(
        self, town: Town, anna: FlaskClient, olena: int, superuser: psycopg.Connection
    ) -> None:
        """PR-4: values lie beside the chain, and each is held to its hash when it is shown."""
        edit(town, town.anna, olena, email="o@example.com")
        assert "Altered" not in shown(anna)[0]
        superuser.execute("""UPDATE audit_value SET new = '"forged@example.com"' WHERE field = 'email'""")
        assert "Altered past the panel" in shown(anna)[0]

    def test_what_nobody_described_is_shown_as_it_is(self, town: Town, anna: FlaskClient) -> None:
        """A line of an area that is gone, or of a newer version."""
        with town.kavalier.work(town.anna):
            audit.record("thing.made", Subject("thing", 7), {"colour": (None, "<b>red</b>")})
        newest = shown(anna)[0]
        assert "thing.made No. 7" in newest
        assert "colour – became <b>red</b>" in newest


class TestFilters:
    @pytest.fixture
    def stock(self, town: Town, olena: int) -> int:
        with town.kavalier.work():
            petro = add_customer("Petro", "Savchuk")
        edit(town, town.anna, olena, email="a@example.com")
        edit(town, town.olha, olena, email="b@example.com")
        edit(town, town.olha, petro, email="c@example.com")
        submit(town.browser(town.anna), f"/customers/{petro}/tags", {"key": "milk", "value": "oat"})
        return petro

    def test_the_platform_is_somebody_too(self, town: Town, anna: FlaskClient, olena: int, stock: int) -> None:
        """PR-4: what support's commands did is found apart from what people did."""
        edit(town, town.olha, olena, email="o@example.com")
        lines = shown(anna, f"{PAGE}?person=platform")
        assert lines
        assert all("The platform" in each for each in lines)
        assert not any("The platform" in each for each in shown(anna, f"{PAGE}?person={town.olha.id}"))

    def test_choose_by_person_thing_and_action(self, town: Town, anna: FlaskClient, olena: int, stock: int) -> None:
        """PR-4."""
        assert len(shown(anna, f"{PAGE}?person={town.olha.id}")) == 2
        assert len(shown(anna, f"{PAGE}?kind=customer&id={olena}")) == 2
        assert len(shown(anna, f"{PAGE}?id={stock}&kind=customer&person={town.anna.id}")) == 1
        assert len(shown(anna, f"{PAGE}?action=customer.tag")) == 1
        assert len(shown(anna, f"{PAGE}?kind=customer")) == 4
        assert shown(anna, f"{PAGE}?action=customer.erase") == []
        assert "Nothing was done that fits" in text_of(anna.get(f"{PAGE}?action=customer.erase"))

    def test_a_number_alone_is_looked_for_in_every_kind(self, town: Town, anna: FlaskClient, stock: int) -> None:
        found = shown(anna, f"{PAGE}?id={stock}")
        assert sum("Petro" in line for line in found) == 2

    def test_choose_by_period_in_the_zone_of_the_business(
        self, town: Town, anna: FlaskClient, stock: int, superuser: psycopg.Connection
    ) -> None:
        """PR-4: both days included; Kyiv's day, not that of Greenwich."""
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(
            "UPDATE audit_entry SET at = '2026-03-04T22:30:00Z'::timestamptz + (id - (SELECT max(id) FROM audit_entry))"
            " * interval '1 microsecond'"
        )
        everything = len(shown(anna))
        assert len(shown(anna, f"{PAGE}?from=2026-03-05&to=2026-03-05")) == everything
        assert shown(anna, f"{PAGE}?to=2026-03-04") == []
        assert shown(anna, f"{PAGE}?from=2026-03-06") == []
        assert len(shown(anna, f"{PAGE}?from=2026-03-05")) == everything

    def test_stand_in_the_address_and_in_the_form(self, town: Town, anna: FlaskClient, stock: int) -> None:
        address = f"{PAGE}?person={town.olha.id}&kind=customer&from=2026-01-01"
        form = page_of(anna.get(address)).find(".//form[@method='get']")
        assert form is not None
        chosen = {each.get("name"): each.find("option[@selected]") for each in form.iter("select")}
        assert {name: option.get("value") for name, option in chosen.items() if option is not None} == {
            "person": str(town.olha.id),
            "kind": "customer",
            "action": "",
        }
        assert form.find(".//input[@name='from']").get("value") == "2026-01-01"  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        "args",
        [
            *("person=x", "person=0", "kind=unknown", "action=unknown", "id=-1", "id=" + "9" * 30),
            *("from=today", "from=2026-02-30", "before=x", "before=5&after=4", "q=koval", "kind=user&kind=user"),
        ],
    )
    def test_what_cannot_be_read_is_said(self, anna: FlaskClient, args: str) -> None:
        assert anna.get(f"{PAGE}?{args}").status_code == 400

    @pytest.mark.parametrize(
        ("args", "words"),
        [
            ("to=0001-01-01", "Choose days of the years 1970 to 2999."),
            ("from=9999-12-31", "Choose days of the years 1970 to 2999."),
            ("from=2026-03-02&to=2026-03-01", "The first day lies after the last one."),
        ],
    )
    def test_a_period_that_holds_nothing_is_said_beside_what_was_chosen(
        self, anna: FlaskClient, args: str, words: str
    ) -> None:
        response = anna.get(f"{PAGE}?{args}&action=customer.erase")
        assert words in text_of(response)
        assert "Nothing was done that fits" not in text_of(response)
        assert shown(anna, f"{PAGE}?{args}") == []


class TestPages:
    def test_hold_each_line_once_both_ways(
        self, town: Town, anna: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """PR-4: newest first, paged by key, so that new lines move nothing."""
        monkeypatch.setattr("app.paging.PAGE_SIZE", 4)
        with town.kavalier.work(town.anna):
            for number in range(10):
                audit.record("test.change", Subject("test", number), {"a": (None, number)})
        whole, address, pages = [], PAGE, []
        while address:
            response = anna.get(address)
            pages.append(response)
            whole += numbers(response)
            address = link(response, "page-chevron-right")
            with town.kavalier.work(town.anna):
                audit.record("test.change", Subject("test", 99), {"a": (1, 2)})
        assert len(pages) > 3
        assert whole == sorted(set(whole), reverse=True)
        with town.kavalier.work():
            assert len(whole) == len(db.session.scalars(select(AuditEntry.id)).all()) - len(pages)
        assert numbers(anna.get(link(pages[-1], "page-chevron-left"))) == numbers(pages[-2])
        assert link(pages[0], "page-chevron-left") == ""

    def test_cost_the_same_however_many_lines(
        self,
        town: Town,
        anna: FlaskClient,
        olena: int,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        """PR-4: names and values come by one statement for each kind of thing."""
        edit(town, town.anna, olena, email="a@example.com")
        with count_statements() as few:
            anna.get(PAGE)
        with town.kavalier.work(town.anna):
            for number in range(30):
                customer = add_customer(f"Name {number}")
                audit.record(
                    "customer.create", Subject("customer", customer), {"registered_point_of_sale_id": (None, 1)}
                )
        with count_statements() as many:
            anna.get(PAGE)
        assert len(many) <= len(few) + 1


class TestRights:
    @pytest.mark.parametrize("who", ["olha", "boris", "vera"])
    def test_only_admins_read_it(self, town: Town, who: str) -> None:
        """PR-4: it tells what every colleague did."""
        browser = town.browser(town.people[who])
        assert browser.get(PAGE).status_code == 403
        assert PAGE not in browser.get("/help").text

    def test_nothing_of_another_business_is_in_it(self, town: Town, olena: int) -> None:
        """PR-1."""
        edit(town, town.anna, olena, email="o@example.com")
        oleg = town.browser(town.oleg)
        assert "o@example.com" not in oleg.get(PAGE).text
        assert shown(oleg, f"{PAGE}?person={town.anna.id}") == []
        assert "Anna" not in oleg.get(f"{PAGE}?person={town.anna.id}").text

    def test_a_form_of_a_proof_is_like_any_other(self, anna: FlaskClient) -> None:
        assert send(anna, form_to(anna.get(PAGE), f"{PAGE}/checks"), {"csrf_token": "forged"}).status_code == 400
