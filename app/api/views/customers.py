"""Customers: one is looked up, created, changed. There is no list of them: CT-11."""

from __future__ import annotations

from typing import Any

from app.api.customers import CustomerChange, CustomerShown, FoundShown, LookUp, NewCustomer, changed, found, shown
from app.api.entering import slow_down
from app.api.operations import operation
from app.api.reading import faulty
from app.businesses.models import PointOfSale
from app.businesses.queries import place_named
from app.call_limits import note_known, note_met, wait_before_registering
from app.customers import services
from app.customers.details import Details, details_of
from app.customers.models import Customer
from app.customers.queries import MergedError, customer_named, customer_to_change
from app.customers.services.identifying import customer_known_by
from app.identity import caller, workplace
from app.loyalty.queries import Question, questions
from app.permissions import KeyScope
from app.problems import CallProblem

TAKEN = "Another customer has this phone, or one of the cards: `customer_id` says which one, where the key sees it."
CHANGED = f"{TAKEN} Or someone changed the customer since you read it: `version` is the one that it has now."


@operation(
    *("POST", "/customers/look-up", KeyScope.READ_CUSTOMERS),
    reads=True,
    looks_up=True,
    at_counter=True,
    refuses={404: "Nobody has this number."},
)
def look_up_customer(body: LookUp) -> FoundShown:
    """Look up a customer by a phone, a card, or what its own page shows.

    Whoever of the brand shows it is found, wherever it bought before. The number is whole, and stands in the body, so
    that no address and no log holds it. Asked twice, it is the same, so it needs no Idempotency-Key; by what its page
    shows as a QR code a customer confirms that it takes part.
    """
    number = customer_known_by(body.number, workplace().country)
    if number is None:
        raise CallProblem(404, "customer-unknown", "Nobody has this number.")
    if workplace().franchisee_id is not None:
        note_met(caller().key_id, number)
    return found(customer_named(number))


@operation("GET", "/customers/<int:customer_id>", KeyScope.READ_CUSTOMERS, looks_up=True)
def read_customer(customer_id: int) -> CustomerShown:
    """Read a customer.

    Of a record that was merged into another, that one is shown, under its own id.
    """
    return shown(standing_for(customer_id))


@operation("POST", "/customers", KeyScope.WRITE_CUSTOMERS, status=201, refuses={409: TAKEN})
def create_customer(body: NewCustomer) -> CustomerShown:
    """Create a customer.

    It is enrolled in the default program, with the access that the program gives to newcomers. Who is known already is
    a look-up: too many of them, and the key waits before it creates any.
    """
    slow_down(wait_before_registering(caller().key_id))
    asked = questions()
    new = changed(Details(), body, asked)
    _check_answered(new, asked)
    place = _registered_at(body.point_of_sale_id)
    try:
        number = services.create_customer(new, place)
    except services.TakenError as taken:
        note_known(caller().key_id)
        raise _taken(taken) from None
    return shown(customer_named(number))


@operation("PATCH", "/customers/<int:customer_id>", KeyScope.WRITE_CUSTOMERS, looks_up=True, refuses={409: CHANGED})
def change_customer(customer_id: int, body: CustomerChange) -> CustomerShown:
    """Change a customer."""
    customer = customer_to_change(standing_for(customer_id).id)
    if body.version is not None and body.version != customer.version:
        detail = "Someone changed this customer since you read it."
        raise CallProblem(409, "customer-changed", detail, version=customer.version)
    try:
        services.change_customer(customer, changed(details_of(customer), body, questions()))
    except services.TakenError as taken:
        raise _taken(taken) from None
    return shown(customer)


def standing_for(customer_id: int) -> Customer:
    """The customer, or the one that it was merged into. Raises NotFound."""
    try:
        return customer_named(customer_id)
    except MergedError as merged:
        return customer_named(merged.survivor)


def _registered_at(asked: int | None) -> int | None:
    """The point of sale: one that the key works for. Raises CallProblem 422, and NotFound."""
    own = caller().place_id
    number = asked if asked is not None else own
    if number is None and workplace().franchisee_id is None:
        return None
    if number is None or (own is not None and number != own):
        raise faulty("/point_of_sale_id", "Name a point of sale that this key works at.")
    place = place_named(PointOfSale, number)
    if place.archived_at is not None:
        raise faulty("/point_of_sale_id", "This point of sale is closed.")
    return place.id


def _check_answered(new: Details, asked: list[Question]) -> None:
    """LP-7: what must be answered is insisted on for who is new."""
    missing = [each for each in asked if each.required and each.id not in new.answers]
    if missing:
        raise faulty("/answers", f"Question {missing[0].id} must be answered: {missing[0].name}")


def _taken(error: services.TakenError) -> CallProblem:
    what = "phone" if error.name == "phone" else "card"
    known: dict[str, Any] = {"customer_id": error.holder.id} if error.holder is not None else {}
    return CallProblem(409, f"{what}-taken", f"Another customer has this {what}.", **known)
