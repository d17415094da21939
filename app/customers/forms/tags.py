"""A tag as it is typed: key and value (CP-6)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import DataRequired

from app.forms import line

# Together they fit an entry of the index, whatever the script.
LONGEST_KEY = 60
LONGEST_VALUE = 120


class TagForm(FlaskForm):  # type: ignore[misc]
    """`seen` is the value that the page showed; a new tag has none."""

    key = line(_l("Key"), DataRequired(_l("Enter a key, such as milk.")), longest=LONGEST_KEY)
    value = line(_l("Value"), DataRequired(_l("Enter a value, such as oat.")), longest=LONGEST_VALUE)
    seen = HiddenField()
