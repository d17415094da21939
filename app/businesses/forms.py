"""What an admin says about places and the business."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import ClassVar
from zoneinfo import available_timezones

import phonenumbers
from babel import Locale
from babel.numbers import get_currency_name, get_territory_currencies
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, Form, HiddenField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.businesses.models import Business, Franchisee, PointOfSale
from app.lib.collation import sort_key
from app.lib.texts import has_control_characters, one_line

LONGEST = 300
CONTINENTS = {
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
}
Choices = list[SelectChoice]


def _plain(_form: Form, field: Field) -> None:
    if has_control_characters(field.data or ""):
        raise ValidationError(_("Remove the characters that cannot be seen."))


def _line(label: object, *validators: object, description: object = "") -> Field:
    return StringField(
        label,
        validators=[*validators, Length(max=LONGEST, message=_l("At most %(max)d characters.")), _plain],
        filters=[lambda text: text and one_line(text)],
        description=description,
    )


def _name() -> Field:
    return _line(lazy_pgettext("of a thing", "Name"), DataRequired(_l("Enter a name.")))


def _id(text: object) -> int | None:
    return int(str(text)) if text else None


class KeptForm(FlaskForm):  # type: ignore[misc]
    """A form about a row that someone else may change meanwhile: it carries a hash of the values it showed."""

    fields: ClassVar[tuple[str, ...]] = ("name",)
    version = HiddenField()

    def show(self, row: object) -> None:
        """Notes which values of the row the person has seen."""
        self.version.data = self._hash(row)

    def is_stale(self, row: object) -> bool:
        """Whether the row has changed since the form was shown."""
        return bool(self.version.data != self._hash(row))

    def values(self) -> dict[str, object]:
        return {name: self[name].data for name in self.fields}

    def kept_words(self, row: object) -> list[tuple[str, str]]:
        """What of the row differs from what was typed: label and the kept value, as people read it."""
        differing = [name for name in self.fields if getattr(row, name) != self[name].data]
        return [(str(self[name].label.text), _words(self[name], getattr(row, name))) for name in differing]

    def _hash(self, row: object) -> str:
        shown = repr([getattr(row, name) for name in self.fields])
        return hashlib.sha256(shown.encode()).hexdigest()[:32]


class PointOfSaleForm(KeptForm):
    fields = ("name", "address", "franchisee_id", "published")

    name = _name()
    address = _line(_l("Address"))
    franchisee_id = SelectField(_l("Franchisee"), coerce=_id)
    published = BooleanField(_l("Shown to customers"), default=True)

    def offer(self, franchisees: Sequence[Franchisee], current: int | None = None) -> None:
        """Sets what can be chosen: franchisees in use, and the present one even if it is not."""
        listed = [each for each in franchisees if each.archived_at is None or each.id == current]
        none = SelectChoice("", _("None: the brand runs it"))
        self.franchisee_id.choices = [none, *_places(listed)]


class TerminalForm(KeptForm):
    name = _name()


class NewTerminalForm(TerminalForm):
    fields = ("name", "point_of_sale_id")

    point_of_sale_id = SelectField(
        _l("Point of sale"),
        coerce=_id,
        validators=[DataRequired(_l("Choose a point of sale."))],
        description=_l("It stays there: sales at a Terminal belong to its point of sale for good."),
    )

    def offer(self, places: Sequence[PointOfSale]) -> None:
        self.point_of_sale_id.choices = _places(places)


class FranchiseeForm(KeptForm):
    name = _name()


class BusinessForm(KeptForm):
    fields = ("name", "currency", "time_zone", "country")

    name = _name()
    currency = SelectField(_l("Currency"), validators=[DataRequired()])
    time_zone = SelectField(_l("Time zone"), validators=[DataRequired()])
    country = SelectField(
        _l("Country"),
        validators=[DataRequired()],
        description=_l("Phone numbers typed without + are read as numbers of this country."),
    )

    def offer(self, language: str, business: Business, fixed: bool) -> None:
        """Sets what can be chosen, what is kept always among it; a `fixed` currency stays."""
        kept = business.currency
        currencies = [each for each in _currencies(language) if not fixed or each.value == kept]
        self.currency.choices = _with(kept, currencies)
        self.currency.description = _("Fixed, as there are amounts in it.") if fixed else _("Fixed by the first sale.")
        self.time_zone.choices = _with(business.time_zone, _zones())
        self.country.choices = _with(business.country, _countries(language))


def _currencies(language: str) -> Choices:
    """The currencies in use somewhere, by name."""
    codes = {code for region in phonenumbers.SUPPORTED_REGIONS for code in get_territory_currencies(region)}
    return _sorted(SelectChoice(code, f"{get_currency_name(code, locale=language)} ({code})") for code in codes)


def _countries(language: str) -> Choices:
    names = Locale.parse(language).territories
    return _sorted(SelectChoice(code, names[code]) for code in phonenumbers.SUPPORTED_REGIONS if code in names)


def _zones() -> Choices:
    zones = sorted(zone for zone in available_timezones() if zone.split("/")[0] in CONTINENTS)
    return [SelectChoice(zone, zone.replace("_", " ")) for zone in (*zones, "UTC")]


def _with(kept: str, choices: Choices) -> Choices:
    """The choices and the kept value, which a business made by command may have from beyond them."""
    return choices if kept in {each.value for each in choices} else [SelectChoice(kept), *choices]


def _places(places: Sequence[PointOfSale | Franchisee]) -> Choices:
    return [SelectChoice(str(each.id), each.name) for each in places]


def _sorted(choices: Iterable[SelectChoice]) -> Choices:
    return sorted(choices, key=lambda choice: sort_key(choice.label))


def _words(field: Field, value: object) -> str:
    if isinstance(field, SelectField):
        labels = {each.value: each.label for each in field.choices}
        return str(labels.get("" if value is None else str(value), value))
    if isinstance(field, BooleanField):
        return _("Yes") if value else _("No")
    return str(value) or "–"
