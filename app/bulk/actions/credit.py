"""Credit bonus points, ordinary or special ones (BA-5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from app.bulk.actions.amounts import AmountForm, note_field, program_field, terminal_field
from app.bulk.actions.crediting import UNDOING_REASONS, CreditUndoing
from app.bulk.actions.shared import (
    ENROLMENT,
    NO_ACCESS,
    NOT_THERE,
    PROGRAM_REASONS,
    key_of,
    points_words,
    program_of,
)
from app.bulk.models import Batch
from app.bulk.registry import Action, Claim, Doubts, Values
from app.bulk.sensitive import gives_much
from app.bulk.telling import Telling
from app.bulk.text_form import TextForm, blank_text
from app.db import business_id
from app.extensions import db
from app.filters import in_points, plural_of
from app.forms import HundredthsField
from app.lib import formats
from app.loyalty.models import Program, Wallet
from app.messaging.values import Holding
from app.permissions import Permission
from app.transactions.services.crediting import Crediting, credit_customers

MOST_DAYS = 3_650


def _program(values: Values) -> Program:
    return db.session.get_one(Program, (business_id(), values["program"]))


def _blank(values: Values, language: str) -> str:
    """BA-5's words; the amount is typed while they are looked at."""
    amount = values["amount"] or 0
    return "{program}: " + ngettext(
        "you have been credited %(number)s bonus point, balance {points}",
        "you have been credited %(number)s bonus points, balance {points}",
        plural_of(amount),
        number=formats.points(amount, language),
    )


def _holding(values: Values) -> Holding:
    wallet = db.session.get_one(Wallet, (business_id(), _program(values).wallet_id))
    return Holding(wallet, values["amount"] or 0)


TELLING = Telling(_program, _blank, _holding)


class CreditForm(AmountForm, TextForm):
    telling = TELLING

    program = program_field()
    amount = HundredthsField(_l("How many points for each"), [InputRequired(_l("Enter how many points."))])
    special = BooleanField(_l("Special bonus points"))
    valid_days = IntegerField(
        _l("Special points are valid for how many days"),
        [Optional(), NumberRange(1, MOST_DAYS, _l("Enter a number of days from 1 to 3,650."))],
        description=_l("Ordinary points are valid as long as the program says."),
    )
    terminal = terminal_field(_l("Where it counts in the log of transactions."))
    note = note_field()
    texts = blank_text(_l("Empty: how many points were credited, and the balance, in the customer's language."))

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
    plural = plural_of(values["amount"])
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
    unit=lambda _values, amount: in_points(amount),
    each=lambda values: values["amount"],
    asks_again=gives_much,
    telling=TELLING,
)
