"""What an admin says of goods and their groups (LP-6)."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice

from app.forms import KeptForm, MoneyField, line, name_line
from app.loyalty.models import GoodGroup
from app.loyalty.services.goods import GoodValues

LONGEST_CODE, LONGEST_UNIT = 64, 20


def _id(text: object) -> int | None:
    return int(str(text)) if text else None


class GoodForm(KeptForm):
    fields = ("name", "code", "group_id", "unit", "price", "variable_price")

    name = name_line()
    code = line(_l("Code"), longest=LONGEST_CODE, description=_l("As your till knows it. No two goods have the same."))
    group_id = SelectField(_l("Group"), coerce=_id)
    unit = line(_l("Unit"), longest=LONGEST_UNIT, description=_l("What is counted, such as kg. Empty for pieces."))
    price = MoneyField(
        _l("Price"),
        description=_l("Of one unit. Without a price it is not offered in the Terminal."),
        render_kw={"inputmode": "decimal"},
    )
    variable_price = BooleanField(
        _l("Variable price"), description=_l("The price is a base that the salesperson can change.")
    )

    def offer(self, groups: Sequence[GoodGroup], current: int | None = None) -> None:
        """Sets what can be chosen: groups in use, and the present one even if it is not."""
        listed = [each for each in groups if each.archived_at is None or each.id == current]
        choices = [SelectChoice(str(each.id), each.name) for each in listed]
        self.group_id.choices = [SelectChoice("", _("Without a group")), *choices]

    def validate_variable_price(self, field: Field) -> None:
        if field.data and self.price.data is None and not self.price.errors:
            raise ValidationError(_("Enter the price that it begins with."))

    def good(self) -> GoodValues:
        """What a valid form says."""
        return GoodValues(**{name: self[name].data for name in self.fields})


class GroupForm(KeptForm):
    name = name_line()
