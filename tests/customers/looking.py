"""Code that runs in a request of a person, without asking for a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g

from app.db import open_scope
from app.identity import Identity, Workplace
from tests.people import Person, Town


@contextmanager
def looking(town: Town, person: Person) -> Iterator[None]:
    """A request of this person, signed in, with the scope that the request would have."""
    here = Workplace(person.business, "Kavalier", "UAH", "Europe/Kyiv", "UA", person.role, person.franchisee)
    with town.app.test_request_context("/customers"):
        g._login_user = Identity(
            session_id=0,
            user_id=person.id,
            email=person.email,
            name=person.name,
            language="en",
            theme="light",
            density="normal",
            narrow_rail=False,
            keys=True,
            workplace=here,
        )
        open_scope(person.scope)
        yield
