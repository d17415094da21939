"""Adding and changing businesses and their places (PR-2); every change is in the audit log (PR-4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import is_currency
from sqlalchemy import func, select, text

from app import audit
from app.businesses.hooks import SettingsPage, add_settings_page, on_places_regrouped, places_regrouped
from app.businesses.kiosks import (
    has_kiosks,
    kiosk_of_code,
    kiosk_of_token,
    kiosks_of,
    let_kiosk_in,
    pair_kiosk,
    turn_kiosk_out,
)
from app.businesses.models import Business, BusinessFeature, Feature, Franchisee, PointOfSale, Terminal
from app.businesses.queries import (
    business_at,
    lock_places,
    money_moved,
    open_places_of,
    open_terminals_of,
    place_above,
)
from app.businesses.scopes import ensure_scopes
from app.config import LONGEST_PUBLIC_URL
from app.db import business_id, unit_of_work
from app.extensions import db
from app.lib import dates
from app.scope import Scope

__all__ = [
    "SettingsPage",
    "add_settings_page",
    "ensure_scopes",
    "has_kiosks",
    "kiosk_of_code",
    "kiosk_of_token",
    "kiosks_of",
    "let_kiosk_in",
    "on_places_regrouped",
    "pair_kiosk",
    "turn_kiosk_out",
]

Place = PointOfSale | Terminal | Franchisee
Values = Mapping[str, object]
_WEB_ADDRESS = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{1,4})?")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class NameTakenError(Exception):
    """Another place in use has this name: in the business, or for a Terminal at its point of sale."""


class InUseError(Exception):
    """A franchisee that still runs points of sale is not archived."""


class ArchivedAboveError(Exception):
    """What this place belongs to is archived, so it cannot be in use."""


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
        # "localtime" is the machine's own, which the database does not know.
        if self.time_zone not in available_timezones() - {"localtime"}:
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


def add_place(place: Place) -> None:
    """Adds a point of sale, Terminal or franchisee. Needs the places held. Raises NameTakenError."""
    _check_name(place, place.name)
    db.session.add(place)
    ensure_scopes()
    changes = {field: (None, getattr(place, field)) for field in _FIELDS[type(place)]}
    audit.record(f"{place.__tablename__}.add", _subject(place), changes)


def change_place(place: Place, values: Values) -> None:
    """Gives a place new values. Needs the places held. Raises NameTakenError."""
    if place.archived_at is None:
        _check_name(place, str(values["name"]))
    changes = audit.changes_of(place, values)
    if "franchisee_id" in changes:
        # Sales there end first, and new ones wait: each is counted for the franchisee in force when it is written.
        db.session.refresh(place, with_for_update=True)
    for field, value in values.items():
        setattr(place, field, value)
    if "franchisee_id" in changes:
        ensure_scopes()
        places_regrouped()
    if changes:
        audit.record(f"{place.__tablename__}.change", _subject(place), changes)


def archive_place(place: Place) -> None:
    """Takes a place out of use, a point of sale with its Terminals; its past stays. Needs the places held.

    Raises InUseError for a franchisee that runs points of sale.
    """
    if isinstance(place, Franchisee) and open_places_of(place):
        raise InUseError
    terminals = open_terminals_of(place) if isinstance(place, PointOfSale) else []
    for each in (*terminals, place):
        _move(each, "archive", dates.now())


def restore_place(place: Place) -> None:
    """Takes a place back into use; a point of sale's Terminals stay archived. Needs the places held.

    Raises NameTakenError, ArchivedAboveError.
    """
    above = place_above(place)
    if above is not None and above.archived_at is not None:
        raise ArchivedAboveError
    _check_name(place, place.name)
    _move(place, "restore", None)


def change_business(business: Business, values: Values) -> None:
    """Changes the business's settings. Raises ValueError for a new currency when there are amounts in the old one."""
    changes = audit.changes_of(business, values)
    if "currency" in changes and money_moved():
        raise ValueError("Amounts in the present currency exist already.")
    for field, value in values.items():
        setattr(business, field, value)
    if changes:
        audit.record("business.change", audit.Subject("business", business.id), changes)


def set_web_address(address: str) -> bool:
    """Sets where customers reach this business's pages, such as https://club.kvr.ua, '' for the platform's own; False
    when it was so already. Whose names and certificates these are, support sees to: for its commands alone (WL-1).

    Raises ValueError for what is no such address, and NameTakenError for another business's.
    """
    if address and not (_WEB_ADDRESS.fullmatch(address) and len(address) <= LONGEST_PUBLIC_URL):
        raise ValueError(f"An address is such as https://club.kvr.ua, of at most {LONGEST_PUBLIC_URL} characters.")
    business = lock_places()
    if business.web_address == address:
        return False
    if address and business_at(address):
        raise NameTakenError
    changes = audit.changes_of(business, {"web_address": address})
    business.web_address = address
    audit.record("business.web_address", audit.Subject("business", business.id), changes)
    return True


def switch_feature(feature: Feature, on: bool) -> bool:
    """Turns a feature of this business on or off; False when it was so already. For support's commands alone (LP-3)."""
    lock_places()
    kept = db.session.get(BusinessFeature, (business_id(), feature))
    if (kept is not None) is on:
        return False
    if kept is None:
        db.session.add(BusinessFeature(business_id=business_id(), feature=feature))
    else:
        db.session.delete(kept)
    verb = "enable" if on else "disable"
    audit.record(f"business.{verb}", audit.Subject("business", business_id()), {"feature": (None, feature.value)})
    return True


_FIELDS: dict[type[Place], tuple[str, ...]] = {
    PointOfSale: ("name", "address", "franchisee_id", "published"),
    Terminal: ("name", "point_of_sale_id"),
    Franchisee: ("name",),
}


def _check_name(place: Place, name: str) -> None:
    kind = type(place)
    same = select(kind.id).where(
        kind.business_id == business_id(),
        kind.archived_at.is_(None),
        kind.id.is_distinct_from(place.id),
        func.lower(kind.name) == func.lower(name),
    )
    if isinstance(place, Terminal):
        same = same.where(Terminal.point_of_sale_id == place.point_of_sale_id)
    if db.session.scalar(same.limit(1)) is not None:
        raise NameTakenError


def _move(place: Place, verb: str, archived_at: datetime | None) -> None:
    """Into the archive or out of it; one that is there already stays as it is."""
    if (place.archived_at is None) is (archived_at is None):
        return
    changes = audit.changes_of(place, {"archived_at": archived_at})
    place.archived_at = archived_at
    audit.record(f"{place.__tablename__}.{verb}", _subject(place), changes)


def _subject(place: Place) -> audit.Subject:
    return audit.Subject(place.__tablename__, place.id)
