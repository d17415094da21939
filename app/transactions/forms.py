"""What a person says when points or money are added or removed by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, ValidationError
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from app.businesses.queries import place_options, terminal_options
from app.forms import HundredthsField, MoneyField, line
from app.loyalty.models import WalletKind

ADD, REMOVE = "add", "remove"
_CREDIT = re.compile("([0-9]{1,18}):([0-9]{1,18})")
MOST_DAYS = 3_650


class WalletAmountField(MoneyField):
    """An amount of what the chosen wallet counts in: points in hundredths, whatever the currency (LP-1)."""

    of_points = False

    @property
    def digits(self) -> int:
        return HundredthsField.digits if self.of_points else super().digits


class AdjustmentForm(FlaskForm):  # type: ignore[misc]
    """How much of which wallet, in its smallest unit."""

    way = RadioField(_l("What to do"), choices=[(ADD, _l("Add")), (REMOVE, _l("Remove"))], default=ADD)
    wallet = SelectField(_l("Of what"), [InputRequired()], coerce=int)
    amount = WalletAmountField(_l("How much"), [InputRequired(_l("Enter how much."))])
    valid_days = IntegerField(
        _l("Valid for how many days"),
        [Optional(), NumberRange(1, MOST_DAYS, _l("Enter a number of days from 1 to 3,650."))],
        description=_l("Of what is added. Empty: it never expires."),
    )
    terminal = SelectField(
        *(_l("Terminal"), [InputRequired()]),
        coerce=int,
        description=_l("Where it counts in the log of transactions."),
    )
    reason = line(_l("Reason"), DataRequired(_l("Enter a reason.")), longest=200)

    def offer(self, wallets: list[Any]) -> None:
        """Fills the lists: wallets of the customer, Terminals that this person sees."""
        self.wallet.choices = [(each.id, each.name) for each in wallets]
        shops = {each.id: each.name for each in place_options() if each.archived_at is None}
        self.terminal.choices = [
            (each.id, f"{shops[each.point_of_sale_id]}, {each.name}")
            for each in terminal_options()
            if each.archived_at is None and each.point_of_sale_id in shops
        ]

        # Only now is it known what the amount counts in, so it is read anew.
        self.amount.of_points = any(each.id == self.wallet.data and each.kind == WalletKind.POINTS for each in wallets)
        self.amount.process(request.form)

    def validate_amount(self, field: MoneyField) -> None:
        if field.data == 0:
            raise ValidationError(_("Enter an amount above 0."))

    @property
    def signed(self) -> int:
        """What is added (positive) or removed."""
        units = int(self.amount.data or 0)
        return units if self.way.data == ADD else -units


class CancellationForm(FlaskForm):  # type: ignore[misc]
    """Why a sale is cancelled, and what the person agreed to credit first."""

    reason = line(_l("Reason"), DataRequired(_l("Enter a reason.")), longest=200)
    back = HiddenField()
    credit = HiddenField()
    """Wallet and amount, such as 7:800,9:50."""
    leave = HiddenField()
    """How many coupons stay used."""

    @property
    def credits(self) -> dict[int, int]:
        """Wallet → amount in its smallest unit; nothing of what cannot be read, so that it is asked again."""
        found = map(_CREDIT.fullmatch, (self.credit.data or "").split(","))
        return {int(each[1]): int(each[2]) for each in found if each}

    @property
    def left(self) -> int:
        return int(self.leave.data) if (self.leave.data or "").isdecimal() else 0

    def offer(self, missing: Mapping[int, int], used: int) -> None:
        """Has the form agree to credit this, and to leave so many coupons used, when it is sent again."""
        self.credit.data = ",".join(f"{wallet}:{amount}" for wallet, amount in missing.items())
        self.leave.data = str(used) if used else ""
