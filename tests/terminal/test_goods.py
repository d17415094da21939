"""Goods from the list: found by name, code or group, with a price of their own where it varies (TE-2, LP-6)."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.extensions import db
from app.loyalty import queries
from app.loyalty.models import Good
from app.transactions.models import OpenSale, TransactionLine
from tests.browsing import send, text_of
from tests.factories import add_customer, add_good, add_good_group
from tests.people import Town
from tests.terminal.counter import follow, look_up, the_form

PHONE = "+380671112233"


@pytest.fixture
def iryna(town: Town) -> int:
    with town.kavalier.work():
        return add_customer("Iryna", "Melnyk", PHONE)


@pytest.fixture
def coffee(town: Town) -> int:
    with town.kavalier.work():
        return add_good("Flat white", group_id=add_good_group(), code="105")


@pytest.fixture
def cake(town: Town) -> int:
    with town.kavalier.work():
        return add_good("Cake", price=20_000, variable_price=True)


@pytest.fixture
def shelf(sasha: FlaskClient, iryna: int, coffee: int, cake: int) -> TestResponse:
    return sasha.get(look_up(sasha, PHONE).request.path.replace("/amount", "/goods"))


def lines(town: Town) -> list[dict[str, Any]]:
    with town.kavalier.work():
        return list(db.session.scalars(select(OpenSale.lines)).one())


def find(client: FlaskClient, page: TestResponse, **values: str) -> TestResponse:
    """As the button of the search sends the form."""
    form = the_form(page, "/goods")
    form.action += "/search"
    return send(client, form, values)


def test_are_sold_at_their_price_or_the_salespersons(
    town: Town, sasha: FlaskClient, shelf: TestResponse, coffee: int, cake: int
) -> None:
    """TE-2, LP-6: those with a price; where it is a base only, the salesperson's."""
    with town.kavalier.work():
        add_good("Secret", price=None)
    assert "Flat white" in text_of(shelf)
    assert "Secret" not in text_of(sasha.get(shelf.request.path))
    chosen = {f"quantity_{coffee}": "2", f"quantity_{cake}": "0,5", f"price_{cake}": "150"}
    page = follow(sasha, shelf, "/goods", chosen)
    assert "265" in text_of(page)
    page = follow(sasha, follow(sasha, page, "/pin"), "/confirmation")
    assert "Flat white × 2" in text_of(page)
    with town.kavalier.work():
        rows = db.session.execute(
            select(TransactionLine.good_id, TransactionLine.quantity, TransactionLine.gross, TransactionLine.code)
        )
        assert {tuple(row) for row in rows} == {(coffee, 2000, 19_000, "105"), (cake, 500, 7_500, "")}


@pytest.mark.parametrize(
    ("quantity", "price", "words"),
    [
        ("two", "150", "such as 2 or 0.5"),
        ("-1", "150", "such as 2 or 0.5"),
        ("0.00001", "150", "such as 2 or 0.5"),
        ("1" * 40, "150", "such as 2 or 0.5"),
        ("1", "", "Enter the price of “Cake”."),
        ("1", "  ", "Enter the price of “Cake”."),
        ("1", "-5", "cannot be below 0"),
        ("1", "dear", "Enter an amount such as"),
        ("1", "9" * 40, "Enter an amount such as"),
        ("0", "150", "Choose what is sold."),
        ("", "", "Choose what is sold."),
    ],
)
def test_are_never_guessed_and_what_was_typed_stays(
    town: Town, sasha: FlaskClient, shelf: TestResponse, cake: int, quantity: str, price: str, words: str
) -> None:
    page = follow(sasha, shelf, "/goods", {f"quantity_{cake}": quantity, f"price_{cake}": price})
    assert page.status_code == 422
    assert words in text_of(page)
    assert the_form(page, "/goods").values[f"price_{cake}"] == [price]
    assert lines(town) == []


def test_a_price_is_kept_to_the_kopeck_when_one_comes_back(
    town: Town, sasha: FlaskClient, shelf: TestResponse, cake: int
) -> None:
    """LP-6: a third of 1.50 is 0.50, which says nothing of the price of one."""
    follow(sasha, shelf, "/goods", {f"quantity_{cake}": "0.333", f"price_{cake}": "1.51"})
    first = lines(town)
    again = sasha.get(shelf.request.path)
    assert the_form(again, "/goods").values[f"price_{cake}"] == ["1.51"]
    follow(sasha, again, "/goods")
    assert lines(town) == first


class TestSearch:
    @pytest.mark.parametrize("words", ["flat", "WHITE", "105", "10", " Flat  white "])
    def test_finds_by_name_and_code(self, sasha: FlaskClient, shelf: TestResponse, words: str) -> None:
        page = find(sasha, shelf, search=words)
        assert page.status_code == 200
        assert "Flat white" in text_of(page)
        assert "Cake" not in text_of(page)

    @pytest.mark.parametrize("words", ["zz", "%", "_", "5", "x" * 300])
    def test_says_that_nothing_is_found(self, sasha: FlaskClient, shelf: TestResponse, words: str) -> None:
        page = find(sasha, shelf, search=words)
        assert "No good has this name or code." in text_of(page)

    def test_keeps_what_is_chosen(
        self, town: Town, sasha: FlaskClient, shelf: TestResponse, coffee: int, cake: int
    ) -> None:
        """TE-2: above whatever is looked for next."""
        page = find(sasha, shelf, search="cake", **{f"quantity_{coffee}": "2"})
        assert "Chosen Flat white" in text_of(page)
        page = find(sasha, page, search="nothing", **{f"quantity_{cake}": "1", f"price_{cake}": "99"})
        assert the_form(page, "/goods").values[f"quantity_{coffee}"] == ["2"]
        page = follow(sasha, page, "/goods")
        assert "289" in text_of(page)
        back = sasha.get(shelf.request.path)
        assert "Chosen Flat white" in text_of(back)
        taken_back = follow(sasha, back, "/goods", {f"quantity_{coffee}": ""})
        assert "₴99" in text_of(taken_back)

    def test_keeps_thousands_of_pieces(self, town: Town, sasha: FlaskClient, shelf: TestResponse, coffee: int) -> None:
        """A comma is a decimal sign in the field, so none parts thousands there."""
        find(sasha, shelf, search="cake", **{f"quantity_{coffee}": "1000"})
        follow(sasha, sasha.get(shelf.request.path), "/goods")
        assert [line["quantity"] for line in lines(town)] == [1_000_000]

    def test_says_what_is_wrong_and_keeps_it(
        self, town: Town, sasha: FlaskClient, shelf: TestResponse, coffee: int
    ) -> None:
        page = find(sasha, shelf, search="cake", **{f"quantity_{coffee}": "two"})
        assert page.status_code == 422
        assert the_form(page, "/goods").values[f"quantity_{coffee}"] == ["two"]

    def test_leaves_an_amount_until_goods_are_chosen(
        self, town: Town, sasha: FlaskClient, iryna: int, coffee: int
    ) -> None:
        amount = look_up(sasha, PHONE)
        follow(sasha, amount, "/amount", {"amount": "50"})
        page = find(sasha, sasha.get(amount.request.path.replace("/amount", "/goods")), search="flat")
        assert [line["gross"] for line in lines(town)] == [5_000]
        follow(sasha, page, "/goods", {f"quantity_{coffee}": "1"})
        assert [line["gross"] for line in lines(town)] == [9_500]

    def test_a_group_shows_its_own(self, town: Town, sasha: FlaskClient, shelf: TestResponse) -> None:
        with town.kavalier.work():
            group = add_good_group("Bread")
            add_good("Rye", group_id=group)
        page = find(sasha, shelf, group=str(group))
        assert "Rye" in text_of(page)
        assert "Flat white" not in text_of(page)
        for wrong in ("0", "x", "9" * 30, "-1"):
            assert find(sasha, shelf, group=wrong).status_code == 200

    def test_many_are_shown_from_the_first_on(
        self, town: Town, sasha: FlaskClient, shelf: TestResponse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with town.kavalier.work():
            for number in range(queries.goods.FOUND + 5):
                add_good(f"Bun {number:03}")
        page = sasha.get(shelf.request.path)
        assert "Bun 040" in text_of(page)
        assert "Bun 054" not in text_of(page)
        assert "These are the first." in text_of(page)
        assert "Bun 054" in text_of(find(sasha, page, search="bun 054"))


def test_what_is_offered_no_more_is_not_sold(
    town: Town, sasha: FlaskClient, shelf: TestResponse, coffee: int, cake: int
) -> None:
    """LP-6: archived, without a price, or of another business."""
    with town.teremok.work():
        foreign = add_good("Foreign")
    with town.kavalier.work():
        db.session.get_one(Good, (town.kavalier.id, coffee)).price = None
    page = follow(sasha, shelf, "/goods", {f"quantity_{coffee}": "1", f"quantity_{foreign}": "1"})
    assert "Choose what is sold." in text_of(page)
    assert lines(town) == []
