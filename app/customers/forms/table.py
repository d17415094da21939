"""What people send about the table: a search, the columns."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, Form, SelectMultipleField, StringField, ValidationError
from wtforms.validators import Length

from app.customers.search import typed_words

LONGEST_SEARCH = 200
MOST_WORDS = 8


def _few_words(_form: Form, field: Field) -> None:
    if len(typed_words(field.data)) > MOST_WORDS:
        raise ValidationError(_("At most %(max)d words.", max=MOST_WORDS))


class SearchForm(FlaskForm):  # type: ignore[misc]
    """What to look for (CT-6): few enough words that each is looked for, none left out."""

    text = StringField(
        filters=[lambda text: (text or "").strip()],
        validators=[Length(max=LONGEST_SEARCH, message=_l("At most %(max)d characters.")), _few_words],
    )


class ColumnsForm(FlaskForm):  # type: ignore[misc]
    """Keys of columns: all in their order, and those that are shown (CT-5)."""

    order = SelectMultipleField(validate_choice=False)
    shown = SelectMultipleField(validate_choice=False)
