"""Offers: of the business and in customers' hands; given and taken away. A sale redeems them (LP-8, CP-5)."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from werkzeug.exceptions import NotFound

from app.api.operations import operation
from app.api.paging import NO_PAGE, key_of, page_shown
from app.api.reading import faulty
from app.api.refusing import refusals_told
from app.api.schemas import PageQuery, PageShown
from app.api.things import OfferHeld, OfferRemoved, OfferShown, OfferWanted
from app.api.views.customers import standing_for
from app.customers.queries import customer_to_change
from app.db import business_id
from app.extensions import db
from app.offers.models import CustomerOffer, Offer
from app.offers.queries import of_customer
from app.offers.queries.catalogue import offer_page
from app.offers.services.editing import hand_offer, take_offer_away
from app.permissions import KeyScope

NOT_GIVEN = "It is over or off, or the customer has it in hand."
_OF_OFFER = ("title", "price", "active", "starts_at", "ends_at")


@operation("GET", "/offers", KeyScope.READ_OFFERS, refuses=NO_PAGE)
def list_offers(query: PageQuery) -> PageShown[OfferShown]:
    """List the offers of the business that are in use, newest first."""
    key = key_of(query)
    return page_shown(offer_page(archived=False, key=key), key, lambda each: OfferShown(id=each.id, **_told(each)))


@operation("GET", "/customers/<int:customer_id>/offers", KeyScope.READ_OFFERS)
def list_customer_offers(customer_id: int, query: PageQuery) -> PageShown[OfferHeld]:
    """List the offers that a customer has in hand or redeemed, newest first."""
    key = key_of(query)
    return page_shown(of_customer.offers(standing_for(customer_id).id, key), key, lambda row: _held(row, row))


@operation("POST", "/customers/<int:customer_id>/offers", KeyScope.WRITE_OFFERS, status=201, refuses={409: NOT_GIVEN})
def give_customer_offer(customer_id: int, body: OfferWanted) -> OfferHeld:
    """Give a customer an offer."""
    customer = customer_to_change(standing_for(customer_id).id)
    offer = db.session.get(Offer, (business_id(), body.offer_id))
    if offer is None:
        raise faulty("/offer_id", "There is no such offer.")
    with refusals_told():
        number = hand_offer(offer.id, customer.id, f"call:{uuid.uuid4()}")
    return _held(db.session.get_one(CustomerOffer, (business_id(), number)), offer)


@operation("DELETE", "/customers/<int:customer_id>/offers/<int:customer_offer_id>", KeyScope.WRITE_OFFERS)
def remove_customer_offer(customer_id: int, customer_offer_id: int) -> OfferRemoved:
    """Take an offer out of a customer's hands. One that is out of them, redeemed or over, stays as it is."""
    customer = customer_to_change(standing_for(customer_id).id)
    mine = CustomerOffer.business_id == business_id(), CustomerOffer.id == customer_offer_id
    given = db.session.scalar(select(CustomerOffer).where(*mine, CustomerOffer.holder_id == customer.id))
    if given is None:
        raise NotFound
    return OfferRemoved(removed=take_offer_away(given))


def _held(given: Any, offer: Any) -> OfferHeld:
    return OfferHeld(id=given.id, given_at=given.given_at, redeemed_at=given.redeemed_at, **_told(offer))


def _told(offer: Any) -> dict[str, Any]:
    return {name: getattr(offer, name) for name in _OF_OFFER}
