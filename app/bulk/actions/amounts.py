"""What actions on points and money ask alike: how much, at which Terminal, what for."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, ValidationError
from wtforms.validators import InputRequired

from app.bulk.actions.shared import program_choices, terminal_choices
from app.bulk.registry import ActionForm
from app.forms import MoneyField, line


def program_field(hint: object = "") -> Field:
    return SelectField(_l("Program"), [InputRequired()], coerce=int, description=hint)


def offer_programs(field: Field) -> None:
    """The first of them stands there until another is chosen, as the page shows it."""
    field.choices = program_choices()
    if field.data is None and not field.raw_data:
        field.data = int(field.choices[0].value)


def terminal_field(hint: object) -> Field:
    return SelectField(_l("Terminal"), [InputRequired()], coerce=int, description=hint)


def note_field() -> Field:
    return line(_l("What for"), description=_l("Stands in the customer's history."), longest=200)


class AmountForm(ActionForm):
    """Of a form with these fields."""

    def offer(self) -> None:
        if "program" in self:
            offer_programs(self.program)
        self.terminal.choices = terminal_choices()

    def validate_amount(self, field: MoneyField) -> None:
        if field.data == 0:
            raise ValidationError(_("Enter an amount above 0."))
