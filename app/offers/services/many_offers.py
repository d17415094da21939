"""Offers of thousands of customers at once: withdrawn, taken away, put back (BA-10). The customers must be held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import BigInteger, Text, any_, literal, update
from sqlalchemy.dialects.postgresql import ARRAY

from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.offers.models import CustomerOffer
from app.offers.services.holding import add_offers
from app.offers.services.offers import end_offers


def withdraw_offers(keys: Sequence[str]) -> None:
    """Takes away what was given under these keys and is still in hand."""
    end_offers(CustomerOffer.give_key == any_(literal(list(keys), ARRAY(Text))), removed_at=dates.now())


def take_offers_away(offer_id: int, holders: Sequence[int]) -> dict[int, list[int]]:
    """Holder → what was in its hands of an offer: more than one where it was merged with others that had it."""
    held = CustomerOffer.holder_id == any_(literal(list(holders), ARRAY(BigInteger)))
    taken: dict[int, list[int]] = defaultdict(list)
    for row in end_offers((CustomerOffer.offer_id == offer_id) & held, removed_at=dates.now()):
        taken[row.holder_id].append(row.id)
    return taken


def put_offers_back(given: Sequence[int]) -> None:
    """Has what was taken away in hand again; none of the holders may have another of the same offer."""
    gone = CustomerOffer.removed_at.is_not(None), CustomerOffer.id == any_(literal(list(given), ARRAY(BigInteger)))
    change = update(CustomerOffer).where(CustomerOffer.business_id == business_id(), *gone)
    rows = db.session.execute(
        change.values(removed_at=None).returning(CustomerOffer.holder_id),
        execution_options={"synchronize_session": False},
    )
    add_offers([row.holder_id for row in rows], 1)
