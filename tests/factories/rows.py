"""What every kind of row shares: it is added in the unit of work at hand."""

from __future__ import annotations

from app.extensions import Base, db


def add(*rows: Base) -> None:
    db.session.add_all(rows)
    db.session.flush()
