"""Gift cards: issued with an amount, paid with, given back; every movement is an entry, and happens once (LP-8).

The card is held first, so its entries stand in the order in which its balance moved.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.db import business_id, current_scope
from app.extensions import db
from app.lib import dates
from app.lib.short_codes import key_of, new_code
from app.offers.models import GiftCard, GiftCardEntry
from app.offers.services.usable import Refused, RefusedError


def make_gift_card(amount: int, expires_at: datetime | None, customer_id: int | None = None) -> GiftCard:
    """A new card with an amount on it, in the smallest unit."""
    code, at, person = new_code(), dates.now(), current_scope().user_id
    card = GiftCard(
        business_id=business_id(),
        code=code,
        code_key=key_of(code),
        initial=amount,
        balance=amount,
        sold_at=at,
        expires_at=expires_at,
        customer_id=customer_id,
        user_id=person,
    )
    db.session.add(card)
    db.session.flush()
    _enter(card, amount, f"issue:{card.id}", at)
    return card


def usable_gift_card(card_id: int, at: datetime) -> GiftCard:
    """The card, if it pays at that moment; it is read, not held. Raises RefusedError."""
    card = db.session.get(GiftCard, (business_id(), card_id), populate_existing=True)
    if card is None:
        raise RefusedError(Refused.UNKNOWN)
    check_gift_card(card, at)
    return card


def check_gift_card(card: GiftCard, at: datetime) -> None:
    """Raises RefusedError where it pays nothing."""
    if not card.active:
        raise RefusedError(Refused.OFF)
    if card.expires_at is not None and card.expires_at <= at:
        raise RefusedError(Refused.EXPIRED, card.expires_at)
    if not card.balance:
        raise RefusedError(Refused.EMPTY)


def pay_by_gift_card(
    card_id: int, amount: int, key: str, transaction_id: int, point_of_sale_id: int, at: datetime
) -> None:
    """Takes an amount off a card, once for `key`. Several cards are paid with in the order of their ids.

    Raises RefusedError.
    """
    card = hold_gift_card(card_id)
    if card is None:
        raise RefusedError(Refused.UNKNOWN)
    if _entered(key):
        return
    check_gift_card(card, at)
    if card.balance < amount:
        raise RefusedError(Refused.EMPTY)
    _move(card, -amount, key, at, transaction_id=transaction_id, point_of_sale_id=point_of_sale_id)


def restore_gift_cards(transaction_id: int) -> None:
    """Gives back what cards paid of a sale, whatever their dates are now (TE-5)."""
    paid = select(GiftCardEntry).where(
        GiftCardEntry.business_id == business_id(),
        GiftCardEntry.transaction_id == transaction_id,
        GiftCardEntry.amount < 0,
    )
    for entry in db.session.scalars(paid.order_by(GiftCardEntry.card_id, GiftCardEntry.id)).all():
        card = hold_gift_card(entry.card_id)
        key = f"cancel:{entry.id}"
        if card is not None and not _entered(key):
            where = {"transaction_id": transaction_id, "point_of_sale_id": entry.point_of_sale_id}
            _move(card, -entry.amount, key, dates.now(), reverses_id=entry.id, **where)


def hold_gift_card(card_id: int) -> GiftCard | None:
    """The card, which nobody else moves until the end of this unit of work."""
    return db.session.scalars(
        select(GiftCard)
        .where(GiftCard.business_id == business_id(), GiftCard.id == card_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _entered(key: str) -> bool:
    known = select(GiftCardEntry.id).where(GiftCardEntry.business_id == business_id(), GiftCardEntry.key == key)
    return db.session.scalar(known) is not None


def _move(card: GiftCard, amount: int, key: str, at: datetime, **where: int | None) -> None:
    card.balance += amount
    _enter(card, amount, key, at, **where)


def _enter(card: GiftCard, amount: int, key: str, at: datetime, **where: int | None) -> None:
    db.session.add(
        GiftCardEntry(
            business_id=business_id(),
            card_id=card.id,
            amount=amount,
            balance_after=card.balance,
            at=at,
            key=key,
            user_id=current_scope().user_id,
            **where,
        )
    )
    db.session.flush()
