"""What a customer has of offers, coupons and gift cards, as an address asks for it (CP-5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from app import pictures
from app.address import address
from app.errors import BadAddress
from app.filters import language
from app.lib import dates
from app.lib.short_codes import masked
from app.lib.texts import in_language, preview
from app.offers.models import GiftCard
from app.offers.queries import of_customer as queries
from app.offers.words import brings, card_state, state_names
from app.paging import ARGS, Page, PageKey, page_of
from app.pictures import Picture

ARGUMENTS = ("show", *ARGS)


class Part(StrEnum):
    OFFERS = "offers"
    COUPONS = "coupons"
    GIFT_CARDS = "gift-cards"


class Status(StrEnum):
    AVAILABLE = "available"
    REDEEMED = "redeemed"
    COMING = "coming"
    """Its first day is still ahead."""
    PAUSED = "paused"
    """Given, but switched off for now."""


@dataclass(frozen=True)
class Line:
    """An offer, a coupon or a gift card of a customer as it is drawn."""

    id: int
    title: str
    preview: str
    text: str
    given_at: datetime
    ends_at: datetime | None
    status: str
    price: int = 0
    starts_at: datetime | None = None
    redeemed_at: datetime | None = None
    place: str | None = None
    picture_id: int | None = None
    balance: int = 0

    @property
    def removable(self) -> bool:
        return self.redeemed_at is None


class Belongings:
    """Reads an address and answers with what the page draws. Raises BadAddress for what cannot be read."""

    def __init__(self, customer_id: int, args: Mapping[str, str]) -> None:
        self.customer_id = customer_id
        self.part = _part(args.get("show", ""))
        self.key = PageKey.from_args(args)

    @cached_property
    def page(self) -> Page[Line]:
        asked: dict[Part, tuple[Callable[..., Sequence[Any]], Callable[[Any], Line]]] = {
            Part.OFFERS: (queries.offers, _offer),
            Part.COUPONS: (queries.coupons, _coupon),
            Part.GIFT_CARDS: (queries.gift_cards, _card),
        }
        rows, line = asked[self.part]
        found = page_of(rows(self.customer_id, self.key), self.key)
        return Page([line(row) for row in found.lines], found.previous, found.next)

    @cached_property
    def parts(self) -> list[dict[str, object]]:
        """The choice between the three, with how many there are of each."""
        told = {
            Part.OFFERS: (_("Offers"), queries.offer_count),
            Part.COUPONS: (_("Coupons"), queries.coupon_count),
            Part.GIFT_CARDS: (_("Gift cards"), queries.gift_card_count),
        }
        return [
            {
                "key": part.value,
                "label": label,
                "href": address("offers.of_customer", _shown(part), customer_id=self.customer_id),
                "current": part is self.part,
                "count": count(self.customer_id),
            }
            for part, (label, count) in told.items()
        ]

    @cached_property
    def pictures(self) -> dict[int, Picture]:
        return pictures.of_ids({each.picture_id for each in self.page.lines if each.picture_id})

    @cached_property
    def status_words(self) -> dict[str, str]:
        redeemed = _("Redeemed") if self.part is Part.OFFERS else _("Used")
        words: dict[str, str] = {
            Status.AVAILABLE: _("Available"),
            Status.REDEEMED: redeemed,
            Status.COMING: _("Not begun yet"),
            Status.PAUSED: _("Paused"),
        }
        states = {str(state): words for state, words in state_names().items()}
        return states if self.part is Part.GIFT_CARDS else words

    def page_href(self, place: dict[str, str] | None) -> str | None:
        shown = _shown(self.part)
        return address("offers.of_customer", shown, place, customer_id=self.customer_id) if place else None


def _shown(part: Part) -> dict[str, str]:
    return {} if part is Part.OFFERS else {"show": part.value}


def _part(text: str) -> Part:
    if text and text not in set(Part):
        raise BadAddress(_("There is no such “%(name)s” as this address names.", name="show"))
    return Part(text) if text else Part.OFFERS


def _offer(row: Row[Any]) -> Line:
    text = in_language(row.texts, language())
    return Line(
        *(row.id, row.title, preview(text), text, row.given_at, row.ends_at, _status(row)),
        price=row.price,
        starts_at=row.starts_at,
        redeemed_at=row.redeemed_at,
        place=row.place,
        picture_id=row.picture_id,
    )


def _coupon(row: Row[Any]) -> Line:
    told = f"{brings(row.kind, row.value, row.good)} · {row.shared_code or masked(row.code)}"
    coming = row.valid_from is not None and row.valid_from > dates.now()
    status = Status.REDEEMED if row.used_at else Status.COMING if coming else Status.AVAILABLE
    return Line(
        *(row.id, row.title, told, told, row.issued_at, row.expires_at, status),
        starts_at=row.valid_from,
        redeemed_at=row.used_at,
        place=row.place,
    )


def _card(card: GiftCard) -> Line:
    code = masked(card.code)
    return Line(card.id, code, "", "", card.sold_at, card.expires_at, card_state(card), balance=card.balance)


def _status(row: Row[Any]) -> Status:
    if row.redeemed_at is not None:
        return Status.REDEEMED
    if not row.active:
        return Status.PAUSED
    return Status.COMING if row.starts_at > dates.now() else Status.AVAILABLE
