"""Segments' pages: saving a filter as one, renaming, changing, deleting, and who may (CT-9)."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.customers.conditions.nodes import Condition, Group
from app.customers.models import Segment
from app.customers.saved_filters import Kept, Search, keep
from app.customers.search import Criterion
from app.customers.segments import segments
from app.customers.services import segments as services
from app.extensions import db
from tests.browsing import csrf_token, form_to, forms_of, page_of, send, submit, text_of
from tests.customers.editing import audit_lines
from tests.factories import add_franchisee, add_segment
from tests.people import Person, Shop, Town

LIST = "/segments"
TWICE = Condition("sales_count", "more", ("1",))
NEVER = Condition("last_at", "missing")
Kind = dict[str, Any]


@pytest.fixture
def regulars(town: Town) -> int:
    with town.kavalier.work():
        return add_segment("Regulars", TWICE)


def of(segment: int) -> Condition:
    return Condition("segment", "equals", (str(segment),))


def key_of(shop: Shop, *conditions: Condition, search: str = "") -> str:
    """A kept filter, as the builder leaves it."""
    with shop.work():
        sought = Search(Criterion.ALL, search) if search else None
        return keep(Kept(sought, Group(members=conditions) if conditions else None))


def save(client: FlaskClient, key: str, name: str) -> Any:
    return submit(client, f"{LIST}/new?f={key}", {"name": name}, action=LIST)


def edit(segment: int) -> str:
    return f"{LIST}/{segment}/edit"


def removal(segment: int) -> str:
    return f"{LIST}/{segment}/removal"


def change(client: FlaskClient, segment: int, key: str = "", **values: str) -> Any:
    return submit(client, f"{edit(segment)}?f={key}" if key else edit(segment), values, action=edit(segment))


def known(shop: Shop, person: Person | None = None) -> dict[str, tuple[Kind, int | None]]:
    """Name → conditions and owner, by name."""
    with shop.work(person):
        return {each.name: (each.conditions, each.franchisee_id) for each in segments()}


def plain(field: str, operator: str, *values: str) -> Kind:
    return {"and": [{"field": field, "operator": operator} | ({"values": list(values)} if values else {})]}


class TestSaving:
    def test_a_filter_is_saved_under_a_name(self, town: Town, anna: FlaskClient) -> None:
        """CT-9: shared in the business, and told in the audit log."""
        response = save(anna, key_of(town.kavalier, TWICE), "  Our   regulars ")
        assert known(town.kavalier) == {"Our regulars": (plain("sales_count", "more", "1"), None)}
        with town.kavalier.work():
            (made,) = segments()
            number, saved = made.id, (made.user_id, made.version)
        assert saved == (town.anna.id, 1)
        assert (response.status_code, response.location) == (303, f"/customers?segment={number}")
        new = {"name": (None, "Our regulars"), "conditions": (None, plain("sales_count", "more", "1"))}
        assert audit_lines(town.kavalier, "segment", number) == [("segment.create", new)]
        listed = text_of(town.browser(town.olha).get(LIST))
        assert "Our regulars" in listed
        assert "Anna Kovalenko" in listed

    def test_what_is_searched_is_not_part_of_it(self, town: Town, anna: FlaskClient) -> None:
        key = key_of(town.kavalier, TWICE, search="koval")
        assert "What you search for is not part of the segment." in text_of(anna.get(f"{LIST}/new?f={key}"))
        save(anna, key, "Regulars")
        assert known(town.kavalier)["Regulars"] == (plain("sales_count", "more", "1"), None)

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            (" ", "Enter a name."),
            ("x" * 301, "At most 300 characters"),
            ("rEGULARS", "Another segment has this name already."),
        ],
    )
    def test_a_name_that_cannot_be(self, town: Town, anna: FlaskClient, regulars: int, name: str, words: str) -> None:
        key = key_of(town.kavalier, NEVER)
        response = save(anna, key, name)
        assert response.status_code == 422
        assert words in text_of(response)
        assert form_to(response, LIST).values["f"] == [key]
        assert list(known(town.kavalier)) == ["Regulars"]

    def test_names_differ_beyond_latin_case(self, town: Town, anna: FlaskClient) -> None:
        key = key_of(town.kavalier, NEVER)
        assert save(anna, key, "Постійні").status_code == 303
        assert save(anna, key, "ПОСТІЙНІ").status_code == 422

    @pytest.mark.parametrize(
        ("conditions", "words"),
        [
            ((), "This filter has no conditions"),
            ((TWICE, Condition("sales_count", "more", ("many",))), "Enter a number."),
            ((of(999_999),), "What was chosen here is not there any more."),
        ],
    )
    def test_what_cannot_be_saved(
        self, town: Town, anna: FlaskClient, conditions: tuple[Condition, ...], words: str
    ) -> None:
        """CT-9: said, and which condition it is; also when the form is sent without the page."""
        key = key_of(town.kavalier, *conditions, search="koval")
        response = anna.get(f"{LIST}/new?f={key}")
        assert response.status_code == 400
        assert words in page_text(response)
        good = form_to(anna.get(f"{LIST}/new?f={key_of(town.kavalier, TWICE)}"), LIST)
        assert send(anna, good, {"f": key, "name": "X"}).status_code == 400
        assert known(town.kavalier) == {}

    def test_a_key_that_names_nothing(self, anna: FlaskClient) -> None:
        assert anna.get(f"{LIST}/new").status_code == 400
        assert anna.get(f"{LIST}/new?f=nothing").status_code == 400

    def test_there_is_an_end_to_them(
        self, town: Town, anna: FlaskClient, regulars: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(services, "MOST_SEGMENTS", 1)
        response = save(anna, key_of(town.kavalier, NEVER), "Second")
        assert response.status_code == 422
        assert "There are 1 segments already." in text_of(response)


class TestChanging:
    def test_a_new_name(self, town: Town, anna: FlaskClient, regulars: int) -> None:
        response = change(anna, regulars, name="Twice")
        assert (response.status_code, response.location) == (303, LIST)
        assert known(town.kavalier) == {"Twice": (plain("sales_count", "more", "1"), None)}
        assert audit_lines(town.kavalier, "segment", regulars) == [("segment.change", {"name": ("Regulars", "Twice")})]

    def test_other_conditions(self, town: Town, anna: FlaskClient, regulars: int) -> None:
        """CT-9: those of a filter; both are shown before they are saved."""
        key = key_of(town.kavalier, NEVER, TWICE)
        shown = anna.get(f"{edit(regulars)}?f={key}")
        assert [row.get("class") for row in page_of(shown).iterfind(".//table")] == ["table is-plain versions"]
        response = change(anna, regulars, key)
        assert (response.status_code, response.location) == (303, f"/customers?segment={regulars}")
        with town.kavalier.work():
            kept = db.session.get_one(Segment, (town.kavalier.id, regulars))
            assert (len(kept.conditions["and"]), kept.version, kept.name) == (2, 2, "Regulars")
        ((action, changes),) = audit_lines(town.kavalier, "segment", regulars)
        assert (action, list(changes)) == ("segment.change", ["conditions"])
        assert "Segment changed" in text_of(anna.get("/audit-log"))

    def test_saving_without_a_change_writes_nothing(self, town: Town, anna: FlaskClient, regulars: int) -> None:
        assert change(anna, regulars, key_of(town.kavalier, TWICE)).status_code == 303
        assert audit_lines(town.kavalier, "segment", regulars) == []

    def test_a_stale_form_is_refused_with_both_versions(self, town: Town, anna: FlaskClient, regulars: int) -> None:
        """CT-9: neither is lost, and saving once more is a decision."""
        key = key_of(town.kavalier, NEVER, TWICE)
        form = form_to(anna.get(f"{edit(regulars)}?f={key}"), edit(regulars))
        change(town.browser(town.olha), regulars, name="Theirs")
        response = send(anna, form, {"name": "Mine"})
        assert response.status_code == 409
        told = text_of(response)
        assert "Olha Tkachenko saved this segment" in told
        assert "Name Mine Theirs" in told
        assert list(known(town.kavalier)) == ["Theirs"]
        again = form_to(response, edit(regulars))
        assert (again.values["name"], again.values["f"]) == (["Mine"], [key])
        assert send(anna, again, {}).status_code == 303
        assert list(known(town.kavalier)) == ["Mine"]

    def test_a_stale_rename_leaves_their_conditions_alone(self, town: Town, anna: FlaskClient, regulars: int) -> None:
        form = form_to(anna.get(edit(regulars)), edit(regulars))
        change(town.browser(town.olha), regulars, key_of(town.kavalier, NEVER))
        response = send(anna, form, {"name": "Mine"})
        assert response.status_code == 409
        assert "Left as it was" in text_of(response)
        send(anna, form_to(response, edit(regulars)), {})
        assert known(town.kavalier) == {"Mine": (plain("last_at", "missing"), None)}

    def test_the_same_saved_twice_is_no_quarrel(self, town: Town, anna: FlaskClient, regulars: int) -> None:
        form = form_to(anna.get(edit(regulars)), edit(regulars))
        change(town.browser(town.olha), regulars, name="Ours")
        assert send(anna, form, {"name": "Ours"}).status_code == 303

    def test_a_circle_is_refused_with_its_path(self, town: Town, anna: FlaskClient, regulars: int) -> None:
        """CT-9: over one segment in between, and of itself alone."""
        with town.kavalier.work():
            middle = add_segment("Middle", of(regulars))
            add_segment("Top", of(middle), NEVER)
        response = change(anna, regulars, key_of(town.kavalier, TWICE, of(middle)))
        assert response.status_code == 422
        assert "It would stand in itself: Regulars → Middle → Regulars." in text_of(response)
        response = change(anna, regulars, key_of(town.kavalier, of(regulars)))
        assert "It would stand in itself: Regulars → Regulars." in text_of(response)
        assert known(town.kavalier)["Regulars"] == (plain("sales_count", "more", "1"), None)

    def test_more_than_can_be_asked_at_once_is_refused(self, town: Town, anna: FlaskClient, regulars: int) -> None:
        """Also when it is what stands above that grows too long."""
        with town.kavalier.work():
            add_segment("Above", *[of(regulars)] * 100)
        response = change(anna, regulars, key_of(town.kavalier, *[TWICE] * 20))
        assert response.status_code == 422
        assert "more than can be asked at once" in text_of(response)

    def test_deeper_than_can_be_read_is_refused(self, town: Town, anna: FlaskClient, regulars: int) -> None:
        below = regulars
        with town.kavalier.work():
            for number in range(15):
                below = add_segment(f"S{number}", of(below))
        assert save(anna, key_of(town.kavalier, of(below)), "Too deep").status_code == 422
        with town.kavalier.work():
            base = add_segment("Base", NEVER)
        assert change(anna, regulars, key_of(town.kavalier, of(base))).status_code == 422


class TestDeleting:
    def test_asks_and_deletes(self, town: Town, anna: FlaskClient, regulars: int) -> None:
        response = submit(anna, removal(regulars), {})
        assert (response.status_code, response.location) == (303, LIST)
        assert known(town.kavalier) == {}
        ((action, changes),) = audit_lines(town.kavalier, "segment", regulars)
        assert (action, changes["name"]) == ("segment.delete", ("Regulars", None))
        assert anna.get(edit(regulars)).status_code == 404
        assert "Segment deleted" in text_of(anna.get("/audit-log"))

    def test_one_that_is_used_says_where(self, town: Town, anna: FlaskClient, regulars: int) -> None:
        """CT-9: with the way there; also when it came into use after the page was opened."""
        form = form_to(anna.get(removal(regulars)), removal(regulars))
        with town.kavalier.work():
            users = [add_segment(name, NEVER, of(regulars)) for name in ("Top", "Also")]
        for response in (anna.get(removal(regulars)), send(anna, form, {})):
            links = [link.get("href") for link in page_of(response).iterfind(".//main//a")]
            assert {edit(each) for each in users} <= set(links)
            assert "Also Top" in text_of(response)
            assert [each.action for each in forms_of(response) if each.action == removal(regulars)] == []
        assert len(known(town.kavalier)) == 3

    def test_one_that_was_changed_meanwhile_asks_again(self, town: Town, anna: FlaskClient, regulars: int) -> None:
        """CT-9: with what was seen beside what it is now."""
        form = form_to(anna.get(removal(regulars)), removal(regulars))
        change(town.browser(town.olha), regulars, name="Precious")
        response = send(anna, form, {})
        assert response.status_code == 409
        assert "Name Regulars Precious" in text_of(response)
        assert list(known(town.kavalier)) == ["Precious"]
        assert send(anna, form_to(response, removal(regulars)), {}).status_code == 303
        assert known(town.kavalier) == {}


class TestRights:
    def test_an_operator_makes_its_own_and_reads_the_brands(self, town: Town, regulars: int) -> None:
        """PR-3, CT-9: its own are its franchisee's, and the same name may be given twice."""
        shop, boris = town.kavalier, town.browser(town.boris)
        with shop.work():
            add_segment("Theirs", franchisee=add_franchisee("Obolon Partners"))
        assert save(boris, key_of(shop, of(regulars)), "Regulars").status_code == 303
        with shop.work(town.boris):
            assert [(each.name, each.franchisee_id) for each in segments()] == [
                ("Regulars", None),
                ("Regulars", shop.franchisee),
            ]
        listed = boris.get(LIST)
        assert "Theirs" not in text_of(listed)
        assert "Whole brand" in text_of(listed)
        assert edit(regulars) not in listed.text
        for page in (edit(regulars), removal(regulars)):
            assert boris.get(page).status_code == 403
            sent = {"csrf_token": csrf_token(boris), "business_id": str(shop.id), "name": "Mine", "version": "1"}
            assert boris.post(page, data=sent).status_code == 403
        assert "Theirs" in text_of(town.browser(town.anna).get(LIST))

    def test_the_brands_people_change_a_franchisees(self, town: Town) -> None:
        shop = town.kavalier
        with shop.work():
            its = add_segment("Its", TWICE, franchisee=shop.franchisee)
        assert change(town.browser(town.olha), its, name="Renamed").status_code == 303
        assert known(shop, town.boris) == {"Renamed": (plain("sales_count", "more", "1"), shop.franchisee)}

    def test_nothing_is_built_on_what_not_everyone_sees_who_sees_it(self, town: Town, anna: FlaskClient) -> None:
        """PR-3, CT-9: a franchisee's segment in the brand's would mean nothing to another franchisee."""
        shop = town.kavalier
        with shop.work():
            its = add_segment("Its", TWICE, franchisee=shop.franchisee)
            others = add_segment("Others", TWICE, franchisee=add_franchisee("Obolon Partners"))
        assert "what it is built on: Its." in text_of(save(anna, key_of(shop, of(its)), "Brand's"))
        assert change(anna, others, key_of(shop, of(its))).status_code == 422

    def test_an_accountant_sees_none(self, town: Town, regulars: int) -> None:
        assert town.browser(town.vera).get(LIST).status_code == 403

    def test_another_business_has_its_own(self, town: Town, regulars: int) -> None:
        """PR-1: neither its segments, nor a filter that is kept there."""
        oleg = town.browser(town.oleg)
        assert "Regulars" not in text_of(oleg.get(LIST))
        for page in (edit(regulars), removal(regulars)):
            assert oleg.get(page).status_code == 404
        key = key_of(town.kavalier, TWICE)
        assert oleg.get(f"{LIST}/new?f={key}").status_code == 400

    def test_without_any_the_page_says_how_to_make_one(self, town: Town, anna: FlaskClient) -> None:
        assert "No segments yet" in text_of(anna.get(LIST))
        links = [link.get("href") for link in page_of(anna.get(LIST)).iterfind(".//main//a")]
        assert "/customers?draft=new" in links


def page_text(response: Any) -> str:
    return " ".join(" ".join(page_of(response).itertext()).split())
