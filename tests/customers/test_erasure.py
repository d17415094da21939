"""Erasing a customer: the question, what goes and what stays (CP-8)."""

from __future__ import annotations

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import audit
from app.customers import registry as registries
from app.customers.conditions.nodes import Condition, Damaged, Group, Joint
from app.customers.models import Segment
from app.customers.registry import ErasureStep
from app.customers.segments import conditions_of
from app.customers.services.segments import create_segment
from app.customers.stats import differences, rebuild
from app.extensions import db
from app.ledger.check import faults
from app.messaging.models import Message, MessageStatus
from tests.browsing import csrf_token, form_to, page_of, send, submit, text_of
from tests.customers.editing import audit_lines, column
from tests.factories import add_answer, add_customer, add_message, add_points, add_question, add_sale
from tests.people import Town

PERSONAL = (
    *("Соломія", "Яремчук", "380674120855", "0674120855", "s.yaremchuk", "77001122"),
    *("oat milk", "secret answer", "dear guest"),
)
TABLES_OF_ALL = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"


@pytest.fixture
def soloma(town: Town, anna: FlaskClient) -> int:
    """A customer with everything that can be known of one, written and changed by the panel."""
    shop = town.kavalier
    with shop.work():
        customer = add_customer("Солома", "Яремчук", "+380674120855", cards=["77001122"], tags=[("milk", "oat milk")])
        add_answer(customer, add_question("Favourite"), words="secret answer")
        add_sale(customer, shop.own_terminal, 20000)
        add_sale(customer, shop.franchised_terminal, 5000)
        add_points(customer, 31000, days=10, terminal_id=shop.own_terminal)
        held = {"status": MessageStatus.HELD, "reason": "No 0674120855"}
        add_message(customer, "Соломія, dear guest", title="For a dear guest", **held)
        add_customer("Olena", "Koval", "+380671112233")
    with shop.work(town.anna):
        listed = Condition("phone", "in", ("0674120855", "+380671112233"))
        mine = Condition("email", "equals", ("S.Yaremchuk@ukr.net",)), Condition("cards", "equals", ("7700 1122",))
        create_segment("Guests", Group(Joint.OR, (listed, Group(members=mine))))
    edit = f"/customers/{customer}/edit"
    submit(anna, edit, {"first_name": "Соломія", "email": "s.yaremchuk@ukr.net", "birthday": "1990-02-28"})
    submit(anna, edit, {"consent_processing": "y", "consent_sms": []})
    return customer


def page(customer: int) -> str:
    return f"/customers/{customer}/erasure"


def erase(client: FlaskClient, customer: int, typed: str = "0855", reason: str = "request") -> int:
    return submit(client, page(customer), {"typed": typed, "reason": reason}).status_code


class TestErasing:
    def test_nothing_in_the_database_tells_who_it_was(
        self, town: Town, anna: FlaskClient, soloma: int, superuser: psycopg.Connection
    ) -> None:
        """CP-8: looked for in every table, as text."""
        assert erase(anna, soloma) == 303
        tables = [name for (name,) in superuser.execute(TABLES_OF_ALL)]
        assert "audit_value" in tables
        for table in tables:
            rows = superuser.execute(f'SELECT t::text FROM "{table}" t'.encode()).fetchall()
            whole = "\n".join(row[0] for row in rows)
            assert [piece for piece in PERSONAL if piece in whole] == [], table

    def test_the_ledger_the_sales_and_the_chain_stay(self, town: Town, anna: FlaskClient, soloma: int) -> None:
        """CP-8, PR-4: what was sold, earned and done is still told, and everything still agrees."""
        erase(anna, soloma)
        with town.kavalier.work():
            assert faults() == []
            assert audit.first_broken_entry() is None
        lines = audit_lines(town.kavalier, "customer", soloma)
        assert lines[0] == ("customer.erase", {"reason": (None, "request")})
        assert len(lines) > 2
        assert all(values == {} for _action, values in lines[1:])

    def test_it_is_gone_from_table_count_sums_and_drawer(self, town: Town, anna: FlaskClient, soloma: int) -> None:
        """CP-8, CT-4: sums are those of the rows that can be shown; kept figures equal rebuilt ones."""
        erase(anna, soloma)
        for address in (f"/customers/{soloma}", f"/customers/{soloma}/edit", f"/customers/{soloma}/tags", page(soloma)):
            assert anna.get(address).status_code == 404, address
        assert anna.get(f"/customers/summary?id={soloma}").status_code == 404
        assert anna.get(f"/customers?open={soloma}").status_code == 404
        for sort in ("name", "-points", "category", "-amount", "tags"):
            assert f"/customers/{soloma}" not in anna.get(f"/customers?sort={sort}").text, sort
        assert "of 1" in text_of_piece(anna, "/customers/count")
        assert "250" not in text_of_piece(anna, "/customers/sums")
        assert "310" not in text_of_piece(anna, "/customers/sums")
        boris = town.browser(town.boris)
        assert f"/customers/{soloma}" not in boris.get("/customers").text
        with town.kavalier.work():
            assert differences().first == []
            assert rebuild() == 0

    def test_its_phone_and_card_are_free_again(self, town: Town, anna: FlaskClient, soloma: int) -> None:
        """CP-8: who comes back is a new customer."""
        erase(anna, soloma)
        values = {"phone": "067 412 08 55", "cards": "77001122"}
        response = submit(anna, "/customers/new", values, action="/customers")
        assert response.status_code == 303
        assert response.location != f"/customers/{soloma}"

    def test_what_was_to_be_sent_is_not(self, town: Town, anna: FlaskClient, soloma: int) -> None:
        """CP-8: a message that waits does not go out empty; one that arrived did."""
        with town.kavalier.work():
            add_message(soloma)
        erase(anna, soloma)
        with town.kavalier.work():
            messages = db.session.execute(select(Message.status, Message.text).order_by(Message.id)).all()
        assert messages == [(MessageStatus.REJECTED, ""), (MessageStatus.DELIVERED, "")]

    def test_other_areas_wipe_out_their_own(
        self, anna: FlaskClient, soloma: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """CP-8: through steps that they register, which the page names."""
        wiped: list[int] = []
        monkeypatch.setattr(registries.registry, "erasure", [ErasureStep("Points in the app", wiped.append)])
        assert "Points in the app" in text_of(anna.get(page(soloma)))
        erase(anna, soloma)
        assert wiped == [soloma]

    def test_what_people_typed_about_it_is_forgotten(
        self, town: Town, anna: FlaskClient, soloma: int, superuser: psycopg.Connection
    ) -> None:
        """Searches and filters that name it, and a colleague's form about it that was not sent; no others."""
        for text in (
            "067 412-08-55",
            "+380 67 412 0855",
            "Yaremchuk@",
            "s.yaremchuk@ukr.net",
            "7700 1122",
            "0671112233",
        ):
            anna.post("/customers/searches", data={"text": text, "csrf_token": csrf_token(anna)})
        olha = {"business": town.kavalier.id, "user": town.olha.id}
        for path in (f"/customers/{soloma}/edit", f"/customers/{soloma}0/edit"):
            superuser.execute(
                "INSERT INTO unsent_form (business_id, key, user_id, path, fields)"
                " VALUES (%(business)s, gen_random_uuid(), %(user)s, %(path)s, '[]')",
                olha | {"path": path},
            )
        erase(anna, soloma)
        searches = superuser.execute("SELECT conditions->'search'->>'text' FROM saved_filter ORDER BY 1").fetchall()
        assert searches == [("0671112233",), ("Yaremchuk@",)]
        assert superuser.execute("SELECT path FROM unsent_form").fetchall() == [(f"/customers/{soloma}0/edit",)]

    def test_it_is_taken_out_of_segments_that_name_it(self, town: Town, anna: FlaskClient, soloma: int) -> None:
        """CP-8, CT-9: others that they name stay, and a condition that named it alone asks to be removed."""
        erase(anna, soloma)
        with town.kavalier.work():
            segment = db.session.scalars(select(Segment)).one()
            number, kept = segment.id, conditions_of(segment)
        others = Condition("phone", "in", ("+380671112233",))
        assert kept == Group(Joint.OR, (others, Group(members=(Damaged(), Damaged()))))
        assert "damaged" in text_of(anna.get(f"/customers?segment={number}"))

    def test_a_customer_without_a_phone_is_confirmed_by_its_number(self, town: Town, anna: FlaskClient) -> None:
        with town.kavalier.work():
            nobody = add_customer("", "")
        assert f"Type {nobody} to confirm." in text_of(anna.get(page(nobody)))
        assert erase(anna, nobody, "0855") == 422
        assert erase(anna, nobody, str(nobody), reason="") == 303
        assert audit_lines(town.kavalier, "customer", nobody) == [("customer.erase", {})]


class TestRefusals:
    @pytest.mark.parametrize("typed", ["", "855", "0856", "+380674120855", "٠٨٥٥"])
    def test_other_digits_erase_nothing(self, town: Town, anna: FlaskClient, soloma: int, typed: str) -> None:
        """CP-8: the last four digits of the phone, and no others."""
        assert erase(anna, soloma, typed) == 422
        assert column(town.kavalier, soloma, "phone") == "+380674120855"

    def test_an_unknown_reason_erases_nothing(self, town: Town, anna: FlaskClient, soloma: int) -> None:
        assert erase(anna, soloma, reason="because") == 422
        assert column(town.kavalier, soloma, "erased_at") is None

    def test_a_stale_question_is_asked_again(self, town: Town, anna: FlaskClient, soloma: int) -> None:
        """CP-8: somebody gave the number to another name meanwhile; both versions are shown, what was typed stays."""
        form = form_to(anna.get(page(soloma)), page(soloma))
        submit(anna, f"/customers/{soloma}/edit", {"first_name": "Other", "birthday": ""})
        response = send(anna, form, {"typed": "0855", "reason": "request"})
        assert response.status_code == 409
        assert "Someone changed this customer" in text_of(response)
        rows = page_of(response).iterfind(".//table/tbody/tr")
        both = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in rows]
        assert both == [["First name", "Соломія", "Other"], ["Birthday", "28 February 1990", "–"]]
        assert form_to(response, page(soloma)).values["typed"] == ["0855"]
        assert column(town.kavalier, soloma, "erased_at") is None
        assert send(anna, form_to(response, page(soloma)), {"typed": "0855"}).status_code == 303

    @pytest.mark.parametrize("seen", ["", "[]", "{"])
    def test_a_damaged_question_is_refused(self, anna: FlaskClient, soloma: int, seen: str) -> None:
        response = submit(anna, page(soloma), {"typed": "0855", "reason": "request", "seen": seen})
        assert response.status_code == 400

    def test_a_second_time_there_is_nobody(self, anna: FlaskClient, soloma: int) -> None:
        form = form_to(anna.get(page(soloma)), page(soloma))
        erase(anna, soloma)
        assert send(anna, form, {"typed": "0855"}).status_code == 404


class TestRights:
    def test_a_brand_operator_may(self, town: Town, soloma: int) -> None:
        assert erase(town.browser(town.olha), soloma) == 303

    def test_a_location_operator_may_not(self, town: Town, soloma: int) -> None:
        """CP-8, PR-3: the customer may belong to other places as well; no button, and 403 for who knows the address."""
        boris = town.browser(town.boris)
        assert boris.get(page(soloma)).status_code == 403
        for address in (f"/customers/{soloma}", f"/customers?open={soloma}"):
            assert page(soloma) not in boris.get(address).text
            assert page(soloma) in town.browser(town.olha).get(address).text


def text_of_piece(client: FlaskClient, address: str) -> str:
    return " ".join("".join(page_of(client.get(address)).itertext()).split())
