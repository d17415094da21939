"""Remove points, never below zero (BA-10)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from wtforms.validators import InputRequired

from app.bulk.actions.amounts import AmountForm, note_field, program_field, terminal_field
from app.bulk.actions.crediting import TAKEN_BACK, UNDOING_REASONS, UNDONE_ENTRY
from app.bulk.actions.handing import undone_key
from app.bulk.actions.shared import ENROLMENT, NOT_THERE, PROGRAM_REASONS, key_of, points_words, program_of
from app.bulk.models import Batch, BatchItem
from app.bulk.registry import Action, Claim, Doubts, Values
from app.businesses.models import Terminal
from app.db import business_id
from app.extensions import db
from app.filters import in_points, plural_of
from app.forms import HundredthsField
from app.ledger.models import EntryKind
from app.ledger.services import Many, restore_many, spend_many
from app.lib import dates
from app.permissions import Permission

# What is past its date is spent no more, also where no job has let it expire yet.
_AVAILABLE = (
    "b.amount - CASE WHEN b.expiring > 0 AND b.expiring_at <= :moment THEN (SELECT sum(l.remaining) FROM lot l"
    " WHERE l.business_id = :business AND l.customer_id = a.customer_id AND l.wallet_id = b.wallet_id"
    " AND l.remaining > 0 AND l.expires_at <= :moment)::bigint ELSE 0 END"
)
_BALANCE = (
    "LEFT JOIN balance b ON b.business_id = :business AND b.wallet_id = :of_wallet AND b.customer_id = a.customer_id"
)


class RemovalForm(AmountForm):
    program = program_field()
    amount = HundredthsField(
        _l("How many points of each"),
        [InputRequired(_l("Enter how many points."))],
        description=_l("Who has fewer loses all, and nobody goes below zero."),
    )
    terminal = terminal_field(_l("Where it counts as having happened."))
    note = note_field()


class Removing:
    def doubts(self, batch: Batch) -> Doubts:
        values = {
            "in_program": batch.values["program"],
            "of_wallet": program_of(batch).wallet_id,
            "moment": dates.now(),
            "wanted": batch.values["amount"],
        }
        arms = (*NOT_THERE, (f"coalesce({_AVAILABLE}, 0) = 0", "no_points"))
        amount = f"least(CAST(:wanted AS bigint), {_AVAILABLE})"
        return Doubts(arms, f"{ENROLMENT} {_BALANCE}", amount=amount, values=values)

    def step(self, claim: Claim) -> int:
        """Takes what was foreseen of each."""
        foreseen = select(BatchItem.customer_id, BatchItem.amount).where(
            BatchItem.business_id == business_id(),
            BatchItem.batch_id == claim.batch.id,
            BatchItem.customer_id.in_(claim.customers),
        )
        amounts = {row.customer_id: row.amount for row in db.session.execute(foreseen)}
        many = _many(claim, EntryKind.REMOVED)
        return sum(-each.amount for each in spend_many(many, [amounts[each] for each in claim.customers]))


class RemovalUndoing:
    def doubts(self, batch: Batch) -> Doubts:
        return Doubts((TAKEN_BACK,), UNDONE_ENTRY, amount="d.amount", values={"undone_key": undone_key(batch)})

    def step(self, claim: Claim) -> int:
        moved = restore_many(_many(claim, EntryKind.REVERSED), undone_key(claim.batch))
        return sum(each.amount for each in moved)


def _many(claim: Claim, kind: EntryKind) -> Many:
    values = claim.batch.values
    terminal = db.session.get_one(Terminal, (business_id(), values["terminal"]))
    note = (values["note"] or "") if kind is EntryKind.REMOVED else ""
    wallet, key = program_of(claim.batch).wallet_id, key_of(claim.batch.id)
    return Many(wallet, claim.customers, kind, key, note, terminal.point_of_sale_id)


def _title(values: Values) -> str:
    number = points_words(values["amount"])
    return ngettext("Remove %(number)s point", "Remove %(number)s points", plural_of(values["amount"]), number=number)


REMOVAL = Action(
    key="removal",
    label=_l("Remove points"),
    sign="circle-minus",
    about=_l("As many of each, but never below zero"),
    permission=Permission.ADJUST_POINTS,
    form=RemovalForm,
    title=_title,
    reasons={**PROGRAM_REASONS, **UNDOING_REASONS, "no_points": _l("Has no points")},
    do=Removing(),
    undo=RemovalUndoing(),
    done=_l("Removed"),
    unit=lambda _values, amount: in_points(amount),
)
