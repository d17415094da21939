"""What an admin says of a rule (LP-2), in fields that read like a sentence."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from app.filters import language
from app.forms import (
    ChecksField,
    DayField,
    HourField,
    HundredthsField,
    KeptForm,
    MoneyField,
    WholeField,
    Within,
    name_line,
)
from app.loyalty.offered import Names, Offered
from app.loyalty.rule_words import weekday_names
from app.loyalty.rules import Conditions
from app.loyalty.rules.kept import MOST_PERCENT, read_effects, written_effects
from app.loyalty.services.rules import RuleSaid

CONDITIONS = tuple(each.name for each in fields(Conditions))
EFFECTS = (
    *("discount_percent", "discount_fixed", "points_percent", "points_fixed"),
    *("account", "account_amount", "gift", "coupon"),
)
MOST_PRIORITY = 999


def _id(text: object) -> int | None:
    return int(str(text)) if text else None


def _more_than_none(most: int, words: Any) -> list[Any]:
    return [Within(1, most, words)]


@dataclass(frozen=True)
class RuleFields:
    """A rule as the fields of its form hold it."""

    name: str
    active: bool
    priority: int
    combines: bool
    weekdays: list[int]
    from_time: time | None
    to_time: time | None
    from_day: date | None
    to_day: date | None
    points_of_sale: list[int]
    categories: list[int]
    least: int | None
    most: int | None
    goods: list[int]
    groups: list[int]
    but_goods: list[int]
    but_groups: list[int]
    discount_percent: int | None
    discount_fixed: int | None
    points_percent: int | None
    points_fixed: int | None
    account: int | None
    account_amount: int | None
    gift: int | None
    coupon: int | None

    @classmethod
    def of(cls, said: RuleSaid) -> RuleFields:
        asked = {name: getattr(said.conditions, name) for name in CONDITIONS}
        lists = {name: sorted(value) for name, value in asked.items() if isinstance(value, frozenset)}
        given: dict[str, Any] = dict.fromkeys(EFFECTS) | written_effects(said.effects)
        account = given["account"] or {}
        given |= {"account": account.get("wallet_id"), "account_amount": account.get("amount")}
        return cls(said.name, said.active, said.priority, said.combines, **(asked | lists), **given)


class RuleForm(KeptForm):
    """Over `RuleFields`."""

    fields = tuple(each.name for each in fields(RuleFields))

    name = name_line()
    active = BooleanField(_l("Active"), default=True)
    priority = WholeField(
        _l("Priority"),
        [InputRequired(_l("Enter a number.")), Within(0, MOST_PRIORITY, _l("At most %(max)d."))],
        default=0,
    )
    combines = BooleanField(_l("Combines with later rules"), default=True)
    weekdays = ChecksField(_l("Weekdays"), coerce=int)
    from_time = HourField(_l("From"))
    to_time = HourField(_l("Until"))
    from_day = DayField(_l("First day"), [Optional()])
    to_day = DayField(_l("Last day"), [Optional()])
    points_of_sale = ChecksField(_l("Points of sale"), coerce=int)
    categories = ChecksField(_l("Categories of customers"), coerce=int)
    least = MoneyField(_l("At least"))
    most = MoneyField(_l("At most"))
    goods = ChecksField(_l("Goods"), coerce=int)
    groups = ChecksField(_l("Groups of goods"), coerce=int)
    but_goods = ChecksField(_l("But not these goods"), coerce=int)
    but_groups = ChecksField(_l("But not these groups"), coerce=int)
    discount_percent = HundredthsField(
        _l("Discount in percent"), _more_than_none(10_000, _l("More than 0 and at most 100."))
    )
    discount_fixed = MoneyField(_l("Discount in money"), _more_than_none(10**12, _l("More than 0.")))
    points_percent = HundredthsField(
        _l("Points in percent of what is paid"), _more_than_none(MOST_PERCENT, _l("More than 0 and at most 1,000."))
    )
    points_fixed = HundredthsField(_l("Points for the purchase"), _more_than_none(10**12, _l("More than 0.")))
    account = SelectField(_l("Money account"), coerce=_id)
    account_amount = MoneyField(_l("Amount on it"), _more_than_none(10**12, _l("More than 0.")))
    gift = SelectField(_l("Gift"), coerce=_id)
    coupon = SelectField(_l("Coupon of a series"), coerce=_id)

    def offer(self, offered: Offered) -> None:
        self.weekdays.choices = _choices(weekday_names(language(), "wide"))
        self.points_of_sale.choices = _choices(offered.places)
        self.categories.choices = _choices(offered.categories)
        self.account.choices = [SelectChoice("", "–"), *_choices(offered.accounts)]
        self.gift.choices = [SelectChoice("", "–"), *_choices(offered.goods)]
        self.coupon.choices = [SelectChoice("", "–"), *_choices(offered.series)]
        for field in (self.goods, self.but_goods):
            field.choices = _choices(offered.goods)
        for field in (self.groups, self.but_groups):
            field.choices = _choices(offered.groups)

    def rule(self) -> RuleSaid:
        """What a valid form says."""
        asked: dict[str, Any] = {name: self[name].data for name in CONDITIONS}
        asked |= {name: frozenset(value) for name, value in asked.items() if isinstance(value, list)}
        given = {name: self[name].data for name in EFFECTS if not name.startswith("account")}
        if self.account.data:
            given["account"] = {"wallet_id": self.account.data, "amount": self.account_amount.data}
        return RuleSaid(
            self.name.data,
            self.active.data,
            int(self.priority.data or 0),
            self.combines.data,
            Conditions(**asked),
            read_effects({name: value for name, value in given.items() if value is not None}),
        )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if valid and all(self[name].data is None for name in EFFECTS):
            words = _("Say what the rule gives: a discount, points, money on an account, a gift or a coupon.")
            self.form_errors.append(words)
            return False
        return bool(valid)

    def validate_to_time(self, field: Field) -> None:
        if field.data is not None and field.data == self.from_time.data:
            raise ValidationError(_("Leave both empty for the whole day."))

    def validate_to_day(self, field: Field) -> None:
        if field.data and self.from_day.data and field.data < self.from_day.data:
            raise ValidationError(_("This is before the first day."))

    def validate_most(self, field: Field) -> None:
        if field.data is not None and self.least.data is not None and field.data < self.least.data:
            raise ValidationError(_("This is less than the least amount."))

    def validate_account(self, field: Field) -> None:
        if self.account_amount.data is not None and not field.data:
            raise ValidationError(_("Choose the account."))

    def validate_account_amount(self, field: Field) -> None:
        if self.account.data and field.data is None and not field.errors:
            raise ValidationError(_("Enter the amount."))


def _choices(names: Names) -> list[SelectChoice]:
    return [SelectChoice(str(number), name) for number, name in names.items()]
