"""What people send about themselves."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import EmailField, Field, PasswordField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length

from app.accounts import passwords
from app.forms import KeptForm, line
from app.identity import workplace
from app.lib import phones
from app.locale import LANGUAGES

THEMES = {"light": _l("Light"), "dark": _l("Dark"), "system": _l("As the device")}


class ForgottenForm(FlaskForm):  # type: ignore[misc]
    email = EmailField(
        _l("E-mail"),
        validators=[InputRequired(_l("Enter your e-mail.")), Length(max=254)],
        filters=[lambda text: text and text.strip().lower().replace("\0", "")],
    )


class SignInForm(ForgottenForm):
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Enter your password.")), Length(max=128)])


class PersonalDataForm(KeptForm):
    """What a person says of itself; phones are read as dialled in the country of the business."""

    fields = ("name", "phone")

    name = line(lazy_pgettext("of a person", "Name"), DataRequired(_l("Enter your name.")), longest=100)
    phone = line(_l("Phone"), longest=40)

    def validate_phone(self, field: Field) -> None:
        try:
            field.data = phones.e164(field.data, workplace().country) if field.data else ""
        except ValueError:
            raise ValidationError(_("There is no such phone. Write it as +380 67 123 45 67.")) from None


class CodeForm(FlaskForm):  # type: ignore[misc]
    """Named so that it is never kept with an unsent form."""

    one_time_code = StringField(_l("Code"), validators=[InputRequired(_l("Enter the code.")), Length(max=40)])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password; `known` is what a guesser knows of the person."""

    password_new = PasswordField(_l("New password"), validators=[InputRequired(_l("Enter the new password."))])
    password_repeat = PasswordField(
        _l("New password once more"), validators=[InputRequired(_l("Enter the new password once more."))]
    )

    def __init__(self, known: Sequence[str] = ()) -> None:
        super().__init__()
        self.known = known

    def validate_password_new(self, field: Field) -> None:
        if not passwords.SHORTEST <= len(field.data) <= passwords.LONGEST:
            raise ValidationError(_("A password has 12 to 128 characters."))
        if passwords.is_easy(field.data, self.known):
            raise ValidationError(
                _("This is easy to guess: it is a common one, or made of your name or of rows of keys.")
            )

    def validate_password_repeat(self, field: Field) -> None:
        if field.data != self.password_new.data:
            raise ValidationError(_("This is not the same as the new password."))


class PasswordForm(NewPasswordForm):
    """The same for who knows the present one."""

    password_now = PasswordField(
        _l("Present password"), validators=[InputRequired(_l("Enter your password.")), Length(max=128)]
    )


class LanguageForm(FlaskForm):  # type: ignore[misc]
    language = SelectField(
        _l("Language"), choices=[SelectChoice(*each) for each in LANGUAGES.items()], validators=[AnyOf(list(LANGUAGES))]
    )


class ThemeForm(FlaskForm):  # type: ignore[misc]
    theme = SelectField(
        _l("Theme"), choices=[SelectChoice(*each) for each in THEMES.items()], validators=[AnyOf(list(THEMES))]
    )
