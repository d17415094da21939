"""What the frame around every page shows: the business, the scope in force, the rail, the person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import Flask, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from flask_login import current_user

from app.accounts.roles import role_about, role_name
from app.businesses import queries as places
from app.filters import language
from app.identity import Identity, Workplace
from app.lib.formats import initials
from app.locale import LANGUAGES
from app.permissions import Permission, Role


@dataclass(frozen=True)
class Item:
    """A link of the rail; current when it is the room that the page is in. `key` follows g on the keyboard."""

    label: str
    icon: str
    endpoint: str
    permission: Permission
    key: str | None = None
    also: tuple[str, ...] = ()
    """Where else its pages stand."""

    @property
    def href(self) -> str:
        return url_for(self.endpoint)

    @property
    def current(self) -> bool:
        return any((request.path + "/").startswith(begin.rstrip("/") + "/") for begin in (self.href, *self.also))


@dataclass(frozen=True)
class Group:
    title: str | None
    items: list[Item]


@dataclass(frozen=True)
class Place:
    """A business as the switcher lists it."""

    id: int
    name: str
    role: Role
    current: bool

    @property
    def letter(self) -> str:
        return initials(self.name)[:1]

    @property
    def role_name(self) -> str:
        return role_name(self.role)


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    role_name: str

    @property
    def initials(self) -> str:
        return initials(self.name)


class Shell:
    """Read lazily: a partial draws no frame and asks the database nothing for it."""

    languages = list(LANGUAGES.items())

    def __init__(self, identity: Identity | None) -> None:
        self.identity = identity
        self.workplace: Workplace | None = identity.workplace if identity else None

    @property
    def user(self) -> Person | None:
        if self.identity is None:
            return None
        role = role_name(self.workplace.role) if self.workplace else ""
        return Person(self.identity.name, self.identity.email, role)

    @property
    def business(self) -> Place | None:
        here = self.workplace
        return Place(here.id, here.name, here.role, current=True) if here else None

    @cached_property
    def businesses(self) -> list[Place]:
        here = self.workplace.id if self.workplace else None
        known = self.identity.businesses if self.identity else ()
        return [Place(number, name, role, number == here) for number, name, role in known]

    @cached_property
    def _face(self) -> tuple[str | None, int]:
        return places.face() if self.workplace else (None, 0)

    @property
    def logo(self) -> str | None:
        return self._face[0]

    @property
    def location_count(self) -> int:
        return self._face[1]

    @cached_property
    def scope_label(self) -> str:
        limited = self.workplace is not None and self.workplace.franchisee_id is not None
        return places.franchisee_name() if limited else _("Whole brand")

    @property
    def theme(self) -> str:
        return self.identity.theme if self.identity else request.cookies.get("theme", "system")

    @property
    def language(self) -> str:
        return language()

    @property
    def reads_messages(self) -> bool:
        return self.identity is not None and self.identity.may(Permission.READ_MESSAGES)

    @property
    def reads_billing(self) -> bool:
        return self.identity is not None and self.identity.may(Permission.READ_BILLING)

    @property
    def density(self) -> str:
        return self.identity.density if self.identity else "normal"

    @property
    def rail_icons(self) -> bool:
        return self.identity is not None and self.identity.narrow_rail

    @property
    def keys(self) -> bool:
        return self.identity is not None and self.identity.keys

    @property
    def help_href(self) -> str:
        return url_for("help.index")

    @cached_property
    def rail(self) -> list[Group]:
        """The rooms that this person may enter; the last group stands at the bottom."""
        customers = [
            Item(_("Customers"), "users", "customers.index", Permission.READ_CUSTOMERS, "c"),
            Item(_("Segments"), "bookmark", "segments.index", Permission.READ_CUSTOMERS, "e"),
            Item(_("Bulk actions"), "zap", "bulk.index", Permission.BULK_ACTIONS, "a"),
            Item(_("Imports"), "file-up", "imports.index", Permission.IMPORT_CUSTOMERS, "i"),
            Item(_("Messages"), "message-square", "messaging.index", Permission.READ_MESSAGES, "m", ("/simulator",)),
            Item(_("Transactions"), "receipt-text", "transactions.index", Permission.READ_TRANSACTIONS, "x"),
        ]
        loyalty = [
            Item(_("Programs"), "award", "loyalty.programs", Permission.READ_LOYALTY, "r"),
            Item(_("Goods and services"), "package", "loyalty.goods", Permission.READ_LOYALTY, "o"),
            Item(
                *(_("Offers and coupons"), "ticket-percent", "offers.index", Permission.READ_OFFERS, "b"),
                also=("/coupons", "/gift-cards"),
            ),
            Item(pgettext("many", "News"), "newspaper", "news.index", Permission.EDIT_NEWS, "n"),
            Item(_("Questionnaire"), "list-checks", "loyalty.questionnaire", Permission.READ_LOYALTY, "q"),
        ]
        business = [
            Item(_("Billing"), "wallet", "billing.month", Permission.READ_BILLING, "w"),
            Item(_("Points of sale"), "store", "businesses.points_of_sale", Permission.READ_PLACES, "p"),
            Item(_("Terminals"), "tablet", "businesses.terminals", Permission.READ_PLACES, "t"),
            Item(_("Franchisees"), "handshake", "businesses.franchisees", Permission.READ_PLACES, "f"),
            Item(_("Users"), "user-cog", "users.index", Permission.EDIT_USERS, "u"),
            Item(_("Service acts"), "file-text", "acts.index", Permission.READ_ACTS, "d"),
            Item(_("Audit log"), "scroll-text", "audit.index", Permission.READ_AUDIT, "l"),
        ]
        below = [
            Item(_("Settings"), "settings", "businesses.settings", Permission.EDIT_BUSINESS, "s"),
            Item(_("Help"), "circle-question-mark", "help.index", Permission.MEMBER),
        ]
        groups = ((None, customers), (_("Loyalty"), loyalty), (_("Business"), business), (None, below))
        allowed = [Group(title, [item for item in items if self._may(item)]) for title, items in groups]
        return [group for group in allowed if group.items]

    def _may(self, item: Item) -> bool:
        return self.identity is not None and self.identity.may(item.permission)


def init_app(app: Flask) -> None:
    app.jinja_env.filters["role_name"] = role_name
    app.jinja_env.filters["role_about"] = role_about

    @app.context_processor
    def shell() -> dict[str, object]:
        found = current_user._get_current_object() if current_user else None
        known = found if isinstance(found, Identity) else None
        return {"shell": Shell(known), "till": known.till if known else None, "own_brand": places.own_brand}
