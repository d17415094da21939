"""What an administrator says of a new key of the API (AP-1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row
from wtforms import Field, SelectField, SelectMultipleField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput

from app.accounts.api_keys import Works, new_secret
from app.accounts.key_words import SCOPES
from app.businesses.models import Franchisee
from app.drawn import DrawnForm
from app.forms import name_line
from app.permissions import KeyScope

FIELDS = {"franchisee": "franchisee_id", "place": "point_of_sale_id", "terminal": "terminal_id"}


class KeyForm(DrawnForm):
    purpose, draw = "new API key", staticmethod(new_secret)
    name = name_line()
    works = SelectField(_l("Works at"))
    scopes = SelectMultipleField(_l("What it may do"), option_widget=CheckboxInput())

    def offer(
        self, franchisees: Sequence[Franchisee], places: Sequence[Row[Any]], terminals: Sequence[Row[Any]]
    ) -> None:
        """Sets what can be chosen: everything, and each place in use."""
        listed: dict[tuple[str, str], Sequence[Any]] = {
            ("franchisee", _("Franchisees")): franchisees,
            ("place", _("Points of sale")): places,
            ("terminal", _("Terminals")): terminals,
        }
        self.works.choices = [SelectChoice("", _("All points of sale"))] + [
            SelectChoice(f"{kind}:{each.id}", each.name, optgroup=title)
            for (kind, title), some in listed.items()
            for each in some
            if each.archived_at is None
        ]
        self.scopes.choices = [SelectChoice(scope.value, str(label)) for scope, label in SCOPES.items()]

    @property
    def chosen(self) -> Works:
        """Of a valid form."""
        kind, _colon, number = (self.works.data or "").partition(":")
        return Works(**{FIELDS[kind]: int(number)}) if kind else Works()

    @property
    def chosen_scopes(self) -> list[KeyScope]:
        return [scope for scope in KeyScope if scope.value in (self.scopes.data or ())]

    def validate_scopes(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_("Choose at least one."))
