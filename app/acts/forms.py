"""What an accountant says: requisites by jurisdiction (BI-3), what became of an act (BI-6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.acts.jurisdictions import LANGUAGES, Entry, of_customer
from app.acts.models import ActStatus, Details, Jurisdiction, Requisites
from app.acts.pdf import unprintable
from app.forms import DayField, KeptForm, line
from app.locale import LANGUAGES as SPOKEN

DAYS = {"contract_date"}


class RequisitesForm(KeptForm):
    """Its entries are those of a jurisdiction; all may stay blank until they are known."""

    entries: tuple[Entry, ...] = ()

    language = SelectField(_l("Language of acts"), choices=[SelectChoice(code, name) for code, name in SPOKEN.items()])

    def details(self) -> Details:
        """What was entered, as it is kept."""
        typed = self._typed()
        checks = {entry.name: entry.check for entry in self.entries}
        return {name: check(text, typed) if (check := checks[name]) and text else text for name, text in typed.items()}

    def _typed(self) -> Details:
        return {entry.name: _text(self[entry.name].data) for entry in self.entries}


class Shown:
    """Requisites as the form of a jurisdiction reads them."""

    def __init__(self, requisites: Requisites, jurisdiction: Jurisdiction) -> None:
        same = requisites.jurisdiction == jurisdiction
        self.language = requisites.language if same else LANGUAGES[jurisdiction]
        self._details = requisites.details

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        kept = self._details.get(name, "")
        return date.fromisoformat(kept) if kept and name in DAYS else kept or None if name in DAYS else kept


class StandingForm(Form):  # type: ignore[misc]
    """What became of an act, and when."""

    status = SelectField(_l("Status"), coerce=int)
    day = DayField(_l("Day"), validators=[InputRequired(_l("Enter the day."))])

    def offer(self, issued: date, today: date) -> None:
        names = (
            (ActStatus.SENT, _("Sent")),
            (ActStatus.SIGNED, _("Signed")),
            (ActStatus.ISSUED, _("Neither sent nor signed")),
        )
        self.status.choices = [SelectChoice(int(status), words) for status, words in names]
        self.issued, self.today = issued, today

    def validate_day(self, field: Field) -> None:
        # What is no day is said already.
        if field.data and not self.issued <= field.data <= self.today:
            raise ValidationError(_("Enter a day from the act's own to today."))


@cache
def form_of(jurisdiction: Jurisdiction) -> type[RequisitesForm]:
    """The form with the entries of a jurisdiction."""
    entries = tuple(of_customer(jurisdiction))
    fields = {entry.name: _field(entry) for entry in entries}
    names = ("language", *fields)
    made: type[RequisitesForm] = type(
        "JurisdictionForm", (RequisitesForm,), {**fields, "fields": names, "entries": entries}
    )
    return made


def _field(entry: Entry) -> Field:
    if entry.name in DAYS:
        return DayField(entry.label, description=entry.hint)
    checks = [_printable, *([_checked(entry.check)] if entry.check else [])]
    return line(entry.label, *checks, description=entry.hint)


def _checked(check: Callable[[str, Details], str]) -> Callable[[RequisitesForm, Field], None]:
    def validate(form: RequisitesForm, field: Field) -> None:
        if not field.data:
            return
        try:
            check(field.data, form._typed())
        except ValueError as error:
            raise ValidationError(str(error)) from None

    return validate


def _printable(_form: Form, field: Field) -> None:
    """PDF/A has no place for a character that none of its fonts draws (BI-6)."""
    if strange := unprintable(field.data or ""):
        raise ValidationError(_("An act cannot show: %(characters)s", characters=" ".join(strange[:10])))


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")
