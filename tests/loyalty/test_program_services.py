"""Services of programs: rules, settings, categories, accounts; what support turns on (LP-1 to LP-4, AC-3, PR-4)."""

from __future__ import annotations

from datetime import time

import pytest
from click.testing import Result
from sqlalchemy import text

from app.businesses.models import Feature
from app.businesses.queries import features
from app.extensions import db
from app.loyalty.models import Access, Notify, ProgramRule
from app.loyalty.queries import (
    account_named,
    accounts_of,
    categories_of,
    category_named,
    program_named,
    program_options,
    program_settings,
    programs_of_wallets,
    rule_named,
    rules_of,
)
from app.loyalty.rules import AccountAmount, Conditions, DiscountPercent, Effect, PointsPercent, Rounding
from app.loyalty.rules.kept import UnreadableRuleError
from app.loyalty.services import create_program
from app.loyalty.services.accounts import (
    UsedByRulesError,
    add_account,
    change_account,
    remove_account,
    share_account,
)
from app.loyalty.services.categories import add_category, change_category, make_default, order_categories
from app.loyalty.services.names import NameTakenError
from app.loyalty.services.rules import RuleSaid, add_rule, change_rule
from app.loyalty.services.settings import change_program
from tests.customers.editing import audit_lines
from tests.people import Town

MORNING = Conditions(from_time=time(9), to_time=time(11))


def said(
    name: str = "Always", *effects: Effect, conditions: Conditions | None = None, priority: int = 0, active: bool = True
) -> RuleSaid:
    return RuleSaid(name, active, priority, True, conditions or Conditions(), effects or (PointsPercent(1000),))


class TestRules:
    def test_sales_get_the_active_ones_by_priority(self, town: Town) -> None:
        """LP-2."""
        with town.kavalier.work(town.anna):
            late = add_rule(town.kavalier.program, said(priority=1))
            early = add_rule(town.kavalier.program, said("Morning", DiscountPercent(2000), conditions=MORNING))
            add_rule(town.kavalier.program, said("Off", active=False))
        with town.kavalier.work():
            found = rules_of(town.kavalier.program)
            assert [(rule.id, rule.name) for rule in found] == [(early, "Morning"), (late, "Always")]
            assert (found[0].conditions, found[0].effects) == (MORNING, (DiscountPercent(2000),))

    def test_each_condition_and_effect_that_changes_is_in_the_log(self, town: Town) -> None:
        """LP-2, PR-4: with the old and the new value, and nothing where nothing changed."""
        with town.kavalier.work(town.anna):
            number = add_rule(town.kavalier.program, said(conditions=MORNING))
        with town.kavalier.work(town.anna):
            row = rule_named(town.kavalier.program, number)
            changed = said("Always", DiscountPercent(500), conditions=Conditions(from_time=time(9, 30)))
            change_rule(row, changed)
            change_rule(row, changed)
        change, add = audit_lines(town.kavalier, "rule", number)
        assert change == (
            "rule.change",
            {
                "from_time": ("09:00", "09:30"),
                "to_time": ("11:00", None),
                "points_percent": (1000, None),
                "discount_percent": (None, 500),
            },
        )
        assert add[1]["points_percent"] == (None, 1000)

    def test_a_name_is_one_rule_of_its_program(self, town: Town) -> None:
        """LP-2: the explanation of a sale names rules."""
        with town.kavalier.work():
            first = add_rule(town.kavalier.program, said())
            other = create_program("Beans", {"en": "Beans"})
            add_rule(other, said("always"))
            second = add_rule(town.kavalier.program, said("Second"))
            with pytest.raises(NameTakenError):
                add_rule(town.kavalier.program, said("ALWAYS"))
            with pytest.raises(NameTakenError):
                change_rule(rule_named(town.kavalier.program, second), said())
            change_rule(rule_named(town.kavalier.program, first), said("always"))

    def test_one_that_cannot_be_read_stops_the_sale(self, town: Town) -> None:
        """LP-2: what it asks for is unknown, so nobody can say whether it applies."""
        with town.kavalier.work():
            add_rule(town.kavalier.program, said())
            db.session.execute(text('UPDATE program_rule SET conditions = \'{"weather": "rain"}\''))
        with town.kavalier.work(), pytest.raises(UnreadableRuleError, match="weather"):
            rules_of(town.kavalier.program)

    def test_what_was_sold_is_no_part_of_them(self, town: Town) -> None:
        """LP-2: nothing that belongs to a sale refers to a rule that could change."""
        with town.kavalier.work():
            found = db.session.execute(
                text("SELECT conrelid::regclass::text FROM pg_constraint WHERE confrelid = 'program_rule'::regclass")
            )
            assert found.all() == []
            assert ProgramRule.__tablename__ == "program_rule"


class TestSettings:
    def test_what_a_program_begins_with(self, town: Town) -> None:
        """LP-1, LP-3."""
        with town.kavalier.work():
            found = program_settings(town.kavalier.program)
        assert (found.active, found.rounding, found.default_access) == (True, Rounding.HUNDREDTHS, Access.FULL)
        assert (found.notifications, found.pin_limit, found.points_share) == (Notify.SMS, 0, 10_000)
        assert (found.points_valid_days, found.quiet_from, found.sender, found.features) == (
            None,
            None,
            "",
            frozenset(),
        )
        assert (found.wallet_id, found.unit) == (town.kavalier.wallet, "")

    def test_a_change_is_in_the_log(self, town: Town) -> None:
        """LP-3, PR-4: and the unit of points is that of their wallet."""
        values = {"title": "Club", "unit": "beans", "pin_limit": 5_000, "quiet_from": time(21), "quiet_to": time(8)}
        with town.kavalier.work(town.anna):
            change_program(program_named(town.kavalier.program), values)
        with town.kavalier.work(town.anna):
            change_program(program_named(town.kavalier.program), values)
            found = program_settings(town.kavalier.program)
        assert (found.unit, found.pin_limit, found.quiet_from, found.quiet_to) == ("beans", 5_000, time(21), time(8))
        lines = audit_lines(town.kavalier, "program", town.kavalier.program)
        assert [action for action, _changes in lines] == ["program.change", "program.create"]
        assert lines[0][1] == {
            "title": ("Kavalier Club", "Club"),
            "unit": ("", "beans"),
            "pin_limit": (0, 5_000),
            "quiet_from": (None, "21:00:00"),
            "quiet_to": (None, "08:00:00"),
        }

    def test_programs_can_share_their_points(self, town: Town) -> None:
        """LP-1: one wallet, so one unit and one balance; titles are told apart."""
        with town.kavalier.work():
            beans = create_program("Beans", {"en": "Beans"}, wallet_id=town.kavalier.wallet)
            change_program(program_named(beans), {"unit": "cups"})
            assert program_settings(town.kavalier.program).unit == "cups"
            assert programs_of_wallets() == {town.kavalier.wallet: ["Beans", "Kavalier Club"]}
            with pytest.raises(NameTakenError):
                create_program("BEANS", {"en": "Beans"})
            with pytest.raises(NameTakenError):
                change_program(program_named(beans), {"title": "kavalier club"})


class TestSupport:
    def switch(self, town: Town, *arguments: str) -> Result:
        return town.app.test_cli_runner().invoke(args=["support", *arguments])

    def test_turns_a_feature_on_and_off(self, town: Town) -> None:
        """LP-3: by command alone, in the business's audit log, for no other business."""
        result = self.switch(town, "enable", "alpha-name", "--business", "kavalier")
        assert (result.exit_code, result.output) == (0, "alpha-name is on for kavalier.\n")
        assert "already" in self.switch(town, "enable", "alpha-name", "--business", "kavalier").output
        with town.kavalier.work():
            assert features() == {Feature.ALPHA_NAME}
        with town.teremok.work():
            assert features() == frozenset()
        assert audit_lines(town.kavalier, "business", town.kavalier.id)[0] == (
            "business.enable",
            {"feature": (None, "alpha-name")},
        )
        assert self.switch(town, "disable", "alpha-name", "--business", "kavalier").exit_code == 0
        with town.kavalier.work():
            assert features() == frozenset()

    def test_says_what_it_does_not_know(self, town: Town) -> None:
        assert "no business" in self.switch(town, "enable", "viber", "--business", "nowhere").output
        assert self.switch(town, "enable", "teleport", "--business", "kavalier").exit_code == 2

    def test_the_own_sender_needs_support(self, town: Town) -> None:
        """LP-3: it stays written down while it is off, and names nobody."""
        with town.kavalier.work():
            change_program(program_named(town.kavalier.program), {"sender": "Kavalier"})
            assert program_settings(town.kavalier.program).sender == ""
        self.switch(town, "enable", "alpha-name", "--business", "kavalier")
        with town.kavalier.work():
            assert program_settings(town.kavalier.program).sender == "Kavalier"

    def test_writes_a_sender_name_down(self, town: Town) -> None:
        """LP-3, BA-3: in every program, or in one; the feature is on with it."""
        with town.kavalier.work():
            beans = create_program("Beans", {"en": "Beans"})
        result = self.switch(town, "sender-name", "Kavalier", "--business", "kavalier")
        assert result.output == "SMS of Beans, Kavalier Club go out as Kavalier.\n"
        result = self.switch(town, "sender-name", "Beans 2.0", "--business", "kavalier", "--program", "Beans")
        assert result.output == "SMS of Beans go out as Beans 2.0.\n"
        with town.kavalier.work():
            assert program_settings(town.kavalier.program).sender == "Kavalier"
            assert program_settings(beans).sender == "Beans 2.0"
        assert audit_lines(town.kavalier, "program", beans)[0] == (
            "program.change",
            {"sender": ("Kavalier", "Beans 2.0")},
        )

    @pytest.mark.parametrize("name", ["", "380671112233", "Dozen letter", "Кавалер", "Kavalier☕", " Kavalier", "A\nB"])
    def test_refuses_what_is_no_sender_name(self, town: Town, name: str) -> None:
        """BA-3: eleven characters that operators carry, and no number."""
        result = self.switch(town, "sender-name", name, "--business", "kavalier")
        assert result.exit_code == 1
        assert "is no sender name: 1 to 11 Latin letters" in result.output
        with town.kavalier.work():
            assert features() == frozenset()

    def test_says_whose_sender_name_it_cannot_write(self, town: Town) -> None:
        assert "no business" in self.switch(town, "sender-name", "Kava", "--business", "nowhere").output
        result = self.switch(town, "sender-name", "Kava", "--business", "kavalier", "--program", "Tea")
        assert result.output == "Error: kavalier has no program with the title Tea.\n"


class TestCategories:
    def test_are_added_renamed_and_ordered(self, town: Town) -> None:
        """AC-3: behind New Customers, in an order that the table follows."""
        program = town.kavalier.program
        with town.kavalier.work(town.anna):
            silver, gold = add_category(program, "Silver"), add_category(program, "Gold")
            order_categories(program, [gold, 999, gold, silver])
            change_category(category_named(program, gold), "Golden")
            with pytest.raises(NameTakenError):
                add_category(program, "new customers")
        with town.kavalier.work():
            assert [each.name for each in categories_of(program)] == ["Golden", "Silver", "New Customers"]
            assert list(program_options()[0].categories.values()) == ["Golden", "Silver", "New Customers"]
        assert audit_lines(town.kavalier, "category", gold)[0] == ("category.change", {"name": ("Gold", "Golden")})
        assert audit_lines(town.kavalier, "program", program)[0][0] == "category.order"

    def test_another_becomes_the_default(self, town: Town) -> None:
        """AC-2, AC-3: one at a time."""
        program = town.kavalier.program
        with town.kavalier.work(town.anna):
            silver = add_category(program, "Silver")
            make_default(category_named(program, silver))
            make_default(category_named(program, silver))
            assert program_options()[0].default_category == silver
        assert [line[0] for line in audit_lines(town.kavalier, "category", silver)] == [
            "category.make_default",
            "category.add",
        ]


class TestAccounts:
    def test_one_can_pay_in_several_programs(self, town: Town) -> None:
        """LP-4: by name and unit; taken out of one program, it stays in the other and keeps what is on it."""
        with town.kavalier.work(town.anna):
            beans = create_program("Beans", {"en": "Beans"})
            number = add_account(town.kavalier.program, "Gift account", "")
            share_account(beans, account_named(town.kavalier.program, number))
            change_account(account_named(beans, number), "Gifts", "cups")
            remove_account(beans, account_named(beans, number))
            assert accounts_of(beans) == []
            assert [(each.name, each.unit) for each in accounts_of(town.kavalier.program)] == [("Gifts", "cups")]
            with pytest.raises(NameTakenError):
                add_account(beans, "gifts", "")
        actions = [line[0] for line in audit_lines(town.kavalier, "account", number)]
        assert actions == ["account.remove", "account.change", "account.share", "account.add"]

    def test_one_that_a_rule_fills_is_not_taken_away(self, town: Town) -> None:
        """LP-4: the rule would put money where it cannot pay."""
        program = town.kavalier.program
        with town.kavalier.work():
            number = add_account(program, "Gift account", "")
            add_rule(program, said("Gift", AccountAmount(number, 500)))
            with pytest.raises(UsedByRulesError) as refused:
                remove_account(program, account_named(program, number))
            assert refused.value.names == ["Gift"]
