"""Pages of merging: what is proposed, compared, confirmed, refused and undone, and by whom (CP-9)."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.customers.models import CustomerMerge, LikelyDuplicate
from app.customers.services.duplicates import find_duplicates
from app.extensions import db
from tests.browsing import form_to, send, submit, text_of
from tests.customers.editing import audit_lines
from tests.factories import add_customer, add_points, add_sale
from tests.people import Town


@pytest.fixture
def pair(town: Town) -> tuple[int, int]:
    shop = town.kavalier
    with shop.work():
        first = add_customer("Olena", "Koval", "+380671112233", cards=["7711"], tags=[("milk", "oat")])
        second = add_customer("Olena", "Koval", "+380671112243", email="o@k.ua", tags=[("milk", "soy")])
        add_sale(first, shop.own_terminal, 10_000)
        add_sale(second, shop.franchised_terminal, 5_000)
        add_points(second, 31_000, days=10)
        find_duplicates()
    return first, second


def comparison(first: int, second: int) -> str:
    return f"/customers/{first}/merging?with={second}"


def merge(client: FlaskClient, first: int, second: int, **values: str) -> int:
    page = comparison(first, second)
    return submit(client, page, values, action=f"/customers/{first}/merging").status_code


def merges(town: Town) -> int:
    with town.kavalier.work():
        return len(db.session.scalars(select(CustomerMerge)).all())


class TestFinding:
    def test_likely_pairs_are_proposed_with_their_reason(self, town: Town, anna: FlaskClient) -> None:
        """CP-9: the same e-mail, the same name and birthday, the same name and a phone with one other digit."""
        with town.kavalier.work():
            born = {"birthday": date(1990, 2, 28)}
            add_customer("A", "Mail", email="a@k.ua")
            add_customer("B", "Other", email="a@k.ua")
            add_customer("C", "Born", **born)
            add_customer("C", "Born", **born)
            add_customer("D", "Phone", "+380671112233")
            add_customer("D", "Phone", "+380671112234")
            add_customer("D", "Phone", "+380671112299")
            add_customer("E", "Phone", "+380671112235")
            find_duplicates()
            find_duplicates()
            pairs = db.session.scalars(select(LikelyDuplicate.reasons).order_by(LikelyDuplicate.reasons)).all()
        assert pairs == [1, 2, 4]
        words = text_of(anna.get("/customers/duplicates"))
        for reason in ("same e-mail", "same name and birthday", "same name, phones differ in one digit"):
            assert reason in words

    def test_one_is_found_when_it_is_registered_or_changed(self, town: Town, anna: FlaskClient) -> None:
        with town.kavalier.work():
            known = add_customer("Olena", "Koval", "+380671112233", email="o@k.ua")
        values = {"first_name": "Olena", "last_name": "Koval", "phone": "+380671112234"}
        new = submit(anna, "/customers/new", values, action="/customers").location or ""
        assert "May be the same person as" in anna.get(new).text
        assert "May be the same person as" in anna.get(f"/customers/{known}").text
        submit(anna, f"{new}/edit", {"first_name": "Olha"})
        assert "May be the same person as" not in anna.get(new).text

    def test_who_is_not_the_same_is_kept(self, town: Town, anna: FlaskClient, pair: tuple[int, int]) -> None:
        page = anna.get("/customers/duplicates")
        assert "+380 67 111 2243" in page.text
        with town.kavalier.work():
            number = db.session.scalars(select(LikelyDuplicate.id)).one()
        form = form_to(page, f"/customers/duplicates/{number}/denial")
        assert send(anna, form, {}).status_code == 303
        with town.kavalier.work():
            find_duplicates()
        assert "No likely duplicates" in anna.get("/customers/duplicates").text
        assert "May be the same person as" not in anna.get(f"/customers/{pair[0]}").text

    def test_another_record_is_picked_by_hand(self, anna: FlaskClient, pair: tuple[int, int]) -> None:
        first, second = pair
        response = submit(
            anna, f"/customers/{first}/merging", {"text": "1112243"}, action=f"/customers/{first}/merging/candidates"
        )
        assert f"/customers/{first}/merging?with={second}" in response.text


class TestMerging:
    def test_it_is_compared_confirmed_and_read_as_one(
        self, town: Town, anna: FlaskClient, pair: tuple[int, int]
    ) -> None:
        first, second = pair
        words = text_of(anna.get(comparison(first, second)))
        assert "<span" not in words
        for piece in ("o@k.ua", "+380 67 111 2243", "310", "₴150 .00"):
            assert piece in words
        assert merge(anna, first, second, take_tag_milk="theirs", take_phone="mine") == 303
        profile = text_of(anna.get(f"/customers/{first}"))
        assert "Merged records" in profile
        assert "soy" in profile
        assert "150" in profile
        assert f"/customers/{second}" not in anna.get("/customers").text
        assert "of 1" in anna.get("/customers/count").text
        assert text_of(anna.get(f"/customers/{first}/transactions")).count("Podil") >= 1
        action, changes = audit_lines(town.kavalier, "customer", first)[0]
        assert action == "customer.merge"
        assert changes["merged"] == (None, second)
        assert changes["email"] == (None, "o@k.ua")

    @pytest.mark.parametrize("tab", ["", "/loyalty-history", "/transactions", "/messages", "/offers", "/tags", "/edit"])
    def test_the_absorbed_address_leads_to_the_survivor(
        self, anna: FlaskClient, town: Town, pair: tuple[int, int], tab: str
    ) -> None:
        first, second = pair
        merge(anna, first, second)
        response = anna.get(f"/customers/{second}{tab}")
        assert (response.status_code, response.location) == (303, f"/customers/{first}{tab}")
        assert anna.get(f"/customers?open={second}").location == f"/customers?open={first}"

    def test_a_double_click_makes_one(self, town: Town, anna: FlaskClient, pair: tuple[int, int]) -> None:
        first, second = pair
        form = form_to(anna.get(comparison(first, second)), f"/customers/{first}/merging")
        assert [send(anna, form, {}).status_code for _click in range(2)] == [303, 303]
        assert merges(town) == 1

    def test_what_changed_meanwhile_is_shown_and_asked_again(
        self, town: Town, anna: FlaskClient, pair: tuple[int, int]
    ) -> None:
        first, second = pair
        form = form_to(anna.get(comparison(first, second)), f"/customers/{first}/merging")
        with town.kavalier.work():
            add_points(second, 500)
        response = send(anna, form, {"take_tag_milk": "theirs"})
        assert response.status_code == 409
        assert "315" in text_of(response)
        assert merges(town) == 0
        again = form_to(response, f"/customers/{first}/merging")
        assert again.values["take_tag_milk"] == ["theirs"]
        assert send(anna, again, {}).status_code == 303

    @pytest.mark.parametrize("seen", ["", "[]", "{", '{"a": 1}', '{"a": ["b"]}'])
    def test_a_damaged_form_is_refused(self, town: Town, anna: FlaskClient, pair: tuple[int, int], seen: str) -> None:
        assert merge(anna, *pair, seen=seen) == 400
        assert merge(anna, *pair, absorbed="x") == 400
        assert merge(anna, *pair, absorbed=str(pair[0])) == 409
        assert merges(town) == 0

    def test_a_form_about_a_merged_record_is_refused(self, anna: FlaskClient, pair: tuple[int, int]) -> None:
        first, second = pair
        edit = form_to(anna.get(f"/customers/{second}/edit"), f"/customers/{second}/edit")
        merge(anna, first, second)
        assert send(anna, edit, {"first_name": "X"}).status_code == 409


class TestUndoing:
    def test_it_is_undone_from_the_overview(self, town: Town, anna: FlaskClient, pair: tuple[int, int]) -> None:
        first, second = pair
        merge(anna, first, second)
        with town.kavalier.work():
            number = db.session.scalars(select(CustomerMerge.id)).one()
        page = f"/customers/{first}/merges/{number}/undoing"
        assert page in anna.get(f"/customers/{first}").text
        assert "310" in text_of(anna.get(page))
        assert submit(anna, page, {}).status_code == 303
        assert anna.get(f"/customers/{second}").status_code == 200
        assert anna.get(page).status_code == 404
        assert audit_lines(town.kavalier, "customer", second)[0][0] == "customer.unmerge"

    def test_what_is_missing_is_told(self, town: Town, anna: FlaskClient, pair: tuple[int, int]) -> None:
        first, second = pair
        merge(anna, first, second)
        with town.kavalier.work():
            number = db.session.scalars(select(CustomerMerge.id)).one()
        page = f"/customers/{first}/merges/{number}/undoing"
        form = form_to(anna.get(page), page)
        remove = f"/customers/{first}/points-adjustment"
        submit(anna, remove, {"way": "remove", "amount": "10.50", "reason": "Gift"})
        response = send(anna, form, {})
        assert response.status_code == 409
        assert "10.5" in text_of(response)
        assert anna.get(f"/customers/{second}").status_code == 303


class TestRights:
    def test_a_brand_operator_may(self, town: Town, pair: tuple[int, int]) -> None:
        assert merge(town.browser(town.olha), *pair) == 303

    def test_a_location_operator_may_not(self, town: Town, pair: tuple[int, int]) -> None:
        """CP-9, PR-3: points and money are the whole brand's, so a merge always reaches beyond a location."""
        boris = town.browser(town.boris)
        for page in ("/customers/duplicates", comparison(*pair), comparison(*reversed(pair))):
            assert boris.get(page).status_code == 403, page
        assert "/merging" not in boris.get(f"/customers/{pair[1]}").text

    def test_it_sees_the_survivor_of_what_it_saw(self, town: Town, anna: FlaskClient, pair: tuple[int, int]) -> None:
        """CP-9, PR-3: with the sales of its own places alone."""
        first, second = pair
        merge(anna, first, second)
        boris = town.browser(town.boris)
        assert boris.get(f"/customers/{second}").location == f"/customers/{first}"
        words = text_of(boris.get(f"/customers/{first}/transactions"))
        assert "Podil" in words
        assert "Pechersk" not in words

    def test_records_of_others_are_not_there(self, town: Town, anna: FlaskClient, pair: tuple[int, int]) -> None:
        """PR-1."""
        with town.teremok.work():
            foreign = add_customer("Oleg")
        assert anna.get(comparison(pair[0], foreign)).status_code == 404
        assert merge(anna, *pair, absorbed=str(foreign)) == 404
