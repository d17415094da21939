"""Franchisees, points of sale and Terminals, with the scopes of figures."""

from __future__ import annotations

from app.businesses.models import Franchisee, PointOfSale, Terminal
from app.businesses.scopes import ensure_scopes
from app.db import business_id
from tests.factories.rows import add


def add_franchisee(name: str) -> int:
    return _place(Franchisee(business_id=business_id(), name=name))


def add_point_of_sale(name: str, franchisee_id: int | None = None, address: str = "") -> int:
    return _place(PointOfSale(business_id=business_id(), name=name, franchisee_id=franchisee_id, address=address))


def add_terminal(point_of_sale_id: int, name: str) -> int:
    return _place(Terminal(business_id=business_id(), point_of_sale_id=point_of_sale_id, name=name))


def _place(row: Franchisee | PointOfSale | Terminal) -> int:
    add(row)
    ensure_scopes()
    return row.id
