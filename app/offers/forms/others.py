"""What is said of offers, gift cards, and coupons to print (LP-8)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, ValidationError
from wtforms.validators import DataRequired, InputRequired

from app.forms import DayField, HundredthsField, KeptForm, MoneyField, WholeField, Within, line
from app.languages_field import LanguagesField
from app.offers.models import Offer
from app.offers.services.editing import OfferValues
from app.period import day_of, end_of, last_day_before, midnight, today
from app.picture_field import PictureField

LONGEST_TITLE, LONGEST_TEXT, MOST_PRINTED = 100, 2000, 10_000


@dataclass(frozen=True)
class OfferSaid:
    """An offer as its form says it: in days."""

    title: str
    public_titles: dict[str, str]
    texts: dict[str, str]
    picture_id: int | None
    price: int | None
    starts_at: date
    ends_at: date | None
    active: bool

    @classmethod
    def of(cls, offer: Offer) -> OfferSaid:
        said = {each.name: getattr(offer, each.name) for each in fields(cls)}
        days = {"starts_at": day_of(offer.starts_at), "ends_at": last_day_before(offer.ends_at)}
        return cls(**(said | days | {"price": offer.price or None}))


class OfferForm(KeptForm):
    fields = tuple(OfferSaid.__dataclass_fields__)

    title = line(
        _l("Title"),
        DataRequired(_l("Enter a title.")),
        longest=LONGEST_TITLE,
        description=_l("For your own people."),
    )
    public_titles = LanguagesField(_l("Title that customers read"), LONGEST_TITLE, needed=True)
    texts = LanguagesField(_l("Text"), LONGEST_TEXT, lines=True)
    picture_id = PictureField(_l("Picture"))
    price = HundredthsField(_l("Price in points"))
    starts_at = DayField(_l("First day"), validators=[InputRequired(_l("Enter a day."))])
    ends_at = DayField(_l("Last day"))
    active = BooleanField(_l("In use"))

    def validate_texts(self, field: Field) -> None:
        if field.data.keys() - self.public_titles.data.keys():
            raise ValidationError(_("Enter a title too in each language that has a text."))

    def validate_ends_at(self, field: Field) -> None:
        if field.data and self.starts_at.data and field.data < self.starts_at.data:
            raise ValidationError(_("The last day is not before the first one."))

    def offer(self) -> OfferValues:
        """What a valid form says."""
        said = {name: self[name].data for name in self.fields}
        days = {"starts_at": midnight(self.starts_at.data), "ends_at": end_of(self.ends_at.data)}
        return OfferValues(**(said | days | {"price": self.price.data or 0}))


class GiftCardForm(KeptForm):
    fields = ("amount", "last_day")

    amount = MoneyField(_l("Amount"), [InputRequired(_l("Enter an amount."))])
    last_day = DayField(_l("Holds until"))

    def validate_amount(self, field: Field) -> None:
        if field.data is not None and field.data <= 0:
            raise ValidationError(_("Enter an amount above 0."))

    def validate_last_day(self, field: Field) -> None:
        if field.data and field.data < today():
            raise ValidationError(_("This day is over."))


class PrintForm(KeptForm):
    fields = ("number",)

    number = WholeField(
        _l("Number of coupons"),
        [
            InputRequired(_l("Enter a number.")),
            Within(1, MOST_PRINTED, _l("Enter a number from 1 to 10,000.")),
        ],
    )
