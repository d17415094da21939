"""A picture in a form: handed in, kept, replaced, removed, refused with the rest of the form as it was."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.extensions import db
from app.lib import dates
from app.news.models import News
from app.pictures import Picture, remove_unused
from tests.browsing import Form, form_to, page_of, send, text_of
from tests.lib.test_images import BAD
from tests.people import Town
from tests.pictures import saved, two_colours

LIST, NEW = "/news", "/news/new"
File = tuple[BytesIO, str]


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


def file(width: int = 640, name: str = "menu.png") -> File:
    return BytesIO(saved(two_colours(width, 480), "PNG")), name


def new_form(anna: FlaskClient) -> Form:
    return form_to(anna.get(NEW), LIST)


def write(anna: FlaskClient, picture: File, title: str = "Menu") -> Any:
    return send(anna, new_form(anna), {"titles": [title, "", ""], "picture_id": [picture]})  # type: ignore[list-item]


def kept(town: Town) -> tuple[int, int | None]:
    """The only news item, and its picture."""
    with town.kavalier.work():
        row = db.session.execute(select(News.id, News.picture_id)).one()
        return row.id, row.picture_id


def pictures(town: Town) -> int:
    with town.kavalier.work():
        return db.session.scalar(select(func.count()).select_from(Picture)) or 0


def test_is_shown_in_the_list_and_the_form(town: Town, anna: FlaskClient) -> None:
    assert write(anna, file()).status_code == 303
    news, number = kept(town)
    for page, size in ((LIST, ("400", "300")), (f"/news/{news}", ("400", "300"))):
        image = page_of(anna.get(page)).find(".//main//img")
        assert image is not None
        assert (image.get("width"), image.get("height")) == size
        address = image.get("src", "")
        assert address.startswith(f"/pictures/{number}/")
        assert anna.get(address).content_type == "image/webp"


def test_a_form_that_is_refused_still_has_it(town: Town, anna: FlaskClient) -> None:
    refused = write(anna, file(), title="")
    assert refused.status_code == 422
    assert page_of(refused).find(".//main//img") is not None
    assert send(anna, form_to(refused, LIST), {"titles": ["Menu", "", ""]}).status_code == 303
    assert kept(town)[1] is not None


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_picture_is_refused_and_nothing_else_is_lost(
    town: Town, anna: FlaskClient, name: str
) -> None:
    with_picture = write(anna, file(), title="")
    bad = [*form_to(with_picture, LIST).values["picture_id"], (BytesIO(BAD[name][0]), "menu.jpg")]
    refused = send(anna, form_to(with_picture, LIST), {"titles": ["Menu", "", ""], "picture_id": bad})  # type: ignore[dict-item]
    assert refused.status_code == 422
    error = page_of(refused).find(".//p[@id='picture_id-error']")
    assert error is not None
    assert "".join(error.itertext()).strip()
    assert form_to(refused, LIST).values["titles"][0] == "Menu"
    assert page_of(refused).find(".//main//img") is not None
    assert pictures(town) == 1


class TestOfAKeptOne:
    @pytest.fixture
    def page(self, town: Town, anna: FlaskClient) -> str:
        write(anna, file())
        return f"/news/{kept(town)[0]}"

    def test_stays_when_nothing_is_said_of_it(self, town: Town, anna: FlaskClient, page: str) -> None:
        before = kept(town)
        send(anna, form_to(anna.get(page), page), {"titles": ["Changed", "", ""]})
        assert kept(town) == before

    def test_is_replaced(self, town: Town, anna: FlaskClient, page: str) -> None:
        before, form = kept(town), form_to(anna.get(page), page)
        send(anna, form, {"picture_id": [*form.values["picture_id"], file(641)]})  # type: ignore[list-item]
        assert kept(town)[1] not in (before[1], None)
        assert "Picture" in text_of(anna.get("/audit-log"))

    def test_is_removed(self, town: Town, anna: FlaskClient, page: str) -> None:
        form = form_to(anna.get(page), page)
        send(anna, form, {"picture_id": [*form.values["picture_id"], "none"]})
        assert kept(town)[1] is None
        with town.kavalier.work():
            assert remove_unused(dates.now() + timedelta(days=2)) == 1

    def test_a_new_one_wins_over_removing(self, town: Town, anna: FlaskClient, page: str) -> None:
        send(anna, form_to(anna.get(page), page), {"picture_id": ["none", file(641)]})  # type: ignore[list-item]
        assert kept(town)[1] is not None

    @pytest.mark.parametrize("number", ["987654321", "x", "-1", "9" * 30, "menu.png"])
    def test_one_that_is_not_there_is_refused(self, town: Town, anna: FlaskClient, page: str, number: str) -> None:
        response = send(anna, form_to(anna.get(page), page), {"picture_id": [number]})
        assert response.status_code == 422
        assert "This picture is kept no more. Choose it again." in text_of(response)

    def test_one_of_another_business_is_refused(self, town: Town, page: str) -> None:
        """PR-1"""
        oleg = town.browser(town.oleg)
        form = form_to(oleg.get(NEW), LIST)
        response = send(oleg, form, {"titles": ["Mine", "", ""], "picture_id": [str(kept(town)[1])]})
        assert response.status_code == 422


def test_the_same_form_with_another_file_is_not_the_same(town: Town, anna: FlaskClient) -> None:
    """RELIABILITY: a key that comes again with other content is refused, and files are content."""
    form = new_form(anna)
    answers = [
        send(anna, form, {"titles": ["Menu", "", ""], "picture_id": [each]}).status_code  # type: ignore[list-item]
        for each in (file(), file(), file(641))
    ]
    assert answers == [303, 303, 409]
    with town.kavalier.work():
        assert db.session.scalar(select(func.count()).select_from(News)) == 1
