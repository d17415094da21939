"""What is asked before two records are merged, and when another record is looked for by hand (CP-9)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import DataRequired

from app.errors import Problem
from app.forms import line

TAKE = "take_"
THEIRS = "theirs"


class MergeForm(FlaskForm):  # type: ignore[misc]
    """`seen` is what the page showed of both records; take_<name> says whose word is chosen."""

    seen = HiddenField()
    absorbed = HiddenField()

    def taken(self) -> frozenset[str]:
        """The names of what is to be as the absorbed record has it."""
        chosen = request.form.items()
        return frozenset(name.removeprefix(TAKE) for name, value in chosen if name.startswith(TAKE) and value == THEIRS)

    def as_seen(self) -> dict[str, list[str]]:
        """What the person saw. Raises Problem for a form that was damaged."""
        try:
            seen = json.loads(self.seen.data or "")
        except ValueError:
            seen = None
        if not (isinstance(seen, dict) and all(_is_pair(each) for each in seen.values())):
            raise Problem(400, _("This form is damaged."), _("Reload the page and send it again."))
        return seen

    def other(self) -> int:
        """The record to be absorbed. Raises Problem."""
        text = str(self.absorbed.data or "")
        if not (text.isascii() and text.isdigit()):
            raise Problem(400, _("This form is damaged."), _("Reload the page and send it again."))
        return int(text)


class CandidateForm(FlaskForm):  # type: ignore[misc]
    """Who the other record is."""

    text = line(
        _l("Name, phone, e-mail or card"), DataRequired(_l("Type what the other record is known by.")), longest=100
    )


def _is_pair(value: object) -> bool:
    return isinstance(value, Sequence) and len(value) == 2 and all(isinstance(each, str) for each in value)
