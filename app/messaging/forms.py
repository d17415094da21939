"""What is asked about messages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateTimeField
from wtforms.validators import DataRequired, InputRequired

from app.forms import line


class CustomerForm(FlaskForm):  # type: ignore[misc]
    """Whose messages are looked for."""

    text = line(_l("Name, phone, e-mail or card"), DataRequired(_l("Type what the customer is known by.")), longest=100)


class ReadForm(FlaskForm):  # type: ignore[misc]
    """When the page was drawn: what came in after it stays unread."""

    until = DateTimeField(format="%Y-%m-%dT%H:%M:%S.%f%z", validators=[InputRequired()])
