"""A worker that reads a filter as the person does who chose it: language, zone and role are that person's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app, g
from sqlalchemy import select

from app.accounts.models import Membership, User
from app.bulk.models import Batch
from app.businesses.models import Business
from app.db import business_id
from app.extensions import db
from app.identity import Identity, Workplace
from app.permissions import Role


@contextmanager
def acting_for(batch: Batch) -> Iterator[None]:
    """Needs the scope of the batch open."""
    identity = _identity(batch.user_id)
    with current_app.test_request_context():
        g._login_user = identity
        yield


def _identity(user_id: int) -> Identity:
    asked = (
        select(User, Business, Membership)
        .join(Membership, Membership.user_id == User.id)
        .join(Business, Business.id == Membership.business_id)
        .where(User.id == user_id, Membership.business_id == business_id())
    )
    user, business, membership = db.session.execute(asked).one()
    place = Workplace(
        *(business.id, business.name, business.currency, business.time_zone, business.country),
        *(Role(membership.role), membership.franchisee_id),
    )
    known = (user.email, user.name, user.language, user.theme, user.density, user.narrow_rail, user.keys)
    return Identity(0, user.id, *known, place)
