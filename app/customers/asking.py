"""What conditions are read by in this request: the fields of the business, the person's language, the day it is."""

from __future__ import annotations

from flask import g

from app.customers.conditions.fields import Fields, every_field
from app.customers.conditions.kinds import Setting
from app.filters import language, local
from app.identity import workplace
from app.lib import dates


def fields() -> Fields:
    """Every field that may be asked of, looked up once."""
    if "condition_fields" not in g:
        g.condition_fields = every_field()
    known: Fields = g.condition_fields
    return known


def setting() -> Setting:
    """Whose words and days these are."""
    place = workplace()
    return Setting(language(), place.time_zone, place.country, place.currency, local(dates.now()).date())
