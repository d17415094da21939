"""What an admin says about places and the business."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import available_timezones

import phonenumbers
from babel.numbers import get_currency_name, get_territory_currencies
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app.businesses.models import Business, Franchisee, PointOfSale
from app.forms import KeptForm, line, name_line
from app.lib import colours
from app.lib.collation import sort_key
from app.lib.countries import countries
from app.lib.texts import one_line
from app.locale import LANGUAGES
from app.picture_field import PictureField

CONTINENTS = {
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
}
Choices = list[SelectChoice]


def _id(text: object) -> int | None:
    return int(str(text)) if text else None


class PointOfSaleForm(KeptForm):
    fields = ("name", "address", "franchisee_id", "published")

    name = name_line()
    address = line(_l("Address"))
    franchisee_id = SelectField(_l("Franchisee"), coerce=_id)
    published = BooleanField(_l("Shown to customers"), default=True)

    def offer(self, franchisees: Sequence[Franchisee], current: int | None = None) -> None:
        """Sets what can be chosen: franchisees in use, and the present one even if it is not."""
        listed = [each for each in franchisees if each.archived_at is None or each.id == current]
        none = SelectChoice("", _("None: the brand runs it"))
        self.franchisee_id.choices = [none, *_places(listed)]


class TerminalForm(KeptForm):
    name = name_line()


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
    name = name_line()


class WrittenLanguagesField(Field):  # type: ignore[misc]
    """The languages that customers are written to in: `data` is the main one and those ticked, each once."""

    data: list[str]

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = list(dict.fromkeys(valuelist))
        if not self.data or not set(self.data) <= set(LANGUAGES):
            self.data = self.data and [each for each in self.data if each in LANGUAGES]
            raise ValueError(_("Choose the main language."))

    @property
    def main(self) -> str:
        return self.data[0] if self.data else ""

    def words(self, value: Sequence[str]) -> str:
        return ", ".join(LANGUAGES.get(each, each) for each in value)


class ColourField(StringField):  # type: ignore[misc]
    """A colour as screens have it: `data` is such as #1a2b3c, or ''."""

    PLAIN = colours.PLAIN

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = one_line(valuelist[0]) if valuelist else ""
        try:
            self.data = self.data and colours.plain(self.data)
        except ValueError:
            raise ValueError(_("Write a colour as #1a2b3c, or choose one.")) from None

    @property
    def shown(self) -> str:
        """What to draw: its own, or ours where it is none."""
        return self.data if self.data and not self.errors else self.PLAIN


class BusinessForm(KeptForm):
    fields = ("name", "logo_id", "colour", "address", "languages", "mail_sender", "currency", "time_zone", "country")

    name = name_line()
    logo_id = PictureField(_l("Logo"))
    colour = ColourField(_l("Colour"))
    address = line(_l("Address"))
    languages = WrittenLanguagesField(_l("Languages"))
    mail_sender = line(_l("Name in e-mails"), longest=64)
    currency = SelectField(_l("Currency"), validators=[DataRequired()])
    time_zone = SelectField(_l("Time zone"), validators=[DataRequired()])
    country = SelectField(
        _l("Country"),
        validators=[DataRequired()],
        description=_l("Phone numbers typed without + are read as numbers of this country."),
    )

    def validate_mail_sender(self, field: Field) -> None:
        if field.data and set(field.data) & set("<>@"):
            raise ValidationError(_("A name, without < > and @."))

    def offer(self, language: str, business: Business, fixed: bool) -> None:
        """Sets what can be chosen, what is kept always among it; a `fixed` currency stays."""
        kept = business.currency
        currencies = [each for each in _currencies(language) if not fixed or each.value == kept]
        self.currency.choices = _with(kept, currencies)
        self.currency.description = (
            _("Fixed, as there are amounts in it: sales, points, gift cards or prices.")
            if fixed
            else _("Fixed by the first sale, points or gift card.")
        )
        self.time_zone.choices = _with(business.time_zone, _zones())
        self.country.choices = _with(business.country, _countries(language))


def _currencies(language: str) -> Choices:
    """The currencies in use somewhere, by name."""
    codes = {code for region in phonenumbers.SUPPORTED_REGIONS for code in get_territory_currencies(region)}
    named = [SelectChoice(code, f"{get_currency_name(code, locale=language)} ({code})") for code in codes]
    return sorted(named, key=lambda choice: sort_key(choice.label))


def _countries(language: str) -> Choices:
    return [SelectChoice(code, name) for code, name in countries(language)]


def _zones() -> Choices:
    zones = sorted(zone for zone in available_timezones() if zone.split("/")[0] in CONTINENTS)
    return [SelectChoice(zone, zone.replace("_", " ")) for zone in (*zones, "UTC")]


def _with(kept: str, choices: Choices) -> Choices:
    """The choices and the kept value, which a business made by command may have from beyond them."""
    return choices if kept in {each.value for each in choices} else [SelectChoice(kept), *choices]


def _places(places: Sequence[PointOfSale | Franchisee]) -> Choices:
    return [SelectChoice(str(each.id), each.name) for each in places]
