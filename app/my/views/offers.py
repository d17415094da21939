"""What a customer may use at the counter: offers, and coupons and gift cards with their codes (MY-1)."""

from __future__ import annotations

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app import pictures
from app.my.in_hand import InHand, one_of
from app.my.qr import qr_code
from app.my.views.blueprint import blueprint
from app.my.visitor import Visitor, show, signed_in
from app.permissions import Permission, requires


@blueprint.get("/my/<slug>/offers")
@requires(Permission.PUBLIC)
@signed_in
def offers(visitor: Visitor) -> BaseResponse:
    return show("my/offers.html", visitor, hand=InHand(visitor.id))


@blueprint.get("/my/<slug>/offers/<int:customer_offer_id>/picture")
@requires(Permission.PUBLIC)
@signed_in
def offer_picture(visitor: Visitor, customer_offer_id: int) -> BaseResponse:
    number = one_of(InHand(visitor.id).offers, customer_offer_id).picture_id
    shown = pictures.of_ids({number}).get(number) if number else None
    if shown is None:
        raise NotFound
    return pictures.answer(shown.id, shown.digest)


@blueprint.get("/my/<slug>/coupons/<int:coupon_id>")
@requires(Permission.PUBLIC)
@signed_in
def coupon(visitor: Visitor, coupon_id: int) -> BaseResponse:
    thing = one_of(InHand(visitor.id).coupons, coupon_id)
    return show("my/thing.html", visitor, thing=thing, code=qr_code(thing.code))


@blueprint.get("/my/<slug>/gift-cards/<int:gift_card_id>")
@requires(Permission.PUBLIC)
@signed_in
def gift_card(visitor: Visitor, gift_card_id: int) -> BaseResponse:
    thing = one_of(InHand(visitor.id).gift_cards, gift_card_id)
    return show("my/thing.html", visitor, thing=thing, code=qr_code(thing.code))
