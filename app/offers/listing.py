"""Lists of series, their coupons, gift cards and offers as an address asks for them (LP-8)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from app import pictures
from app.address import address
from app.errors import BadAddress
from app.offers.models import CouponSeries, CouponStatus, GiftCard, Offer
from app.offers.queries import catalogue as queries
from app.offers.words import State, brings, card_state, offer_state, series_state, state_names, status_names
from app.paging import ARGS, Page, PageKey, page_of
from app.pictures import Picture

ARGUMENTS = ("archived", *ARGS)
OF_SERIES = ("status", *ARGS)


class _List:
    """What all of them read of an address. Raises BadAddress for what cannot be read."""

    endpoint = ""

    def __init__(self, args: Mapping[str, str]) -> None:
        self.key = PageKey.from_args(args)
        self.archived = _flag(args.get("archived", ""))

    @cached_property
    def state_words(self) -> dict[State, str]:
        return state_names()

    def page_href(self, place: dict[str, str] | None) -> str | None:
        return address(self.endpoint, {"archived": "1"} if self.archived else {}, place) if place else None


class SeriesList(_List):
    endpoint = "offers.all_series"

    @cached_property
    def page(self) -> Page[Any]:
        return page_of(queries.series_page(self.archived, self.key), self.key)

    @cached_property
    def counts(self) -> tuple[int, int]:
        """In use, and in the archive."""
        return queries.count_of(CouponSeries, False), queries.count_of(CouponSeries, True)

    @cached_property
    def goods(self) -> dict[int, str]:
        return queries.good_names({each.good_id for each in self.page.lines if each.good_id})

    def brings(self, series: CouponSeries) -> str:
        return brings(series.kind, series.value, self.goods.get(series.good_id or 0))

    def state(self, series: CouponSeries) -> State:
        return series_state(series)


class OfferList(_List):
    endpoint = "offers.index"

    @cached_property
    def page(self) -> Page[Any]:
        return page_of(queries.offer_page(self.archived, self.key), self.key)

    @cached_property
    def counts(self) -> tuple[int, int]:
        """In use, and in the archive."""
        return queries.count_of(Offer, False), queries.count_of(Offer, True)

    @cached_property
    def pictures(self) -> dict[int, Picture]:
        return pictures.of_ids({each.picture_id for each in self.page.lines if each.picture_id})

    def state(self, offer: Offer) -> State:
        return offer_state(offer)


class CardList(_List):
    endpoint = "offers.gift_cards"

    @cached_property
    def page(self) -> Page[Any]:
        return page_of(queries.card_page(self.key), self.key)

    @cached_property
    def count(self) -> int:
        return queries.card_count()

    def state(self, card: GiftCard) -> State:
        return card_state(card)


class CouponList:
    """The coupons of a series."""

    def __init__(self, series: CouponSeries, args: Mapping[str, str]) -> None:
        self.series = series
        self.key = PageKey.from_args(args)
        self.status = _status(args.get("status", ""))

    @cached_property
    def page(self) -> Page[Any]:
        chosen = queries.ChosenCoupons(self.series.id, self.status)
        return page_of(queries.coupon_page(chosen, self.key), self.key)

    @cached_property
    def status_words(self) -> dict[CouponStatus, str]:
        return status_names()

    @property
    def status_choices(self) -> list[tuple[str, str]]:
        return [("", _("All")), *((status.name.lower(), name) for status, name in self.status_words.items())]

    @property
    def chosen_status(self) -> str:
        return self.status.name.lower() if self.status else ""

    def page_href(self, place: dict[str, str] | None) -> str | None:
        chosen = {"status": self.chosen_status} if self.status else {}
        return address("offers.series", chosen, place, series_id=self.series.id) if place else None


def _status(text: str) -> CouponStatus | None:
    known = {each.name.lower(): each for each in CouponStatus}
    if text and text not in known:
        raise BadAddress(_("There is no such “%(name)s” as this address names.", name="status"))
    return known[text] if text else None


def _flag(text: str) -> bool:
    if text not in ("", "1"):
        raise BadAddress(_("“%(name)s” in this address can only be 1.", name="archived"))
    return bool(text)
