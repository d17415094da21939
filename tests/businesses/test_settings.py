"""Settings of the business: name, currency, time zone, country."""

from __future__ import annotations

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit import AuditEntry
from app.businesses.queries import own_business
from app.businesses.services import change_business
from app.extensions import db
from app.offers.services.gift_cards import make_gift_card
from tests.browsing import form_to, page_of, send, submit, text_of
from tests.factories import add_customer, add_points, add_sale
from tests.people import Town

PAGE = "/settings"


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


def kept(superuser: psycopg.Connection, town: Town) -> tuple[str, ...]:
    found = superuser.execute(
        "SELECT name, currency, time_zone, country FROM business WHERE id = %s", [town.kavalier.id]
    ).fetchone()
    assert found is not None
    return found


def currencies(client: FlaskClient) -> list[str]:
    select_box = page_of(client.get(PAGE)).find(".//select[@name='currency']")
    assert select_box is not None
    return [option.get("value", "") for option in select_box.iter("option")]


def test_shows_what_is_kept(anna: FlaskClient) -> None:
    values = form_to(anna.get(PAGE), PAGE).values
    assert [values[name] for name in ("name", "currency", "time_zone", "country")] == [
        ["Kavalier"],
        ["UAH"],
        ["Europe/Kyiv"],
        ["UA"],
    ]


def test_saves_and_says_so(town: Town, anna: FlaskClient, superuser: psycopg.Connection) -> None:
    """PR-4: with a line in the audit log."""
    changed = {"name": "  Kavalier  Coffee ", "currency": "EUR", "time_zone": "Europe/Warsaw", "country": "PL"}
    assert submit(anna, PAGE, changed).location == PAGE
    assert kept(superuser, town) == ("Kavalier Coffee", "EUR", "Europe/Warsaw", "PL")
    assert "The settings were saved." in anna.get(PAGE).text
    with town.kavalier.work():
        newest = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert newest is not None
        assert (newest.action, sorted(newest.fields)) == (
            "business.change",
            ["country", "currency", "name", "time_zone"],
        )


@pytest.mark.parametrize("moved", ["sale", "points", "gift card"])
def test_the_currency_stays_once_there_are_amounts(
    town: Town, anna: FlaskClient, superuser: psycopg.Connection, moved: str
) -> None:
    form = form_to(anna.get(PAGE), PAGE)
    assert len(currencies(anna)) > 100
    with town.kavalier.work():
        customer = add_customer()
        if moved == "sale":
            add_sale(customer, town.kavalier.own_terminal, 100)
        elif moved == "points":
            add_points(customer, 100)
        else:
            make_gift_card(10_000, None)
    assert currencies(anna) == ["UAH"]
    assert send(anna, form, {"currency": "EUR"}).status_code == 422
    assert send(anna, form, {"name": "Renamed"}).status_code == 303
    assert kept(superuser, town)[:2] == ("Renamed", "UAH")


def test_the_service_too_keeps_the_currency(town: Town) -> None:
    with town.kavalier.work():
        add_sale(add_customer(), town.kavalier.own_terminal, 100)
    with pytest.raises(ValueError, match="present currency"), town.kavalier.work():
        change_business(own_business(), {"currency": "EUR"})


def test_another_business_sales_do_not_fix_it(town: Town, anna: FlaskClient) -> None:
    """PR-1."""
    with town.teremok.work():
        add_sale(add_customer(), town.teremok.own_terminal, 100)
    assert submit(anna, PAGE, {"currency": "EUR"}).status_code == 303


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 301),
        ("currency", "ABC"),
        ("time_zone", "Mars/Olympus"),
        ("country", "XX"),
        ("country", ""),
    ],
)
def test_says_what_is_wrong_and_loses_nothing(
    town: Town, anna: FlaskClient, superuser: psycopg.Connection, field: str, value: str
) -> None:
    response = submit(anna, PAGE, {"name": "Typed", field: value})
    assert response.status_code == 422
    assert page_of(response).find(f".//p[@id='{field}-error']") is not None
    if field != "name":
        assert form_to(response, PAGE).values["name"] == ["Typed"]
    assert kept(superuser, town)[0] == "Kavalier"


def test_a_value_from_beyond_the_lists_is_not_changed_by_saving(
    town: Town, anna: FlaskClient, superuser: psycopg.Connection
) -> None:
    superuser.execute("UPDATE business SET time_zone = 'EET', country = 'AQ', currency = 'ZWR'")
    assert submit(anna, PAGE, {"name": "Renamed"}).status_code == 303
    assert kept(superuser, town) == ("Renamed", "ZWR", "EET", "AQ")


def test_a_stale_form_is_refused_with_both_versions(
    town: Town, anna: FlaskClient, superuser: psycopg.Connection
) -> None:
    form = form_to(anna.get(PAGE), PAGE)
    submit(anna, PAGE, {"name": "Theirs", "country": "PL"})
    response = send(anna, form, {"name": "Mine"})
    assert response.status_code == 409
    assert "Name Theirs Country Poland" in text_of(response)
    assert kept(superuser, town)[0] == "Theirs"
    assert send(anna, form_to(response, PAGE), {}).status_code == 303
    assert kept(superuser, town)[0] == "Mine"


@pytest.mark.parametrize("who", ["olha", "boris", "vera"])
def test_only_the_admin_has_them(town: Town, who: str) -> None:
    client = town.browser(town.people[who])
    assert client.get(PAGE).status_code == 403
    assert "/settings" not in client.get("/profile").text


def test_times_follow_the_time_zone(anna: FlaskClient) -> None:
    assert "+09:00" not in text_of(anna.get("/profile/sessions"))
    submit(anna, PAGE, {"time_zone": "Asia/Tokyo"})
    assert "+09:00" in text_of(anna.get("/profile/sessions"))
