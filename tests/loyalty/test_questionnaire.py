"""The questionnaire's settings: adding, editing, ordering, archiving questions (LP-7)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.loyalty.models import FieldKind
from app.loyalty.queries import Question, every_question
from tests.browsing import form_to, forms_of, page_of, send, submit, text_of
from tests.customers.editing import audit_lines, kept
from tests.factories import add_answer, add_customer, add_question, choice_ids
from tests.people import Town

LIST = "/questionnaire"
NEW = "/questionnaire/questions/new"
CREATE = "/questionnaire/questions"


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


@pytest.fixture
def milk(town: Town) -> int:
    with town.kavalier.work():
        return add_question("Milk", FieldKind.CHOICE, choices=["Oat", "Cow"])


def page(question: int) -> str:
    return f"/questionnaire/questions/{question}"


def known(town: Town) -> list[Question]:
    with town.kavalier.work():
        return every_question()


class TestAdding:
    @pytest.mark.parametrize("kind", FieldKind)
    def test_a_question_of_any_kind(self, town: Town, anna: FlaskClient, kind: FieldKind) -> None:
        """LP-7: text, number, date, yes or no, a list of choices; compulsory or not; behind those there are."""
        values = {"name": " Favourite  drink ", "kind": kind.name.lower(), "required": "y", "choices": ["", "Oat"]}
        response = submit(anna, NEW, values, action=CREATE)
        assert (response.status_code, response.location) == (303, LIST)
        (question,) = known(town)
        assert (question.name, question.kind, question.required) == ("Favourite drink", kind, True)
        assert question.offered == (["Oat"] if kind is FieldKind.CHOICE else [])
        assert audit_lines(town.kavalier, "questionnaire_field", question.id)[0][0] == "questionnaire_field.add"

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"name": " "}, "Enter a name."),
            ({"name": "x" * 301}, "At most 300 characters"),
            ({"name": "mILK"}, "Another question has this name already."),
            ({"kind": "picture"}, "Not a valid choice"),
            ({"kind": "choice"}, "Enter at least one choice."),
            ({"kind": "choice", "choices": ["", "Oat", "", "oat"]}, "Two choices have the same name."),
            ({"kind": "choice", "choices": ["", "x" * 101]}, "at most 100 characters"),
            ({"kind": "choice", "choices": ["", "a\ufdd0"]}, "cannot be seen"),
            ({"kind": "choice", "choices": [each for n in range(101) for each in ("", str(n))]}, "at most 100 choices"),
        ],
    )
    def test_refusals_lose_nothing(
        self, town: Town, anna: FlaskClient, milk: int, values: dict[str, str | list[str]], words: str
    ) -> None:
        response = submit(anna, NEW, {"name": "New one", **values}, action=CREATE)
        assert response.status_code == 422
        assert words in text_of(response)
        if isinstance(choices := values.get("choices"), list):
            assert form_to(response, CREATE).values["choices"] == choices
        assert len(known(town)) == 1

    def test_there_is_an_end_to_them(self, town: Town, anna: FlaskClient) -> None:
        with town.kavalier.work():
            for number in range(50):
                add_question(str(number))
        response = submit(anna, NEW, {"name": "One more", "kind": "text"}, action=CREATE)
        assert response.status_code == 409
        assert "At most 50 questions are asked." in text_of(response)
        assert form_to(response, CREATE).values["name"] == ["One more"]


class TestEditing:
    def test_renames_a_choice_and_keeps_its_answers(self, town: Town, anna: FlaskClient, milk: int) -> None:
        """LP-7: by its id, wherever it is moved; one taken out is archived, and who chose it keeps it."""
        with town.kavalier.work():
            oat, cow = choice_ids(milk)
            customer = add_customer("Olena")
            add_answer(customer, milk, choice_id=cow)
        submit(anna, page(milk), {"choices": ["", "Soy", str(oat), "Oat milk"]})
        (question,) = known(town)
        assert question.offered == ["Soy", "Oat milk"]
        assert {each.id: each.name for each in question.choices}[oat] == "Oat milk"
        assert kept(town.kavalier, customer).answers == {milk: cow}
        offered = page_of(anna.get(f"/customers/{customer}/edit")).iterfind(f".//select[@id='answer_{milk}']/option")
        assert [each.text for each in offered] == ["–", "Soy", "Oat milk", "Cow"]
        assert audit_lines(town.kavalier, "questionnaire_field", milk) == [
            ("questionnaire_field.change", {"choices": (["Oat", "Cow"], ["Soy", "Oat milk"])})
        ]

    def test_an_id_of_another_question_makes_a_new_choice(self, town: Town, anna: FlaskClient, milk: int) -> None:
        with town.kavalier.work():
            other = choice_ids(add_question("Sugar", FieldKind.CHOICE, choices=["White"]))[0]
            oat = choice_ids(milk)[0]
        submit(anna, page(milk), {"choices": [str(other), "Brown", str(oat), "Oat", str(oat), "Soy", "9" * 30, "Rice"]})
        milks, sugars = known(town)
        assert milks.offered == ["Brown", "Oat", "Soy", "Rice"]
        assert sugars.offered == ["White"]

    def test_lines_move_and_come_and_go_without_scripts(self, town: Town, anna: FlaskClient, milk: int) -> None:
        """LP-7: buttons send the form; nothing is saved by them."""
        shown = form_to(anna.get(page(milk)), page(milk))
        names: list[list[str]] = []
        for change in ({"row": "add"}, {"move": "up:1"}, {"move": "up:0"}, {"row": "remove:0"}, {"move": "down:99"}):
            shown = form_to(send(anna, shown, change), page(milk))
            names.append(shown.values["choices"][1::2])
        assert names == [["Oat", "Cow", ""], ["Cow", "Oat", ""], ["Cow", "Oat", ""], ["Oat", ""], ["Oat", ""]]
        assert known(town)[0].offered == ["Oat", "Cow"]

    def test_a_stale_form_is_refused_with_both_versions(self, town: Town, anna: FlaskClient, milk: int) -> None:
        form = form_to(anna.get(page(milk)), page(milk))
        submit(anna, page(milk), {"name": "Theirs", "choices": ["", "Rice"]})
        response = send(anna, form, {"name": "Mine"})
        assert response.status_code == 409
        assert "Theirs" in text_of(response)
        assert "Choices Rice" in text_of(response)
        assert form_to(response, page(milk)).values["name"] == ["Mine"]
        assert known(town)[0].name == "Theirs"

    def test_saving_without_a_change_writes_nothing(self, town: Town, anna: FlaskClient, milk: int) -> None:
        assert submit(anna, page(milk), {}).status_code == 303
        assert audit_lines(town.kavalier, "questionnaire_field", milk) == []

    def test_its_kind_stays(self, town: Town, anna: FlaskClient, milk: int) -> None:
        submit(anna, page(milk), {"kind": "text", "name": "Milk?"})
        assert known(town)[0].kind is FieldKind.CHOICE


class TestOrder:
    def test_by_drag_and_by_buttons(self, town: Town, anna: FlaskClient, milk: int) -> None:
        """LP-7: the order in which questions are asked."""
        with town.kavalier.work():
            sugar, cups = add_question("Sugar"), add_question("Cups")
        order = "/questionnaire/order"
        submit(anna, LIST, {"order": [str(cups), str(milk), str(sugar)]}, action=order)
        assert [each.id for each in known(town)] == [cups, milk, sugar]
        submit(anna, LIST, {"move": f"up:{sugar}"}, action=order)
        submit(anna, LIST, {"move": f"down:{cups}"}, action=order)
        submit(anna, LIST, {"move": f"up:{sugar}"}, action=order)
        assert [each.id for each in known(town)] == [sugar, cups, milk]

    def test_what_it_does_not_know_is_left_out(self, town: Town, anna: FlaskClient, milk: int) -> None:
        with town.kavalier.work():
            sugar = add_question("Sugar")
        listed = [str(sugar), "999", "x", "²", "9" * 5_000, str(sugar)]
        submit(anna, LIST, {"order": listed, "move": "up:999"}, action="/questionnaire/order")
        assert [each.id for each in known(town)] == [sugar, milk]


class TestArchive:
    def test_asks_no_more_and_loses_no_answer(self, town: Town, anna: FlaskClient, milk: int) -> None:
        """LP-7: archived it is in no form; its answers are there when it is taken back."""
        with town.kavalier.work():
            customer = add_customer()
            add_answer(customer, milk, choice_id=choice_ids(milk)[0])
        before = kept(town.kavalier, customer).answers
        send(anna, form_to(anna.get(page(milk)), f"{page(milk)}/archiving"), {})
        edit = f"/customers/{customer}/edit"
        assert f"answer_{milk}" not in form_to(anna.get(edit), edit).values
        submit(anna, edit, {"first_name": "Saved meanwhile"})
        assert kept(town.kavalier, customer).answers == before
        assert "Milk" in text_of(anna.get(f"{LIST}?archived=1"))
        send(anna, form_to(anna.get(page(milk)), f"{page(milk)}/restoration"), {})
        assert form_to(anna.get(edit), edit).values[f"answer_{milk}"] == [str(before[milk])]

    def test_a_name_in_use_meanwhile_keeps_it_in_the_archive(self, town: Town, anna: FlaskClient, milk: int) -> None:
        send(anna, form_to(anna.get(page(milk)), f"{page(milk)}/archiving"), {})
        with town.kavalier.work():
            add_question("milk")
        response = send(anna, form_to(anna.get(page(milk)), f"{page(milk)}/restoration"), {})
        assert response.status_code == 409

    def test_an_address_that_cannot_be_read(self, anna: FlaskClient) -> None:
        assert anna.get(f"{LIST}?archived=2").status_code == 400


class TestRights:
    def test_operators_read_and_do_not_edit(self, town: Town, milk: int) -> None:
        """LP-7: admins set the questions; operators may read the loyalty settings."""
        for person in (town.olha, town.boris):
            browser = town.browser(person)
            response = browser.get(LIST)
            assert "Milk" in text_of(response)
            assert [form.action for form in forms_of(response) if form.action.startswith(LIST)] == []
            assert browser.get(page(milk)).status_code == 403
        assert town.browser(town.vera).get(LIST).status_code == 403

    def test_another_business_has_its_own(self, town: Town, milk: int) -> None:
        """PR-1."""
        oleg = town.browser(town.oleg)
        assert "Milk" not in text_of(oleg.get(LIST))
        assert oleg.get(page(milk)).status_code == 404
