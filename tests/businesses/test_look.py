"""A business's own look to its customers: colour, icons, addresses, and nothing of the platform (WL-1)."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import urlsplit

import psycopg
import pytest
from flask.testing import FlaskClient
from PIL import Image

from app.businesses.models import Business
from app.businesses.queries import Brand, business_at, own_brand
from app.businesses.services import NameTakenError, set_web_address
from app.links import icon_address, leave_link, stop_link
from app.messaging.models import Channel
from tests.browsing import form_to, page_of, submit, text_of
from tests.businesses.test_brand import hand_in
from tests.customers.editing import audit_lines
from tests.factories import add_customer
from tests.messaging.gateways.test_smtp import Mailbox, body
from tests.messaging.pipeline import letter, send, write
from tests.people import Shop, Town
from tests.pictures import saved, two_colours

PAGE = "/settings"
RED = "#c8102e"


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


def brand(shop: Shop) -> Brand:
    with shop.work():
        found = own_brand()
    assert found is not None
    return found


def icons(shop: Shop) -> str:
    with shop.work():
        found = own_brand()
        assert found is not None
        return found.icon


def links(shop: Shop) -> list[str]:
    with shop.work():
        customer = add_customer("Iryna", phone="+380671112233")
        return [stop_link(customer), leave_link(customer, shop.program)]


class TestColour:
    def test_customers_see_it_on_their_pages(self, town: Town, anna: FlaskClient, client: FlaskClient) -> None:
        assert submit(anna, PAGE, {"colour": "C8102E", "address": " 12  Khreshchatyk St, Kyiv "}).status_code == 303
        stop, _leave = links(town.kavalier)
        page = client.get(urlsplit(stop).path)
        heads = {each.get("rel"): each.get("href", "") for each in page_of(page).iter("link")}
        assert heads["stylesheet"] == "/colours/c8102e.css"
        assert "12 Khreshchatyk St, Kyiv" in text_of(page)
        sheet = client.get(heads["stylesheet"])
        assert (sheet.status_code, sheet.mimetype) == (200, "text/css")
        assert "immutable" in sheet.headers["Cache-Control"]
        assert "--accent-fill:light-dark(#c8102e," in sheet.text
        assert client.get(heads["icon"]).mimetype == "image/png"

    def test_another_business_keeps_its_own(self, town: Town, anna: FlaskClient, client: FlaskClient) -> None:
        """PR-1."""
        submit(anna, PAGE, {"colour": RED})
        assert brand(town.teremok).style_sheet is None
        assert "/colours/" not in client.get(urlsplit(links(town.teremok)[0]).path).text

    @pytest.mark.parametrize("wrong", ["red", "#12345", "url(x)", "#c8102e;}"])
    def test_what_is_no_colour_is_refused(self, town: Town, anna: FlaskClient, wrong: str) -> None:
        answer = submit(anna, PAGE, {"colour": wrong})
        assert answer.status_code == 422
        assert "Write a colour as #1a2b3c" in text_of(answer)
        assert brand(town.kavalier).colour == ""

    def test_it_can_be_given_up(self, town: Town, anna: FlaskClient) -> None:
        submit(anna, PAGE, {"colour": RED})
        assert form_to(anna.get(PAGE), PAGE).values["colour"] == [RED]
        assert submit(anna, PAGE, {"colour": ""}).status_code == 303
        assert brand(town.kavalier).style_sheet is None

    @pytest.mark.parametrize("name", ["c8102e.svg", "ffffff.css", "000000.svg"])
    def test_any_colour_can_be_looked_at(self, client: FlaskClient, name: str) -> None:
        assert client.get(f"/colours/{name}").status_code == 200

    @pytest.mark.parametrize("name", ["C8102E.css", "c8102.css", "c8102e1.svg", "red.css", "c8102e.png"])
    def test_what_is_none_is_not_found(self, client: FlaskClient, name: str) -> None:
        assert client.get(f"/colours/{name}").status_code == 404


class TestIcons:
    def test_they_are_of_the_logo(self, town: Town, anna: FlaskClient, client: FlaskClient) -> None:
        before = icons(town.kavalier)
        hand_in(anna, saved(two_colours(900, 600), "PNG"))
        after = icons(town.kavalier)
        assert before != after
        for name, side in (("192", 192), ("512", 512), ("maskable-512", 512), ("badge", 96)):
            shown = client.get(f"{after}/{name}.png")
            assert (shown.status_code, shown.mimetype) == (200, "image/png")
            assert Image.open(BytesIO(shown.data)).size == (side, side)
        submit(anna, PAGE, {"logo_id": "none"})
        assert client.get(f"{after}/192.png").status_code == 404
        assert client.get(f"{before}/192.png").status_code == 200

    def test_no_other_business_has_a_picture_of_it(self, town: Town, anna: FlaskClient, client: FlaskClient) -> None:
        """PR-1: the address is signed, and asks whose logo it is."""
        hand_in(anna, saved(two_colours(40, 40), "PNG"))
        number = brand(town.kavalier).logo_id or 0
        with town.teremok.work():
            assert client.get(f"{icon_address(number, 0, 75)}/192.png").status_code == 404
        own = icons(town.kavalier)
        assert client.get(f"{own[:-1]}{'A' if own[-1] != 'A' else 'B'}/192.png").status_code == 404
        assert client.get(f"{own}/7.png").status_code == 404


class TestWebAddress:
    def test_links_begin_with_it(self, town: Town) -> None:
        """WL-1: no link in a message names the platform."""
        with town.kavalier.work():
            assert set_web_address("https://club.kvr.ua")
            assert not set_web_address("https://club.kvr.ua")
        assert all(each.startswith("https://club.kvr.ua/") for each in links(town.kavalier))
        assert not any("kvr" in each for each in links(town.teremok))
        assert audit_lines(town.kavalier, "business", town.kavalier.id)[0] == (
            "business.web_address",
            {"web_address": ("", "https://club.kvr.ua")},
        )

    def test_its_first_page_is_the_customers(self, town: Town, client: FlaskClient) -> None:
        with town.kavalier.work():
            set_web_address("https://club.kvr.ua")
        assert business_at_of(town, "https://club.kvr.ua") == "kavalier"
        assert client.get("/", base_url="https://club.kvr.ua").location == "/my/kavalier"
        assert client.get("/", base_url="https://other.kvr.ua").location == "/login"
        assert client.get("/", base_url="http://club.kvr.ua").location == "/login"

    def test_two_businesses_cannot_have_the_same(self, town: Town) -> None:
        with town.kavalier.work():
            set_web_address("https://club.kvr.ua")
        with town.teremok.work(), pytest.raises(NameTakenError):
            set_web_address("https://club.kvr.ua")

    @pytest.mark.parametrize(
        "wrong", ["http://kvr.ua", "https://kvr.ua/my", "kvr.ua", "https://", f"https://{'k' * 40}.ua"]
    )
    def test_it_is_short_and_of_https(self, town: Town, wrong: str) -> None:
        with town.kavalier.work(), pytest.raises(ValueError, match="An address is such as"):
            set_web_address(wrong)

    def test_support_sets_it_by_a_command(self, town: Town) -> None:
        run = town.app.test_cli_runner().invoke
        command = ["support", "web-address", "--business", "kavalier"]
        assert run(args=[*command, "https://Club.kvr.ua/"]).output == "kavalier is reached at https://Club.kvr.ua/.\n"
        assert "another business's" in run(args=[*command[:-1], "teremok", "https://club.kvr.ua"]).output
        assert run(args=[*command, "nowhere"]).exit_code == 1
        assert run(args=[*command, "default"]).exit_code == 0
        assert not any("kvr" in each for each in links(town.kavalier))


def business_at_of(town: Town, address: str) -> str | None:
    with town.app.app_context():
        return business_at(address)


class TestLetters:
    def test_they_bear_name_icon_colour_and_address(self, town: Town, anna: FlaskClient, mailbox: Mailbox) -> None:
        """WL-1: and nothing of the platform."""
        submit(anna, PAGE, {"colour": RED, "address": "12 Khreshchatyk St, Kyiv"})
        with town.kavalier.work():
            olena = add_customer("Olena", email="olena@example.com", phone="+380671112234")
            write(olena, letter("one", channel=Channel.EMAIL, title="A new bread", text="Come <soon>."))
        send(town.kavalier)
        ((_to, read),) = mailbox.letters
        page = body(read, "html")
        assert f"border-top:4px solid {RED}" in page
        assert f"{icons(town.kavalier)}/96.png" in page
        assert "Kavalier, 12 Khreshchatyk St, Kyiv" in page
        assert "Come &lt;soon&gt;." in page
        assert "Kavalier, 12 Khreshchatyk St, Kyiv" in body(read, "plain")
        assert "Regulars" not in read.as_string()


def test_pages_of_customers_do_not_name_the_platform(town: Town, client: FlaskClient) -> None:
    """WL-1: nor do links that lead nowhere."""
    for link in (*(urlsplit(each).path for each in links(town.kavalier)), "/u/nowhere", "/l/nowhere"):
        assert "regulars" not in client.get(link).text.lower(), link


def test_the_database_keeps_no_other_colour(town: Town, superuser: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        superuser.execute(f"UPDATE {Business.__tablename__} SET colour = 'red'")
