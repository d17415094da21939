"""Pages of programs: general, advanced settings, categories, accounts (LP-1, LP-3, LP-4, AC-2, AC-3)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.businesses.models import Feature
from app.businesses.services import switch_feature
from app.extensions import db
from app.loyalty.models import Program
from app.loyalty.queries import accounts_of, categories_of, program_settings, wallet_of
from app.loyalty.rules import AccountAmount, Rounding
from app.loyalty.services.accounts import add_account
from app.loyalty.services.categories import add_category
from tests.browsing import form_to, forms_of, send, submit, text_of
from tests.factories import add_rule
from tests.people import Town


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


@pytest.fixture
def general(town: Town) -> str:
    return f"/programs/{town.kavalier.program}"


@pytest.fixture
def advanced(general: str) -> str:
    return f"{general}/advanced-settings"


class TestList:
    def test_tells_of_each_program(self, town: Town, anna: FlaskClient) -> None:
        """LP-1."""
        submit(anna, "/programs/new", {"title": "Beans", "public_names": ["Beans", "", ""]}, action="/programs")
        words = text_of(anna.get("/programs"))
        assert "Kavalier Club Default" in words
        assert "Beans" in words
        assert "Of its own" in words

    def test_a_new_program_has_points_of_its_own_or_shares_them(self, town: Town, anna: FlaskClient) -> None:
        """LP-1: and the category New Customers (AC-3)."""
        names = {"public_names": ["Beans", "Зерно", ""]}
        shared = {"title": "Beans", "wallet_id": str(town.kavalier.wallet), **names}
        assert submit(anna, "/programs/new", shared, action="/programs").location == "/programs"
        submit(anna, "/programs/new", {"title": "Cakes", **names}, action="/programs")
        with town.kavalier.work():
            made = {each.title: each for each in db.session.scalars(select(Program))}
            assert made["Beans"].wallet_id == town.kavalier.wallet
            assert made["Cakes"].wallet_id != town.kavalier.wallet
            assert made["Cakes"].public_names == {"en": "Beans", "uk": "Зерно"}
            assert [each.name for each in categories_of(made["Cakes"].id)] == ["New Customers"]
        assert "Shared with Kavalier Club" in text_of(anna.get("/programs"))

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"title": " "}, "Enter a title."),
            ({"title": "KAVALIER CLUB"}, "Another one has this name already."),
            ({"public_names": ["", " ", ""]}, "Enter it in at least one language."),
            ({"public_names": ["x" * 101, "", ""]}, "At most 100 characters."),
            ({"public_names": ["a\ufdd0", "", ""]}, "cannot be seen"),
            ({"wallet_id": "999999"}, "Not a valid choice"),
        ],
    )
    def test_refusals_lose_nothing(self, anna: FlaskClient, values: dict[str, str | list[str]], words: str) -> None:
        new = {"title": "Beans", "public_names": ["Beans", "", ""], **values}
        response = submit(anna, "/programs/new", new, action="/programs")
        assert response.status_code == 422
        assert words in text_of(response)
        assert form_to(response, "/programs").values["public_names"][0] == new["public_names"][0].strip()


class TestGeneral:
    def test_is_saved_with_the_unit_of_its_points(self, town: Town, anna: FlaskClient, general: str) -> None:
        """LP-1."""
        values = {
            "title": "Club",
            "public_names": ["Kavalier Club", "Клуб", ""],
            "public_descriptions": ["", "Перший рядок\r\n  Другий  рядок", ""],
            "terms_url": "https://kavalier.example/terms",
            "unit": "beans",
            "rounding": "whole_down",
        }
        assert submit(anna, general, values).location == general
        with town.kavalier.work():
            found = program_settings(town.kavalier.program)
            assert (found.unit, found.rounding) == ("beans", Rounding.WHOLE_DOWN)
            assert found.public_names == {"en": "Kavalier Club", "uk": "Клуб"}
            row = db.session.get_one(Program, (town.kavalier.id, town.kavalier.program))
            assert row.public_descriptions == {"uk": "Перший рядок\nДругий рядок"}
        again = form_to(anna.get(general), general).values
        assert again["public_descriptions"] == ["", "Перший рядок\nДругий рядок", ""]

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"terms_url": "kavalier.example"}, "Write the whole address"),
            ({"terms_url": "javascript:alert(1)"}, "Write the whole address"),
            ({"unit": "x" * 21}, "At most 20 characters"),
            ({"active": []}, "The default program stays in use."),
            ({"rounding": "up"}, "Not a valid choice"),
        ],
    )
    def test_says_what_is_wrong(self, anna: FlaskClient, general: str, values: dict[str, str], words: str) -> None:
        response = submit(anna, general, values)
        assert response.status_code == 422
        assert words in text_of(response)

    def test_a_stale_form_shows_both_versions(self, town: Town, anna: FlaskClient, general: str) -> None:
        """LP-1: nobody's change is lost in silence, the unit's neither."""
        form = form_to(anna.get(general), general)
        submit(anna, general, {"unit": "cups", "public_names": ["Theirs", "", ""]})
        response = send(anna, form, {"unit": "beans"})
        assert response.status_code == 409
        assert "Unit of points cups" in text_of(response)
        assert "English: Theirs" in text_of(response)
        with town.kavalier.work():
            assert wallet_of(town.kavalier.program).unit == "cups"

    def test_one_that_is_not_the_default_can_go_out_of_use(self, town: Town, anna: FlaskClient) -> None:
        """LP-1."""
        submit(anna, "/programs/new", {"title": "Beans", "public_names": ["Beans", "", ""]}, action="/programs")
        with town.kavalier.work():
            beans = db.session.scalars(select(Program.id).where(Program.title == "Beans")).one()
        submit(anna, f"/programs/{beans}", {"active": []})
        assert "Not in use" in text_of(anna.get("/programs"))


class TestAdvanced:
    def test_is_saved(self, town: Town, anna: FlaskClient, advanced: str) -> None:
        """LP-3, AC-2."""
        values = {
            "default_access": "3",
            "notifications": "smart",
            "pin_limit": "50.5",
            "points_share": "30",
            "points_days": "180",
            "smart_timeout": "15",
            "quiet_from": "21:00",
            "quiet_to": "08:30",
            "signature": "Your Kavalier",
        }
        assert submit(anna, advanced, values).location == advanced
        with town.kavalier.work():
            found = program_settings(town.kavalier.program)
        assert (found.default_access, found.notifications, found.pin_limit) == (3, "smart", 5_050)
        assert (found.points_share, found.points_valid_days, found.smart_timeout) == (3_000, 180, 15)
        assert [str(found.quiet_from), str(found.quiet_to)] == ["21:00:00", "08:30:00"]
        shown = form_to(anna.get(advanced), advanced).values
        assert {name: shown[name] for name in values} == {name: [value] for name, value in values.items()}

    def test_what_is_emptied_is_empty(self, town: Town, anna: FlaskClient, advanced: str) -> None:
        submit(anna, advanced, {"points_days": "180", "quiet_from": "21:00", "quiet_to": "08:30"})
        submit(anna, advanced, {"points_days": "", "quiet_from": "", "quiet_to": ""})
        with town.kavalier.work():
            found = program_settings(town.kavalier.program)
        assert (found.points_valid_days, found.quiet_from, found.quiet_to) == (None, None, None)

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"pin_limit": ""}, "Enter a number."),
            ({"pin_limit": "-1"}, "An amount cannot be below 0."),
            ({"pin_limit": "1.234"}, "behind the decimal sign"),
            ({"pin_limit": "9" * 40}, "up to 9 digits"),
            ({"points_share": "101"}, "At most 100."),
            ({"points_days": "0"}, "From 1 to 36,500 days."),
            ({"points_days": "1.5"}, "Enter a whole amount"),
            ({"smart_timeout": "0"}, "From 1 to 10,080 minutes."),
            ({"quiet_from": "21:00"}, "Enter both hours, or none."),
            ({"quiet_to": "21:00"}, "Enter both hours, or none."),
            ({"quiet_from": "21:00", "quiet_to": "21:00"}, "end at another time"),
            ({"quiet_from": "25:00"}, "There is no such time."),
            ({"default_access": "7"}, "Not a valid choice"),
            ({"notifications": "pigeon"}, "Not a valid choice"),
        ],
    )
    def test_says_what_is_wrong(self, anna: FlaskClient, advanced: str, values: dict[str, str], words: str) -> None:
        response = submit(anna, advanced, values)
        assert response.status_code == 422
        assert words in text_of(response)

    def test_features_are_shown_and_only_support_turns_them_on(
        self, town: Town, anna: FlaskClient, advanced: str
    ) -> None:
        """LP-3: a sender name of one's own is no field until then, whatever a browser sends."""
        assert "The platform's, until support turns on your own." in text_of(anna.get(advanced))
        submit(anna, advanced, {"sender": "Kavalier", "features": "viber"})
        with town.kavalier.work():
            switch_feature(Feature.ALPHA_NAME, on=True)
            assert program_settings(town.kavalier.program).sender == ""
        assert "Own sender name of SMS On" in text_of(anna.get(advanced))
        assert "Kiosk Beta Off" in text_of(anna.get(advanced))
        assert submit(anna, advanced, {"sender": "Кавалер"}).status_code == 422
        assert submit(anna, advanced, {"sender": "12345"}).status_code == 422
        submit(anna, advanced, {"sender": "Kavalier"})
        with town.kavalier.work():
            assert program_settings(town.kavalier.program).sender == "Kavalier"

    def test_a_stale_form_shows_both_versions(self, anna: FlaskClient, advanced: str) -> None:
        form = form_to(anna.get(advanced), advanced)
        submit(anna, advanced, {"points_share": "50", "quiet_from": "20:00", "quiet_to": "07:00"})
        response = send(anna, form, {"points_share": "40"})
        assert response.status_code == 409
        words = text_of(response)
        assert "Percent of a check that points may pay 50" in words
        assert "No messages from 20:00" in words


class TestCategories:
    def test_are_added_renamed_ordered_and_given(self, town: Town, anna: FlaskClient, general: str) -> None:
        """AC-3."""
        page = f"{general}/customer-categories"
        for name in ("Silver", "Gold"):
            assert submit(anna, f"{page}/new", {"name": name}, action=page).location == page
        with town.kavalier.work():
            first, silver, gold = (each.id for each in categories_of(town.kavalier.program))
        submit(anna, f"{page}/{gold}", {"name": "Golden"})
        submit(anna, page, {"order": [str(gold), str(silver), "x", "9" * 5_000], "move": ""}, action=f"{page}/order")
        submit(anna, page, {"move": f"up:{first}"}, action=f"{page}/order")
        send(anna, form_to(anna.get(f"{page}/{gold}"), f"{page}/{gold}/default"), {})
        with town.kavalier.work():
            found = categories_of(town.kavalier.program)
            assert [(each.name, each.is_default) for each in found] == [
                ("Golden", True),
                ("New Customers", False),
                ("Silver", False),
            ]
        assert submit(anna, f"{page}/{silver}", {"name": "golden"}).status_code == 422
        assert submit(anna, f"{page}/new", {"name": ""}, action=page).status_code == 422

    def test_one_of_another_program_is_not_found_there(self, town: Town, anna: FlaskClient) -> None:
        with town.kavalier.work():
            silver = add_category(town.kavalier.program, "Silver")
        submit(anna, "/programs/new", {"title": "Beans", "public_names": ["Beans", "", ""]}, action="/programs")
        with town.kavalier.work():
            beans = db.session.scalars(select(Program.id).where(Program.title == "Beans")).one()
        assert anna.get(f"/programs/{beans}/customer-categories/{silver}").status_code == 404

    def test_a_stale_name_is_refused(self, town: Town, anna: FlaskClient, general: str) -> None:
        with town.kavalier.work():
            silver = add_category(town.kavalier.program, "Silver")
        page = f"{general}/customer-categories/{silver}"
        form = form_to(anna.get(page), page)
        submit(anna, page, {"name": "Theirs"})
        response = send(anna, form, {"name": "Mine"})
        assert response.status_code == 409
        assert "Theirs" in text_of(response)


class TestAccounts:
    def test_are_added_shared_changed_and_taken_away(self, town: Town, anna: FlaskClient, general: str) -> None:
        """LP-4."""
        page = f"{general}/accounts"
        assert submit(anna, f"{page}/new", {"name": "Gifts", "unit": ""}, action=page).location == page
        submit(anna, "/programs/new", {"title": "Beans", "public_names": ["Beans", "", ""]}, action="/programs")
        with town.kavalier.work():
            gifts = accounts_of(town.kavalier.program)[0].id
            beans = db.session.scalars(select(Program.id).where(Program.title == "Beans")).one()
        there = f"/programs/{beans}/accounts"
        submit(anna, there, {"account": str(gifts)}, action=f"{there}/sharing")
        submit(anna, f"{there}/{gifts}", {"name": "Presents", "unit": "cups"})
        assert "Presents cups Beans, Kavalier Club" in text_of(anna.get(page))
        send(anna, form_to(anna.get(f"{page}/{gifts}"), f"{page}/{gifts}/removal"), {})
        with town.kavalier.work():
            assert accounts_of(town.kavalier.program) == []
            assert [each.name for each in accounts_of(beans)] == ["Presents"]
        assert anna.get(f"{page}/{gifts}").status_code == 404

    def test_one_that_a_rule_fills_stays(self, town: Town, anna: FlaskClient, general: str) -> None:
        """LP-4."""
        with town.kavalier.work():
            gifts = add_account(town.kavalier.program, "Gifts", "")
            add_rule(town.kavalier.program, AccountAmount(gifts, 500), name="Present")
        page = f"{general}/accounts/{gifts}"
        response = send(anna, form_to(anna.get(page), f"{page}/removal"), {})
        assert response.status_code == 409
        assert "Present" in text_of(response)

    def test_sharing_knows_accounts_alone(self, town: Town, anna: FlaskClient, general: str) -> None:
        with town.kavalier.work():
            gifts = add_account(town.kavalier.program, "Gifts", "")
        submit(anna, "/programs/new", {"title": "Beans", "public_names": ["Beans", "", ""]}, action="/programs")
        with town.kavalier.work():
            beans = db.session.scalars(select(Program.id).where(Program.title == "Beans")).one()
        there = f"/programs/{beans}/accounts"
        for wrong in (str(town.kavalier.wallet), "x", ""):
            assert submit(anna, there, {"account": wrong}, action=f"{there}/sharing").status_code == 404
        assert gifts


class TestRights:
    @pytest.mark.parametrize("tab", ["", "/rules", "/customer-categories", "/accounts", "/advanced-settings"])
    def test_operators_read_and_do_not_edit(self, stocked: Town, tab: str) -> None:
        """LP-1 to LP-4: without a form; an accountant sees nothing, another business neither (PR-1)."""
        page = f"/programs/{stocked.kavalier.program}{tab}"
        for person in (stocked.olha, stocked.boris):
            response = stocked.browser(person).get(page)
            assert response.status_code == 200
            assert [form.action for form in forms_of(response) if form.action.startswith("/programs")] == []
        assert stocked.browser(stocked.vera).get(page).status_code == 403
        assert stocked.browser(stocked.oleg).get(page).status_code == 404
