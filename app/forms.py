"""What forms of all areas are made of: lines of text, forms about a row that someone else may change meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from datetime import time
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    Form,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput

from app.filters import language
from app.identity import workplace
from app.lib import dates, decimals, formats
from app.lib.texts import has_control_characters, one_line

LONGEST = 300

Filter = Callable[[object], object]


def plain(_form: Form, field: Field) -> None:
    if has_control_characters(field.data or ""):
        raise ValidationError(_("Remove the characters that cannot be seen."))


def line(
    label: object,
    *validators: object,
    description: object = "",
    longest: int = LONGEST,
    filters: tuple[Filter, ...] = (),
) -> Field:
    """A field of one line, kept as typed but for blanks at its ends and doubled ones."""
    return StringField(
        label,
        validators=[*validators, Length(max=longest, message=_l("At most %(max)d characters.")), plain],
        filters=[lambda text: text and one_line(text), *filters],
        description=description,
    )


class Within(NumberRange):  # type: ignore[misc]
    """A number between two others, or none."""

    def __call__(self, form: Form, field: Field) -> None:
        if field.data is not None:
            super().__call__(form, field)


def name_line() -> Field:
    return line(lazy_pgettext("of a thing", "Name"), DataRequired(_l("Enter a name.")))


class DayField(DateField):  # type: ignore[misc]
    """A day without a time, by the browser's own picker; blank is None."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        try:
            super().process_formdata([each for each in valuelist if each])
        except ValueError:
            raise ValueError(_("There is no such day. Write it as 1990-12-31.")) from None
        if self.data and not dates.FIRST_DAY <= self.data <= dates.LAST_DAY:
            self.data = None
            raise ValueError(_("Enter a day between 1800 and 2200."))


class HourField(TimeField):  # type: ignore[misc]
    """An hour of the day with its minutes, by the browser's own picker; blank is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        try:
            super().process_formdata([each for each in valuelist if each])
        except ValueError:
            raise ValueError(_("There is no such time. Write it as 09:30.")) from None

    def words(self, value: time | None) -> str:
        return f"{value:%H:%M}" if value is not None else "–"


class ChecksField(SelectMultipleField):  # type: ignore[misc]
    """Things by their ids, each with a box to tick; `data` is a sorted list."""

    option_widget = CheckboxInput()
    data: list[int]

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = sorted(set(self.data))

    def words(self, value: Collection[int]) -> str:
        names = {int(each.value): str(each.label) for each in self.choices}
        return ", ".join(names.get(each, str(each)) for each in value) or "–"


class MoneyField(StringField):  # type: ignore[misc]
    """An amount as the person's language writes it: `data` is in the smallest unit of the business's currency.

    Blank is None. Nothing is rounded: what has more digits than the currency is refused.
    """

    MOST_WHOLE = 9
    """Digits before the decimal sign: a sum of thousands of them still fits a bigint."""

    @property
    def digits(self) -> int:
        """Digits behind the decimal sign."""
        return formats.precision(workplace().currency)

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = one_line(valuelist[0]) if valuelist else ""
        self.data = None
        if typed:
            self.data = self._parsed(typed)

    def _parsed(self, typed: str) -> int:
        try:
            value, rest = divmod(decimals.parse(typed, language()), 10 ** (decimals.DIGITS - self.digits))
        except ValueError:
            value, rest = 0, 1
        if rest or abs(value) >= 10 ** (self.MOST_WHOLE + self.digits):
            raise ValueError(_wrong_amount(self.digits, self.MOST_WHOLE))
        if value < 0:
            raise ValueError(_("An amount cannot be below 0."))
        return value

    def _value(self) -> str:
        """As it was typed, or as the language writes it."""
        return self.raw_data[0] if self.raw_data else self.words(self.data) if self.data is not None else ""

    def words(self, value: int | None) -> str:
        if value is None:
            return "–"
        return "".join(formats.minor(value, language(), self.digits))


class HundredthsField(MoneyField):
    """Points or a percent: `data` is in hundredths."""

    digits = 2

    def words(self, value: int | None) -> str:
        return "–" if value is None else decimals.written(value * 100, language())


class WholeField(MoneyField):
    """A whole number from 0 on."""

    digits = 0


def _wrong_amount(digits: int, most: int) -> str:
    example = "".join(formats.minor(1_234 * 10**digits + 5 * 10**digits // 10, language(), digits))
    if not digits:
        return _("Enter a whole amount such as %(example)s, of at most %(most)d digits.", example=example, most=most)
    return _(
        "Enter an amount such as %(example)s: up to %(most)d digits, and %(digits)d behind the decimal sign.",
        example=example,
        most=most,
        digits=digits,
    )


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
        return {name: self[name].data for name in self._names()}

    def kept_words(self, row: object) -> list[tuple[str, str]]:
        """What of the row differs from what was typed: label and the kept value, as people read it."""
        differing = [name for name in self._names() if getattr(row, name) != self[name].data]
        return [(str(self[name].label.text), field_words(self[name], getattr(row, name))) for name in differing]

    def said(self) -> list[tuple[str, str]]:
        """What the form says, for who only reads: label and value, as people read them."""
        return [(str(self[name].label.text), field_words(self[name], self[name].data)) for name in self._names()]

    def _names(self) -> list[str]:
        """The fields that this form has, as one may have been taken out."""
        return [name for name in self.fields if name in self]

    def _hash(self, row: object) -> str:
        shown = repr([getattr(row, name) for name in self._names()])
        return hashlib.sha256(shown.encode()).hexdigest()[:32]


def field_words(field: Field, value: object) -> str:
    """A value of a field as people read it."""
    if hasattr(field, "words"):
        return str(field.words(value))
    if isinstance(field, SelectField):
        labels = {each.value: each.label for each in field.choices}
        return str(labels.get("" if value is None else str(value), value))
    if isinstance(field, BooleanField):
        return _("Yes") if value else _("No")
    return "–" if value in (None, "") else str(value)
