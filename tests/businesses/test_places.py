"""Points of sale, Terminals and franchisees: seeing, adding, editing, archiving (PR-2)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import audit
from app.audit import AuditEntry, AuditValue
from app.businesses import hooks
from app.businesses.models import Franchisee, PointOfSale, StatsScope, Terminal
from app.customers.models import Customer
from app.customers.stats import differences
from app.extensions import db
from app.permissions import Role
from tests.browsing import Form, form_to, page_of, send, submit, text_of
from tests.factories import add_customer, add_franchisee, add_point_of_sale, add_sale, add_terminal
from tests.people import Person, Shop, Town, hire

NEW = "/points-of-sale/new"


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


def new_place_form(client: FlaskClient) -> Form:
    return form_to(client.get(NEW), "/points-of-sale")


def add(client: FlaskClient, **values: str) -> TestResponse:
    return send(client, new_place_form(client), values)


def rows(shop: Shop, kind: Any) -> dict[str, Any]:
    """Name → row of a business, read outside of any request."""
    with shop.work():
        found = db.session.scalars(select(kind).order_by(kind.id)).all()
        db.session.expunge_all()
    return {row.name: row for row in found}


def audited(shop: Shop) -> list[str]:
    with shop.work():
        return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(3)))


class TestLists:
    def test_shows_what_each_point_of_sale_is(self, town: Town, anna: FlaskClient) -> None:
        """PR-2: a point of sale, its franchisee, its Terminals."""
        text = text_of(anna.get("/points-of-sale"))
        assert "Pechersk" in text
        assert "Podil Podil Partners 1 Yes" in text.replace(" – ", " ")
        assert "Obolon" not in text

    def test_terminals_name_their_point_of_sale(self, anna: FlaskClient) -> None:
        assert "Podil 1 Podil" in text_of(anna.get("/terminals"))

    def test_franchisees_name_what_they_run(self, anna: FlaskClient) -> None:
        assert "Podil Partners Podil" in text_of(anna.get("/franchisees"))

    def test_sorts_by_the_alphabet(self, town: Town, anna: FlaskClient) -> None:
        with town.kavalier.work():
            for name in ("Юність", "Івана Франка", "Жуляни"):
                add_point_of_sale(name)
        text = text_of(anna.get("/points-of-sale"))
        assert text.index("Жуляни") < text.index("Івана Франка") < text.index("Юність")

    def test_location_operator_sees_its_own_places_alone(self, town: Town) -> None:
        """PR-3: Boris has the one place of his franchisee, and its Terminal."""
        boris = town.browser(town.boris)
        assert "Podil" in text_of(boris.get("/points-of-sale"))
        for page in ("/points-of-sale", "/terminals", "/franchisees"):
            assert "Pechersk" not in text_of(boris.get(page)), page

    def test_offers_changes_only_to_who_may_make_them(self, town: Town, anna: FlaskClient) -> None:
        assert 'href="/points-of-sale/new"' in anna.get("/points-of-sale").text
        for reader in (town.olha, town.boris):
            page = town.browser(reader).get("/points-of-sale").text
            assert "/points-of-sale/new" not in page
            assert f"/points-of-sale/{town.kavalier.franchised_place}" not in page

    @pytest.mark.parametrize("page", ["/points-of-sale", "/terminals", "/franchisees"])
    def test_an_unknown_filter_is_said(self, anna: FlaskClient, page: str) -> None:
        assert anna.get(f"{page}?archived=2").status_code == 400
        assert anna.get(f"{page}?archived=1").status_code == 200


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
        assert kinds == {
            (other, None, None, None),
            (None, place, None, None),
            (None, None, terminal, None),
            (None, None, terminal, town.kavalier.program),
        }
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


def archive(client: FlaskClient, page: str) -> TestResponse:
    asked = client.get(f"{page}/archiving")
    return send(client, form_to(asked, f"{page}/archiving"), {})


def names_seen(town: Town, person: Person) -> set[str]:
    with town.kavalier.work(person):
        found = db.session.scalars(select(Customer)).all()
        return {f"{each.first_name} {each.last_name}" for each in found}


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


PAGES = ["points-of-sale", "terminals", "franchisees"]


class TestWhoMay:
    @pytest.mark.parametrize("room", PAGES)
    def test_strangers_find_nothing(self, town: Town, room: str, superuser: psycopg.Connection) -> None:
        """PR-1: Oleg gets 404 for every place of Kavalier, whatever he does."""
        ids = {
            "points-of-sale": town.kavalier.own_place,
            "terminals": town.kavalier.own_terminal,
            "franchisees": town.kavalier.franchisee,
        }
        oleg = town.browser(town.oleg)
        form = new_place_form(oleg)
        page = f"/{room}/{ids[room]}"
        assert [oleg.get(page).status_code, oleg.get(f"{page}/archiving").status_code] == [404, 404]
        for action in (page, f"{page}/archiving", f"{page}/restoration"):
            form.action = action
            assert send(oleg, form, {"name": "Mine"}).status_code == 404, action
        assert not superuser.execute("SELECT 1 FROM point_of_sale WHERE name = 'Mine'").fetchone()

    @pytest.mark.parametrize("who", ["olha", "boris", "vera"])
    @pytest.mark.parametrize("room", PAGES)
    def test_only_the_admin_changes_places(self, town: Town, who: str, room: str) -> None:
        client = town.browser(town.people[who])
        assert client.get(f"/{room}/new").status_code == 403
        assert client.get(f"/{room}").status_code == (403 if who == "vera" else 200)

    def test_boris_cannot_edit_even_his_own(self, town: Town) -> None:
        assert town.browser(town.boris).get(f"/points-of-sale/{town.kavalier.franchised_place}").status_code == 403

    @pytest.mark.parametrize("number", ["0", "999999999", str(2**63 - 1), str(2**63), "9" * 30])
    def test_numbers_of_nothing_are_404(self, anna: FlaskClient, number: str) -> None:
        assert anna.get(f"/points-of-sale/{number}").status_code == 404
