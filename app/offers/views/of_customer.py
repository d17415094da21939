"""The offers, coupons and gift cards of a customer's profile: listed, given, taken away (CP-5)."""

from __future__ import annotations

from typing import TypeVar

from flask import flash, request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.address import address, takes
from app.customers.models import Customer
from app.customers.queries import customer_named, customer_to_change
from app.customers.tabs import show_tab
from app.db import business_id
from app.extensions import db
from app.form_keys import occasion
from app.identity import person
from app.offers.forms import GiveForm
from app.offers.forms.giving import OFFER
from app.offers.models import Coupon, CouponSeries, CustomerOffer, Offer
from app.offers.of_customer import ARGUMENTS, Belongings, Part
from app.offers.queries.catalogue import in_use
from app.offers.services import editing
from app.offers.services.issuing import NotIssuedError, TooFewLeftError
from app.offers.views.blueprint import blueprint
from app.offers.words import State, offer_state, series_state, why_not
from app.permissions import Permission, requires
from app.web import go

Held = TypeVar("Held", Coupon, CustomerOffer)


@blueprint.get("/customers/<int:customer_id>/offers")
@requires(Permission.READ_CUSTOMERS)
@takes(*ARGUMENTS)
def of_customer(customer_id: int) -> BaseResponse:
    return _show(customer_named(customer_id), _form() if _may_give() else None)


@blueprint.post("/customers/<int:customer_id>/offers")
@requires(Permission.GIVE_OFFERS)
def give(customer_id: int) -> BaseResponse:
    customer, form = customer_to_change(customer_id), _form()
    if not form.validate():
        return _show(customer, form, 422)
    kind, number = form.chosen
    if refused := _give(kind, number, customer):
        form.what.errors = [refused]
        return _show(customer, form, 422)
    flash(_("The offer was given.") if kind == OFFER else _("The coupon was issued."), "success")
    return go(_back(customer_id, Part.OFFERS if kind == OFFER else Part.COUPONS))


@blueprint.post("/customers/<int:customer_id>/offers/<int:customer_offer_id>/removal")
@requires(Permission.GIVE_OFFERS)
def remove_offer(customer_id: int, customer_offer_id: int) -> BaseResponse:
    customer_to_change(customer_id)
    given = _held_by(customer_id, CustomerOffer, customer_offer_id)
    _tell(editing.take_offer_away(given), _("The offer was removed."))
    return go(_back(customer_id, Part.OFFERS))


@blueprint.post("/customers/<int:customer_id>/coupons/<int:coupon_id>/removal")
@requires(Permission.GIVE_OFFERS)
def remove_coupon(customer_id: int, coupon_id: int) -> BaseResponse:
    customer_to_change(customer_id)
    coupon = _held_by(customer_id, Coupon, coupon_id)
    _tell(editing.take_coupon_away(coupon), _("The coupon was removed."))
    return go(_back(customer_id, Part.COUPONS))


def _give(kind: str, number: int, customer: Customer) -> str | None:
    """Why it is not given; None where it was."""
    hand = editing.hand_offer if kind == OFFER else editing.hand_coupon
    try:
        hand(number, customer.id, occasion())
    except NotIssuedError as refused:
        return why_not(refused.reason)
    except TooFewLeftError:
        return _("No coupon of this series is left.")
    except editing.NotGivenError as refused:
        if refused.skip is None:
            return _("The customer has this offer in hand already.")
        return _("The customer had as many coupons of this series as one customer may have.")
    return None


def _form() -> GiveForm:
    form = GiveForm()
    offers = [each for each in in_use(Offer) if offer_state(each) in (State.IN_USE, State.PLANNED)]
    series = [each for each in in_use(CouponSeries) if series_state(each) is State.IN_USE]
    form.offer([(each.id, each.title) for each in offers], [(each.id, each.title) for each in series])
    return form


def _held_by(customer_id: int, kind: type[Held], number: int) -> Held:
    mine = select(kind).where(kind.business_id == business_id(), kind.id == number, kind.holder_id == customer_id)
    found = db.session.scalars(mine).one_or_none()
    if found is None:
        raise NotFound
    return found


def _tell(removed: bool, words: str) -> None:
    if removed:
        flash(words, "success")
    else:
        flash(_("The customer had it no more."), "message")


def _back(customer_id: int, part: Part) -> str:
    shown = {} if part is Part.OFFERS else {"show": part.value}
    return address("offers.of_customer", shown, customer_id=customer_id)


def _may_give() -> bool:
    return person().may(Permission.GIVE_OFFERS)


def _show(customer: Customer, form: GiveForm | None, status: int = 200) -> BaseResponse:
    response = show_tab(
        "offers",
        "offers/of_customer.html",
        customer,
        listed=Belongings(customer.id, request.args),
        form=form,
        may_issue_cards=person().may(Permission.EDIT_OFFERS),
    )
    response.status_code = status
    return response
