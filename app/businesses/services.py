"""Adding and changing businesses and their places (PR-2); every change is in the audit log (PR-4)."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import is_currency
from sqlalchemy import text

from app import audit
from app.businesses.models import Business
from app.businesses.scopes import ensure_scopes
from app.db import unit_of_work
from app.extensions import db
from app.scope import Scope

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class NewBusiness:
    """What a business begins with."""

    name: str
    slug: str
    currency: str
    time_zone: str
    country: str

    def check(self) -> None:
        """Raises ValueError with the first thing that cannot be."""
        if not self.name.strip():
            raise ValueError("The business needs a name.")
        if not _SLUG.fullmatch(self.slug):
            raise ValueError("The slug has 1 to 63 of a-z, 0-9 and hyphens, not at its ends.")
        if not is_currency(self.currency):
            raise ValueError(f"{self.currency} is no currency of ISO 4217.")
        if self.time_zone not in available_timezones():
            raise ValueError(f"{self.time_zone} is no time zone.")
        if self.country not in Locale("en").territories or len(self.country) != 2:
            raise ValueError(f"{self.country} is no country of ISO 3166-1.")


def create_business(new: NewBusiness) -> int:
    """Makes a business, in a unit of work of its own, and answers with its id. Raises ValueError."""
    new.check()
    with unit_of_work(Scope(None)):
        number: int = db.session.execute(text("SELECT nextval('business_id_seq')")).scalar_one()
    with unit_of_work(Scope(number)):
        db.session.add(Business(id=number, **asdict(new)))
        ensure_scopes()
        changes = {field: (None, value) for field, value in asdict(new).items()}
        audit.record("business.create", audit.Subject("business", number), changes)
    return number
