"""What several actions ask and doubt: the program, the Terminal, amounts in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice

from app.bulk.models import Batch
from app.businesses.queries import place_options, terminal_options
from app.db import business_id
from app.extensions import db
from app.filters import language
from app.lib import formats
from app.loyalty.models import Access, Program
from app.loyalty.queries import program_options
from app.messaging.models import Reason

Choices = list[SelectChoice]
ENROLMENT = (
    "LEFT JOIN enrolment n ON n.business_id = :business AND n.program_id = :in_program"
    " AND n.customer_id = a.customer_id"
)
NOT_THERE = (("n.customer_id IS NULL", "not_enrolled"), ("n.left_at IS NOT NULL", "left"))
NO_ACCESS = (
    (f"n.access = {Access.NONE:d}", "no_access"),
    (f"n.access = {Access.BLACKLISTED:d}", "blacklisted"),
)
PROGRAM_REASONS = {
    "not_enrolled": _l("Not in the program"),
    "left": _l("Left the program"),
    "no_access": _l("No access: has not agreed to processing of personal data"),
    "blacklisted": _l("Blacklisted: takes part in no transaction"),
}
REFUSALS: dict[str, object] = {
    Reason.NO_ADDRESS: _l("There is nowhere to send it"),
    Reason.OPTED_OUT: _l("The customer wants no such messages"),
    Reason.NO_CONSENT: _l("The customer does not agree to the use of its data"),
    Reason.BLACKLISTED: _l("The customer is blacklisted"),
    Reason.LEFT: _l("The customer left the program"),
}
"""Why nothing is written to a customer (app/messaging/services/reaching.py)."""


def program_choices() -> Choices:
    return [SelectChoice(str(each.id), each.title) for each in program_options()]


def terminal_choices() -> Choices:
    """The Terminals in use that this person sees, under the names of their points of sale."""
    shops = {each.id: each.name for each in place_options() if each.archived_at is None}
    return [
        SelectChoice(str(each.id), f"{shops[each.point_of_sale_id]}, {each.name}")
        for each in terminal_options()
        if each.archived_at is None and each.point_of_sale_id in shops
    ]


def program_of(batch: Batch) -> Program:
    return db.session.get_one(Program, (business_id(), batch.values["program"]))


def points_words(amount: int) -> str:
    return formats.points(amount, language())


def key_of(number: int) -> str:
    """What makes the entries of a batch happen once, with the customer's id behind it."""
    return f"batch:{number}"
