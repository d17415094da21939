"""What a person says of a segment: its name, and by a key which conditions it shall have (CT-9)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from wtforms import HiddenField

from app.customers.asking import fields, setting
from app.customers.condition_words import described
from app.customers.conditions.meaning import problems
from app.customers.conditions.nodes import Group
from app.customers.saved_filters import kept_as
from app.customers.segments import conditions_of
from app.customers.services import segments as services
from app.errors import BadAddress
from app.forms import KeptForm, name_line


class VersionedForm(KeptForm):
    """A form about a segment: stale once anything of it was saved since the form was shown."""

    def _hash(self, row: Any) -> str:
        return str(row.version)


class SegmentForm(VersionedForm):
    """`f` is the key of a kept filter, whose conditions the segment is given; without one it leaves them alone."""

    name = name_line()
    f = HiddenField()

    def new_conditions(self) -> Group | None:
        """Those that the segment is to have instead of its own; None where they are left alone. Raises BadAddress."""
        return savable_conditions(self.f.data) if self.f.data else None


class RemovalForm(VersionedForm):
    """Carries what the person saw, so that it can be shown beside what someone else made of it."""

    name = HiddenField()
    conditions = HiddenField()

    def show(self, row: Any) -> None:
        super().show(row)
        self.name.data, self.conditions.data = row.name, described(conditions_of(row))


def savable_conditions(key: str | None) -> Group:
    """Those of a kept filter, for a segment. Raises BadAddress where there are none, or one cannot be read."""
    conditions = kept_as(key).conditions if key else None
    if conditions is None or not conditions.members:
        raise BadAddress(_("This filter has no conditions, so there is nothing to save as a segment."))
    for path, fault in problems(conditions, fields(), setting()).items():
        condition = described(Group(members=(conditions.at(path),)))
        raise BadAddress(
            _("The condition “%(condition)s” cannot be saved: %(fault)s", condition=condition, fault=fault)
        )
    return conditions


def refusal(error: Exception) -> str:
    """Why a segment cannot be as it is wanted, in words."""
    match error:
        case services.CircleError():
            return _("It would stand in itself: %(path)s.", path=" → ".join(error.path))
        case services.NotSharedError():
            return _(
                "Not everyone who sees it would see what it is built on: %(names)s. A segment of the brand can only be"
                " built on others of the brand, a franchisee's on these and its own.",
                names=", ".join(error.names),
            )
        case services.TooManyError():
            return _("There are %(number)d segments already. Delete one first.", number=services.MOST_SEGMENTS)
    return _("With the segments that it is built on, or that are built on it, it is more than can be asked at once.")
