"""A customer's offers as an address asks for them (CP-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from app.address import address
from app.filters import language
from app.lib import dates
from app.lib.texts import in_language, preview
from app.offers.queries import of_customer as queries
from app.paging import Page, PageKey, page_of


class OfferStatus(StrEnum):
    AVAILABLE = "available"
    REDEEMED = "redeemed"
    COMING = "coming"
    """Its first day is still ahead."""
    PAUSED = "paused"
    """Given, but switched off for now."""


@dataclass(frozen=True)
class Line:
    """An offer of a customer as it is drawn."""

    id: int
    title: str
    preview: str
    text: str
    price: int
    given_at: datetime
    starts_at: datetime
    ends_at: datetime | None
    redeemed_at: datetime | None
    place: str | None
    status: OfferStatus


class Offers:
    """Reads an address and answers with what the page draws. Raises BadAddress for what cannot be read."""

    def __init__(self, customer_id: int, args: Mapping[str, str]) -> None:
        self.customer_id = customer_id
        self.key = PageKey.from_args(args)

    @cached_property
    def page(self) -> Page[Line]:
        found = page_of(queries.offers(self.customer_id, self.key), self.key)
        return Page([_line(row) for row in found.lines], found.previous, found.next)

    @cached_property
    def status_words(self) -> dict[OfferStatus, str]:
        return {
            OfferStatus.AVAILABLE: _("Available"),
            OfferStatus.REDEEMED: _("Redeemed"),
            OfferStatus.COMING: _("Not begun yet"),
            OfferStatus.PAUSED: _("Paused"),
        }

    def page_href(self, place: dict[str, str] | None) -> str | None:
        return address("offers.of_customer", place, customer_id=self.customer_id) if place else None


def _line(row: Row[Any]) -> Line:
    text = in_language(row.texts, language())
    return Line(
        *(row.id, row.title, preview(text), text, row.price, row.given_at, row.starts_at, row.ends_at),
        redeemed_at=row.redeemed_at,
        place=row.place,
        status=_status(row),
    )


def _status(row: Row[Any]) -> OfferStatus:
    if row.redeemed_at is not None:
        return OfferStatus.REDEEMED
    if not row.active:
        return OfferStatus.PAUSED
    return OfferStatus.COMING if row.starts_at > dates.now() else OfferStatus.AVAILABLE
