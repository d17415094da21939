"""Who is meant by a bulk action, and when it begins."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, HiddenField, IntegerField, ValidationError
from wtforms.validators import NumberRange, Optional

from app.accounts.proving import ProofForm
from app.errors import Problem
from app.identity import workplace
from app.lib import dates
from app.permissions import Role

MOST_TICKED = 10_000
MOST_DAYS = 90


class SelectionForm(FlaskForm):  # type: ignore[misc]
    """What the table's ticks and its filter say; the arguments of the filter stand beside these."""

    ids = HiddenField()
    """Customers, separated by commas: those ticked, or with `all` those left out."""
    all = HiddenField()

    def named(self) -> tuple[int, ...]:
        """Raises Problem for what no table of ours sends."""
        parts = [each for each in (self.ids.data or "").split(",") if each]
        if not parts and not self.all.data:
            parts = request.form.getlist("id")  # a page's ticks, without scripts
        if len(parts) > MOST_TICKED or not all(_is_id(each) for each in parts):
            raise Problem(400, _("This selection cannot be read."), _("Go back to the table and choose again."))
        return tuple(dict.fromkeys(map(int, parts)))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


class ConfirmationForm(ProofForm):
    """A moment in the business's zone; empty is now."""

    start = DateTimeLocalField(_l("Begin at"), [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

    def validate_start(self, field: DateTimeLocalField) -> None:
        at = self.start_at
        if at is not None and not dates.now() < at < dates.now() + timedelta(MOST_DAYS):
            raise ValidationError(_("Choose a moment from now on, within 90 days."))

    @property
    def start_at(self) -> datetime | None:
        chosen: datetime | None = self.start.data
        return chosen.replace(tzinfo=ZoneInfo(workplace().time_zone)) if chosen else None


LIMITED = {
    Role.ADMIN: "admin",
    Role.BRAND_OPERATOR: "brand_operator",
    Role.LOCATION_OPERATOR: "location_operator",
}


class LimitsForm(FlaskForm):  # type: ignore[misc]
    """Over how many customers a second person is asked, by the role of the first; empty asks nobody (BA-15)."""

    admin = IntegerField(_l("Business admin"), [Optional(), NumberRange(0, 10**9)])
    brand_operator = IntegerField(_l("Brand operator"), [Optional(), NumberRange(0, 10**9)])
    location_operator = IntegerField(_l("Location operator"), [Optional(), NumberRange(0, 10**9)])

    def limits(self) -> dict[Role, int | None]:
        return {role: self[name].data for role, name in LIMITED.items()}
