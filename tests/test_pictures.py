"""Pictures in the database: kept once, shown to the business's people alone, removed when nothing shows them."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image

from app import pictures
from app.db import rollback
from app.extensions import db
from app.lib import dates
from app.lib.images import drawn
from app.pictures import Picture
from tests.people import Shop, Town
from tests.pictures import two_colours


def add_picture(width: int = 640, height: int = 480) -> int:
    return pictures.write(drawn(two_colours(width, height)))


def addresses(shop: Shop, number: int) -> list[str]:
    with shop.work():
        digest = db.session.get_one(Picture, (shop.id, number)).digest
    return [f"/pictures/{number}/{digest}", f"/pictures/{number}/{digest}/small"]


@pytest.fixture
def number(town: Town) -> int:
    with town.kavalier.work():
        return add_picture()


def test_is_shown_to_the_people_of_the_business(town: Town, number: int) -> None:
    for address, size in zip(addresses(town.kavalier, number), ((640, 480), (400, 300)), strict=True):
        answer = town.browser(town.vera).get(address)
        assert Image.open(BytesIO(answer.data)).size == size
        assert answer.content_type == "image/webp"
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_is_shown_to_nobody_else(town: Town, number: int, client: FlaskClient) -> None:
    """PR-1"""
    for address in addresses(town.kavalier, number):
        assert town.browser(town.oleg).get(address).status_code == 404
        assert client.get(address).status_code == 303


def test_is_found_by_what_it_is_alone(town: Town, number: int) -> None:
    anna = town.browser(town.anna)
    assert anna.get(f"/pictures/{number}/0000000000000000").status_code == 404
    assert anna.get(f"/pictures/{number + 1}/0000000000000000/small").status_code == 404


def test_the_same_one_is_kept_once(town: Town, number: int) -> None:
    with town.kavalier.work():
        assert add_picture() == number
        assert add_picture(641) != number
    with town.teremok.work():
        assert add_picture() != number


def test_outlives_the_unit_of_work_that_is_given_up(town: Town) -> None:
    with town.kavalier.work():
        number = pictures.keep(drawn(two_colours(30, 30)))
        rollback()
        assert pictures.held(number)


def test_is_removed_after_a_day_when_nothing_shows_it(town: Town, number: int) -> None:
    with town.teremok.work():
        other = add_picture()
        assert pictures.remove_unused(dates.now() + timedelta(hours=23)) == 0
    with town.kavalier.work():
        assert pictures.remove_unused(dates.now() + timedelta(hours=25)) == 1
        assert pictures.held(number) is None
    with town.teremok.work():
        assert pictures.held(other)


def test_handed_in_anew_it_stays_another_day(town: Town, number: int) -> None:
    with town.kavalier.work():
        db.session.get_one(Picture, (town.kavalier.id, number)).handed_in_at = dates.now() - timedelta(days=2)
        db.session.flush()
        assert add_picture() == number
        assert pictures.remove_unused() == 0
