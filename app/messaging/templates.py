"""Templates of messages as the panel reads them: the list, one by its id, how ways of sending are called (BA-1)."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select, text
from werkzeug.exceptions import NotFound

from app.businesses.models import Feature
from app.businesses.queries import features
from app.customers.family import survivor_of
from app.customers.models import Customer
from app.db import business_id, current_scope
from app.extensions import db
from app.lib.collation import sort_key
from app.messaging.models import MessageTemplate, Tester, Way


def templates() -> list[MessageTemplate]:
    """Every template of the business, by name."""
    mine = db.session.scalars(select(MessageTemplate).where(MessageTemplate.business_id == business_id()))
    return sorted(mine, key=lambda each: (sort_key(each.name), each.id))


def template_named(number: int) -> MessageTemplate:
    """Raises NotFound."""
    found = db.session.get(MessageTemplate, (business_id(), number))
    if found is None:
        raise NotFound
    return found


def lock_templates() -> None:
    """Holds the templates until the end of this unit of work: who changes them too waits."""
    db.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('templates', :business))"), {"business": business_id()}
    )


def own_record() -> Customer | None:
    """The customer that this user said it is; None where it said so of nobody who is still there."""
    mine = Tester.business_id == business_id(), Tester.user_id == current_scope().user_id
    number = db.session.scalar(select(Tester.customer_id).where(*mine))
    if number is None:
        return None
    found = db.session.get(Customer, (business_id(), survivor_of(number)))
    return found if found is not None and found.erased_at is None else None


def way_labels() -> Mapping[Way, str]:
    return {
        Way.SMS: _("SMS"),
        Way.PUSH: _("Push"),
        Way.SMART: _("SMART: push, else SMS"),
        Way.EMAIL: _("E-mail"),
        Way.VIBER: _("Viber"),
    }


def ways_offered(kept: str = "") -> Mapping[Way, str]:
    """Viber only where support has turned it on, or where a template is for it already."""
    with_viber = Feature.VIBER in features() or kept == Way.VIBER
    return {way: label for way, label in way_labels().items() if with_viber or way is not Way.VIBER}
