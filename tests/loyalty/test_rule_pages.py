"""Pages of rules: a form that reads like a sentence, the list in words (LP-2)."""

from __future__ import annotations

from datetime import date, time

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.lib import dates
from app.loyalty.models import Good
from app.loyalty.queries import categories_of, every_rule, rules_of
from app.loyalty.rules import AccountAmount, Conditions, DiscountPercent, Gift, PointsFixed, PointsPercent, Rule
from app.loyalty.services.accounts import add_account
from tests.browsing import form_to, send, submit, text_of
from tests.customers.editing import audit_lines
from tests.factories import add_franchisee, add_good, add_good_group, add_point_of_sale, add_rule
from tests.people import Town

WHOLE = {
    "name": "Morning",
    "priority": "3",
    "combines": [],
    "weekdays": ["6", "1"],
    "from_time": "09:00",
    "to_time": "11:00",
    "from_day": "2026-12-01",
    "to_day": "2026-12-31",
    "least": "100",
    "most": "1,000.50",
    "discount_percent": "2.5",
    "points_percent": "10",
    "points_fixed": "50",
}


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


@pytest.fixture
def page(town: Town) -> str:
    return f"/programs/{town.kavalier.program}/rules"


def kept(town: Town) -> list[Rule]:
    with town.kavalier.work():
        return rules_of(town.kavalier.program)


class TestForm:
    def test_says_all_that_a_rule_can_say(self, town: Town, anna: FlaskClient, page: str) -> None:
        """LP-2: every condition and effect, and the form shows it again as it was."""
        with town.kavalier.work():
            gifts = add_account(town.kavalier.program, "Gifts", "")
            category = categories_of(town.kavalier.program)[0].id
        values = WHOLE | {
            "points_of_sale": [str(town.kavalier.own_place)],
            "categories": [str(category)],
            "account": str(gifts),
            "account_amount": "5",
        }
        assert submit(anna, f"{page}/new", values, action=page).location == page
        (rule,) = kept(town)
        assert (rule.name, rule.priority, rule.combines) == ("Morning", 3, False)
        assert rule.conditions == Conditions(
            weekdays=frozenset({1, 6}),
            from_time=time(9),
            to_time=time(11),
            from_day=date(2026, 12, 1),
            to_day=date(2026, 12, 31),
            points_of_sale=frozenset({town.kavalier.own_place}),
            categories=frozenset({category}),
            least=10_000,
            most=100_050,
        )
        effects = (DiscountPercent(250), PointsPercent(1000), PointsFixed(5000), AccountAmount(gifts, 500))
        assert rule.effects == effects
        edit = f"{page}/{rule.id}"
        before = form_to(anna.get(edit), edit)
        assert before.values["weekdays"] == ["1", "6"]
        send(anna, before, {})
        assert kept(town) == [rule]
        assert [line[0] for line in audit_lines(town.kavalier, "rule", rule.id)] == ["rule.add"]

    def test_names_goods_and_groups(self, town: Town, anna: FlaskClient, page: str) -> None:
        """LP-2: those in use, and an archived one that the rule names already; gifts too."""
        with town.kavalier.work():
            drinks, cakes = add_good_group("Drinks"), add_good_group("Cakes")
            latte, napoleon = add_good("Latte", group_id=drinks), add_good("Napoleon", group_id=cakes)
        values = {"name": "Sweet", "groups": [str(cakes)], "but_goods": [str(napoleon)], "gift": str(latte)}
        submit(anna, f"{page}/new", values, action=page)
        (rule,) = kept(town)
        assert rule.conditions == Conditions(groups=frozenset({cakes}), but_goods=frozenset({napoleon}))
        assert rule.effects == (Gift(latte),)
        with town.kavalier.work():
            for good in (latte, napoleon):
                db.session.get_one(Good, (town.kavalier.id, good)).archived_at = dates.now()
        assert "on Cakes · but not on Napoleon" in text_of(anna.get(page))
        assert "a gift: Latte" in text_of(anna.get(page))
        assert submit(anna, f"{page}/{rule.id}", {"priority": "5"}).status_code == 303
        assert kept(town)[0].effects == (Gift(latte),)
        assert submit(anna, f"{page}/new", values | {"name": "Other"}, action=page).status_code == 422

    def test_what_is_emptied_asks_for_nothing(self, town: Town, anna: FlaskClient, page: str) -> None:
        submit(anna, f"{page}/new", WHOLE, action=page)
        edit = f"{page}/{kept(town)[0].id}"
        blank = dict.fromkeys(WHOLE, "") | {"name": "Always", "priority": "0", "weekdays": [], "combines": "y"}
        submit(anna, edit, blank | {"points_percent": "10"})
        (rule,) = kept(town)
        assert (rule.conditions, rule.effects, rule.combines) == (Conditions(), (PointsPercent(1000),), True)

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"name": " "}, "Enter a name."),
            ({"name": "aLWAYS"}, "Another one has this name already."),
            ({"priority": ""}, "Enter a number."),
            ({"priority": "1000"}, "At most 999."),
            ({"priority": "-1"}, "An amount cannot be below 0."),
            ({"weekdays": ["8"]}, "not a valid choice"),
            ({"from_time": "late"}, "There is no such time."),
            ({"to_time": "09:00"}, "Leave both empty for the whole day."),
            ({"from_day": "2026-02-30"}, "There is no such day."),
            ({"to_day": "2026-11-30"}, "This is before the first day."),
            ({"points_of_sale": ["999999"]}, "not a valid choice"),
            ({"categories": ["x"]}, "could not be coerced"),
            ({"most": "99"}, "This is less than the least amount."),
            ({"least": "1 0 0 грн"}, "Enter an amount such as"),
            ({"discount_percent": "100.01"}, "More than 0 and at most 100."),
            ({"discount_percent": "0"}, "More than 0 and at most 100."),
            ({"points_percent": "1001"}, "More than 0 and at most 1,000."),
            ({"account_amount": "5"}, "Choose the account."),
            (
                {"discount_percent": "", "points_percent": "", "points_fixed": ""},
                "Say what the rule gives: a discount, points, money on an account, a gift or a coupon.",
            ),
        ],
    )
    def test_refusals_lose_nothing(
        self, town: Town, anna: FlaskClient, page: str, values: dict[str, str | list[str]], words: str
    ) -> None:
        with town.kavalier.work():
            add_rule(town.kavalier.program, PointsPercent(1000))
            add_account(town.kavalier.program, "Gifts", "")
        response = submit(anna, f"{page}/new", WHOLE | values, action=page)
        assert response.status_code == 422
        assert words.casefold() in text_of(response).casefold()
        shown = form_to(response, page).values
        if "least" not in values:
            assert (shown["least"], shown["from_day"]) == (["100"], [values.get("from_day", "2026-12-01")])
        assert len(kept(town)) == 1

    def test_an_account_needs_an_amount(self, town: Town, anna: FlaskClient, page: str) -> None:
        with town.kavalier.work():
            gifts = add_account(town.kavalier.program, "Gifts", "")
        response = submit(anna, f"{page}/new", WHOLE | {"account": str(gifts)}, action=page)
        assert response.status_code == 422
        assert "Enter the amount." in text_of(response)

    def test_amounts_are_read_as_the_language_writes_them(self, town: Town, anna: FlaskClient, page: str) -> None:
        """I18-1."""
        submit(anna, "/profile", {"language": "uk"}, action="/profile/language")
        submit(anna, f"{page}/new", WHOLE | {"least": "1 000,50", "most": ""}, action=page)
        assert kept(town)[0].conditions.least == 100_050

    def test_a_stale_form_shows_both_versions(self, town: Town, anna: FlaskClient, page: str) -> None:
        """LP-2: in words, and what was entered stays in the form."""
        with town.kavalier.work():
            number = add_rule(town.kavalier.program, PointsPercent(1000))
        edit = f"{page}/{number}"
        form = form_to(anna.get(edit), edit)
        theirs = {"points_percent": "15", "weekdays": ["6", "7"], "from_time": "10:00"}
        submit(anna, edit, theirs | {"points_of_sale": [str(town.kavalier.own_place)]})
        response = send(anna, form, {"points_percent": "20"})
        assert response.status_code == 409
        for words in ("Points in percent of what is paid 15", "Weekdays Saturday, Sunday", "Points of sale Pechersk"):
            assert words in text_of(response)
        assert "From 10:00" in text_of(response)
        again = form_to(response, edit)
        assert again.values["points_percent"] == ["20"]
        assert send(anna, again, {}).status_code == 303
        assert kept(town)[0].effects == (PointsPercent(2000),)

    def test_there_is_an_end_to_them(self, town: Town, anna: FlaskClient, page: str) -> None:
        with town.kavalier.work():
            for number in range(200):
                add_rule(town.kavalier.program, PointsPercent(1000), name=str(number))
        response = submit(anna, f"{page}/new", WHOLE, action=page)
        assert response.status_code == 409
        assert "at most 200 rules" in text_of(response)

    def test_one_of_another_program_is_not_found_there(self, town: Town, anna: FlaskClient, page: str) -> None:
        with town.kavalier.work():
            number = add_rule(town.kavalier.program, PointsPercent(1000))
        with town.teremok.work():
            theirs = add_rule(town.teremok.program, PointsPercent(1000))
        assert anna.get(f"{page}/{theirs}").status_code == 404
        assert anna.get(f"/programs/{town.teremok.program}/rules/{number}").status_code == 404


class TestList:
    def test_reads_in_words(self, town: Town, anna: FlaskClient, page: str) -> None:
        """LP-2: in the order in which they are looked at, those switched off behind the others."""
        submit(anna, f"{page}/new", WHOLE | {"points_of_sale": [str(town.kavalier.own_place)]}, action=page)
        submit(anna, f"{page}/new", {"name": "Old", "active": [], "points_percent": "5"}, action=page)
        with town.kavalier.work():
            add_rule(town.kavalier.program, PointsPercent(500), name="Always", priority=9)
        words = text_of(anna.get(page))
        assert "Mon, Sat · 09:00–11:00 · 1 Dec – 31 Dec · at Pechersk · from ₴100.00 · up to ₴1,000.50" in words
        assert "2.5% off" in words
        assert "10% in points" in words
        assert "Stops later rules" in words
        assert words.index("Morning") < words.index("Always") < words.index("Old")
        assert "Switched off" in words

    def test_a_place_that_one_does_not_see_is_not_named(self, town: Town, page: str) -> None:
        """PR-3: an operator of a location reads the rules, and of other places that there are some."""
        with town.kavalier.work():
            own, hidden = town.kavalier.franchised_place, add_point_of_sale("Hidden", add_franchisee("Others"))
            asked = Conditions(points_of_sale=frozenset({own, hidden}))
            add_rule(town.kavalier.program, PointsPercent(500), conditions=asked)
        words = text_of(town.browser(town.boris).get(page))
        assert "at Podil, …" in words
        assert "Hidden" not in words

    def test_without_rules_it_says_what_to_do(self, town: Town, anna: FlaskClient, page: str) -> None:
        assert "Without a rule, customers earn nothing." in text_of(anna.get(page))
        with town.kavalier.work():
            assert every_rule(town.kavalier.program) == []


def test_the_audit_log_tells_of_them_in_words(town: Town, anna: FlaskClient, page: str) -> None:
    """PR-4: figures, places and accounts by name."""
    with town.kavalier.work():
        gifts = add_account(town.kavalier.program, "Gifts", "")
    places = {"points_of_sale": [str(town.kavalier.own_place)], "account": str(gifts), "account_amount": "5"}
    submit(anna, f"{page}/new", WHOLE | places, action=page)
    submit(anna, f"/programs/{town.kavalier.program}/advanced-settings", {"points_share": "30"})
    words = text_of(anna.get("/audit-log"))
    for said in ("Rule added", "Pechersk", "₴5.00 on Gifts", "2.5%", "Program changed", "30%", "Money account added"):
        assert said in words, said
