"""What an admin says of a program: what it is (LP-1), how it works (LP-3), its categories and accounts (AC-3, LP-4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from app.forms import HourField, HundredthsField, KeptForm, MoneyField, WholeField, Within, line, name_line
from app.languages_field import LanguagesField
from app.loyalty.kinds import access_labels, notify_labels, rounding_labels
from app.loyalty.models import Category, Program, Wallet

LONGEST_UNIT, LONGEST_PUBLIC_NAME, LONGEST_DESCRIPTION, LONGEST_SENDER = 20, 100, 2000, 11
LONGEST_SIGNATURE = 100
WEB = re.compile(r"https?://[^\s/]+\.[^\s]+")
MORE = Within(1, message=_l("More than 0."))
NUMBER = InputRequired(_l("Enter a number."))
SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ._-]{3,11}")


@dataclass(frozen=True)
class General:
    """What a program is, of its own row and of the wallet of its points."""

    title: str
    public_names: dict[str, str]
    public_descriptions: dict[str, str]
    terms_url: str
    unit: str
    rounding: str
    active: bool

    @classmethod
    def of(cls, program: Program, wallet: Wallet) -> General:
        own = {each.name: getattr(program, each.name) for each in fields(cls) if each.name != "unit"}
        return cls(unit=wallet.unit, **own)


class GeneralForm(KeptForm):
    fields = ("title", "public_names", "public_descriptions", "terms_url", "unit", "rounding", "active")

    title = line(_l("Title"), DataRequired(_l("Enter a title.")), description=_l("For your own people."))
    public_names = LanguagesField(_l("Name that customers read"), LONGEST_PUBLIC_NAME, needed=True)
    public_descriptions = LanguagesField(_l("Description that customers read"), LONGEST_DESCRIPTION, lines=True)
    terms_url = line(_l("Address of the terms"))
    unit = line(_l("Unit of points"), longest=LONGEST_UNIT)
    rounding = SelectField(_l("Points earned are rounded"))
    active = BooleanField(_l("In use"))

    default = False
    """Whether it is the default program, which stays in use."""

    def offer(self) -> None:
        self.rounding.choices = choices_of((value.value, label) for value, label in rounding_labels().items())

    def validate_terms_url(self, field: Field) -> None:
        if field.data and not WEB.fullmatch(field.data):
            raise ValidationError(_("Write the whole address, such as https://example.com/terms."))

    def validate_active(self, field: Field) -> None:
        if self.default and not field.data:
            raise ValidationError(_("The default program stays in use."))


class NewProgramForm(KeptForm):
    title = line(_l("Title"), DataRequired(_l("Enter a title.")))
    public_names = LanguagesField(_l("Name that customers read"), LONGEST_PUBLIC_NAME, needed=True)
    wallet_id = SelectField(_l("Its points"), coerce=lambda text: int(text) if text else None)

    def offer(self, shared: Iterable[tuple[int, str]]) -> None:
        """`shared` are wallets of points with the titles of their programs."""
        own = ("", _("Points of its own"))
        common = [(str(wallet), _("Shared with %(titles)s", titles=titles)) for wallet, titles in shared]
        self.wallet_id.choices = choices_of([own, *common])


class AdvancedForm(KeptForm):
    """Over a Program; `sender` is left out while support has not turned own names on."""

    fields = (
        *("default_access", "notifications", "pin_limit", "points_share", "points_days"),
        *("smart_timeout", "quiet_from", "quiet_to", "signature", "sender"),
    )

    default_access = SelectField(_l("New customers get"), coerce=int)
    notifications = SelectField(_l("Customers are told of transactions by"))
    pin_limit = HundredthsField(_l("Points that pay without a PIN"), [NUMBER])
    points_share = HundredthsField(
        _l("Percent of a check that points may pay"), [NUMBER, Within(0, 10_000, _l("At most 100."))]
    )
    points_days = WholeField(
        _l("Days that ordinary points are valid"), [Within(1, 36_500, _l("From 1 to 36,500 days."))]
    )
    smart_timeout = WholeField(
        _l("Minutes that SMART waits for a push"), [NUMBER, Within(1, 10_080, _l("From 1 to 10,080 minutes."))]
    )
    quiet_from = HourField(_l("No messages from"))
    quiet_to = HourField(_l("Until"))
    signature = line(_l("Signature"), longest=LONGEST_SIGNATURE)
    sender = line(_l("Sender name of SMS"), longest=LONGEST_SENDER)

    def offer(self, own_sender: bool) -> None:
        self.default_access.choices = choices_of((str(int(each)), label) for each, label in access_labels().items())
        self.notifications.choices = choices_of((each.value, label) for each, label in notify_labels().items())
        if not own_sender:
            del self.sender

    def validate_quiet_to(self, field: Field) -> None:
        if (field.data is None) is not (self.quiet_from.data is None):
            raise ValidationError(_("Enter both hours, or none."))
        if field.data is not None and field.data == self.quiet_from.data:
            raise ValidationError(_("Quiet hours end at another time than they begin."))

    def validate_sender(self, field: Field) -> None:
        if field.data and not SENDER.fullmatch(field.data):
            raise ValidationError(
                _("3 to 11 Latin letters, digits, blanks, dots and hyphens, with at least one letter.")
            )


class CategoryForm(KeptForm):
    """Over a Category; the default one is the one that no rule gives."""

    fields = ("name", "from_amount", "from_sales", "months")

    name = name_line()
    from_amount = MoneyField(_l("Turnover from"), [MORE])
    from_sales = WholeField(_l("Number of sales from"), [MORE])
    months = WholeField(_l("In the last months"), [Within(1, 120, _l("From 1 to 120 months."))])

    def without_rule(self) -> None:
        del self.from_amount, self.from_sales, self.months

    def rule(self) -> dict[str, int | None]:
        return {name: self[name].data if name in self else None for name in Category.RULE}

    def validate_months(self, field: Field) -> None:
        asked = self.from_amount, self.from_sales
        if field.data and not any(each.data or each.errors for each in asked):
            raise ValidationError(_("Enter a turnover or a number of sales, or leave this empty."))


class AccountForm(KeptForm):
    fields = ("name", "unit")

    name = name_line()
    unit = line(_l("Unit"), longest=LONGEST_UNIT)


def choices_of(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]
