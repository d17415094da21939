"""Credit bonus points, ordinary or special ones (BA-5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from app.bulk.actions.crediting import UNDOING_REASONS, CreditUndoing
from app.bulk.actions.shared import (
    ENROLMENT,
    NO_ACCESS,
    NOT_THERE,
    PROGRAM_REASONS,
    key_of,
    points_words,
    program_choices,
    program_of,
    terminal_choices,
)
from app.bulk.models import Batch
from app.bulk.registry import Action, ActionForm, Claim, Doubts, Values
from app.bulk.sensitive import gives_much
from app.forms import HundredthsField, line
from app.permissions import Permission
from app.transactions.services.crediting import Crediting, credit_customers

MOST_DAYS = 3_650


class CreditForm(ActionForm):
    program = SelectField(_l("Program"), [InputRequired()], coerce=int)
    amount = HundredthsField(_l("How many points for each"), [InputRequired(_l("Enter how many points."))])
    special = BooleanField(_l("Special bonus points"))
    valid_days = IntegerField(
        _l("Special points are valid for how many days"),
        [Optional(), NumberRange(1, MOST_DAYS, _l("Enter a number of days from 1 to 3,650."))],
        description=_l("Ordinary points are valid as long as the program says."),
    )
    terminal = SelectField(
        _l("Terminal"), [InputRequired()], coerce=int, description=_l("Where it counts in the log of transactions.")
    )
    note = line(_l("What for"), description=_l("Stands in the customer's history."), longest=200)

    def offer(self) -> None:
        self.program.choices, self.terminal.choices = program_choices(), terminal_choices()

    def validate_amount(self, field: HundredthsField) -> None:
        if field.data == 0:
            raise ValidationError(_("Enter an amount above 0."))

    def validate_special(self, field: BooleanField) -> None:
        if field.data and not self.valid_days.data:
            raise ValidationError(_("Say for how many days special points are valid."))


class CreditDoing:
    def doubts(self, batch: Batch) -> Doubts:
        return Doubts((*NOT_THERE, *NO_ACCESS), ENROLMENT, values={"in_program": batch.values["program"]})

    def step(self, claim: Claim) -> int:
        values, program = claim.batch.values, program_of(claim.batch)
        days = values["valid_days"] if values["special"] else program.points_days
        asked = Crediting(
            *(program.id, program.wallet_id, values["terminal"], values["amount"]),
            counts_as_points=True,
            key=key_of(claim.batch.id),
            note=values["note"] or "",
            expires_at=_until(claim.batch, days),
        )
        return sum(each.amount for each in credit_customers(asked, claim.customers))


def _until(batch: Batch, days: int | None) -> datetime | None:
    """The same moment for all of them, whenever their chunk was done."""
    return batch.started_at + timedelta(days) if days and batch.started_at else None


def _wallet(batch: Batch) -> int:
    return program_of(batch).wallet_id


def _title(values: Values) -> str:
    number = points_words(values["amount"])
    plural = values["amount"] // 100 if values["amount"] % 100 == 0 else 2
    if values["special"]:
        return ngettext(
            "Credit %(number)s special bonus point", "Credit %(number)s special bonus points", plural, number=number
        )
    return ngettext("Credit %(number)s bonus point", "Credit %(number)s bonus points", plural, number=number)


CREDIT = Action(
    key="credit",
    label=_l("Credit bonus points"),
    sign="gift",
    about=_l("The same number for each, ordinary or special with a validity of their own"),
    permission=Permission.ADJUST_POINTS,
    form=CreditForm,
    title=_title,
    reasons={**PROGRAM_REASONS, **UNDOING_REASONS},
    do=CreditDoing(),
    undo=CreditUndoing(_wallet),
    done=_l("Credited"),
    unit=lambda _values, amount: _("%(amount)s points", amount=points_words(amount)),
    each=lambda values: values["amount"],
    asks_again=gives_much,
)
