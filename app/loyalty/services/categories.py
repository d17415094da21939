"""Categories of a program's customers and the rules that give them (AC-3): every change is in the audit log (PR-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app import audit
from app.db import business_id
from app.extensions import db
from app.loyalty.models import Category
from app.loyalty.queries import categories_of
from app.loyalty.services.category_runs import start_run
from app.loyalty.services.names import check_name

NO_RULE: Mapping[str, int | None] = dict.fromkeys(Category.RULE)


def add_category(program_id: int, name: str, rule: Mapping[str, int | None] = NO_RULE) -> int:
    """Adds a category behind the others; answers with its id. Needs the programs held. Raises NameTakenError."""
    known = categories_of(program_id)
    check_name(name, (each.name for each in known))
    position = 1 + max(each.position for each in known)
    category = Category(business_id=business_id(), program_id=program_id, name=name, position=position, **rule)
    db.session.add(category)
    db.session.flush()
    if category.has_rule:
        start_run(program_id)
    values = {"name": name, "program_id": program_id, **rule}
    audit.record("category.add", _subject(category), {each: (None, value) for each, value in values.items()})
    return category.id


def change_category(category: Category, name: str, rule: Mapping[str, int | None] = NO_RULE) -> None:
    """Needs the programs held, and no rule for the default category. Raises NameTakenError."""
    check_name(name, (each.name for each in categories_of(category.program_id) if each.id != category.id))
    changes = audit.changes_of(category, {"name": name, **rule})
    if not changes:
        return
    for field, (_old, new) in changes.items():
        setattr(category, field, new)
    db.session.flush()
    if changes.keys() & NO_RULE.keys():
        start_run(category.program_id)
    audit.record("category.change", _subject(category), changes)


def order_categories(program_id: int, ids: Sequence[int]) -> None:
    """Puts the categories named into this order, before any others. Needs the programs held."""
    known = {each.id: each for each in categories_of(program_id)}
    ordered = [*(each for each in dict.fromkeys(ids) if each in known), *(each for each in known if each not in ids)]
    if ordered == list(known):
        return
    for position, number in enumerate(ordered):
        known[number].position = position
    db.session.flush()
    if any(each.has_rule for each in known.values()):
        start_run(program_id)
    changes = {"order": ([each.name for each in known.values()], [known[number].name for number in ordered])}
    audit.record("category.order", audit.Subject("program", program_id), changes)


def make_default(category: Category) -> None:
    """Gives new customers of the program this category from now on. Needs the programs held.

    As no rule gives it then, it loses its own.
    """
    before = next(each for each in categories_of(category.program_id) if each.is_default)
    if before.id == category.id:
        return
    before.is_default = False
    # No two are the default one, not even for a moment.
    db.session.flush()
    changes = audit.changes_of(category, NO_RULE)
    category.is_default = True
    category.from_amount = category.from_sales = category.months = None
    db.session.flush()
    if changes:
        start_run(category.program_id)
    audit.record("category.make_default", _subject(category), {"default": (before.name, category.name), **changes})


def _subject(category: Category) -> audit.Subject:
    return audit.Subject("category", category.id)
