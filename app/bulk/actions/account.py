"""Replenish a customer account (BA-6)."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from app.bulk.actions.crediting import UNDOING_REASONS, CreditUndoing
from app.bulk.actions.shared import ENROLMENT, NO_ACCESS, NOT_THERE, PROGRAM_REASONS, key_of, terminal_choices
from app.bulk.models import Batch
from app.bulk.registry import Action, ActionForm, Claim, Doubts, Values
from app.db import business_id
from app.extensions import db
from app.filters import money
from app.forms import MoneyField, line
from app.loyalty.models import Program, ProgramAccount, Wallet
from app.loyalty.queries import accounts
from app.permissions import Permission
from app.transactions.services.crediting import Crediting, credit_customers


class AccountForm(ActionForm):
    account = SelectField(_l("Account"), [InputRequired()], coerce=int)
    amount = MoneyField(_l("How much for each"), [InputRequired(_l("Enter how much."))])
    terminal = SelectField(
        _l("Terminal"), [InputRequired()], coerce=int, description=_l("Where it counts in the log of transactions.")
    )
    note = line(_l("What for"), description=_l("Stands in the customer's history."), longest=200)

    def offer(self) -> None:
        self.account.choices = [SelectChoice(str(each.id), each.name) for each in accounts()]
        self.terminal.choices = terminal_choices()

    def validate_amount(self, field: MoneyField) -> None:
        if field.data == 0:
            raise ValidationError(_("Enter an amount above 0."))


class Replenishing:
    def doubts(self, batch: Batch) -> Doubts:
        return Doubts((*NOT_THERE, *NO_ACCESS), ENROLMENT, values={"in_program": _program(batch)})

    def step(self, claim: Claim) -> int:
        values = claim.batch.values
        asked = Crediting(
            *(_program(claim.batch), values["account"], values["terminal"], values["amount"]),
            counts_as_points=False,
            key=key_of(claim.batch.id),
            note=values["note"] or "",
        )
        return sum(each.amount for each in credit_customers(asked, claim.customers))


def _program(batch: Batch) -> int:
    """A program that the account pays in, the default one first; else the default one."""
    pays = select(ProgramAccount.program_id).where(
        ProgramAccount.business_id == business_id(), ProgramAccount.wallet_id == batch.values["account"]
    )
    found = select(Program.id).where(Program.business_id == business_id())
    ordered = found.order_by(Program.id.in_(pays).desc(), Program.is_default.desc(), Program.id)
    return db.session.execute(ordered.limit(1)).scalar_one()


def _title(values: Values) -> str:
    wallet = db.session.get(Wallet, (business_id(), values["account"]))
    named = {"account": wallet.name if wallet else "–", "amount": money(values["amount"], symbol=True)}
    return _("Replenish “%(account)s” by %(amount)s", **named)


ACCOUNT = Action(
    key="account",
    label=_l("Replenish a customer account"),
    sign="wallet",
    about=_l("The same amount of money for each"),
    permission=Permission.ADJUST_POINTS,
    form=AccountForm,
    title=_title,
    reasons={**PROGRAM_REASONS, **UNDOING_REASONS},
    do=Replenishing(),
    undo=CreditUndoing(lambda batch: int(batch.values["account"])),
    done=_l("Replenished"),
    unit=lambda _values, amount: money(amount, symbol=True),
    each=lambda values: values["amount"],
)
