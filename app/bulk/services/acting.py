"""A worker that reads a filter as the person does who chose it: language, zone and role are that person's.

And whether that person may still have done what was set for later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app, g
from flask.globals import app_ctx
from sqlalchemy import and_, select

from app.accounts.models import Membership, User
from app.bulk.models import Batch
from app.bulk.registry import action_named
from app.businesses.models import Business
from app.db import business_id
from app.extensions import db
from app.identity import Identity, Workplace
from app.permissions import Role, allows


@contextmanager
def acting_for(batch: Batch) -> Iterator[None]:
    """Needs the scope of the batch open."""
    identity, here = _identity(batch), app_ctx._get_current_object()  # type: ignore[attr-defined]
    # What is looked up once, such as the language, was looked up for another person.
    before, here.g = here.g, current_app.app_ctx_globals_class()
    try:
        with current_app.test_request_context():
            g._login_user = identity
            yield
    finally:
        here.g = before


def still_may(batch: Batch) -> bool:
    """Whether who confirmed it is neither disabled nor in a role that does not do this, or a second person approved."""
    member = db.session.get(Membership, (business_id(), batch.user_id), populate_existing=True)
    if batch.approver_id is not None:
        return True
    if member is None or member.disabled_at is not None or member.franchisee_id not in (None, batch.franchisee_id):
        return False
    return allows(Role(member.role), action_named(batch.action).permission)


def _identity(batch: Batch) -> Identity:
    """Who left the business meanwhile has no rights in it any more."""
    asked = (
        select(User, Business, Membership)
        .select_from(User)
        .join(Business, Business.id == business_id())
        .outerjoin(Membership, and_(Membership.user_id == User.id, Membership.business_id == Business.id))
        .where(User.id == batch.user_id)
    )
    user, business, member = db.session.execute(asked).one()
    place = Workplace(
        *(business.id, business.name, business.currency, business.time_zone, business.country),
        *(Role(member.role) if member and member.disabled_at is None else Role.SALESPERSON, batch.franchisee_id),
    )
    known = (user.email, user.name, user.language, user.theme, user.density, user.narrow_rail, user.keys)
    return Identity(0, user.id, *known, place)
