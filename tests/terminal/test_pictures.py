"""A customer is found by a picture of its code, where the browser reads none itself (TE-1)."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from tests.browsing import form_to, text_of
from tests.factories import add_customer
from tests.people import Town
from tests.pictures import picture_of

PHONE = "+380671112233"


@pytest.fixture
def iryna(town: Town) -> int:
    with town.kavalier.work():
        return add_customer("Iryna", "Melnyk", PHONE, cards=["77001122"])


def show(client: FlaskClient, picture: bytes, name: str = "image.jpg") -> TestResponse:
    """As a browser without scripts sends it."""
    form = form_to(client.get("/terminal"), "/terminal/pictures")
    files = {"picture": (BytesIO(picture), name)}
    data = {**{key: values[0] for key, values in form.values.items()}, **files}
    return client.post(form.action, data=data, content_type="multipart/form-data", follow_redirects=True)


def blank() -> bytes:
    kept = BytesIO()
    Image.new("L", (400, 300), 255).save(kept, "JPEG")
    return kept.getvalue()


@pytest.mark.parametrize("text", [PHONE, "067 111 22 33", "77001122", " 7700-1122 "])
def test_of_a_phone_or_a_card(sasha: FlaskClient, iryna: int, text: str) -> None:
    assert "Iryna Melnyk" in text_of(show(sasha, picture_of(text)))


def test_of_an_unknown_phone_leads_to_a_new_customer(sasha: FlaskClient, iryna: int) -> None:
    page = show(sasha, picture_of("+380675556677"))
    assert "New customer" in text_of(page)
    assert "+380 67 555 6677" in text_of(page)


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (b"", "This is no picture that can be read."),
        (blank(), "There is no code in this picture."),
        (b"no picture", "This is no picture that can be read."),
        (picture_of("https://example.com"), "Nobody has this code."),
        (picture_of("x" * 900), "Nobody has this code."),
        (picture_of("67"), "Nobody has this code."),
    ],
    ids=["none", "blank", "text", "link", "long", "part"],
)
def test_of_nobody_says_so(sasha: FlaskClient, iryna: int, picture: bytes, words: str) -> None:
    page = show(sasha, picture)
    assert page.status_code == 422
    assert words in text_of(page)
    assert "Melnyk" not in page.text


def test_of_another_business_is_nobodys(town: Town, sasha: FlaskClient) -> None:
    """PR-1."""
    with town.teremok.work():
        add_customer("Petro", "Savchuk", PHONE, cards=["77001122"])
    assert "Nobody has this code." in text_of(show(sasha, picture_of("77001122")))


def test_too_large_is_refused_before_it_is_read(sasha: FlaskClient) -> None:
    assert show(sasha, b"x" * (13 * 2**20)).status_code == 413


def test_are_looked_at_so_often_and_not_more(sasha: FlaskClient, iryna: int) -> None:
    """They count as look-ups do, readable or not."""
    for _ in range(20):
        assert show(sasha, b"no picture").status_code == 422
    assert show(sasha, picture_of(PHONE)).status_code == 429
