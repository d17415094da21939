"""Leaving a program, by the link of a message or on one's own page: who is in none any more is signed out (LP-5)."""

from __future__ import annotations

from sqlalchemy import exists, select

from app.customers.models import Customer, Enrolment
from app.customers.queries import customer_to_change
from app.customers.services.leaving import leave_program
from app.db import business_id
from app.extensions import db
from app.loyalty.models import Program
from app.loyalty.queries import program_named
from app.messaging.texts import Voice
from app.messaging.values import values_of
from app.my.services import end_sessions


def enrolment_of(customer: Customer, program_id: int) -> Enrolment | None:
    return db.session.get(Enrolment, (business_id(), program_id, customer.id))


def membership_of(customer: Customer, program_id: int, language: str) -> dict[str, object]:
    """A program as who may leave it reads it."""
    held = values_of([customer.id], program_id, ("points",))[customer.id].values
    enrolment = enrolment_of(customer, program_id)
    name = Voice.of(program_named(program_id)).name(language)
    return {"name": name, "points": held["points"], "left": enrolment is not None and enrolment.left_at is not None}


def leave(customer_id: int, program_id: int) -> bool:
    """Needs that the customer is in the program; once more changes nothing. Whether it is still in another one."""
    leave_program(customer_to_change(customer_id), program_id)
    db.session.flush()
    stays = _is_in_any(customer_id)
    if not stays:
        end_sessions(customer_id)
    return stays


def _is_in_any(customer_id: int) -> bool:
    of_program = (Program.business_id == Enrolment.business_id) & (Program.id == Enrolment.program_id)
    others = exists().where(
        *(Enrolment.business_id == business_id(), Enrolment.customer_id == customer_id, Enrolment.left_at.is_(None)),
        *(of_program, Program.active),
    )
    return bool(db.session.scalar(select(others)))
