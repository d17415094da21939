"""How a business shows itself: its logo, the languages it writes in, the names of its messages (LP-3, WL-1)."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import psycopg
import pytest
from flask.testing import FlaskClient
from PIL import Image

from app import pictures
from app.businesses.models import Feature
from app.businesses.queries import logo_href, own_business
from app.businesses.services import switch_feature
from app.lib import dates
from app.links import stop_link
from app.messaging.models import Channel
from tests.browsing import form_to, page_of, send, submit, text_of
from tests.factories import add_customer
from tests.messaging.pipeline import letter, write
from tests.messaging.pipeline import send as send_messages
from tests.people import Town
from tests.pictures import saved, two_colours

PAGE = "/settings"


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


def hand_in(client: FlaskClient, content: bytes, name: str = "logo.png") -> int:
    form = form_to(client.get(PAGE), PAGE)
    return send(client, form, {"logo_id": (BytesIO(content), name)}).status_code  # type: ignore[dict-item]


def logo(town: Town) -> str | None:
    with town.kavalier.work():
        return logo_href()


class TestLogo:
    def test_it_is_drawn_anew_and_seen_by_all(self, town: Town, anna: FlaskClient, client: FlaskClient) -> None:
        """WL-1: in the panel, on the pages that customers open, without signing in."""
        assert hand_in(anna, saved(two_colours(900, 600), "PNG")) == 303
        address = logo(town)
        assert address is not None
        assert f'src="{address}"' in anna.get("/customers").text
        with town.kavalier.work():
            link = stop_link(add_customer("Iryna", phone="+380671112233"))
        assert f'src="{address}"' in client.get("/" + link.split("/", 3)[3]).text
        shown = client.get(address)
        assert (shown.status_code, shown.content_type) == (200, "image/webp")
        assert Image.open(BytesIO(shown.data)).size == (400, 267)

    def test_it_can_be_taken_away(self, town: Town, anna: FlaskClient, client: FlaskClient) -> None:
        hand_in(anna, saved(two_colours(40, 40), "PNG"))
        address = str(logo(town))
        assert submit(anna, PAGE, {"logo_id": "none"}).status_code == 303
        assert logo(town) is None
        assert client.get(address).status_code == 404
        assert address not in anna.get(PAGE).text

    @pytest.mark.parametrize("content", [b"<svg onload='alert(1)'/>", b"", b"\x89PNG\r\n\x1a\n broken"])
    def test_what_is_no_picture_is_refused(self, town: Town, anna: FlaskClient, content: bytes) -> None:
        assert hand_in(anna, content) == 422
        assert logo(town) is None

    def test_housekeeping_keeps_it(self, town: Town, anna: FlaskClient) -> None:
        hand_in(anna, saved(two_colours(40, 40), "PNG"))
        with town.kavalier.work():
            assert pictures.remove_unused(dates.now() + timedelta(days=3)) == 0

    def test_another_business_has_its_own(self, town: Town, anna: FlaskClient, client: FlaskClient) -> None:
        """PR-1: a picture of one business is no logo of another, nor is any other picture one."""
        hand_in(anna, saved(two_colours(40, 40), "PNG"))
        with town.kavalier.work():
            number = own_business().logo_id
        oleg = town.browser(town.oleg)
        assert submit(oleg, PAGE, {"logo_id": str(number)}).status_code == 422
        address = str(logo(town))
        assert client.get(address[:-1] + ("A" if address[-1] != "A" else "B")).status_code == 404


class TestLanguages:
    def test_forms_ask_for_these_alone(self, town: Town, anna: FlaskClient) -> None:
        assert submit(anna, PAGE, {"languages": ["uk", "en"]}).status_code == 303
        assert asked(anna) == ["en", "uk"]
        submit(anna, "/programs/new", {"title": "Second", "public_names": ["Club", "Клуб", ""]}, action="/programs")
        options = page_of(anna.get("/customers/new")).iterfind(".//select[@name='language']/option")
        assert [each.get("value") for each in options] == ["", "uk", "en"]

    def test_what_was_written_in_another_one_stays(self, town: Town, anna: FlaskClient) -> None:
        page = f"/programs/{town.kavalier.program}"
        submit(anna, page, {"public_names": ["Club", "Клуб", "Клубъ"]})
        submit(anna, PAGE, {"languages": ["uk"]})
        assert form_to(anna.get(page), page).values["public_names"] == ["Club", "Клуб", "Клубъ"]
        assert submit(anna, page, {}).status_code == 303
        assert form_to(anna.get(page), page).values["public_names"] == ["Club", "Клуб", "Клубъ"]

    def test_the_main_one_is_of_customers_who_chose_none(
        self, town: Town, anna: FlaskClient, client: FlaskClient
    ) -> None:
        with town.kavalier.work():
            link = "/" + stop_link(add_customer("Iryna", phone="+380671112233")).split("/", 3)[3]
        assert 'lang="uk"' in client.get(link).text
        submit(anna, PAGE, {"languages": ["ru", "uk"]})
        assert 'lang="ru"' in client.get(link).text

    @pytest.mark.parametrize("languages", [[], ["de"], ["uk", "xx"]])
    def test_there_is_always_one_of_the_panel(self, town: Town, anna: FlaskClient, languages: list[str]) -> None:
        assert submit(anna, PAGE, {"languages": languages}).status_code == 422
        with town.kavalier.work():
            assert own_business().languages == ["uk", "en", "ru"]


def asked(client: FlaskClient) -> list[str | None]:
    boxes = page_of(client.get("/programs/new")).iterfind(".//label[@class='language-line']/input")
    return [each.get("lang") for each in boxes]


class TestSenderNames:
    def test_e_mails_bear_the_business_s_name_or_the_one_chosen(
        self, town: Town, anna: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """LP-3."""
        with town.kavalier.work():
            olena = add_customer(email="olena@example.com", phone="+380671112234")
        for key, wanted in (("one", "Kavalier"), ("two", "Кав’ярня Кавалер")):
            with town.kavalier.work():
                write(olena, letter(key, channel=Channel.EMAIL, title="Purchase"))
            send_messages(town.kavalier)
            row = superuser.execute("SELECT sender FROM message ORDER BY id DESC LIMIT 1").fetchone()
            assert row == (wanted,)
            submit(anna, PAGE, {"mail_sender": "Кав’ярня Кавалер"})

    @pytest.mark.parametrize("name", ["Club <a@b.ua>", "x" * 65, "a\u0007b"])
    def test_a_name_is_a_name(self, anna: FlaskClient, name: str) -> None:
        assert submit(anna, PAGE, {"mail_sender": name}).status_code == 422

    def test_those_of_sms_are_listed_by_program(self, town: Town, anna: FlaskClient) -> None:
        """BA-3: own ones are for support to turn on."""
        assert "write to support" in text_of(anna.get("/settings/sender-names"))
        with town.kavalier.work():
            switch_feature(Feature.ALPHA_NAME, True)
        page = f"/programs/{town.kavalier.program}/advanced-settings"
        assert submit(anna, page, {"sender": "KAVALIER"}).status_code == 303
        said = text_of(anna.get("/settings/sender-names"))
        assert "Kavalier Club KAVALIER" in said
        assert "turned your own sender names on" in said
