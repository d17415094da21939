"""Putting tags on a customer and taking them off (CP-6)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from app import audit
from app.customers.models import Customer, Tag
from app.db import business_id
from app.extensions import db

MOST_TAGS = 100


class TagChangedError(Exception):
    """Someone else put, changed or took off this tag meanwhile; `value` is what it is now, None when it is gone."""

    def __init__(self, value: str | None) -> None:
        super().__init__(value)
        self.value = value


class TooManyTagsError(Exception):
    """A customer has at most MOST_TAGS of them."""


def put_tag(customer: Customer, key: str, value: str, seen: str | None) -> None:
    """Gives a tag a value, where the person has `seen` another; None for a tag that is new. Needs the customer held.

    Raises TagChangedError, TooManyTagsError.
    """
    tag = db.session.get(Tag, (business_id(), customer.id, key))
    old = tag.value if tag else None
    if old == value:
        return
    if old != seen:
        raise TagChangedError(old)
    if tag is None and customer.tag_count >= MOST_TAGS:
        raise TooManyTagsError
    if tag is None:
        db.session.add(Tag(business_id=business_id(), customer_id=customer.id, key=key, value=value))
    else:
        tag.value = value
    _keep(customer, key, old, value)


def remove_tag(customer: Customer, key: str, seen: str) -> None:
    """Takes a tag off that has the value the person has `seen`. Needs the customer held. Raises TagChangedError."""
    tag = db.session.get(Tag, (business_id(), customer.id, key))
    if tag is None:
        return
    if tag.value != seen:
        raise TagChangedError(tag.value)
    db.session.delete(tag)
    _keep(customer, key, seen, None)


def put_tags(customer: Customer, tags: Mapping[str, str]) -> None:
    """Gives a customer exactly these tags, as a merge of two records does and its undoing (CP-9). Needs it held."""
    mine = (Tag.business_id == business_id(), Tag.customer_id == customer.id)
    kept = {tag.key: tag for tag in db.session.scalars(select(Tag).where(*mine))}
    for key, tag in kept.items():
        if key not in tags:
            db.session.delete(tag)
        elif tag.value != tags[key]:
            tag.value = tags[key]
    new = {key: value for key, value in tags.items() if key not in kept}
    db.session.add_all(
        Tag(business_id=business_id(), customer_id=customer.id, key=key, value=value) for key, value in new.items()
    )
    customer.tag_count = len(tags)
    db.session.flush()


def _keep(customer: Customer, key: str, old: str | None, new: str | None) -> None:
    """Counts the tags anew, as the table sorts by them, and adds the line to the audit log."""
    db.session.flush()
    mine = (Tag.business_id == business_id(), Tag.customer_id == customer.id)
    customer.tag_count = db.session.execute(select(func.count()).select_from(Tag).where(*mine)).scalar_one()
    # The key stands among the values, not in the field's name: it may be about the person, and can be erased there.
    changes = {"tag": ([key, old] if old is not None else None, [key, new] if new is not None else None)}
    audit.record("customer.tag", audit.Subject("customer", customer.id), changes)
