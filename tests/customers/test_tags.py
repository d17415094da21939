"""Tags of a customer: put, changed, taken off, suggested (CP-6)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient

from app.customers.tags import SUGGESTED, tag_keys, tag_values, tags_of
from tests.browsing import Form, form_to, forms_of, page_of, send, submit, text_of
from tests.customers.editing import audit_lines, column
from tests.factories import add_customer, add_sale
from tests.people import Town


@pytest.fixture
def olena(town: Town) -> int:
    with town.kavalier.work():
        return add_customer("Olena", "Koval", tags=[("milk", "oat"), ("source", "friend")])


def page(customer: int) -> str:
    return f"/customers/{customer}/tags"


def row(client: FlaskClient, customer: int, key: str) -> Form:
    """The form of a tag that is there."""
    return next(form for form in forms_of(client.get(page(customer))) if form.values.get("key") == [key])


def kept(town: Town, customer: int) -> dict[str, str]:
    with town.kavalier.work():
        return {tag.key: tag.value for tag in tags_of(customer)}


class TestByHand:
    def test_is_put(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """CP-6, CT-4: with its key and value; the table's count of tags follows."""
        response = submit(anna, page(olena), {"key": " allergy ", "value": "walnuts  and honey"})
        assert (response.status_code, response.location) == (303, page(olena))
        assert kept(town, olena) == {"milk": "oat", "source": "friend", "allergy": "walnuts and honey"}
        assert column(town.kavalier, olena, "tag_count") == 3
        line = ("customer.tag", {"tag": (None, ["allergy", "walnuts and honey"])})
        assert audit_lines(town.kavalier, "customer", olena) == [line]

    def test_is_changed(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """CP-6."""
        send(anna, row(anna, olena, "milk"), {"value": "soy"})
        assert kept(town, olena) == {"milk": "soy", "source": "friend"}
        assert column(town.kavalier, olena, "tag_count") == 2
        line = ("customer.tag", {"tag": (["milk", "oat"], ["milk", "soy"])})
        assert audit_lines(town.kavalier, "customer", olena) == [line]

    def test_is_taken_off(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """CP-6."""
        form = row(anna, olena, "milk")
        response = anna.post(f"{page(olena)}/removal", data=form.values)
        assert response.location == page(olena)
        assert kept(town, olena) == {"source": "friend"}
        assert column(town.kavalier, olena, "tag_count") == 1
        line = ("customer.tag", {"tag": (["milk", "oat"], None)})
        assert audit_lines(town.kavalier, "customer", olena) == [line]

    def test_saved_as_it_is_writes_nothing(self, town: Town, anna: FlaskClient, olena: int) -> None:
        assert send(anna, row(anna, olena, "milk"), {}).status_code == 303
        assert audit_lines(town.kavalier, "customer", olena) == []

    @pytest.mark.parametrize("text", ["🙂", "100%_", 'O\'Neil "B"', "مرحبا", "<b>", "ж" * 60])
    def test_text_of_any_script_is_kept_exactly(self, town: Town, anna: FlaskClient, olena: int, text: str) -> None:
        submit(anna, page(olena), {"key": text, "value": text})
        assert kept(town, olena)[text] == text
        assert text in text_of(anna.get(page(olena)))

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"key": " ", "value": "oat"}, "Enter a key, such as milk."),
            ({"key": "diet", "value": ""}, "Enter a value, such as oat."),
            ({"key": "x" * 61, "value": "oat"}, "At most 60 characters"),
            ({"key": "diet", "value": "x" * 121}, "At most 120 characters"),
            ({"key": "a\ufdd0", "value": "oat"}, "cannot be seen"),
        ],
    )
    def test_refusals_lose_nothing(
        self, town: Town, anna: FlaskClient, olena: int, values: dict[str, str], words: str
    ) -> None:
        response = submit(anna, page(olena), values)
        assert response.status_code == 422
        assert words in text_of(response)
        again = form_to(response, page(olena)).values
        assert [again["key"][0].strip(), again["value"][0]] == [values["key"].strip(), values["value"]]
        assert len(kept(town, olena)) == 2

    def test_a_bad_change_stands_in_its_row(self, anna: FlaskClient, olena: int) -> None:
        response = send(anna, row(anna, olena, "milk"), {"value": "x" * 121})
        assert response.status_code == 422
        typed = next(form for form in forms_of(response) if form.values.get("key") == ["milk"])
        assert (typed.values["value"], typed.values["seen"]) == (["x" * 121], ["oat"])

    def test_there_is_an_end_to_them(self, town: Town, anna: FlaskClient) -> None:
        with town.kavalier.work():
            many = add_customer(tags=[(f"key{number}", "x") for number in range(100)])
        assert "at most 100 tags" in text_of(submit(anna, page(many), {"key": "one more", "value": "x"}))


class TestMeanwhile:
    def test_a_key_that_is_there_is_not_overwritten(self, town: Town, anna: FlaskClient, olena: int) -> None:
        response = submit(anna, page(olena), {"key": "milk", "value": "soy"})
        assert response.status_code == 409
        assert "has this tag already, as “oat”" in text_of(response)
        assert kept(town, olena)["milk"] == "oat"
        again = next(form for form in forms_of(response) if form.values.get("key") == ["milk"])
        assert again.values["value"] == ["soy"]
        send(anna, again, {})
        assert kept(town, olena)["milk"] == "soy"

    def test_a_stale_change_is_refused_with_both_values(self, town: Town, anna: FlaskClient, olena: int) -> None:
        stale = row(anna, olena, "milk")
        send(anna, row(anna, olena, "milk"), {"value": "cow"})
        response = send(anna, stale, {"value": "soy"})
        assert response.status_code == 409
        assert "Someone else changed this to “cow” meanwhile" in text_of(response)
        assert kept(town, olena)["milk"] == "cow"

    def test_a_stale_removal_is_refused(self, town: Town, anna: FlaskClient, olena: int) -> None:
        stale = row(anna, olena, "milk")
        send(anna, row(anna, olena, "milk"), {"value": "cow"})
        assert anna.post(f"{page(olena)}/removal", data=stale.values).status_code == 409
        assert kept(town, olena)["milk"] == "cow"

    def test_a_change_of_one_that_is_gone_is_said(self, town: Town, anna: FlaskClient, olena: int) -> None:
        stale, gone = row(anna, olena, "milk"), row(anna, olena, "milk")
        anna.post(f"{page(olena)}/removal", data=gone.values)
        response = send(anna, stale, {"value": "soy"})
        assert response.status_code == 409
        assert "Someone else removed this tag" in text_of(response)
        assert form_to(response, page(olena)).values["value"] == ["soy"]


class TestSuggestions:
    def test_are_those_in_use(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """CP-6: keys on the page; the values of a key when it is asked for; each once, by the alphabet."""
        with town.kavalier.work():
            add_customer(tags=[("milk", "almond"), ("milk shake", "vanilla"), ("їжа", "суп")])
            add_customer(tags=[("milk", "oat")])
        with town.teremok.work():
            add_customer(tags=[("foreign", "word"), ("milk", "foreign")])
        listed = page_of(anna.get(page(olena))).iterfind(".//datalist[@id='tag-keys']/option")
        assert [each.get("value") for each in listed] == ["milk", "milk shake", "source", "їжа"]
        values = anna.get("/customers/tag-values?key=milk")
        assert [each.get("value") for each in page_of(values).iter("option")] == ["almond", "oat"]
        assert list(page_of(anna.get("/customers/tag-values?key=none")).iter("option")) == []
        assert list(page_of(anna.get("/customers/tag-values")).iter("option")) == []

    def test_a_location_operator_is_told_only_what_several_have(self, town: Town) -> None:
        """PR-3: a value may be about one person, whom it does not see."""
        with town.kavalier.work():
            add_customer(tags=[("note", "only of one")])
            for _ in range(2):
                add_customer(tags=[("note", "of several")])
        with town.kavalier.work(town.boris):
            assert tag_values("note") == ["of several"]
        with town.kavalier.work(town.anna):
            assert tag_values("note") == ["of several", "only of one"]

    def test_have_an_end(self, town: Town) -> None:
        """However many words there are."""
        with town.kavalier.work():
            for number in range(SUGGESTED + 5):
                add_customer(tags=[(f"key{number:03}", "x"), ("note", f"about {number:03}")])
            assert len(tag_keys()) == SUGGESTED
            assert len(tag_values("note")) == SUGGESTED

    def test_cost_one_statement_however_many_tags(
        self,
        town: Town,
        anna: FlaskClient,
        olena: int,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        with town.kavalier.work():
            many = add_customer(tags=[(f"key{number}", "x") for number in range(60)])
        with count_statements() as few:
            anna.get(page(olena))
        with count_statements() as lots:
            anna.get(page(many))
        assert len(lots) == len(few)


class TestRights:
    def test_a_location_operator_tags_its_customers_alone(self, town: Town, olena: int) -> None:
        """CP-6, PR-3."""
        boris = town.browser(town.boris)
        assert boris.get(page(olena)).status_code == 404
        with town.kavalier.work():
            add_sale(olena, town.kavalier.franchised_terminal, 100)
        assert "milk" in text_of(boris.get(page(olena)))
        assert submit(boris, page(olena), {"key": "diet", "value": "vegan"}).status_code == 303
        assert kept(town, olena)["diet"] == "vegan"

    def test_the_profile_shows_how_many_there_are(self, anna: FlaskClient, olena: int) -> None:
        """CP-1: the tab with its number, and the way there from the top tags."""
        tabs = page_of(anna.get(f"/customers/{olena}")).iterfind(".//a[@class='tab']")
        assert ["".join(tab.itertext()) for tab in tabs][-1] == "Tags2"
