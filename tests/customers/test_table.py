"""The customers page: columns, addresses, what it refuses to read, what it never gives away."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.customers.stats import differences
from app.loyalty.services import create_program
from tests.browsing import form_to, page_of, send, text_of
from tests.factories import add_customer, add_points, add_sale
from tests.people import Town


@pytest.fixture
def olena(town: Town) -> int:
    """A customer of Kavalier with cards, tags, sales and points."""
    shop = town.kavalier
    with shop.work():
        customer = add_customer(
            "Олена",
            "Коваль",
            "+380674120855",
            email="olena@example.com",
            cards=["2210 0458"],
            tags=[("milk", "oat")],
            point_of_sale=shop.own_place,
            confirmed=True,
        )
        add_sale(customer, shop.own_terminal, 12345)
        add_points(customer, 128400, days=8)
    return customer


def _heads(browser: FlaskClient) -> list[str]:
    page = page_of(browser.get("/customers"))
    return [
        " ".join("".join(head.itertext()).split())
        for head in page.iterfind(".//thead//th")
        if head.get("class") != "c-edit"
    ][1:]


def test_shows_all_that_is_known(town: Town, olena: int) -> None:
    """CT-1: with every column shown, each piece of information stands in the row."""
    browser = town.browser(town.anna)
    form = form_to(browser.get("/customers/columns"), "/customers/columns")
    assert send(browser, form, {"shown": form.values["order"], "save": "1"}).status_code == 303
    words = text_of(browser.get("/customers"))
    for piece in (
        *("+380 67 412 0855", "Олена Коваль", "olena@example.com", "2210 0458", "New Customers", "Full access"),
        *("123", ".45", "1,284", "milk", "oat", "Pechersk", "Yes", "No"),
    ):
        assert piece in words, piece


def test_columns_are_chosen_ordered_kept_and_reset(town: Town, olena: int) -> None:
    """CT-5: which columns show and in which order, for this user alone, until a reset."""
    anna, olha = town.browser(town.anna), town.browser(town.olha)
    standard = _heads(anna)
    form = form_to(anna.get("/customers/columns"), "/customers/columns")
    send(anna, form, {"order": ["tags", "name", "phone"], "shown": ["tags", "name"], "save": "1"})
    assert _heads(anna) == ["Tags", "Name"]
    assert _heads(olha) == standard
    send(anna, form_to(anna.get("/customers/columns"), "/customers/columns"), {"reset": "1"})
    assert _heads(anna) == standard


def test_columns_move_without_a_script(town: Town, olena: int) -> None:
    """CT-5: a button moves a column up, and nothing is kept until it is saved."""
    browser = town.browser(town.anna)
    before = form_to(browser.get("/customers/columns"), "/customers/columns")
    moved = send(browser, before, {"move": f"up:{before.values['order'][1]}"})
    after = form_to(moved, "/customers/columns")
    assert after.values["order"][:2] == before.values["order"][1::-1]
    assert _heads(browser)[0] == "Phone"


@pytest.mark.parametrize("field", ["order", "shown"])
def test_a_column_that_is_not_there_is_refused(town: Town, field: str) -> None:
    """CT-5: in words, and nothing is kept; never a choice of which a part was dropped."""
    browser = town.browser(town.anna)
    before = _heads(browser)
    form = form_to(browser.get("/customers/columns"), "/customers/columns")
    for button in ({"save": "1"}, {"move": "up:tags"}, {"reset": "1"}):
        answer = send(browser, form, {field: [*form.values[field], "tags", "shoe_size"], **button})
        assert answer.status_code == 400
        assert "There is no column “shoe_size”." in text_of(answer)
    assert _heads(browser) == before


def test_a_column_that_is_shown_and_in_no_order_comes_last(town: Town, olena: int) -> None:
    """CT-5: nor is one dropped that the order forgot."""
    browser = town.browser(town.anna)
    form = form_to(browser.get("/customers/columns"), "/customers/columns")
    send(browser, form, {"order": ["name", "phone"], "shown": ["tags", "name", "phone"], "save": "1"})
    assert _heads(browser) == ["Name", "Phone", "Tags"]


def test_every_scope_shows_its_page(town: Town, olena: int) -> None:
    """CT-2: program, point of sale, Terminal and both together, for the whole brand and for an operator."""
    shop = town.kavalier
    with shop.work():
        add_sale(olena, shop.franchised_terminal, 7700)
    for person, place, terminal, amount in (
        (town.anna, shop.own_place, shop.own_terminal, ">123<"),
        (town.boris, shop.franchised_place, shop.franchised_terminal, ">77<"),
    ):
        browser = town.browser(person)
        for scope in (
            f"program={shop.program}&point_of_sale={place}",
            f"program={shop.program}&terminal={terminal}",
            f"point_of_sale={place}&terminal={terminal}",
            f"terminal={terminal}",
        ):
            for sort in ("average", "-amount", "name", "-days"):
                page = browser.get(f"/customers?{scope}&sort={sort}")
                assert page.status_code == 200, (scope, sort)
                assert amount in page.get_data(as_text=True), (scope, sort)
            assert browser.get(f"/customers/sums?{scope}").status_code == 200
        assert browser.get(f"/customers?program={shop.program}").status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/customers?sort=password", 400),
        ("/customers?sort=-", 400),
        ("/customers?sort=--phone", 400),
        ("/customers?after=abc", 400),
        ("/customers?after=-1", 400),
        ("/customers?after=99999999999999999999", 400),
        ("/customers?after=1&before=2", 400),
        ("/customers?after=987654321", 404),
        ("/customers?start=x&after=1", 400),
        ("/customers?start=51", 400),
        ("/customers/count?sort=name", 400),
        ("/customers/sums?after=1", 400),
        ("/customers/summary?id=1&opened=1", 400),
        ("/customers/columns?bakc=1", 400),
        ("/points-of-sale?archive=1", 400),
        ("/points-of-sale?archived=1&archived=1", 400),
        ("/customers?program=0", 400),
        ("/customers?program=987654", 404),
        ("/customers?point_of_sale=987654", 404),
        ("/customers?terminal=987654", 404),
        ("/customers?f=nothing", 400),
        ("/customers?operator=like", 400),
        ("/customers?open=987654", 404),
        ("/customers?open=x", 400),
        ("/customers/987654", 404),
        ("/customers/99999999999999999999", 404),
        ("/customers/count?terminal=x", 400),
        ("/customers/sums?program=x", 400),
        ("/customers/summary", 400),
        ("/customers/summary?id=987654", 404),
    ],
)
def test_an_address_that_cannot_be_read_says_so(town: Town, olena: int, address: str, status: int) -> None:
    """Never a 500, never other rows than asked: what was wrong, and a link on."""
    answer = town.browser(town.anna).get(address)
    assert answer.status_code == status
    assert page_of(answer).find(".//main//a[@href]") is not None
    assert "Олена" not in answer.get_data(as_text=True)


def test_a_terminal_of_another_point_of_sale_is_left_out_and_that_is_said(town: Town, olena: int) -> None:
    """CT-2: as a form without scripts sends it when another point of sale is chosen; a count is refused instead."""
    shop, browser = town.kavalier, town.browser(town.anna)
    scope = f"point_of_sale={shop.own_place}&terminal={shop.franchised_terminal}"
    answer = browser.get(f"/customers?program=&{scope}&sort=phone&after={olena}&start=51")
    assert (answer.status_code, answer.location) == (303, f"/customers?point_of_sale={shop.own_place}&sort=phone")
    page = browser.get(answer.location).get_data(as_text=True)
    assert "The Terminal belongs to another point of sale" in page
    assert "Олена" in page
    assert browser.get(f"/customers/count?{scope}").status_code == 400
    assert browser.get(f"/customers?point_of_sale=x&terminal={shop.franchised_terminal}").status_code == 400


def test_another_business_has_nothing_of_it(town: Town, olena: int) -> None:
    """PR-1: 404 by id, and not a trace in the table."""
    shop, oleg = town.kavalier, town.browser(town.oleg)
    assert "Олена" not in oleg.get("/customers").get_data(as_text=True)
    for address in (
        f"/customers/{olena}",
        f"/customers?open={olena}",
        f"/customers/summary?id={olena}",
        f"/customers?after={olena}",
        f"/customers?program={shop.program}",
        f"/customers?point_of_sale={shop.own_place}",
        f"/customers/count?terminal={shop.own_terminal}",
    ):
        assert oleg.get(address).status_code == 404, address


def test_a_location_operator_sees_its_own_alone(town: Town, olena: int) -> None:
    """PR-3: neither the customer, nor a figure, of other places; its own with its own sales."""
    shop, boris = town.kavalier, town.browser(town.boris)
    assert "Олена" not in boris.get("/customers").get_data(as_text=True)
    assert boris.get(f"/customers/{olena}").status_code == 404
    with shop.work():
        add_sale(olena, shop.franchised_terminal, 7700)
    page = boris.get("/customers").get_data(as_text=True)
    assert "Олена" in page
    assert ">77<" in page
    assert ">123<" not in page
    words = text_of(boris.get(f"/customers/{olena}"))
    assert "Podil" in words
    assert "₴77" in words
    assert "Pechersk" not in words
    assert "123.45" not in words


def test_who_only_registered_there_is_its_operators_but_not_in_the_sample(town: Town) -> None:
    """CT-3: seen by the operator of the place of registration; the place's sample is who bought there."""
    shop = town.kavalier
    with shop.work():
        add_customer("Марта", "Лис", point_of_sale=shop.franchised_place)
    boris = town.browser(town.boris)
    assert "Марта" in boris.get("/customers").get_data(as_text=True)
    assert "Марта" not in boris.get(f"/customers?point_of_sale={shop.franchised_place}").get_data(as_text=True)


def test_a_program_narrows_an_operators_customers_to_those_enrolled(town: Town) -> None:
    """CT-2, CT-3, PR-3: bought or only registered at its places, and enrolled; figures of that program there alone."""
    shop = town.kavalier
    with shop.work():
        other = create_program("Bakery", {"en": "Bakery"})
        buyer, stranger = add_customer("Ганна"), add_customer("Богдан")
        add_customer("Марта", point_of_sale=shop.franchised_place)
        for customer, terminal, program, amount in (
            (buyer, shop.franchised_terminal, other, 11_100),
            (buyer, shop.franchised_terminal, shop.program, 22_200),
            (buyer, shop.own_terminal, shop.program, 44_400),
            (stranger, shop.own_terminal, shop.program, 88_800),
        ):
            add_sale(customer, terminal, amount, program_id=program)
        assert differences().first == []
    page = town.browser(town.boris).get(f"/customers?program={shop.program}").get_data(as_text=True)
    assert "Ганна" in page
    assert "Марта" in page
    assert "Богдан" not in page
    assert ">222<" in page
    assert ">666<" not in page


@pytest.mark.parametrize(("name", "status"), [("anna", 200), ("olha", 200), ("boris", 200), ("vera", 403)])
def test_roles(town: Town, name: str, status: int) -> None:
    """PR-1: an accountant has no customer list."""
    assert town.browser(town.people[name]).get("/customers").status_code == status


def test_nothing_gives_customer_data_away_as_a_file(town: Town, olena: int) -> None:
    """CT-11: no route of the panel downloads customers, and the page says so and names support."""
    rules = {rule.rule for rule in town.app.url_map.iter_rules() if rule.rule.startswith("/customers")}
    assert not [rule for rule in rules if any(word in rule for word in ("export", "download", "csv", "xlsx"))]
    browser = town.browser(town.anna)
    page = browser.get("/customers")
    assert page.mimetype == "text/html"
    assert "Content-Disposition" not in page.headers
    assert "cannot be downloaded" in text_of(page)
    assert "support" in text_of(page)


def test_the_drawer_is_in_the_address(town: Town, olena: int) -> None:
    """CT-12: a row opens the drawer with the summary; the same address opens it again, for a colleague too."""
    piece = town.browser(town.anna).get(f"/customers/summary?id={olena}", headers={"HX-Request": "true"})
    assert "<html" not in piece.get_data(as_text=True)
    assert f"/customers/{olena}" in piece.get_data(as_text=True)
    page = page_of(town.browser(town.olha).get(f"/customers?open={olena}"))
    drawer = page.find(".//dialog[@id='drawer']")
    assert drawer is not None
    assert drawer.get("open") is not None
    assert "1,284" in "".join(drawer.itertext())


def test_htmx_gets_a_piece_and_a_browser_the_page(town: Town) -> None:
    browser = town.browser(town.anna)
    piece = browser.get("/customers", headers={"HX-Request": "true"})
    assert "<html" not in piece.get_data(as_text=True)
    assert "HX-Request" in piece.headers["Vary"]
    restored = browser.get("/customers", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in restored.get_data(as_text=True)


def test_statements_do_not_grow_with_the_rows(town: Town, count_statements) -> None:  # type: ignore[no-untyped-def]
    browser = town.browser(town.anna)
    with town.kavalier.work():
        add_customer("А", "Перша")
    with count_statements() as few:
        browser.get("/customers")
    with town.kavalier.work():
        for number in range(30):
            add_customer("А", f"Інша {number}", cards=[f"{number}"], tags=[("milk", "oat")])
    with count_statements() as many:
        browser.get("/customers")
    assert len(many) == len(few) <= 14
