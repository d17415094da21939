"""What one customer is to get: an offer, or a coupon of a series (CP-5)."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import InputRequired

from app.forms import KeptForm

OFFER, SERIES = "o", "s"
"""What the number of an offer or a series stands behind."""


class GiveForm(KeptForm):
    what = SelectField(_l("Give this customer"), validators=[InputRequired(_l("Choose an offer or a coupon."))])

    def offer(self, offers: Sequence[tuple[int, str]], series: Sequence[tuple[int, str]]) -> None:
        """Sets what can be given: offers, and coupons of series."""
        offered = [(f"{OFFER}{number}", title) for number, title in offers]
        coupons = [(f"{SERIES}{number}", title) for number, title in series]
        groups = {_("Offers"): offered, _("Coupons"): coupons}
        self.what.choices = {"": [("", _("Choose…"))]} | {name: group for name, group in groups.items() if group}

    @property
    def chosen(self) -> tuple[str, int]:
        """What a valid form says: which of the two, and its id."""
        said = str(self.what.data)
        return said[0], int(said[1:])
