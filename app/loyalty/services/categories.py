"""Categories of a program's customers (AC-3): every change is in the audit log (PR-4)."""

from __future__ import annotations

from collections.abc import Sequence

from app import audit
from app.db import business_id
from app.extensions import db
from app.loyalty.models import Category
from app.loyalty.queries import categories_of
from app.loyalty.services.names import check_name


def add_category(program_id: int, name: str) -> int:
    """Adds a category behind the others; answers with its id. Needs the programs held. Raises NameTakenError."""
    known = categories_of(program_id)
    check_name(name, (each.name for each in known))
    position = 1 + max(each.position for each in known)
    category = Category(business_id=business_id(), program_id=program_id, name=name, position=position)
    db.session.add(category)
    db.session.flush()
    changes = {"name": (None, name), "program_id": (None, program_id)}
    audit.record("category.add", _subject(category), changes)
    return category.id


def rename_category(category: Category, name: str) -> None:
    """Needs the programs held. Raises NameTakenError."""
    check_name(name, (each.name for each in categories_of(category.program_id) if each.id != category.id))
    changes = audit.changes_of(category, {"name": name})
    if changes:
        category.name = name
        audit.record("category.change", _subject(category), changes)


def order_categories(program_id: int, ids: Sequence[int]) -> None:
    """Puts the categories named into this order, before any others. Needs the programs held."""
    known = {each.id: each for each in categories_of(program_id)}
    ordered = [*(each for each in dict.fromkeys(ids) if each in known), *(each for each in known if each not in ids)]
    if ordered == list(known):
        return
    for position, number in enumerate(ordered):
        known[number].position = position
    changes = {"order": ([each.name for each in known.values()], [known[number].name for number in ordered])}
    audit.record("category.order", audit.Subject("program", program_id), changes)


def make_default(category: Category) -> None:
    """Gives new customers of the program this category from now on. Needs the programs held."""
    before = next(each for each in categories_of(category.program_id) if each.is_default)
    if before.id == category.id:
        return
    before.is_default = False
    # No two are the default one, not even for a moment.
    db.session.flush()
    category.is_default = True
    audit.record("category.make_default", _subject(category), {"default": (before.name, category.name)})


def _subject(category: Category) -> audit.Subject:
    return audit.Subject("category", category.id)
