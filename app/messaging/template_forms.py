"""What people say of a template: name, channel, titles and texts by language; and where a test goes (BA-1)."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app.address import number_of
from app.forms import KeptForm, line, name_line
from app.languages_field import LanguagesField
from app.messaging.models import Way
from app.messaging.preview import TITLED, Draft
from app.messaging.text_fields import LONGEST_TEXT, LONGEST_TITLE, check_texts, check_titles, draft_of
from app.messaging.texts import OF_COUPON, VARIABLES

KNOWN = {**VARIABLES, **OF_COUPON}


class TemplateForm(KeptForm):
    """Over a MessageTemplate. `program` is only whose name and signature the preview has."""

    fields = ("name", "channel", "titles", "texts")

    name = name_line()
    channel = SelectField(_l("Channel"))
    titles = LanguagesField(_l("Title"), LONGEST_TITLE)
    texts = LanguagesField(_l("Text"), LONGEST_TEXT, lines=True, needed=True)
    program = SelectField(
        _l("Previewed for the program"), coerce=lambda typed: number_of(str(typed)), validate_choice=False
    )

    def offer(self, ways: Mapping[Way, str], programs: Mapping[int, str]) -> None:
        self.channel.choices = [SelectChoice(way.value, label) for way, label in ways.items()]
        self.program.choices = [SelectChoice(str(number), title) for number, title in programs.items()]

    @property
    def way(self) -> Way:
        return Way(self.channel.data) if self.channel.data in set(Way) else Way.SMS

    def values(self) -> dict[str, object]:
        """An SMS has no title, so one that was typed before the channel was chosen is let go."""
        values = super().values()
        return values if self.way.written_for in TITLED else values | {"titles": {}}

    def draft(self) -> Draft:
        return draft_of(self.way, self.titles.data, self.texts.data)

    def validate_texts(self, field: Field) -> None:
        check_texts(self.way, field.data, KNOWN)

    def validate_titles(self, field: Field) -> None:
        check_titles(self.way, field.data, self.texts.data, KNOWN)


class TestForm(FlaskForm):  # type: ignore[misc]
    """To whom a test is sent: a customer record that is the user's own, by its phone."""

    __test__ = False

    phone = line(_l("Your phone as a customer"), DataRequired(_l("Enter the phone.")), longest=30)
    program = SelectField(_l("Program"), coerce=int)

    def offer(self, programs: Mapping[int, str]) -> None:
        self.program.choices = [SelectChoice(str(number), title) for number, title in programs.items()]


class RemovalForm(KeptForm):
    fields = ("name", "channel", "titles", "texts")

    def _names(self) -> list[str]:
        return list(self.fields)
