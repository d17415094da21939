"""Customers by the API: looked up, created, changed (AP-1)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.loyalty.models import FieldKind
from app.permissions import KeyScope
from tests.api.calling import problem, program
from tests.browsing import form_to, send, text_of
from tests.factories import add_customer, add_question, choice_ids
from tests.people import Town

IRYNA = {
    "first_name": "  Iryna ",
    "last_name": "Melnyk",
    "phone": "067 111 22 33",
    "email": "Iryna@Example.com",
    "birthday": "1990-12-31",
    "language": "uk",
    "cards": ["77-00", "7700", "7701"],
    "consents": {"processing": True, "sms": False},
}


class TestCreating:
    def test_it_is_kept_as_the_panel_keeps_it(self, town: Town) -> None:
        """AP-1, AC-2: phones become E.164, cards lose what is for the eye, the default program takes it in."""
        shop = program(town.kavalier, point_of_sale_id=town.kavalier.own_place)
        response = shop.post("/customers", IRYNA)
        made = response.get_json()
        assert response.status_code == 201
        assert response.location.endswith(f"/api/v1/customers/{made['id']}")
        wanted = {
            "first_name": "Iryna",
            "phone": "+380671112233",
            "email": "iryna@example.com",
            "cards": ["7700", "7701"],
        }
        assert {name: made[name] for name in wanted} == wanted
        assert made["consents"] == {"processing": True, "sms": False, "push": True, "email": True, "viber": True}
        assert made["programs"] == [
            {"program_id": town.kavalier.program, "access": "full", "category": "New Customers"}
        ]
        assert shop.get(f"/customers/{made['id']}").get_json() == made
        assert "Iryna Melnyk" in text_of(town.browser(town.anna).get(f"/customers/{made['id']}"))

    def test_a_phone_or_card_of_another_is_refused(self, town: Town) -> None:
        shop = program(town.kavalier)
        made = shop.post("/customers", IRYNA).get_json()["id"]
        assert problem(shop.post("/customers", {"phone": "+380671112233"}), 409, "phone-taken")["customer_id"] == made
        assert problem(shop.post("/customers", {"cards": ["7701"]}), 409, "card-taken")["customer_id"] == made

    @pytest.mark.parametrize(
        ("said", "pointer"),
        [
            ({"phone": "12"}, "/phone"),
            ({"email": "anna@"}, "/email"),
            ({"birthday": "1899-12-31"}, "/birthday"),
            ({"birthday": "2999-01-01"}, "/birthday"),
            ({"point_of_sale_id": 2**63}, "/point_of_sale_id"),
            ({"answers": [{"question_id": 99, "value": "x"}]}, "/answers/0/question_id"),
            ({"cards": [""]}, "/cards/0"),
        ],
    )
    def test_what_cannot_be_is_refused_by_its_place(self, town: Town, said: dict[str, object], pointer: str) -> None:
        told = problem(program(town.kavalier).post("/customers", said), 422, "body-wrong")
        assert [each["pointer"] for each in told["errors"]] == [pointer]

    def test_a_question_that_must_be_answered_is_insisted_on(self, town: Town) -> None:
        """LP-7."""
        with town.kavalier.work():
            question = add_question("Favourite drink", required=True)
        shop = program(town.kavalier)
        problem(shop.post("/customers", IRYNA), 422, "body-wrong")
        answers = [{"question_id": question, "value": "Tea"}]
        assert shop.post("/customers", {**IRYNA, "answers": answers}).get_json()["answers"] == answers

    def test_answers_are_of_the_kind_that_is_asked(self, town: Town) -> None:
        """LP-7."""
        with town.kavalier.work():
            number, day, yes = (
                add_question(kind.name, kind) for kind in (FieldKind.NUMBER, FieldKind.DATE, FieldKind.YES_NO)
            )
            milk = add_question("Milk", FieldKind.CHOICE, choices=["Oat"])
            oat = choice_ids(milk)[0]
        shop = program(town.kavalier)
        right = [(number, "-12.5"), (day, "1990-12-31"), (yes, False), (milk, oat)]
        told = [{"question_id": question, "value": value} for question, value in right]
        made = shop.post("/customers", {"answers": told}).get_json()
        assert sorted(made["answers"], key=lambda each: each["question_id"]) == told
        for question, wrong in (
            (number, 5),
            (number, "1e9"),
            (day, "31.12.1990"),
            (yes, "yes"),
            (milk, oat + 1),
            (milk, "Oat"),
        ):
            said = {"answers": [{"question_id": question, "value": wrong}]}
            assert (
                problem(shop.post("/customers", said), 422, "body-wrong")["errors"][0]["pointer"] == "/answers/0/value"
            )

    def test_the_audit_log_names_the_key(self, town: Town) -> None:
        """PR-4: what a program changes stands there under the name of its key, and the chain holds."""
        made = program(town.kavalier).post("/customers", IRYNA).get_json()["id"]
        with town.kavalier.work():
            line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "customer.create")).one()
            assert (line.subject_id, line.user_id) == (made, None)
            assert line.api_key_id
        page = town.browser(town.anna).get("/audit-log?person=api")
        assert "API key Web shop" in text_of(page)
        assert "Customer registered" in text_of(page)
        assert "API key Web shop" not in text_of(town.browser(town.anna).get("/audit-log?person=platform"))


class TestLookingUp:
    def test_by_a_whole_number_alone(self, town: Town) -> None:
        """AP-1, CT-11: a phone in any spelling, or a card; never by a part, and there is no list."""
        shop = program(town.kavalier)
        made = shop.post("/customers", IRYNA).get_json()
        for number in ("+380671112233", "(067) 111-22-33", "77 00"):
            told = shop.post("/customers/look-up", {"number": number}, "").get_json()
            assert told == {name: made[name] for name in ("id", "first_name", "last_name", "programs")}
        for number in ("2233", "Melnyk", "iryna@example.com", "%"):
            problem(shop.post("/customers/look-up", {"number": number}, ""), 404, "customer-unknown")
        problem(shop.get("/customers"), 405)

    def test_whoever_comes_to_a_franchisees_counter_is_found(self, town: Town) -> None:
        """PR-3: by name, as its salespeople see it; what else is known of it is read where it bought."""
        made = program(town.kavalier).post("/customers", IRYNA).get_json()
        till = program(town.kavalier, terminal_id=town.kavalier.franchised_terminal)
        assert till.post("/customers/look-up", {"number": "7700"}).get_json()["id"] == made["id"]
        problem(till.get(f"/customers/{made['id']}"), 404)
        problem(till.patch(f"/customers/{made['id']}", {"last_name": "Koval"}), 404)

    def test_a_merged_record_is_the_one_it_is_read_with(self, town: Town) -> None:
        """CP-9."""
        with town.kavalier.work(town.anna):
            kept, gone = add_customer("Iryna", phone="+380671112233"), add_customer("Iryna", cards=["7700"])
            merge_customers(*hold_pair(kept, gone), set())
        shop = program(town.kavalier)
        assert shop.get(f"/customers/{gone}").get_json()["id"] == kept
        assert shop.post("/customers/look-up", {"number": "7700"}).get_json()["id"] == kept
        assert shop.patch(f"/customers/{gone}", {"last_name": "Melnyk"}).get_json()["id"] == kept


class TestChanging:
    def test_what_is_left_out_stays(self, town: Town) -> None:
        """CP-7, AP-1."""
        shop = program(town.kavalier)
        made = shop.post("/customers", IRYNA).get_json()
        changed = shop.patch(f"/customers/{made['id']}", {"last_name": "Koval", "consents": {"push": False}}).get_json()
        consents = {**made["consents"], "push": False}
        assert changed == {**made, "last_name": "Koval", "consents": consents, "version": made["version"] + 1}
        emptied = shop.patch(f"/customers/{made['id']}", {"phone": None, "email": "", "birthday": None, "cards": []})
        assert [emptied.get_json()[name] for name in ("phone", "email", "birthday", "cards")] == ["", "", None, []]

    def test_a_change_over_that_of_another_is_refused(self, town: Town) -> None:
        """CP-7: who names the version that it read is not taken to know of what came since."""
        shop = program(town.kavalier)
        made = shop.post("/customers", IRYNA).get_json()
        assert shop.patch(f"/customers/{made['id']}", {"last_name": "Koval", "version": 1}).status_code == 200
        told = problem(
            shop.patch(f"/customers/{made['id']}", {"last_name": "Bilyk", "version": 1}), 409, "customer-changed"
        )
        assert told["version"] == 2

    def test_a_form_of_the_panel_tells_what_the_program_changed_meanwhile(self, town: Town) -> None:
        """CP-7: both versions, and that it was the key."""
        shop = program(town.kavalier)
        page = f"/customers/{shop.post('/customers', IRYNA).get_json()['id']}/edit"
        anna = town.browser(town.anna)
        form = form_to(anna.get(page), page)
        shop.patch(page.removesuffix("/edit"), {"last_name": "Koval"})
        stale = send(anna, form, {"last_name": "Bilyk"})
        assert stale.status_code == 409
        assert "Web shop" in text_of(stale)
        assert "Koval" in text_of(stale)

    def test_an_answer_can_be_taken_away(self, town: Town) -> None:
        with town.kavalier.work():
            question = add_question("Favourite drink")
        shop = program(town.kavalier)
        made = shop.post("/customers", {"answers": [{"question_id": question, "value": "Tea"}]}).get_json()
        nothing = {"answers": [{"question_id": question, "value": None}]}
        assert shop.patch(f"/customers/{made['id']}", nothing).get_json()["answers"] == []


class TestPlaces:
    def test_where_it_registers(self, town: Town) -> None:
        """PR-3: at the key's own place; a key of a franchisee says at which of its, one of the brand at any or none."""
        kavalier = town.kavalier
        place = {"point_of_sale_id": kavalier.franchised_place}
        till = program(kavalier, terminal_id=kavalier.franchised_terminal)
        assert till.post("/customers", {}).status_code == 201
        assert till.post("/customers", place).status_code == 201
        problem(till.post("/customers", {"point_of_sale_id": kavalier.own_place}), 422, "body-wrong")
        partner = program(kavalier, franchisee_id=kavalier.franchisee)
        problem(partner.post("/customers", {}), 422, "body-wrong")
        assert partner.post("/customers", place).status_code == 201
        problem(partner.post("/customers", {"point_of_sale_id": kavalier.own_place}), 404)
        brand = program(kavalier)
        assert brand.post("/customers", {}).status_code == 201
        problem(brand.post("/customers", {"point_of_sale_id": town.teremok.own_place}), 404)

    def test_a_phone_that_others_have_is_told_without_whose(self, town: Town) -> None:
        """PR-3: a franchisee's key learns that it is taken, and no more."""
        program(town.kavalier).post("/customers", IRYNA)
        partner = program(town.kavalier, franchisee_id=town.kavalier.franchisee)
        said = {"phone": IRYNA["phone"], "point_of_sale_id": town.kavalier.franchised_place}
        assert "customer_id" not in problem(partner.post("/customers", said), 409, "phone-taken")

    def test_a_scope_for_reading_writes_nothing(self, town: Town) -> None:
        reader = program(town.kavalier, [KeyScope.READ_CUSTOMERS])
        problem(reader.post("/customers", IRYNA), 403, "scope-missing")
