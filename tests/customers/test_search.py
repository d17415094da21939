"""Finding customers: every criterion, beginnings of words, a phone's last digits, cards."""

from random import Random

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.customers import filters
from app.customers.search import Criterion, query
from tests.browsing import form_to, send, text_of
from tests.factories import add_customer
from tests.people import Town


@pytest.fixture
def regulars(town: Town) -> dict[str, int]:
    """A few customers of Kavalier, and one of Teremok who has the same name."""
    with town.kavalier.work():
        known = {
            "olena": add_customer("Олена", "Дем'яненко", "+380674120855", email="s.yaremchuk@ukr.net"),
            "james": add_customer("James", "O'Connor-Smith", "+380501234567", cards=["2210 0458"]),
            "ira": add_customer("Ірина", "Ткаченко", "+380985174003"),
        }
    with town.teremok.work():
        add_customer("Олена", "Дем'яненко", "+380674120855")
    return known


@pytest.mark.parametrize(
    ("criterion", "text", "found"),
    [
        ("all", "олен", {"olena"}),
        ("all", "ОЛЕНА демян", {"olena"}),
        ("first_name", "дем", set()),
        ("last_name", "дем'ян", {"olena"}),
        ("last_name", "smith", {"james"}),
        ("last_name", "oconnor-sm", {"james"}),
        ("phone", "0855", {"olena"}),
        ("phone", "+380 67 412-08-55", {"olena"}),
        ("phone", "067 412", {"olena"}),
        ("phone", "4003", {"ira"}),
        ("email", "s.yar", {"olena"}),
        ("email", "ukr.net", {"olena"}),
        ("email", "yaremchuk", {"olena"}),
        ("card", "22100458", {"james"}),
        ("all", "2210 04", {"james"}),
        ("all", "0458", set()),
        ("phone", "ткач", set()),
        ("all", "' &|!( ) : * \\ %_", set()),
        ("all", "-", set()),
        ("all", "+ ()", set()),
    ],
)
def test_finds_by_every_criterion(
    town: Town, regulars: dict[str, int], criterion: str, text: str, found: set[str]
) -> None:
    """CT-6: any word's beginning, a phone's last digits, cards; by a chosen criterion or all."""
    page = _search(town.browser(town.anna), criterion, text)
    assert page.status_code == 200
    shown = {name for name, customer in regulars.items() if f'data-id="{customer}"' in page.get_data(as_text=True)}
    assert shown == found


def test_a_wide_search_finds_the_same_by_walking(
    town: Town, regulars: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CT-6: when many match, the table walks its order and asks of each; the same customers, no one else's."""
    monkeypatch.setattr(filters, "WIDE", 0)
    for sort in ("name", "-last_at", "-points", "category"):
        page = _search(town.browser(town.anna), "all", "олен", sort=sort).get_data(as_text=True)
        assert page.count("data-id=") == 1, sort
        assert f'data-id="{regulars["olena"]}"' in page


def test_what_is_searched_never_stands_in_the_address(town: Town, regulars: dict[str, int]) -> None:
    """CT-6: the address names the search by a key; it can be reloaded, and means nothing elsewhere."""
    browser = town.browser(town.anna)
    answer = send(browser, form_to(browser.get("/customers"), "/customers/searches"), {"text": "Дем'яненко"})
    assert answer.status_code == 303
    assert answer.location.startswith("/customers?f=")
    assert "Дем" not in answer.location
    assert "%D0" not in answer.location
    assert "Олена" in text_of(browser.get(answer.location))
    assert town.browser(town.oleg).get(answer.location).status_code == 400


def test_the_same_search_has_the_same_address(town: Town, regulars: dict[str, int]) -> None:
    browser = town.browser(town.anna)
    form = form_to(browser.get("/customers"), "/customers/searches")
    assert send(browser, form, {"text": "ткач"}).location == send(browser, form, {"text": " ткач "}).location


def test_a_blank_search_shows_everyone(town: Town, regulars: dict[str, int]) -> None:
    browser = town.browser(town.anna)
    answer = send(browser, form_to(browser.get("/customers"), "/customers/searches"), {"text": "  "})
    assert answer.status_code == 303
    assert "f=" not in answer.location


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("к" * 201, "At most 200 characters."),
        ("a b c d e f g h i", "At most 8 words."),
        ("олена " + "x" * 200, "At most 200 characters."),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["plain", "htmx"])
def test_more_than_is_searched_for_is_refused(
    town: Town, regulars: dict[str, int], text: str, limit: str, headers: dict[str, str]
) -> None:
    """CT-6: nothing typed is left out in silence: the limit is said, the text stays, no other rows are shown."""
    browser = town.browser(town.anna)
    form = form_to(browser.get("/customers?sort=name"), "/customers/searches")
    refused = send(browser, form, {"text": text, "criterion": "last_name"}, headers=headers)
    assert refused.status_code == 422
    assert limit in refused.get_data(as_text=True)
    again = form_to(refused, "/customers/searches")
    assert (again.values["text"], again.values["criterion"]) == ([text], ["last_name"])
    assert "data-id" not in refused.get_data(as_text=True)
    assert "HX-Push-Url" not in refused.headers


@pytest.mark.parametrize(
    "text", ["a" * 200, "a b c d e f g h", f"  {'a' * 200}  ", "0 6 7 4 1 2 0 8 5 5", "+380 (67) 412-08-55 1 2 3"]
)
def test_as_much_as_is_searched_for_is_taken(town: Town, text: str) -> None:
    """CT-6: blanks around do not count, and a number is one word however it is parted."""
    browser = town.browser(town.anna)
    assert send(browser, form_to(browser.get("/customers"), "/customers/searches"), {"text": text}).status_code == 303


def test_too_long_a_search_can_be_cleared(town: Town) -> None:
    browser = town.browser(town.anna)
    form = form_to(browser.get("/customers"), "/customers/searches")
    assert send(browser, form, {"text": "a" * 300, "clear": "1"}).location == "/customers"


def test_a_character_that_cannot_be_kept_is_refused(town: Town) -> None:
    browser = town.browser(town.anna)
    assert send(browser, form_to(browser.get("/customers"), "/customers/searches"), {"text": "a\0b"}).status_code == 400
    assert browser.get("/customers?sort=a%00").status_code == 400


def test_an_unknown_criterion_is_said(town: Town) -> None:
    browser = town.browser(town.anna)
    form = form_to(browser.get("/customers"), "/customers/searches")
    assert send(browser, form, {"text": "x", "criterion": "password"}).status_code == 400


def test_any_text_makes_a_query_that_postgresql_reads(superuser: psycopg.Connection) -> None:
    """CT-6: quotes, operators, blanks and any script are looked for, not stumbled over."""
    rng = Random(11)
    signs = "'\"&|!():*\\<>%_ \t\nabcабвїґ0123456789-+@.’🙂\u0301漢"
    asked = 0
    for _ in range(500):
        text = "".join(rng.choice(signs) for _ in range(rng.randrange(1, 60)))
        made = query(7, rng.choice(list(Criterion)), text)
        if made is not None:
            superuser.execute("SELECT %s::tsquery", [made])
            asked += 1
    assert asked > 200


def _search(browser: FlaskClient, criterion: str, text: str, sort: str = "name") -> TestResponse:
    form = form_to(browser.get(f"/customers?sort={sort}"), "/customers/searches")
    answer = send(browser, form, {"criterion": criterion, "text": text})
    return browser.get(answer.location)
