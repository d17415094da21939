"""What actions that hand out coupons and offers share: keys of what each customer got, fields that name a thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select
from wtforms import SelectField
from wtforms.validators import InputRequired

from app.bulk.actions.shared import key_of
from app.bulk.models import Batch
from app.bulk.registry import Claim
from app.db import business_id
from app.extensions import db
from app.offers.models import CouponSeries, Offer


class TitledField(SelectField):  # type: ignore[misc]
    """What is chosen by its title, which is told also when it cannot be chosen any more."""

    def __init__(self, label: object, words: Callable[[int], str], **kwargs: object) -> None:
        super().__init__(label, [InputRequired()], coerce=int, **kwargs)
        self.words = words
        self.type = "SelectField"  # pages draw it as any other


def title_of(kind: type[CouponSeries | Offer], number: int) -> str:
    title = select(kind.title).where(kind.business_id == business_id(), kind.id == number)
    return db.session.scalar(title) or "–"


def undone_key(batch: Batch) -> str:
    """What names the occasion that an undoing takes back."""
    if batch.undoes_id is None:
        raise ValueError("This batch undoes nothing.")
    return key_of(batch.undoes_id)


def keys_of(occasion: str, claim: Claim) -> Sequence[str]:
    """What the customers of a chunk got for an occasion is named by."""
    return [f"{occasion}:{each}" for each in claim.customers]


def expect_all(done: Mapping[int, int], claim: Claim) -> None:
    """Nobody of the chunk had a reason against it, so each got it; else none of it holds, and it is tried again."""
    if len(done) < len(claim.customers):
        raise RuntimeError("Some of the chunk got nothing.")
