"""What is typed or shown at a Kiosk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms.validators import DataRequired

from app.forms import line

LONGEST_CODE = 200


class PairingForm(FlaskForm):  # type: ignore[misc]
    code = line(_l("Code"), DataRequired(_l("Type the code that the Terminal shows.")), longest=20)


class NumberForm(FlaskForm):  # type: ignore[misc]
    """A phone in any spelling, a card, or what a scanner read."""

    code = line(_l("Your phone or card number"), DataRequired(_l("Type or scan a number.")), longest=LONGEST_CODE)


class PictureForm(FlaskForm):  # type: ignore[misc]
    picture = FileField(_l("Picture of your QR code"))
