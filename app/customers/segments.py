"""Segments: which there are, what they are built on, and the field by which they are conditions too (CT-9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, text
from werkzeug.exceptions import NotFound

from app.accounts.models import User
from app.businesses.queries import franchisees
from app.customers.conditions.fields import Field, Options
from app.customers.conditions.kept import read_group
from app.customers.conditions.kinds import Member
from app.customers.conditions.nodes import Condition, Damaged, Group
from app.customers.models import Segment
from app.db import business_id, current_scope
from app.extensions import db
from app.lib.collation import sort_key

KEY, SECTION = "segment", _l("Segments")
GONE = Group(members=(Damaged(),))
"""What a segment says that is not there, or that this person does not see."""


def segments() -> list[Segment]:
    """Those that this person sees, by name."""
    mine = select(Segment).where(Segment.business_id == business_id())
    return sorted(db.session.scalars(mine), key=lambda each: (sort_key(each.name), each.id))


def segment_named(number: int) -> Segment:
    """A segment by its id. Raises NotFound."""
    found = db.session.get(Segment, (business_id(), number))
    if found is None:
        raise NotFound
    return found


def is_changeable(segment: Segment) -> bool:
    """Whether it is this person's to change: an operator of a franchisee changes its own alone."""
    return current_scope().franchisee_id in (None, segment.franchisee_id)


def savers_of(known: Sequence[Segment]) -> dict[int, str]:
    """Who saved each last, by the segment's id; who no longer works in the business is left out."""
    names = select(User.id, User.name).where(User.id.in_([each.user_id for each in known]))
    people = {row.id: row.name for row in db.session.execute(names)}
    return {each.id: people[each.user_id] for each in known if each.user_id in people}


def lock_segments() -> None:
    """Holds the segments until the end of this unit of work, so that two people cannot make a circle together."""
    db.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('segments', :business))"), {"business": business_id()}
    )


def conditions_of(segment: Segment) -> Group:
    return read_group(segment.conditions)


def built_on(conditions: Group) -> list[int]:
    """The ids of segments that conditions name, as often as they name them."""
    named = (each for _path, each in conditions.conditions() if isinstance(each, Condition) and each.field == KEY)
    return [int(value) for each in named for value in each.values if value.isascii() and value.isdigit()]


def users_of(number: int) -> list[Segment]:
    """The segments that are built on this one, by name."""
    return [each for each in segments() if number in built_on(conditions_of(each))]


def names_of(known: Sequence[Segment]) -> dict[int, str]:
    """How each is called. Where two have one name, a franchisee's says whose it is."""
    times = Counter(each.name_key for each in known)
    owners = owner_names() if len(times) < len(known) else {}
    told = {each.id: times[each.name_key] > 1 and each.franchisee_id in owners for each in known}
    return {each.id: f"{each.name} ({owners[each.franchisee_id]})" if told[each.id] else each.name for each in known}


def owner_names() -> dict[int | None, str]:
    """The names of the franchisees that this person sees."""
    return {each.id: each.name for each in franchisees()}


def segment_fields() -> list[Field]:
    known = cache(segments)  # in one statement, however many are asked of

    def options() -> Options:
        return [(str(number), name) for number, name in names_of(known()).items()]

    def nested(number: int) -> Group:
        return next((conditions_of(each) for each in known() if each.id == number), GONE)

    return [Field(KEY, _("Segment"), Member(), SECTION, options=options, nested=nested)]
