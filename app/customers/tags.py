"""A customer's tags, and the words of tags in use in the business (CP-6)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from app.customers.models import Customer, Tag
from app.db import business_id
from app.extensions import db
from app.lib.collation import sort_key

SUGGESTED = 100


def tags_of(customer_id: int) -> Sequence[Tag]:
    """All tags, by key."""
    mine = db.session.scalars(select(Tag).where(Tag.business_id == business_id(), Tag.customer_id == customer_id))
    return sorted(mine, key=lambda tag: (sort_key(tag.key), tag.key))


def tag_count(customer_id: int) -> int:
    """How many tags a customer has, as its own row keeps it."""
    return db.session.get_one(Customer, (business_id(), customer_id)).tag_count


def tag_keys() -> list[str]:
    """The first keys in use in the business, by the alphabet."""
    return _sorted(db.session.scalars(select(func.tag_keys(SUGGESTED))).all())


def tag_values(key: str) -> list[str]:
    """The first values that a key has in the business; to a location operator those that several customers have."""
    return _sorted(db.session.scalars(select(func.tag_values(key, SUGGESTED))).all())


def _sorted(words: Sequence[str]) -> list[str]:
    return sorted(words, key=lambda word: (sort_key(word), word))
