"""The edit form of a customer: what it keeps (CP-7)."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from app.customers.models import ConsentKind
from app.loyalty.models import Access, FieldKind
from tests.browsing import form_to, page_of, send, submit, text_of
from tests.customers.editing import audit_lines, column, kept, page
from tests.factories import add_category, add_customer, add_question, add_sale
from tests.people import Town


@pytest.fixture
def olena(town: Town) -> int:
    with town.kavalier.work():
        return add_customer("Olena", "Koval", "+380674120855", email="o@example.com", cards=["7700", "7701"])


class TestSaving:
    def test_keeps_every_field(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """CP-7: names, phone, e-mail, birthday, language, cards, consent and opt-outs."""
        values = {
            "first_name": "  Соломія ",
            "last_name": "Яремчук",
            "phone": "(063) 905-22-17",
            "email": "S.Yaremchuk@UKR.net",
            "birthday": "1990-02-28",
            "language": "uk",
            "cards": ["7701", "", "22 10-04 58"],
            "consent_processing": "y",
            "consent_sms": [],
        }
        response = submit(anna, page(olena), values)
        assert (response.status_code, response.location) == (303, f"/customers/{olena}")
        now = kept(town.kavalier, olena)
        assert now.names == {"first_name": "Соломія", "last_name": "Яремчук"}
        assert (now.phone, now.email, now.birthday, now.language) == (
            "+380639052217",
            "s.yaremchuk@ukr.net",
            date(1990, 2, 28),
            "uk",
        )
        assert now.cards == ("7701", "22100458")
        assert now.granted(ConsentKind.PROCESSING)
        assert not now.granted(ConsentKind.SMS)
        assert now.granted(ConsentKind.VIBER)

    def test_keeps_what_hangs_on_it_in_step(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """CP-7, CT-4, CT-6: sort keys, the number of cards and what search finds follow at once."""
        submit(anna, page(olena), {"last_name": "Ївченко", "phone": "0639052217", "cards": ["9090"]})
        assert column(town.kavalier, olena, "card_count") == 1
        assert column(town.kavalier, olena, "name_key").startswith(column(town.kavalier, olena, "last_name_key"))
        for text, found in (("Ївченк", True), ("2217", True), ("9090", True), ("Koval", False), ("0855", False)):
            table = submit(anna, "/customers", {"text": text}, action="/customers/searches", follow_redirects=True)
            assert (f'href="/customers/{olena}"' in table.text) is found, text

    def test_leaves_old_and_new_values_in_the_audit_log(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """PR-4: of what was changed, and of nothing else."""
        submit(anna, page(olena), {"email": "new@example.com", "consent_push": []})
        assert audit_lines(town.kavalier, "customer", olena) == [
            ("customer.change", {"email": ("o@example.com", "new@example.com"), "consent_push": (True, False)})
        ]

    def test_saving_without_a_change_writes_nothing(self, town: Town, anna: FlaskClient, olena: int) -> None:
        assert submit(anna, page(olena), {}).status_code == 303
        assert audit_lines(town.kavalier, "customer", olena) == []
        assert column(town.kavalier, olena, "version") == 1

    def test_returns_to_where_one_came_from(self, anna: FlaskClient, olena: int) -> None:
        """CT-12: the table as it was, the drawer open; never another site."""
        table = f"/customers?sort=name&open={olena}"
        response = submit(anna, f"{page(olena)}?back=/customers%3Fsort%3Dname%26open%3D{olena}", {}, action=page(olena))
        assert response.location == table
        assert "The customer was saved." in anna.get(table).text
        foreign = submit(anna, f"{page(olena)}?back=https://evil.example", {}, action=page(olena))
        assert foreign.location == f"/customers/{olena}"

    def test_the_drawer_the_row_and_the_profile_lead_to_it(self, anna: FlaskClient, olena: int) -> None:
        """CT-12."""
        for address in ("/customers?sort=name", f"/customers?open={olena}", f"/customers/{olena}"):
            links = [link.get("href", "") for link in page_of(anna.get(address)).iter("a")]
            assert any(href.startswith(page(olena)) for href in links), address

    @pytest.mark.parametrize("who", ["olha", "boris"])
    def test_operators_edit_the_customers_they_see(self, town: Town, olena: int, who: str) -> None:
        """PR-3: a location operator too, once the customer bought at its place."""
        with town.kavalier.work():
            add_sale(olena, town.kavalier.franchised_terminal, 100)
        browser = town.browser(town.people[who])
        assert submit(browser, page(olena), {"first_name": who, "cards": ["1"]}).status_code == 303
        assert kept(town.kavalier, olena).first_name == who


class TestCards:
    def test_lines_are_added_and_removed_without_scripts(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """CP-7: by buttons that send the form; nothing is saved or lost by them."""
        shown = form_to(anna.get(page(olena)), page(olena))
        shown = form_to(send(anna, shown, {"row": "add", "first_name": "Typed"}), page(olena))
        assert shown.values["cards"] == ["7700", "7701", ""]
        shown = form_to(send(anna, shown, {"row": "remove:0"}), page(olena))
        assert (shown.values["cards"], shown.values["first_name"]) == (["7701", ""], ["Typed"])
        assert kept(town.kavalier, olena).cards == ("7700", "7701")
        assert send(anna, shown, {}).status_code == 303
        assert kept(town.kavalier, olena).cards == ("7701",)

    @pytest.mark.parametrize(
        "row",
        ["remove:9", "remove:-1", "remove:²", "remove:", "x", "remove:99999999999999999999", "remove:" + "9" * 5_000],
    )
    def test_a_line_that_is_not_there_is_no_matter(self, anna: FlaskClient, olena: int, row: str) -> None:
        response = submit(anna, page(olena), {"row": row})
        assert form_to(response, page(olena)).values["cards"] == ["7700", "7701"]

    def test_there_is_an_end_to_them(self, anna: FlaskClient, olena: int) -> None:
        many = submit(anna, page(olena), {"cards": [str(number) for number in range(21)]})
        assert "at most 20 cards" in text_of(many)
        assert "at most 64 characters" in text_of(submit(anna, page(olena), {"cards": ["9" * 65]}))


class TestStandings:
    def test_a_category_by_hand_stays_until_it_is_released(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """AC-1, AC-3: chosen here it is kept from the rules; released it stays what it is until they run."""
        program = town.kavalier.program
        with town.kavalier.work():
            gold = add_category("Gold")
        submit(anna, page(olena), {f"category_{program}": str(gold), f"access_{program}": "limited"})
        standing = kept(town.kavalier, olena).standings[program]
        assert (standing.category_id, standing.access) == (gold, Access.LIMITED)
        submit(anna, page(olena), {f"category_{program}": ""})
        standing = kept(town.kavalier, olena).standings[program]
        assert (standing.category_id, standing.category_now) == (None, gold)
        assert "By the rules: Gold" in text_of(anna.get(page(olena)))

    @pytest.mark.parametrize("values", [{"category_{}": "999"}, {"access_{}": "everything"}, {"access_{}": ""}])
    def test_what_is_not_offered_is_refused(
        self, town: Town, anna: FlaskClient, olena: int, values: dict[str, str]
    ) -> None:
        filled = {name.format(town.kavalier.program): value for name, value in values.items()}
        assert submit(anna, page(olena), filled).status_code == 422


class TestQuestions:
    @pytest.fixture
    def asked(self, town: Town) -> dict[str, int]:
        with town.kavalier.work():
            return {
                "words": add_question("Favourite drink"),
                "number": add_question("Cups a day", FieldKind.NUMBER),
                "day": add_question("Wedding", FieldKind.DATE),
                "yes": add_question("Has a dog", FieldKind.YES_NO),
                "choice": add_question("Milk", FieldKind.CHOICE, choices=["Oat", "Cow"]),
            }

    def filled(self, asked: dict[str, int], anna: FlaskClient, olena: int) -> dict[str, str]:
        choices = page_of(anna.get(page(olena))).iterfind(f".//select[@id='answer_{asked['choice']}']/option")
        oat = next(each.get("value", "") for each in choices if each.text == "Oat")
        values = {"words": "Flat white", "number": "1,234.5", "day": "2020-02-29", "yes": "no", "choice": oat}
        return {f"answer_{asked[kind]}": value for kind, value in values.items()}

    def test_are_answered_by_their_kinds(
        self, town: Town, anna: FlaskClient, olena: int, asked: dict[str, int]
    ) -> None:
        """CP-7, LP-7."""
        filled = self.filled(asked, anna, olena)
        assert submit(anna, page(olena), filled).status_code == 303
        answers = kept(town.kavalier, olena).answers
        assert {kind: answers[asked[kind]] for kind in asked if kind != "choice"} == {
            "words": "Flat white",
            "number": 12345000,
            "day": date(2020, 2, 29),
            "yes": False,
        }
        shown = form_to(anna.get(page(olena)), page(olena)).values
        assert {name: shown[name] for name in filled} == {name: [value] for name, value in filled.items()}

    def test_are_taken_back(self, town: Town, anna: FlaskClient, olena: int, asked: dict[str, int]) -> None:
        filled = self.filled(asked, anna, olena)
        submit(anna, page(olena), filled)
        submit(anna, page(olena), dict.fromkeys(filled, ""))
        assert kept(town.kavalier, olena).answers == {}

    def test_a_bad_answer_is_said(self, anna: FlaskClient, olena: int, asked: dict[str, int]) -> None:
        for kind, value in (("number", "many"), ("day", "2021-02-29"), ("choice", "999"), ("yes", "maybe")):
            response = submit(anna, page(olena), {f"answer_{asked[kind]}": value})
            assert response.status_code == 422, kind

    def test_what_must_be_answered_is_insisted_on_once_it_was(self, town: Town, anna: FlaskClient, olena: int) -> None:
        """LP-7: an older customer can still be saved; an answer that is there cannot be emptied."""
        with town.kavalier.work():
            name = f"answer_{add_question('Favourite drink', required=True)}"
        assert submit(anna, page(olena), {"first_name": "Lena"}).status_code == 303
        assert submit(anna, page(olena), {name: "Latte"}).status_code == 303
        response = submit(anna, page(olena), {name: " "})
        assert "Answer this question." in text_of(response)
