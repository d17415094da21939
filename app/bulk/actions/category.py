"""Change the category: by hand, so that rules leave it alone (BA-7, AC-3)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.bulk.actions.shared import PROGRAM_REASONS
from app.bulk.actions.standing import Standing, StandingUndoing
from app.bulk.registry import Action, ActionForm, Values
from app.bulk.sensitive import reaches_many
from app.db import business_id
from app.extensions import db
from app.loyalty.models import Category
from app.loyalty.queries import program_options
from app.permissions import Permission


class CategoryForm(ActionForm):
    given = SelectField(_l("Category"), [InputRequired()], coerce=int)

    def offer(self) -> None:
        programs = program_options()
        several = len(programs) > 1
        self.given.choices = [
            SelectChoice(str(number), f"{program.title}: {name}" if several else name)
            for program in programs
            for number, name in program.categories.items()
        ]

    def kept(self) -> dict[str, Any]:
        """With the program that the category is of."""
        category = db.session.get_one(Category, (business_id(), self.given.data))
        return {**super().kept(), "program": category.program_id}


def _title(values: Values) -> str:
    category = db.session.get(Category, (business_id(), values["given"]))
    return _("Change the category to “%(name)s”", name=category.name if category else "–")


CATEGORY = Action(
    key="category",
    label=_l("Change category"),
    sign="layers",
    about=_l("It is then set by hand, and rules leave it alone"),
    permission=Permission.EDIT_CUSTOMERS,
    form=CategoryForm,
    title=_title,
    reasons={
        **PROGRAM_REASONS,
        "same_category": _l("Has this category, set by hand"),
        "category_changed": _l("The category was changed since"),
    },
    do=Standing(
        {"category_id": "CAST(:given AS bigint)", "category_by_hand": "true"},
        ("n.category_id = :given AND n.category_by_hand", "same_category"),
    ),
    undo=StandingUndoing(
        (("category_id", "bigint"), ("category_by_hand", "boolean")),
        ("n.category_id <> :given OR NOT n.category_by_hand", "category_changed"),
    ),
    done=_l("Changed"),
    asks_again=reaches_many,
)
