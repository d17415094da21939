"""What customers type to sign in: their phone, and the code that came (MY-1)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, ValidationError
from wtforms.validators import DataRequired

from app.forms import line
from app.lib.phones import e164

LONGEST_PHONE = 40


class PhoneForm(FlaskForm):  # type: ignore[misc]
    """`number` is the phone in E.164, once the form is found right."""

    country = ""
    number = ""
    phone = line(
        _l("Phone"),
        DataRequired(_l("Enter your phone.")),
        longest=LONGEST_PHONE,
    )

    def __init__(self, country: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.country = country

    def validate_phone(self, field: Field) -> None:
        try:
            self.number = e164(field.data, self.country)
        except ValueError:
            raise ValidationError(_("Enter the phone as you dial it, such as +380 67 123 45 67.")) from None


class CodeForm(FlaskForm):  # type: ignore[misc]
    """Blanks in a code are only for the eye."""

    code = line(
        _l("Code from the SMS"),
        DataRequired(_l("Enter the six digits of the SMS.")),
        longest=20,
        filters=(lambda typed: str(typed or "").replace(" ", "").replace("-", ""),),
    )

    def validate_code(self, field: Field) -> None:
        if not (field.data.isascii() and field.data.isdigit() and len(field.data) == 6):
            raise ValidationError(_("Enter the six digits of the SMS."))
