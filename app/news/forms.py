"""What is said of a news item (LP-9)."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import BooleanField, Field, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from app.businesses.models import PointOfSale
from app.forms import ChecksField, DayField, KeptForm
from app.languages_field import LanguagesField
from app.news.queries import is_open
from app.news.services import NewsValues
from app.picture_field import PictureField

LONGEST_TITLE, LONGEST_TEXT = 100, 2000


class NewsForm(KeptForm):
    fields = ("titles", "texts", "picture_id", "first_day", "last_day", "points_of_sale", "published")

    titles = LanguagesField(lazy_pgettext("of news", "Title"), LONGEST_TITLE, needed=True)
    texts = LanguagesField(_l("Text"), LONGEST_TEXT, lines=True)
    picture_id = PictureField(_l("Picture"))
    first_day = DayField(_l("Date of publication"), validators=[InputRequired(_l("Enter a day."))])
    last_day = DayField(_l("Last day"), validators=[Optional()])
    points_of_sale = ChecksField(_l("Points of sale"), coerce=int)
    published = BooleanField(_l("Published"))

    def offer(self, places: Sequence[PointOfSale]) -> None:
        """Sets where it can be published; a place among them that customers are not shown says so."""
        self.points_of_sale.choices = [SelectChoice(str(each.id), _name(each)) for each in places]

    def validate_texts(self, field: Field) -> None:
        if field.data.keys() - self.titles.data.keys():
            raise ValidationError(_("Enter a title too in each language that has a text."))

    def validate_last_day(self, field: Field) -> None:
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError(_("The last day is not before the date of publication."))

    def validate_published(self, field: Field) -> None:
        if field.data and not self.points_of_sale.data:
            raise ValidationError(_("Choose at least one point of sale first."))

    def news(self) -> NewsValues:
        """What a valid form says."""
        return NewsValues(**{name: self[name].data for name in self.fields})


def _name(place: PointOfSale) -> str:
    return place.name if is_open(place) else _("%(name)s (not shown to customers)", name=place.name)
