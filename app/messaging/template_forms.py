"""What people say of a template: name, channel, titles and texts by language; and where a test goes (BA-1)."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app.forms import KeptForm, line, name_line
from app.languages_field import LanguagesField
from app.locale import LANGUAGES
from app.messaging.models import Channel, Way
from app.messaging.preview import TITLED, Draft
from app.messaging.texts import OF_COUPON, VARIABLES, refusal, unknown_variables

KNOWN = {**VARIABLES, **OF_COUPON}
LONGEST_TITLE, LONGEST_TEXT = 100, 5_000
MOST = {Channel.PUSH: 1_000, Channel.VIBER: 1_000, Channel.EMAIL: LONGEST_TEXT}
"""Characters that a channel takes; an SMS is held to its segments."""


def _number(typed: object) -> int:
    text = str(typed)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


class TemplateForm(KeptForm):
    """Over a MessageTemplate. `program` is only whose name and signature the preview has."""

    fields = ("name", "channel", "titles", "texts")

    name = name_line()
    channel = SelectField(_l("Channel"))
    titles = LanguagesField(_l("Title"), LONGEST_TITLE)
    texts = LanguagesField(_l("Text"), LONGEST_TEXT, lines=True, needed=True)
    program = SelectField(_l("Previewed for the program"), coerce=_number, validate_choice=False)

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
        """No longer than it may be: what cannot be kept is not tried on a thousand customers."""
        titles, texts = self.titles.data or {}, self.texts.data or {}
        return Draft(self.way, _cut(titles, LONGEST_TITLE), _cut(texts, LONGEST_TEXT))

    def validate_texts(self, field: Field) -> None:
        channel, faults = self.way.written_for, {}
        for language, text in field.data.items():
            if channel is Channel.SMS:
                faults[language] = refusal(text, KNOWN)
            else:
                faults[language] = _fault(text) or _excess(text, MOST[channel])
        _refuse(faults)

    def validate_titles(self, field: Field) -> None:
        if self.way.written_for not in TITLED:
            return
        _refuse({language: _fault(title) for language, title in field.data.items()})
        if self.way is Way.EMAIL and (missing := [code for code in self.texts.data if code not in field.data]):
            names = ", ".join(LANGUAGES[code] for code in missing)
            raise ValidationError(_("An e-mail needs a title; it is missing in: %(languages)s.", languages=names))


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


def _cut(texts: Mapping[str, str], longest: int) -> dict[str, str]:
    return {language: text[:longest] for language, text in texts.items()}


def _fault(text: str) -> str:
    unknown = unknown_variables(text, KNOWN)
    named = ", ".join(f"{{{name}}}" for name in unknown)
    return _("There is no such variable: %(names)s.", names=named) if unknown else ""


def _excess(text: str, most: int) -> str:
    too_many = _("This is %(number)d characters; at most %(most)d are sent.", number=len(text), most=most)
    return too_many if len(text) > most else ""


def _refuse(faults: Mapping[str, str]) -> None:
    """Raises ValidationError that names the language of each fault."""
    found = [f"{LANGUAGES[language]}: {fault}" for language, fault in faults.items() if fault]
    if found:
        raise ValidationError(" ".join(found))
