"""Goods and services: the list, adding, editing, archiving, groups, what the Terminal offers (LP-6)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.extensions import db
from app.loyalty.models import Good
from app.loyalty.queries import good_named, offered_goods, search_goods
from app.loyalty.services.goods import GoodValues, add_good, change_good
from tests.browsing import form_to, forms_of, send, submit, text_of
from tests.customers.editing import audit_lines
from tests.factories import add_good as good_row
from tests.factories import add_good_group
from tests.people import Town

LIST, NEW, CREATE = "/goods", "/goods/new", "/goods"
GROUPS, NEW_GROUP = "/goods/groups", "/goods/groups/new"


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


@pytest.fixture
def drinks(town: Town) -> int:
    with town.kavalier.work():
        return add_good_group("Drinks")


@pytest.fixture
def latte(town: Town, drinks: int) -> int:
    with town.kavalier.work():
        return good_row("Latte", code="A106", group_id=drinks)


def edit(good: int) -> str:
    return f"/goods/{good}/edit"


def values(town: Town, good: int) -> GoodValues:
    with town.kavalier.work():
        row = good_named(good)
        return GoodValues(row.name, row.code, row.unit, row.price, row.variable_price, row.group_id)


class TestAdding:
    def test_a_good(self, town: Town, anna: FlaskClient, drinks: int) -> None:
        """LP-6: group, code, name, unit, price, variable price."""
        typed = {"name": " Honey  cake ", "code": "402", "unit": "kg", "price": " 1,480.50 ", "group_id": str(drinks)}
        response = submit(anna, NEW, {**typed, "variable_price": "y"}, action=CREATE)
        assert (response.status_code, response.location) == (303, LIST)
        with town.kavalier.work():
            good = db.session.scalars(select(Good.id)).one()
        assert values(town, good) == GoodValues("Honey cake", "402", "kg", 148_050, True, drinks)
        assert audit_lines(town.kavalier, "good", good)[0][0] == "good.add"
        page = text_of(anna.get(LIST))
        assert "Drinks Honey cake 402 kg variable 1,480 .50" in page

    def test_without_a_price_it_is_not_offered(self, town: Town, anna: FlaskClient) -> None:
        """LP-6."""
        submit(anna, NEW, {"name": "Consultation"}, action=CREATE)
        assert "Not in the Terminal" in text_of(anna.get(LIST))
        with town.kavalier.work():
            assert offered_goods() == []

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"name": " "}, "Enter a name."),
            ({"name": "x" * 301}, "At most 300 characters"),
            ({"name": "a\ufdd0"}, "cannot be seen"),
            ({"code": "a106"}, "Another good has this code"),
            ({"code": "x" * 65}, "At most 64 characters"),
            ({"unit": "x" * 21}, "At most 20 characters"),
            ({"group_id": "999"}, "Not a valid choice"),
            ({"variable_price": "y", "price": " "}, "Enter the price that it begins with."),
        ],
    )
    def test_refusals_lose_nothing(
        self, town: Town, anna: FlaskClient, latte: int, typed: dict[str, str], words: str
    ) -> None:
        response = submit(anna, NEW, {"name": "New one", **typed}, action=CREATE)
        assert response.status_code == 422
        assert words in text_of(response)
        shown = form_to(response, CREATE).values
        assert all(shown[name] == [value] for name, value in typed.items() if name != "group_id" and value.strip())
        with town.kavalier.work():
            assert db.session.scalars(select(Good.id)).all() == [latte]


PRICES = [
    ("en", "95", 9_500),
    ("en", "0", 0),
    ("en", "1,234.5", 123_450),
    ("en", "1 234.50", 123_450),
    ("en", "12.500", 1_250),
    ("en", "0.01", 1),
    ("en", "999999999.99", 99_999_999_999),
    ("en", "", None),
    ("en", "   ", None),
    ("uk", "95,5", 9_550),
    ("uk", "95.5", 9_550),
    ("uk", "1 234,50", 123_450),
    ("uk", "1\u00a0234,50", 123_450),
]
WRONG_PRICES = [
    *(("en", each) for each in ("95,5", "1,5", "0.001", "-1", "−0.01", "1e3", "abc", "1.2.3", "٣", ".", "95 UAH")),
    *(("en", each) for each in ("9" * 40, "1000000000", "0." + "0" * 40 + "1", "NaN", "1/2", "\x00")),
    *(("uk", each) for each in ("1.234,50", "12,345", "-95", "9" * 40)),
]


class TestPrices:
    """LP-6, bad input: amounts with commas, points, blanks, 40 digits, negative, too many decimals."""

    @pytest.mark.parametrize(("language", "typed", "kept"), PRICES)
    def test_read_as_the_language_writes_them(
        self, town: Town, anna: FlaskClient, latte: int, language: str, typed: str, kept: int | None
    ) -> None:
        speak(anna, language)
        assert submit(anna, edit(latte), {"price": typed}).status_code == 303
        assert values(town, latte).price == kept
        shown = form_to(anna.get(edit(latte)), edit(latte))
        assert send(anna, shown, {}).status_code == 303
        assert values(town, latte).price == kept, "what is shown is read again as the same"

    @pytest.mark.parametrize(("language", "typed"), WRONG_PRICES)
    def test_refused_and_shown_as_typed(
        self, town: Town, anna: FlaskClient, latte: int, language: str, typed: str
    ) -> None:
        speak(anna, language)
        response = submit(anna, edit(latte), {"price": typed})
        assert response.status_code == (400 if "\x00" in typed else 422)
        if response.status_code == 422:
            assert form_to(response, edit(latte)).values["price"] == [typed]
        assert values(town, latte).price == 9_500

    def test_the_words_say_how(self, anna: FlaskClient, latte: int) -> None:
        answer = text_of(submit(anna, edit(latte), {"price": "95,5"}))
        assert "Enter an amount such as 1,234.50: up to 9 digits, and 2 behind the decimal sign." in answer
        assert "An amount cannot be below 0." in text_of(submit(anna, edit(latte), {"price": "-5"}))


def speak(browser: FlaskClient, language: str) -> None:
    if language != "en":
        submit(browser, "/profile", {"language": language}, action="/profile/language")


class TestEditing:
    def test_a_change_raises_its_version(self, town: Town, anna: FlaskClient, latte: int) -> None:
        """PR-4: what was changed, old and new; past sales are lines of their own."""
        submit(anna, edit(latte), {"price": "99", "code": "a106"})
        assert audit_lines(town.kavalier, "good", latte) == [
            ("good.change", {"code": ("A106", "a106"), "price": (9_500, 9_900)})
        ]
        with town.kavalier.work():
            assert good_named(latte).version == 2

    def test_saving_without_a_change_writes_nothing(self, town: Town, anna: FlaskClient, latte: int) -> None:
        assert submit(anna, edit(latte), {}).status_code == 303
        assert audit_lines(town.kavalier, "good", latte) == []
        with town.kavalier.work():
            assert good_named(latte).version == 1

    def test_a_stale_form_is_refused_with_both_versions(self, town: Town, anna: FlaskClient, latte: int) -> None:
        form = form_to(anna.get(edit(latte)), edit(latte))
        submit(anna, edit(latte), {"name": "Theirs", "price": "", "group_id": ""})
        response = send(anna, form, {"name": "Mine"})
        assert response.status_code == 409
        answer = text_of(response)
        assert "Theirs" in answer
        assert "Price –" in answer
        assert form_to(response, edit(latte)).values["name"] == ["Mine"]
        assert values(town, latte).name == "Theirs"


class TestList:
    @pytest.fixture
    def many(self, town: Town, latte: int, drinks: int) -> None:
        with town.kavalier.work():
            bread = add_good_group("Bread")
            for number in range(60):
                good_row(f"Loaf {number:02}", code=f"L{number}", group_id=bread)
            good_row("Їжачок 100%")

    def test_by_group_and_page(self, anna: FlaskClient, many: None) -> None:
        """LP-6: groups by name, goods without one last; pages go on where the one before ended."""
        first = anna.get(LIST)
        assert "Bread Loaf 00" in text_of(first)
        assert "Drinks" not in text_of(first).split("Price, ₴")[1]
        after = next(each for each in links(first) if "after=" in each)
        second = text_of(anna.get(after))
        assert "Bread Loaf 50" in second
        assert "Drinks Latte A106" in second
        assert "Without a group Їжачок" in second
        before = next(each for each in links(anna.get(after)) if "before=" in each)
        assert "Loaf 49" in text_of(anna.get(before))

    @pytest.mark.parametrize(
        ("search", "found"),
        [("latte", "Latte"), ("ATT", "Latte"), ("a10", "Latte"), ("їжа", "Їжачок"), ("%", "Їжачок"), ("l5", "Loaf 5")],
    )
    def test_search(self, anna: FlaskClient, many: None, search: str, found: str) -> None:
        answer = text_of(anna.get(LIST, query_string={"search": search}))
        assert found in answer
        assert "Loaf 00" not in answer

    @pytest.mark.parametrize("search", ["_", "no such", "x" * 5000, "'", "\\", "💥"])
    def test_finds_nothing_and_says_so(self, anna: FlaskClient, many: None, search: str) -> None:
        assert "No good fits" in text_of(anna.get(LIST, query_string={"search": search}))

    def test_one_group(self, anna: FlaskClient, many: None, drinks: int) -> None:
        answer = text_of(anna.get(f"{LIST}?group={drinks}"))
        assert "Latte" in answer
        assert "Loaf" not in answer

    @pytest.mark.parametrize("asked", ["archived=2", "group=x", "group=-1", "after=0", "after=1&before=2"])
    def test_an_address_that_cannot_be_read(self, anna: FlaskClient, asked: str) -> None:
        assert anna.get(f"{LIST}?{asked}").status_code == 400

    @pytest.mark.parametrize("asked", ["group=99999999", "after=99999999"])
    def test_an_address_of_what_is_gone(self, anna: FlaskClient, asked: str) -> None:
        assert anna.get(f"{LIST}?{asked}").status_code == 404


def links(response: object) -> list[str]:
    return [part.split('"')[0].replace("&amp;", "&") for part in response.text.split('href="')[1:]]  # type: ignore[attr-defined]


class TestTerminal:
    def test_offers_what_has_a_price_group_by_group(self, town: Town, latte: int, drinks: int) -> None:
        """LP-6."""
        with town.kavalier.work():
            espresso, tea = good_row("Espresso", group_id=drinks), good_row("Tea", group_id=drinks, price=None)
            gift = good_row("Gift")
            old = good_row("Old", group_id=drinks)
        send_to(town, f"/goods/{old}/archiving", edit(old))
        with town.kavalier.work():
            offered = [(group and group.name, [each.id for each in goods]) for group, goods in offered_goods()]
        assert offered == [("Drinks", [espresso, latte]), (None, [gift])]
        assert tea not in offered

    def test_finds_by_the_beginning_of_name_or_code(self, town: Town, latte: int) -> None:
        """TE-2: codes first, then names that begin so, then others."""
        with town.kavalier.work():
            flat = good_row("Platter", code="7")
            attic = good_row("Attic", code="B1")
            good_row("Latter", price=None)
            assert [each.id for each in search_goods("ATT")] == [attic, latte, flat]
            assert [each.id for each in search_goods(" a1 ")] == [latte]
            assert [each.id for each in search_goods("7")] == [flat]
            assert search_goods("  ") == search_goods("%") == search_goods("zz") == []
        with town.teremok.work():
            assert search_goods("latte") == []


class TestArchive:
    def test_a_good_goes_and_comes_back(self, town: Town, anna: FlaskClient, latte: int) -> None:
        send(anna, form_to(anna.get(edit(latte)), f"/goods/{latte}/archiving"), {})
        assert "Latte" not in text_of(anna.get(LIST)).replace("“Latte”", "")
        assert "Latte" in text_of(anna.get(f"{LIST}?archived=1"))
        assert "Another good has this code" in text_of(submit(anna, NEW, {"name": "B", "code": "A106"}, action=CREATE))
        send(anna, form_to(anna.get(edit(latte)), f"/goods/{latte}/restoration"), {})
        assert "Latte" in text_of(anna.get(LIST))
        lines = [action for action, _changes in audit_lines(town.kavalier, "good", latte)]
        assert sorted(lines) == ["good.archive", "good.restore"]

    def test_a_group_with_goods_stays(self, town: Town, anna: FlaskClient, latte: int, drinks: int) -> None:
        group = f"/goods/groups/{drinks}"
        response = send(anna, form_to(anna.get(f"{group}/edit"), f"{group}/archiving"), {})
        assert response.status_code == 409
        assert "There are goods in use in “Drinks”." in text_of(response)
        send_to(town, f"/goods/{latte}/archiving", edit(latte))
        send(anna, form_to(anna.get(f"{group}/edit"), f"{group}/archiving"), {})
        assert "Drinks" in text_of(anna.get(f"{GROUPS}?archived=1"))
        refused = send(anna, form_to(anna.get(edit(latte)), f"/goods/{latte}/restoration"), {})
        assert refused.status_code == 409
        assert "The group of “Latte” is archived." in text_of(refused)
        send(anna, form_to(anna.get(f"{group}/edit"), f"{group}/restoration"), {})
        assert send(anna, form_to(anna.get(edit(latte)), f"/goods/{latte}/restoration"), {}).status_code == 303


def send_to(town: Town, action: str, page: str) -> None:
    anna = town.browser(town.anna)
    assert send(anna, form_to(anna.get(page), action), {}).status_code == 303


class TestGroups:
    def test_adding_and_renaming(self, town: Town, anna: FlaskClient, drinks: int) -> None:
        submit(anna, NEW_GROUP, {"name": "Bread"}, action=GROUPS)
        assert "Bread 0" in text_of(anna.get(GROUPS))
        page = f"/goods/groups/{drinks}/edit"
        assert "has this name already" in text_of(submit(anna, page, {"name": "bREAD"}))
        submit(anna, page, {"name": "Hot drinks"})
        assert audit_lines(town.kavalier, "good_group", drinks) == [
            ("good_group.change", {"name": ("Drinks", "Hot drinks")})
        ]

    def test_a_stale_name(self, anna: FlaskClient, drinks: int) -> None:
        page = f"/goods/groups/{drinks}/edit"
        form = form_to(anna.get(page), page)
        submit(anna, page, {"name": "Theirs"})
        assert send(anna, form, {"name": "Mine"}).status_code == 409

    def test_a_name_in_use_meanwhile_keeps_it_in_the_archive(self, town: Town, anna: FlaskClient, drinks: int) -> None:
        group = f"/goods/groups/{drinks}"
        send(anna, form_to(anna.get(f"{group}/edit"), f"{group}/archiving"), {})
        with town.kavalier.work():
            add_good_group("drinks")
        response = send(anna, form_to(anna.get(f"{group}/edit"), f"{group}/restoration"), {})
        assert response.status_code == 409


class TestRights:
    def test_operators_read_and_do_not_edit(self, town: Town, latte: int) -> None:
        for person in (town.olha, town.boris):
            browser = town.browser(person)
            for page in (LIST, GROUPS):
                response = browser.get(page)
                assert "Latte" in text_of(response) or page == GROUPS
                assert [form.action for form in forms_of(response) if page in form.action] == []
            assert browser.get(edit(latte)).status_code == 403
            assert browser.get(NEW).status_code == 403
        assert town.browser(town.vera).get(LIST).status_code == 403

    def test_another_business_has_its_own(self, town: Town, latte: int, drinks: int) -> None:
        """PR-1: the same code stands in both."""
        oleg = town.browser(town.oleg)
        assert "Latte" not in text_of(oleg.get(LIST))
        assert oleg.get(edit(latte)).status_code == 404
        assert oleg.get(f"{LIST}?group={drinks}").status_code == 404
        assert oleg.get(f"{LIST}?after={latte}").status_code == 404
        with town.teremok.work():
            other = add_good(GoodValues("Latte", "A106"))
            change_good(good_named(other), replace(GoodValues("Latte", "A106"), unit="cup"))
