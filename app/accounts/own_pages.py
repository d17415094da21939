"""The frame around the pages of a person's own profile, and the list of these pages.

An area that owns one hangs it in at start-up by add_page() and answers its address, below /profile, by show_page().
Its template extends accounts/profile/_frame.html and fills the block `tab`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, url_for

from app.identity import person
from app.permissions import Permission
from app.web import render


@dataclass(frozen=True)
class OwnPage:
    """A page of the person's own profile."""

    key: str
    label: object
    """Words, lazily translated."""
    endpoint: str
    """Of an address that takes nothing."""
    permission: Permission = Permission.MEMBER
    """Who else has no such page."""
    guide: str = "profile-page"
    """What of Help is about it."""


_pages: list[tuple[int, OwnPage]] = []


def add_page(place: int, page: OwnPage) -> None:
    """Hangs a page in; pages stand in the order of `place`."""
    if all(page.key != known.key for _place, known in _pages):
        _pages.append((place, page))
        _pages.sort(key=lambda entry: entry[0])


def show_page(key: str, template: str, status: int = 200, **context: Any) -> Response:
    """The page under its tab, or a page below it."""
    own = [page for _place, page in _pages if person().may(page.permission)]
    here = next(page for page in own if page.key == key)
    response = render(
        template,
        own_page=here,
        own_href=url_for(here.endpoint),
        tabs=[{"label": each.label, "href": url_for(each.endpoint), "current": each is here} for each in own],
        help_href=url_for("help.index", _anchor=here.guide),
        **context,
    )
    response.status_code = status
    return response
