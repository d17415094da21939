"""Places as lists show them; row-level security leaves a location operator only its own (PR-2, PR-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import Executable, Row, func, select, text
from werkzeug.exceptions import NotFound

from app.businesses.models import Business, BusinessFeature, Feature, Franchisee, PointOfSale, Terminal
from app.db import autocommit_engine, business_id, current_scope, one_row
from app.extensions import db
from app.lib.collation import sort_key
from app.lib.colours import PLAIN
from app.lib.formats import initials
from app.links import icon_address, logo_address

Kind = TypeVar("Kind", PointOfSale, Terminal, Franchisee)


@dataclass(frozen=True)
class Brand:
    """How a business shows itself to its customers; nothing of the platform (WL-1)."""

    name: str
    slug: str
    address: str
    colour: str
    logo_id: int | None

    @classmethod
    def of(cls, business: Business) -> Brand:
        return cls(business.name, business.slug, business.address, business.colour, business.logo_id)

    @property
    def logo(self) -> str | None:
        return logo_address(self.logo_id) if self.logo_id else None

    @property
    def letter(self) -> str:
        """What stands where there is no logo."""
        return initials(self.name)[:1] or "•"

    @property
    def icon(self) -> str:
        """Where its icons are, by their names (icons.SIZES)."""
        return icon_address(self.logo_id or 0, int(self.shown_colour[1:], 16), ord(self.letter))

    @property
    def shown_colour(self) -> str:
        return self.colour or PLAIN

    @property
    def style_sheet(self) -> str | None:
        return f"/colours/{self.colour[1:]}.css" if self.colour else None


def own_brand() -> Brand | None:
    """Of the business that this session serves; None where it serves none."""
    return Brand.of(own_business()) if current_scope().business_id is not None else None


def business_at(web_address: str) -> str | None:
    """The short name of the business whose own address it is (WL-1)."""
    row = one_row("SELECT business_at(:asked)", asked=web_address)
    return row[0] if row else None


def every_business() -> list[int]:
    """The ids of all businesses, for commands and jobs that go through them one by one."""
    with autocommit_engine().connect() as connection:
        return list(connection.execute(text("SELECT every_business()")).scalars())


def face() -> tuple[str | None, int]:
    """Where this business's logo is seen, and how many points of sale are in force for this person: in one look, as
    every page shows both.
    """
    mine = PointOfSale.business_id == business_id(), PointOfSale.archived_at.is_(None)
    places = select(func.count()).select_from(PointOfSale).where(*mine).scalar_subquery()
    picture, number = db.session.execute(select(Business.logo_id, places).where(Business.id == business_id())).one()
    return logo_address(picture) if picture else None, number


def franchisee_name() -> str:
    """The name of the franchisee that this scope is limited to."""
    own = select(Franchisee.name).where(
        Franchisee.business_id == business_id(), Franchisee.id == current_scope().franchisee_id
    )
    return db.session.execute(own).scalar_one()


def points_of_sale() -> Sequence[PointOfSale]:
    """Every point of sale this person sees, archived ones too, by name."""
    return _by_name(PointOfSale)


def terminals() -> Sequence[Terminal]:
    """Every Terminal this person sees, archived ones too, by name."""
    return _by_name(Terminal)


def franchisees() -> Sequence[Franchisee]:
    """Every franchisee this person sees, archived ones too, by name."""
    return _by_name(Franchisee)


def place_options() -> list[Row[Any]]:
    """Id, name and archived_at of every point of sale this person sees, by name: what selects need."""
    mine = select(PointOfSale.id, PointOfSale.name, PointOfSale.archived_at)
    return _named(mine.where(PointOfSale.business_id == business_id()))


def terminal_options() -> list[Row[Any]]:
    """The same of every Terminal, with its point_of_sale_id."""
    mine = select(Terminal.id, Terminal.name, Terminal.archived_at, Terminal.point_of_sale_id)
    return _named(mine.where(Terminal.business_id == business_id()))


def terminal_counts() -> dict[int, int]:
    """Point of sale → how many Terminals in use it has; those without are left out."""
    counted = (
        select(Terminal.point_of_sale_id, func.count())
        .where(Terminal.business_id == business_id(), Terminal.archived_at.is_(None))
        .group_by(Terminal.point_of_sale_id)
    )
    return {row[0]: row[1] for row in db.session.execute(counted)}


def open_terminals_of(point_of_sale: PointOfSale) -> list[Terminal]:
    """The Terminals in use at a point of sale, by name."""
    return [each for each in terminals() if each.point_of_sale_id == point_of_sale.id and each.archived_at is None]


def open_places_of(franchisee: Franchisee) -> list[PointOfSale]:
    """The points of sale in use that a franchisee runs, by name."""
    return [each for each in points_of_sale() if each.franchisee_id == franchisee.id and each.archived_at is None]


def place_named(kind: type[Kind], number: int) -> Kind:
    """A place by its id. Raises NotFound for one that is not there or that this person does not see."""
    found = db.session.get(kind, (business_id(), number))
    if found is None:
        raise NotFound
    return found


def place_above(place: PointOfSale | Terminal | Franchisee) -> PointOfSale | Franchisee | None:
    """What a place belongs to."""
    if isinstance(place, Terminal):
        return db.session.get_one(PointOfSale, (business_id(), place.point_of_sale_id))
    if isinstance(place, PointOfSale) and place.franchisee_id is not None:
        return db.session.get_one(Franchisee, (business_id(), place.franchisee_id))
    return None


def place_to_change(kind: type[Kind], number: int) -> Kind:
    """The same, held with all places, so that what is checked now still holds when it is written."""
    lock_places()
    return place_named(kind, number)


def own_business() -> Business:
    """The business that this session serves."""
    return db.session.get_one(Business, business_id())


def logo_href() -> str | None:
    """Where the logo of this session's business is seen; None without one."""
    picture = db.session.scalar(select(Business.logo_id).where(Business.id == business_id()))
    return logo_address(picture) if picture else None


def features() -> frozenset[Feature]:
    """What support has turned on for this business (LP-3)."""
    mine = select(BusinessFeature.feature).where(BusinessFeature.business_id == business_id())
    on = set(db.session.scalars(mine))
    return frozenset(each for each in Feature if each in on)


def feature_names() -> dict[Feature, str]:
    """Every feature that support can turn on, as people call it."""
    return {
        Feature.ALPHA_NAME: _("Own sender name of SMS"),
        Feature.VIBER: _("Viber messages"),
        Feature.KIOSK: _("Kiosk"),
    }


def business_with_slug(slug: str) -> int | None:
    """The id of a business by its short name, for commands and for its customers' pages."""
    found = one_row("SELECT business_with_slug(:slug) AS id", slug=slug)
    return found.id if found else None


def businesses_called(name: str) -> list[Row[Any]]:
    """Name and slug of the businesses that bear this whole name or short name, in small letters or large."""
    # The default database knows no letters but Latin ones, so it is asked for the spellings that people use.
    spelt = {name, name.lower(), name.upper(), name.title(), name.capitalize()}
    with autocommit_engine().connect() as connection:
        asked = text("SELECT name, slug FROM businesses_called(:words)")
        return list(connection.execute(asked, {"words": sorted(spelt)}))


def lock_places() -> Business:
    """The business, held with its places: who changes them too waits; references to it, as sales write, do not."""
    return db.session.get_one(Business, business_id(), with_for_update={"key_share": True})


def money_moved() -> bool:
    """Whether amounts in the business's currency exist, so that it cannot become another."""
    # The tables belong to areas that come later, so they are asked by name.
    moved = text(
        "SELECT EXISTS (SELECT FROM transaction WHERE business_id = :business)"
        " OR EXISTS (SELECT FROM ledger_entry WHERE business_id = :business)"
        " OR EXISTS (SELECT FROM gift_card WHERE business_id = :business)"
        " OR EXISTS (SELECT FROM tariff WHERE business_id = :business)"
        " OR EXISTS (SELECT FROM charge WHERE business_id = :business)"
    )
    return bool(db.session.execute(moved, {"business": business_id()}).scalar_one())


def _named(options: Executable) -> list[Row[Any]]:
    return sorted(db.session.execute(options), key=lambda place: (sort_key(place.name), place.id))


def _by_name(kind: type[Kind]) -> list[Kind]:
    # A business has few places, and the database would put і, ї and є behind я.
    mine = db.session.scalars(select(kind).where(kind.business_id == business_id()))
    return sorted(mine, key=lambda place: (sort_key(place.name), place.id))
