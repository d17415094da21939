"""Places as lists show them; row-level security leaves a location operator only its own (PR-2, PR-3)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from app.businesses.models import Franchisee, PointOfSale, Terminal
from app.db import business_id, current_scope
from app.extensions import db


def place_count() -> int:
    """How many points of sale are in force for this person."""
    places = select(func.count()).select_from(PointOfSale)
    return db.session.execute(
        places.where(PointOfSale.business_id == business_id(), PointOfSale.archived_at.is_(None))
    ).scalar_one()


def franchisee_name() -> str:
    """The name of the franchisee that this scope is limited to."""
    own = select(Franchisee.name).where(
        Franchisee.business_id == business_id(), Franchisee.id == current_scope().franchisee_id
    )
    return db.session.execute(own).scalar_one()


def points_of_sale() -> Sequence[PointOfSale]:
    """Every point of sale this person sees, archived ones too, by name."""
    mine = select(PointOfSale).where(PointOfSale.business_id == business_id())
    return db.session.scalars(mine.order_by(PointOfSale.name, PointOfSale.id)).all()


def terminals() -> Sequence[Terminal]:
    """Every Terminal this person sees, archived ones too, by name."""
    mine = select(Terminal).where(Terminal.business_id == business_id())
    return db.session.scalars(mine.order_by(Terminal.name, Terminal.id)).all()


def franchisees() -> Sequence[Franchisee]:
    """Every franchisee this person sees, archived ones too, by name."""
    mine = select(Franchisee).where(Franchisee.business_id == business_id())
    return db.session.scalars(mine.order_by(Franchisee.name, Franchisee.id)).all()
