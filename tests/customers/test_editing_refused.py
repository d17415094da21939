"""The edit form of a customer: what it refuses, and that nothing is lost by it (CP-7)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from flask.testing import FlaskClient

from app.accounts import throttle
from app.lib import dates
from tests.accounts.late_forms import send_late, sign_in_at
from tests.browsing import form_to, page_of, send, submit, text_of
from tests.customers.editing import kept, page
from tests.factories import add_customer, add_sale
from tests.people import Town


@pytest.fixture
def olena(town: Town) -> int:
    with town.kavalier.work():
        return add_customer("Olena", "Koval", "+380674120855", email="o@example.com", cards=["7700", "7701"])


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("phone", "067", "There is no such phone. Write it as +380"),
            ("phone", "FLOWERS", "There is no such phone"),
            ("email", "nobody", "Enter an e-mail address"),
            ("birthday", "1800-01-01", "lies between 1900 and today"),
            ("birthday", (dates.now() + timedelta(days=2)).date().isoformat(), "lies between 1900 and today"),
            ("birthday", "1990-02-30", "There is no such day"),
            ("first_name", "x" * 301, "At most 300 characters"),
            ("last_name", "a\ud800b", "cannot be seen"),
            ("language", "xx", "Not a valid choice"),
        ],
    )
    def test_are_said_beside_the_field_and_nothing_is_lost(
        self, town: Town, anna: FlaskClient, olena: int, name: str, value: str, words: str
    ) -> None:
        """CP-7: bad input is never a silent default."""
        before = kept(town.kavalier, olena)
        form = form_to(anna.get(page(olena)), page(olena))
        sent = {**form.values, "last_name": "Typed", name: value}
        response = anna.post(page(olena), data=sent) if name != "last_name" else _raw(anna, olena, form.values)
        assert response.status_code == 422
        assert words in text_of(response)
        if name not in ("last_name", "language"):
            again = form_to(response, page(olena)).values
            assert (again[name], again["last_name"]) == ([value], ["Typed"])
        assert kept(town.kavalier, olena) == before

    @pytest.mark.parametrize(
        "text", ["Оʼрест 🙂 🫨", 'O\'Neil "Bob" <b>', "100% _", "%_\\", "مرحبا", "אבג", "漢字", "é", "x" * 300]
    )
    def test_text_of_any_script_is_kept_exactly(self, town: Town, anna: FlaskClient, olena: int, text: str) -> None:
        assert submit(anna, page(olena), {"first_name": text, "last_name": text}).status_code == 303
        assert kept(town.kavalier, olena).first_name == text
        assert form_to(anna.get(page(olena)), page(olena)).values["last_name"] == [text]

    def test_a_nul_and_a_body_of_10_mb_are_refused(self, anna: FlaskClient, olena: int) -> None:
        assert submit(anna, page(olena), {"first_name": "a\0b"}).status_code == 400
        assert submit(anna, page(olena), {"first_name": "x" * 10 * 2**20}).status_code == 413

    def test_a_phone_of_another_leads_there(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """CP-7: unique in the business, with a link for who may see the other customer."""
        with town.kavalier.work():
            other = add_customer("Petro", "Savchuk", "+380639052217")
        response = submit(anna, page(olena), {"phone": "063 905 22 17", "first_name": "Typed"})
        assert response.status_code == 422
        assert "Another customer has this phone. Petro Savchuk" in text_of(response)
        assert f"/customers/{other}" in response.text
        assert form_to(response, page(olena)).values["first_name"] == ["Typed"]
        assert kept(town.kavalier, olena).phone == "+380674120855"

    def test_a_card_of_another_leads_there(self, town: Town, anna: FlaskClient, olena: int) -> None:
        with town.kavalier.work():
            other = add_customer("Petro", "Savchuk", cards=["5050"])
        response = submit(anna, page(olena), {"cards": ["7700", "50 50"]})
        assert "Another customer has the card 5050. Petro Savchuk" in text_of(response)
        assert f"/customers/{other}" in response.text

    def test_a_location_operator_is_not_told_who_it_is(self, town: Town, olena: int) -> None:
        """PR-3: the other customer belongs to other places, so it is not named."""
        with town.kavalier.work():
            add_sale(olena, town.kavalier.franchised_terminal, 100)
            other = add_customer("Petro", "Savchuk", "+380639052217", cards=["5050"])
        boris = town.browser(town.boris)
        for values in ({"phone": "063 905 22 17"}, {"cards": ["7700", "5050"]}):
            response = submit(boris, page(olena), values)
            assert response.status_code == 422
            assert "Another customer has" in text_of(response)
            assert "Savchuk" not in response.text
            assert f"/customers/{other}" not in response.text

    def test_a_location_operator_cannot_try_a_list_of_numbers(
        self, town: Town, olena: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """PR-3: nothing that was typed is lost, and whatever is no new number is saved as ever."""
        monkeypatch.setattr("app.accounts.throttle.TAKEN", {"taken": (2, timedelta(minutes=10))})
        with town.kavalier.work():
            add_sale(olena, town.kavalier.franchised_terminal, 100)
            add_customer("Petro", "Savchuk", "+380639052217", cards=["5050"])
        boris, taken = town.browser(town.boris), {"phone": "063 905 22 17", "first_name": "Typed"}
        for values in (taken, {"cards": ["7700", "5050"]}):
            assert submit(boris, page(olena), values).status_code == 422
        response = submit(boris, page(olena), {**taken, "cards": ["7700", "8080"]})
        assert response.status_code == 429
        assert text_of(response).count("You entered too many numbers that other customers have.") == 2
        assert "Another customer has" not in text_of(response)
        again = form_to(response, page(olena)).values
        assert (again["phone"], again["first_name"]) == (["063 905 22 17"], ["Typed"])
        assert again["cards"] == ["7700", "8080"]
        free = {"phone": "063 905 22 18", "point_of_sale": str(town.kavalier.franchised_place)}
        assert submit(boris, "/customers/new", free, action="/customers").status_code == 429
        assert submit(boris, page(olena), {"first_name": "Typed"}).status_code == 303
        assert submit(town.browser(town.anna), page(olena), taken).status_code == 422

    def test_many_numbers_at_once_are_counted_one_by_one(
        self, town: Town, olena: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.accounts.throttle.TAKEN", {"taken": (2, timedelta(minutes=10))})
        with town.kavalier.work():
            people = [add_customer("Olena", cards=[f"60{number}"]) for number in range(6)]
            for each in people:
                add_sale(each, town.kavalier.franchised_terminal, 100)
            add_customer("Petro", "Savchuk", cards=["5050"])
        browsers = [(town.browser(town.boris), each) for each in people]

        with ThreadPoolExecutor(6) as pool:
            answers = pool.map(lambda each: submit(each[0], page(each[1]), {"cards": ["5050"]}).status_code, browsers)
        assert sorted(answers) == [422] * 2 + [429] * 4

    def test_numbers_of_customers_that_one_sees_count_for_nothing(
        self, town: Town, anna: FlaskClient, olena: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.accounts.throttle.TAKEN", {"taken": (1, timedelta(minutes=10))})
        with town.kavalier.work():
            add_customer("Petro", "Savchuk", cards=["5050"])
        answers = [submit(anna, page(olena), {"cards": ["5050"]}).status_code for _each in range(3)]
        assert answers == [422] * 3

    def test_a_day_of_such_numbers_is_not_forgotten_within_it(
        self, town: Town, olena: int, monkeypatch: pytest.MonkeyPatch, superuser: psycopg.Connection
    ) -> None:
        monkeypatch.setattr("app.accounts.throttle.TAKEN", {"taken of day": (1, timedelta(days=1))})
        with town.kavalier.work():
            add_sale(olena, town.kavalier.franchised_terminal, 100)
            add_customer("Petro", "Savchuk", cards=["5050"])
        boris = town.browser(town.boris)
        assert submit(boris, page(olena), {"cards": ["5050"]}).status_code == 422
        superuser.execute("UPDATE sign_in_failure SET last_at = last_at - interval '2 hours'")
        with town.kavalier.work():
            throttle.forget_old()
        assert submit(boris, page(olena), {"cards": ["5050"]}).status_code == 429

    def test_the_same_phone_in_another_business_is_no_matter(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """PR-1."""
        with town.teremok.work():
            add_customer("Petro", "Savchuk", "+380639052217", cards=["5050"])
        assert submit(anna, page(olena), {"phone": "063 905 22 17", "cards": ["5050"]}).status_code == 303

    def test_a_customer_at_other_locations_is_not_found(self, town: Town, olena: int) -> None:
        """PR-3."""
        with town.kavalier.work():
            add_sale(olena, town.kavalier.own_terminal, 100)
        assert town.browser(town.boris).get(page(olena)).status_code == 404

    def test_an_accountant_may_not(self, town: Town, olena: int) -> None:
        assert town.browser(town.vera).get(page(olena)).status_code == 403


class TestMeanwhile:
    def test_a_stale_form_is_refused_with_both_versions(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """CP-7: field by field; what was typed stays, what was left alone follows what was saved; nothing is lost."""
        form = form_to(anna.get(page(olena)), page(olena))
        theirs = {"first_name": "Theirs", "email": "theirs@example.com", "cards": ["7700"]}
        submit(town.browser(town.olha), page(olena), theirs)
        response = send(anna, form, {"first_name": "Mine", "last_name": "Only mine"})
        assert response.status_code == 409
        rows = {
            " ".join(row.findtext("th", "").split()): [
                " ".join("".join(cell.itertext()).split()) for cell in row.iter("td")
            ]
            for row in page_of(response).iterfind(".//table/tbody/tr")
        }
        assert rows == {
            "First name": ["Mine", "Theirs"],
            "E-mail": ["Left as it was", "theirs@example.com"],
            "Card numbers": ["Left as it was", "7700"],
        }
        assert "Olha Tkachenko saved this customer" in text_of(response)
        assert kept(town.kavalier, olena).first_name == "Theirs"
        again = form_to(response, page(olena))
        shown = {name: again.values[name] for name in ("first_name", "last_name", "email", "cards")}
        assert shown == {
            "first_name": ["Mine"],
            "last_name": ["Only mine"],
            "email": ["theirs@example.com"],
            "cards": ["7700"],
        }
        assert send(anna, again, {}).status_code == 303
        now = kept(town.kavalier, olena)
        assert (now.first_name, now.last_name, now.email) == ("Mine", "Only mine", "theirs@example.com")

    def test_what_both_typed_the_same_is_no_conflict(self, town: Town, anna: FlaskClient, olena: int) -> None:
        form = form_to(anna.get(page(olena)), page(olena))
        submit(anna, page(olena), {"first_name": "Same"})
        assert send(anna, form, {"first_name": "Same"}).status_code == 303

    def test_a_form_that_was_stale_when_refused_is_still_stale_afterwards(
        self, town: Town, anna: FlaskClient, olena: int
    ) -> None:
        """A mistake in between does not make the form forget what it showed."""
        form = form_to(anna.get(page(olena)), page(olena))
        submit(anna, page(olena), {"last_name": "Theirs"})
        wrong = send(anna, form, {"last_name": "Mine", "phone": "067"})
        assert wrong.status_code == 422
        right = send(anna, form_to(wrong, page(olena)), {"phone": "067 412 08 55"})
        assert right.status_code == 409

    @pytest.mark.parametrize("more", [{}, {"row": "add"}])
    def test_sent_after_the_session_ended_it_comes_back(
        self, town: Town, anna: FlaskClient, olena: int, superuser: psycopg.Connection, more: dict[str, object]
    ) -> None:
        """CP-7: with all that was typed, and with what someone else saved meanwhile still told."""
        form = form_to(anna.get(page(olena)), page(olena))
        submit(town.browser(town.olha), page(olena), {"last_name": "Theirs"})
        typed = {"first_name": "Lena 🙂", "last_name": "Mine", "cards": ["7700", "22 10"]}
        referer = f"http://localhost{page(olena)}"
        late = send_late(superuser, anna, form, {**typed, **more}, Referer=referer)
        again = form_to(sign_in_at(anna, late.location, town.anna), page(olena))
        assert (again.values["first_name"], again.values["cards"][:2]) == (["Lena 🙂"], ["7700", "22 10"])
        assert kept(town.kavalier, olena).first_name == "Olena"
        assert send(anna, again, {}).status_code == 409

    @pytest.mark.parametrize("seen", ["", "null", "[]", "{", '"x"'])
    def test_a_damaged_form_is_refused(self, anna: FlaskClient, olena: int, seen: str) -> None:
        assert submit(anna, page(olena), {"seen": seen}).status_code == 400


def _raw(client: FlaskClient, customer: int, values: dict[str, list[str]]):  # type: ignore[no-untyped-def]
    """A lone surrogate cannot be sent but as the bytes that stand for it."""
    body = "&".join(f"{name}={value}" for name, each in values.items() for value in each if name != "last_name")
    body = body.replace("+", "%2B") + "&last_name=a%EF%BF%BEb"
    return client.post(page(customer), data=body, content_type="application/x-www-form-urlencoded")
