"""What is asked before a customer is erased (CP-8)."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.validators import DataRequired

from app.customers.details import Details, differences
from app.customers.forms.fields import choices_of
from app.customers.forms.seen import read_seen, seen_text
from app.customers.models import Customer
from app.customers.services.erasing import Reason
from app.customers.wording import erasure_reasons
from app.forms import line


class ErasureForm(FlaskForm):  # type: ignore[misc]
    """`seen` is the customer as the page showed it."""

    seen = HiddenField()
    typed = line("", DataRequired(_l("Type the digits to confirm.")), longest=20)
    reason = SelectField(_l("Why"))

    def show(self, kept: Details) -> None:
        self.seen.data = seen_text(kept)

    def changed_meanwhile(self, kept: Details) -> dict[str, tuple[object, object]]:
        """Name → what the person saw and what someone else saved since. Raises Problem for a damaged form."""
        return differences(read_seen(self.seen), kept.flat())

    @property
    def chosen_reason(self) -> Reason | None:
        return Reason(self.reason.data) if self.reason.data else None


def erasure_form(customer: Customer) -> ErasureForm:
    form = ErasureForm()
    form.typed.label.text = _("Last four digits of the phone") if customer.phone else _("Number of the customer")
    form.reason.choices = choices_of([("", _("Not said")), *erasure_reasons().items()])
    return form
