"""Replenish a customer account (BA-6)."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.bulk.actions.amounts import AmountForm, note_field, terminal_field
from app.bulk.actions.crediting import UNDOING_REASONS, CreditUndoing
from app.bulk.actions.shared import ENROLMENT, NO_ACCESS, NOT_THERE, PROGRAM_REASONS, key_of
from app.bulk.models import Batch
from app.bulk.registry import Action, Claim, Doubts, Values
from app.bulk.telling import Telling
from app.bulk.text_form import TextForm, blank_text
from app.businesses.queries import own_business
from app.db import business_id
from app.extensions import db
from app.filters import money
from app.forms import MoneyField
from app.loyalty.models import Program, ProgramAccount, Wallet
from app.loyalty.queries import accounts
from app.messaging.texts import OF_ACCOUNT
from app.messaging.values import Holding, account_words
from app.permissions import Permission
from app.transactions.services.crediting import Crediting, credit_customers


def _program(values: Values) -> Program:
    """A program that the account pays in, the default one first; else the default one."""
    pays = select(ProgramAccount.program_id).where(
        ProgramAccount.business_id == business_id(), ProgramAccount.wallet_id == values["account"]
    )
    found = select(Program).where(Program.business_id == business_id())
    ordered = found.order_by(Program.id.in_(pays).desc(), Program.is_default.desc(), Program.id)
    return db.session.scalars(ordered.limit(1)).one()


def _holding(values: Values) -> Holding:
    wallet = db.session.get_one(Wallet, (business_id(), values["account"]))
    return Holding(wallet, values["amount"] or 0)


def _blank(values: Values, language: str) -> str:
    """BA-6's words."""
    moved = _holding(values)
    amount = account_words(moved.coming, language, moved.wallet, own_business().currency)
    named = {"amount": amount, "account": moved.wallet.name}
    return "{program}: " + _('you have been credited %(amount)s to "%(account)s", balance {account}', **named)


TELLING = Telling(_program, _blank, _holding, OF_ACCOUNT)


class AccountForm(AmountForm, TextForm):
    telling = TELLING

    account = SelectField(_l("Account"), [InputRequired()], coerce=int)
    amount = MoneyField(_l("How much for each"), [InputRequired(_l("Enter how much."))])
    terminal = terminal_field(_l("Where it counts in the log of transactions."))
    note = note_field()
    texts = blank_text(_l("Empty: how much was credited, and the balance of the account, in the customer's language."))

    def offer(self) -> None:
        super().offer()
        self.account.choices = [SelectChoice(str(each.id), each.name) for each in accounts()]


class Replenishing:
    def doubts(self, batch: Batch) -> Doubts:
        return Doubts((*NOT_THERE, *NO_ACCESS), ENROLMENT, values={"in_program": _program(batch.values).id})

    def step(self, claim: Claim) -> int:
        values = claim.batch.values
        asked = Crediting(
            *(_program(values).id, values["account"], values["terminal"], values["amount"]),
            counts_as_points=False,
            key=key_of(claim.batch.id),
            note=values["note"] or "",
        )
        return sum(each.amount for each in credit_customers(asked, claim.customers))


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
    telling=TELLING,
)
