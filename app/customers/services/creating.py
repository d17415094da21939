"""Registering a customer: the panel, the Terminal, an import and the API all go this way (AC-2, CT-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, text

from app import audit
from app.businesses.models import PointOfSale
from app.customers.details import Details, Standing, differences
from app.customers.models import Customer, Enrolment
from app.customers.registry import registry
from app.customers.services import writing
from app.customers.services.duplicates import find_duplicates_of
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.loyalty.queries import ProgramOption, program_options


def create_customer(new: Details, point_of_sale_id: int | None, registered_at: datetime | None = None) -> int:
    """Registers a customer at a point of sale, or at none, and answers with its id.

    It is enrolled in the default program, and in those that the details name; the table lists it in the scopes of
    the business, its programs and the franchisee of its registration. Raises TakenError.
    """
    programs = program_options()
    new = replace(new, standings={**_newcomer(programs), **new.standings})
    number = int(db.session.execute(text("SELECT nextval('customer_id_seq')")).scalar_one())
    with writing.refusing_taken(number, Details(), new):
        _add(number, new, point_of_sale_id, registered_at or dates.now())
        writing.keep_cards(number, Details(), new)
    writing.keep_search(number, new)
    writing.keep_answers(number, Details(), new)
    writing.keep_consents(number, Details(), new)
    _enrol(number, new, programs)
    for step in registry.creation:
        step(number)
    find_duplicates_of(number)
    changes = differences(Details().flat(), new.flat() | {"registered_point_of_sale_id": point_of_sale_id})
    audit.record("customer.create", audit.Subject("customer", number), changes)
    return number


def _newcomer(programs: list[ProgramOption]) -> dict[int, Standing]:
    """What the default program gives to who comes (AC-2)."""
    return {each.id: Standing(each.default_access) for each in programs if each.is_default}


def _add(number: int, new: Details, point_of_sale_id: int | None, registered_at: datetime) -> None:
    # Nothing of the row is read back: a location operator sees it only once it is listed, which is done next.
    row = insert(Customer).values(
        business_id=business_id(),
        id=number,
        registered_at=registered_at,
        registered_point_of_sale_id=point_of_sale_id,
        **writing.identity_values(new),
    )
    db.session.execute(row)
    place = db.session.get_one(PointOfSale, (business_id(), point_of_sale_id)) if point_of_sale_id else None
    db.session.execute(
        text("SELECT list_customer(:customer, :programs, :franchisee)"),
        {
            "customer": number,
            "programs": list(new.standings),
            "franchisee": place.franchisee_id if place else None,
        },
    )


def _enrol(number: int, new: Details, programs: list[ProgramOption]) -> None:
    default_categories = {each.id: each.default_category for each in programs}
    db.session.add_all(
        Enrolment(
            business_id=business_id(),
            program_id=program,
            customer_id=number,
            category_id=standing.category_id or default_categories[program],
            category_by_hand=standing.category_id is not None,
            access=standing.access,
        )
        for program, standing in new.standings.items()
    )
    db.session.flush()
