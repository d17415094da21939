"""Give an offer, or take it away (BA-10)."""

from __future__ import annotations

from functools import partial

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import text
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from app.bulk.actions.handing import TitledField, expect_all, keys_of, title_of, undone_key
from app.bulk.actions.shared import key_of
from app.bulk.models import Batch
from app.bulk.registry import Action, ActionForm, Claim, Doubts, Values
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.offers.models import Offer
from app.offers.queries.catalogue import in_use
from app.offers.services import give_offer, giving_of, put_offers_back, take_offers_away, withdraw_offers
from app.permissions import Permission

GIVE, TAKE = "give", "take"
_IN_HAND = (
    "EXISTS (SELECT FROM customer_offer o WHERE o.business_id = :business AND o.offer_id = :offer"
    " AND o.holder_id = a.customer_id AND o.redeemed_at IS NULL AND o.removed_at IS NULL AND o.lapsed_at IS NULL)"
)
# What was redeemed elsewhere a location operator does not see.
_GIVEN = "LEFT JOIN customer_offer g ON g.business_id = :business AND g.give_key = :occasion || ':' || a.customer_id"
_FATES = (
    ("g.id IS NULL OR g.redeemed_at IS NOT NULL", "offer_redeemed"),
    ("g.removed_at IS NOT NULL", "offer_removed"),
    ("g.lapsed_at IS NOT NULL", "offer_over"),
)


class OffersForm(ActionForm):
    way = RadioField(
        _l("What to do"),
        choices=[SelectChoice(GIVE, _l("Give")), SelectChoice(TAKE, _l("Take away"))],
        default=GIVE,
    )
    offer_id = TitledField(_l("Offer"), partial(title_of, Offer))

    def offer(self) -> None:
        self.offer_id.choices = [SelectChoice(str(each.id), each.title) for each in in_use(Offer)]

    def lacks(self) -> str:
        return "" if self.offer_id.choices else _("There is no offer yet.")


class Handing:
    """Gives an offer to who has it not in hand, or takes it from who has."""

    def doubts(self, batch: Batch) -> Doubts:
        held, arms = (_IN_HAND, "has_offer"), (*_ended(batch),)
        taken = ((f"NOT {_IN_HAND}", "no_offer"),)
        return Doubts((*arms, held) if _gives(batch) else taken, values={"offer": batch.values["offer_id"]})

    def step(self, claim: Claim) -> int:
        offer = claim.batch.values["offer_id"]
        if _gives(claim.batch):
            expect_all(give_offer(offer, claim.customers, key_of(claim.batch.id)).done, claim)
        else:
            _keep(claim, take_offers_away(offer, claim.customers))
        return 0


class HandingUndoing:
    """Withdraws what was given and is in hand still; puts back what was taken away, unless it is over."""

    def doubts(self, batch: Batch) -> Doubts:
        if _gives(batch):
            return Doubts(_FATES, _GIVEN, values={"occasion": _occasion(batch)})
        again = (*_over(batch), (_IN_HAND, "has_offer"))
        return Doubts(again, values={"offer": batch.values["offer_id"]})

    def step(self, claim: Claim) -> int:
        if _gives(claim.batch):
            withdraw_offers(keys_of(_occasion(claim.batch), claim))
        else:
            put_offers_back(_kept(claim))
        return 0


def _gives(batch: Batch) -> bool:
    return bool(batch.values["way"] == GIVE)


def _occasion(batch: Batch) -> str:
    return giving_of(undone_key(batch), batch.values["offer_id"])


def _offer(batch: Batch) -> Offer:
    return db.session.get_one(Offer, (business_id(), batch.values["offer_id"]), populate_existing=True)


def _ended(batch: Batch) -> tuple[tuple[str, str], ...]:
    """Nobody is given what is switched off, archived or over; what has not begun can be given."""
    offer = _offer(batch)
    off = not offer.active or offer.archived_at is not None
    return (("true", "offer_off"),) if off else _over(batch)


def _over(batch: Batch) -> tuple[tuple[str, str], ...]:
    ends = _offer(batch).ends_at
    return (("true", "offer_over"),) if ends is not None and ends <= dates.now() else ()


_KEEP = text(
    "UPDATE batch_item i SET kept = told.kept"
    " FROM unnest(CAST(:holders AS bigint[]), CAST(:taken AS jsonb[])) told (customer_id, kept)"
    " WHERE i.business_id = :business AND i.batch_id = :batch AND i.customer_id = told.customer_id"
)
_KEPT = text(
    "SELECT jsonb_array_elements(d.kept)::bigint FROM batch_item d WHERE d.business_id = :business"
    " AND d.batch_id = :undone AND d.customer_id = ANY(:customers) AND d.kept IS NOT NULL"
)


def _keep(claim: Claim, taken: dict[int, list[int]]) -> None:
    names = {"business": business_id(), "batch": claim.batch.id}
    kept = [str(each) for each in taken.values()]
    db.session.execute(_KEEP, {**names, "holders": list(taken), "taken": kept})


def _kept(claim: Claim) -> list[int]:
    names = {"business": business_id(), "undone": claim.batch.undoes_id, "customers": list(claim.customers)}
    return list(db.session.scalars(_KEPT, names))


def _title(values: Values) -> str:
    title = title_of(Offer, values["offer_id"])
    if values["way"] == GIVE:
        return _("Give the offer “%(title)s”", title=title)
    return _("Take the offer “%(title)s” away", title=title)


OFFERS = Action(
    key="offers",
    label=_l("Give an offer, or take it away"),
    sign="badge-percent",
    about=_l("It appears in the customer's hands, or leaves them"),
    permission=Permission.GIVE_OFFERS,
    form=OffersForm,
    title=_title,
    reasons={
        "has_offer": _l("Has the offer in hand"),
        "no_offer": _l("Does not have the offer in hand"),
        "offer_off": _l("The offer is switched off or archived"),
        "offer_over": _l("The offer is over"),
        "offer_redeemed": _l("Has redeemed it"),
        "offer_removed": _l("Someone took it away since"),
    },
    do=Handing(),
    undo=HandingUndoing(),
    done=_l("Done"),
)
