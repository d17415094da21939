"""What customers read, shown beside a program's settings as they are and as they are typed (LP-3, LP-5)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.loyalty.models import Program
from tests.browsing import submit, text_of
from tests.people import Shop, Town

LIVE = {"HX-Request": "true"}


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


def page(shop: Shop) -> str:
    return f"/programs/{shop.program}/notices"


def test_every_message_is_shown_in_every_language(shop: Shop, anna: FlaskClient) -> None:
    with shop.work():
        db.session.get_one(Program, (shop.id, shop.program)).signature = "Stay warm"
    words = text_of(anna.get(page(shop)))
    for piece in ("Welcome!", "Вітаємо!", "Добро пожаловать!", "Purchase 238.50 UAH", "Покупка 238,50 ₴", "481516"):
        assert piece in words, piece
    assert words.count("Stay warm") == 12
    assert "GSM-7" in words
    assert "UCS-2" in words


def test_what_is_typed_is_shown_before_it_is_saved(shop: Shop, anna: FlaskClient) -> None:
    """In the person's own language alone; on the page itself only what is saved counts."""
    answer = anna.get(page(shop), query_string={"signature": "Call\tus  <b>", "sender": "KAVA"}, headers=LIVE)
    assert answer.text.count("Call us &lt;b&gt;") == 4
    assert "from KAVA" in answer.text
    assert "Вітаємо" not in answer.text
    assert "Call us" not in anna.get(page(shop), query_string={"signature": "Call us"}).text
    assert anna.get(page(shop), query_string={"signature": "x" * 5000}, headers=LIVE).status_code == 200


def test_a_silent_program_still_welcomes(shop: Shop, anna: FlaskClient) -> None:
    """LP-5."""
    with shop.work():
        db.session.get_one(Program, (shop.id, shop.program)).notifications = "none"
    words = text_of(anna.get(page(shop)))
    assert "At the first purchase" in words
    assert "At a purchase" not in words


@pytest.mark.parametrize("sender", ["AB", "123", "A" * 12, "Кавалер", "Kava!", "a@b"])
def test_a_sender_name_is_one_that_networks_take(shop: Shop, anna: FlaskClient, sender: str) -> None:
    """BA-3: three to eleven characters of the old alphabet, a letter among them."""
    with shop.work():
        db.session.execute(
            db.text("INSERT INTO business_feature (business_id, feature) VALUES (:b, 'alpha-name')"), {"b": shop.id}
        )
    settings = f"/programs/{shop.program}/advanced-settings"
    assert submit(anna, settings, {"sender": sender}).status_code == 422
    assert submit(anna, settings, {"sender": "Kavalier 24"}).status_code == 303
    assert "from Kavalier 24" in text_of(anna.get(page(shop)))
