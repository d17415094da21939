"""The people of the tests, and the two businesses they work in.

Anna is admin of Kavalier, Olha its brand operator, Boris operates the one point of sale of its franchisee, Vera is
its accountant, Sasha sells at the Terminal there. Oleg is admin of Teremok, where whatever is Kavalier's answers 404.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import UserSession
from app.accounts.services import add_member, assign_to_terminal, create_user
from app.businesses.services import NewBusiness, create_business
from app.db import unit_of_work
from app.extensions import db
from app.identity import COOKIE, TERMINAL_COOKIE, token_hash
from app.loyalty.services import create_program
from app.permissions import Role
from app.scope import Scope
from tests.factories import add_franchisee, add_point_of_sale, add_terminal, default_program

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Person:
    """Someone with a role in a business."""

    id: int
    email: str
    name: str
    business: int
    role: Role
    franchisee: int | None = None
    terminal: int | None = None
    """Where a salesperson sells."""

    @property
    def scope(self) -> Scope:
        return Scope(self.business, self.id, self.franchisee, "192.0.2.1")


@dataclass(frozen=True)
class Shop:
    """A business with a place of its own and one of its franchisee, a Terminal at each, and a default program."""

    app: Flask
    id: int
    program: int
    wallet: int
    franchisee: int
    own_place: int
    franchised_place: int
    own_terminal: int
    franchised_terminal: int
    slug: str = ""

    @contextmanager
    def work(self, person: Person | None = None) -> Iterator[None]:
        """A unit of work in this business, of a person or of nobody; committed at its end."""
        with self.app.app_context(), unit_of_work(person.scope if person else Scope(self.id)):
            yield


@dataclass(frozen=True)
class Town:
    """Both businesses and everyone in them."""

    app: Flask
    kavalier: Shop
    teremok: Shop
    anna: Person
    olha: Person
    boris: Person
    vera: Person
    sasha: Person
    oleg: Person

    @property
    def people(self) -> dict[str, Person]:
        return {name: getattr(self, name) for name in ("anna", "olha", "boris", "vera", "sasha", "oleg")}

    def browser(self, person: Person | None = None) -> FlaskClient:
        """A browser of its own, signed in as the person."""
        client = self.app.test_client()
        if person:
            sign_in(client, person)
        return client


def open_town(app: Flask) -> Town:
    kavalier = open_shop(app, "Kavalier", ("Pechersk", "Podil"))
    teremok = open_shop(app, "Teremok", ("Obolon", "Lukianivka"))
    return Town(
        app=app,
        kavalier=kavalier,
        teremok=teremok,
        anna=hire(app, "Anna Kovalenko", kavalier.id, Role.ADMIN),
        olha=hire(app, "Olha Tkachenko", kavalier.id, Role.BRAND_OPERATOR),
        boris=hire(app, "Boris Melnyk", kavalier.id, Role.LOCATION_OPERATOR, kavalier.franchisee),
        vera=hire(app, "Vera Sydorenko", kavalier.id, Role.ACCOUNTANT),
        sasha=hire_to_sell(kavalier, "Sasha Bilyk", kavalier.franchised_terminal),
        oleg=hire(app, "Oleg Bondar", teremok.id, Role.ADMIN),
    )


def open_shop(app: Flask, name: str, places: tuple[str, str]) -> Shop:
    own, franchised = places
    with app.app_context():
        business = create_business(NewBusiness(name, name.lower(), "UAH", "Europe/Kyiv", "UA"))
    with app.app_context(), unit_of_work(Scope(business)):
        program = create_program(f"{name} Club", {"en": f"{name} Club"}, default=True)
        franchisee = add_franchisee(f"{franchised} Partners")
        own_place, franchised_place = add_point_of_sale(own), add_point_of_sale(franchised, franchisee)
        return Shop(
            app=app,
            id=business,
            program=program,
            wallet=default_program().wallet_id,
            franchisee=franchisee,
            own_place=own_place,
            franchised_place=franchised_place,
            own_terminal=add_terminal(own_place, f"{own} 1"),
            franchised_terminal=add_terminal(franchised_place, f"{franchised} 1"),
            slug=name.lower(),
        )


def hire(app: Flask, name: str, business: int, role: Role, franchisee: int | None = None) -> Person:
    """A new user with a role; the e-mail begins with the first name, the password is PASSWORD."""
    email = f"{name.split()[0].lower()}@example.com"
    with app.app_context():
        user_id = create_user(email, name, PASSWORD)
        add_member(business, user_id, role, franchisee)
    return Person(user_id, email, name, business, role, franchisee)


def hire_to_sell(shop: Shop, name: str, terminal: int) -> Person:
    """A new salesperson who sells at a Terminal."""
    person = hire(shop.app, name, shop.id, Role.SALESPERSON)
    with shop.work():
        assign_to_terminal(terminal, person.id)
    return replace(person, terminal=terminal)


def sign_in(client: FlaskClient, person: Person) -> None:
    """Opens a session in the database and gives the browser its cookie, as signing in does, but at once."""
    _open_session(client, person, COOKIE, None)
    if person.terminal:
        _open_session(client, person, TERMINAL_COOKIE, person.terminal)


def _open_session(client: FlaskClient, person: Person, cookie: str, terminal: int | None) -> None:
    token = secrets.token_urlsafe(32)
    values = {"user_id": person.id, "business_id": person.business, "terminal_id": terminal}
    with client.application.app_context(), unit_of_work(Scope(None, person.id)):
        db.session.add(UserSession(token_hash=token_hash(token), **values))
    client.set_cookie(cookie, token)
