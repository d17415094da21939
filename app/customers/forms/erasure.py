"""What is asked before a customer is erased (CP-8)."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.validators import DataRequired

from app.customers.forms.fields import choices_of
from app.customers.models import Customer
from app.customers.services.erasing import Reason
from app.customers.wording import erasure_reasons
from app.forms import line


class ErasureForm(FlaskForm):  # type: ignore[misc]
    """`version` is the customer's as the page showed it."""

    version = HiddenField()
    typed = line("", DataRequired(_l("Type the digits to confirm.")), longest=20)
    reason = SelectField(_l("Why"))

    @property
    def chosen_reason(self) -> Reason | None:
        return Reason(self.reason.data) if self.reason.data else None


def erasure_form(customer: Customer) -> ErasureForm:
    form = ErasureForm()
    form.typed.label.text = _("Last four digits of the phone") if customer.phone else _("Number of the customer")
    form.reason.choices = choices_of([("", _("Not said")), *erasure_reasons().items()])
    return form
