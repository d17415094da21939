"""What a form showed of a customer, carried by the form: so what someone else changed meanwhile can be told (CP-7)."""

from __future__ import annotations

import json

from flask_babel import gettext as _
from wtforms import Field

from app.customers.details import Details, Flat
from app.errors import Problem


def seen_text(kept: Details) -> str:
    """What is kept, flat, for a hidden field."""
    return json.dumps(kept.flat(), ensure_ascii=False)


def read_seen(field: Field) -> Flat:
    """What the person saw. Raises Problem for a form that was damaged."""
    try:
        seen = json.loads(field.data or "")
    except ValueError:
        seen = None
    if not isinstance(seen, dict):
        raise Problem(400, _("This form is damaged."), _("Reload the page and send it again."))
    return seen
