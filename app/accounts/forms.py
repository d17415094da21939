"""What people send about themselves."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length

from app.locale import LANGUAGES

THEMES = {"light": _l("Light"), "dark": _l("Dark"), "system": _l("As the device")}


class SignInForm(FlaskForm):  # type: ignore[misc]
    email = EmailField(
        _l("E-mail"),
        validators=[InputRequired(_l("Enter your e-mail.")), Length(max=254)],
        filters=[lambda text: text and text.strip().lower().replace("\0", "")],
    )
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Enter your password.")), Length(max=128)])


class LanguageForm(FlaskForm):  # type: ignore[misc]
    language = SelectField(
        _l("Language"), choices=[SelectChoice(*each) for each in LANGUAGES.items()], validators=[AnyOf(list(LANGUAGES))]
    )


class ThemeForm(FlaskForm):  # type: ignore[misc]
    theme = SelectField(
        _l("Theme"), choices=[SelectChoice(*each) for each in THEMES.items()], validators=[AnyOf(list(THEMES))]
    )
