"""How the audit log's lines about coupons, gift cards and offers read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.audit_words import Kind, KnownFields, in_languages, one_of, yes_or_no
from app.db import business_id
from app.extensions import db
from app.filters import language, moment_words, money
from app.lib import decimals, formats
from app.lib.short_codes import masked
from app.offers.models import Coupon, CouponSeries, CustomerOffer, GiftCard, Offer
from app.offers.queries.catalogue import titles_of
from app.offers.words import code_kind_names, kind_names


def _hundredths(value: object) -> str:
    return decimals.written(int(str(value)) * 100, language())


def _number(value: object) -> str:
    return formats.number(int(str(value)), language())


def _money(value: object) -> str:
    return money(int(str(value)), symbol=True)


def _series_fields() -> KnownFields:
    return KnownFields(
        {
            "title": (_("Title"), str),
            "public_titles": (_("Title that customers read"), in_languages),
            "descriptions": (_("Description that customers read"), in_languages),
            "kind": (_("A coupon brings"), one_of({str(key): name for key, name in kind_names().items()})),
            "value": (_("Value"), _hundredths),
            "good_id": (_("Good"), lambda kept: _("No. %(number)s", number=kept)),
            "least_amount": (_("Check of at least"), _money),
            "number_limit": (_("Coupons in all"), _number),
            "customer_limit": (_("For one customer"), _number),
            "issue_from": (_("Issued from"), moment_words),
            "issue_to": (_("Issued until"), moment_words),
            "valid_days": (_("Holds for, days"), _number),
            "valid_from": (_("Not before"), moment_words),
            "valid_until": (_("Not after"), moment_words),
            "code_kind": (_("Codes"), one_of({str(key): name for key, name in code_kind_names().items()})),
            "code": (_("Shared code"), str),
            "active": (_("Issue coupons"), yes_or_no),
            "printed": (_("Coupons to print"), _number),
            "archived_at": (_("Archived"), moment_words),
        }
    )


def _offer_fields() -> KnownFields:
    return KnownFields(
        {
            "title": (_("Title"), str),
            "public_titles": (_("Title that customers read"), in_languages),
            "texts": (_("Text"), in_languages),
            "picture_id": (_("Picture"), lambda kept: _("No. %(number)s", number=kept)),
            "price": (_("Price in points"), _hundredths),
            "starts_at": (_("First day"), moment_words),
            "ends_at": (_("Last day"), moment_words),
            "active": (_("In use"), yes_or_no),
            "archived_at": (_("Archived"), moment_words),
        }
    )


def _card_fields() -> KnownFields:
    return KnownFields(
        {
            "initial": (_("Issued with"), _money),
            "expires_at": (_("Until"), moment_words),
            "customer_id": (_("Customer"), lambda kept: _("No. %(number)s", number=kept)),
            "active": (_("Pays"), yes_or_no),
        }
    )


def _given_fields() -> KnownFields:
    series = {str(number): title for number, title in titles_of(CouponSeries)}
    offers = {str(number): title for number, title in titles_of(Offer)}
    return KnownFields(
        {
            "customer_id": (_("Customer"), lambda kept: _("No. %(number)s", number=kept)),
            "series_id": (_("Series"), one_of(series)),
            "offer_id": (_("Offer"), one_of(offers)),
        }
    )


def _titles(kind: Any, ids: Collection[int]) -> dict[int, str]:
    listed = select(kind.id, kind.title).where(kind.business_id == business_id(), kind.id.in_(ids))
    return {row.id: row.title for row in db.session.execute(listed)}


def _coupons(ids: Collection[int]) -> dict[int, str]:
    listed = select(Coupon.id, Coupon.code, CouponSeries.title)
    of_series = (CouponSeries.business_id == Coupon.business_id) & (CouponSeries.id == Coupon.series_id)
    rows = db.session.execute(listed.join(CouponSeries, of_series).where(_among(Coupon, ids)))
    return {row.id: f"{row.title} {masked(row.code) if row.code else ''}".strip() for row in rows}


def _given(ids: Collection[int]) -> dict[int, str]:
    of_offer = (Offer.business_id == CustomerOffer.business_id) & (Offer.id == CustomerOffer.offer_id)
    rows = db.session.execute(
        select(CustomerOffer.id, Offer.title).join(Offer, of_offer).where(_among(CustomerOffer, ids))
    )
    return {row.id: row.title for row in rows}


def _cards(ids: Collection[int]) -> dict[int, str]:
    rows = db.session.execute(select(GiftCard.id, GiftCard.code).where(_among(GiftCard, ids)))
    return {row.id: masked(row.code) for row in rows}


def _among(kind: Any, ids: Collection[int]) -> Any:
    return (kind.business_id == business_id()) & kind.id.in_(ids)


KINDS = (
    Kind(
        "coupon_series",
        _l("Series of coupons"),
        {
            "coupon_series.add": _l("Series of coupons added"),
            "coupon_series.change": _l("Series of coupons changed"),
            "coupon_series.print": _l("Coupons made to print"),
            "coupon_series.archive": _l("Series of coupons archived"),
            "coupon_series.restore": _l("Series of coupons taken out of the archive"),
        },
        names=lambda ids: _titles(CouponSeries, ids),
        fields=_series_fields,
        href=lambda number: url_for("offers.series", series_id=number),
    ),
    Kind(
        "coupon",
        _l("Coupon"),
        {"coupon.issue": _l("Coupon issued"), "coupon.remove": _l("Coupon removed")},
        names=_coupons,
        fields=_given_fields,
    ),
    Kind(
        "offer",
        _l("Offer"),
        {
            "offer.add": _l("Offer added"),
            "offer.change": _l("Offer changed"),
            "offer.archive": _l("Offer archived"),
            "offer.restore": _l("Offer taken out of the archive"),
        },
        names=lambda ids: _titles(Offer, ids),
        fields=_offer_fields,
        href=lambda number: url_for("offers.edit_offer", offer_id=number),
    ),
    Kind(
        "customer_offer",
        _l("Offer of a customer"),
        {"customer_offer.give": _l("Offer given"), "customer_offer.remove": _l("Offer removed")},
        names=_given,
        fields=_given_fields,
    ),
    Kind(
        "gift_card",
        _l("Gift card"),
        {
            "gift_card.issue": _l("Gift card issued"),
            "gift_card.tell_code": _l("Code of a gift card shown"),
            "gift_card.block": _l("Gift card blocked"),
            "gift_card.unblock": _l("Gift card unblocked"),
        },
        names=_cards,
        fields=_card_fields,
        href=lambda number: url_for("offers.gift_card", gift_card_id=number),
    ),
)
